"""The rules of a session's life as a table: each says how it is known, and the pages show it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import rules
from generate import contracts
from sources import is_public, label

ROOT = Path(__file__).parents[2]
RULES = rules.rules()


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_is_so_and_how_that_is_known(name: str) -> None:
    rule = RULES[name]
    assert rule.keys() <= {"topic", "contracts", "rule", "provenance", "reason", "sources"}
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name)
    assert rule["topic"] in rules.TOPICS
    assert set(rule["contracts"]) <= contracts().keys()
    assert rule["contracts"]
    assert rule["rule"].endswith(".")
    assert rule["provenance"] in rules.PROVENANCES
    if rule["provenance"] == "assumed":
        assert rule["reason"]
        assert "sources" not in rule
    else:
        assert rule["sources"]
        assert all(map(is_public, rule["sources"]))


def test_every_topic_has_rules() -> None:
    assert Counter(rule["topic"] for rule in RULES.values()).keys() == rules.TOPICS.keys()


def test_a_source_of_each_kind_is_told_from_what_is_none() -> None:
    known = {
        "https://github.com/a/b/blob/1f2e3d4/c.py": "b@1f2e3d4",
        "https://github.com/a/b/tree/main/docs": "b@main",
        "https://github.com/a/b/issues/12": "b#12",
        "https://quantum.cloud.ibm.com/docs/errors": "quantum.cloud.ibm.com",
    }
    assert {url: label(url) for url in known} == known
    assert all(map(is_public, known))
    assert not any(map(is_public, ("somebody", "https://github.com/a/b", "http://a.b/c")))


@pytest.mark.parametrize(
    ("page", "rendered"),
    [
        (rules.SEMANTICS, rules.rendered_semantics),
        (rules.ASSUMPTIONS, rules.rendered_assumptions),
    ],
)
def test_the_page_shows_the_rules_as_they_are(page: Path, rendered: Any) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == rendered(text), "run `make docs`"


def test_what_is_certain_is_no_assumption() -> None:
    text = rules.ASSUMPTIONS.read_text(encoding="utf-8")
    for name, rule in RULES.items():
        assert (f"`{name}`" in text) == (rule["provenance"] in {"reported", "assumed"})
