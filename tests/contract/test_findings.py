"""What a check stands on, and what violations come down to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import runtime_sessions_contract
from runtime_sessions_contract.checks import views
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.drivers import fuzz
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.verdicts.findings import Causes, Gravity, findings
from runtime_sessions_contract.verdicts.grounds import ground_of, place, rules
from runtime_sessions_contract.verdicts.violation import Violation

SOURCES = list(Path(runtime_sessions_contract.__file__).parent.rglob("*.py"))
PLATFORM = Document.load("platform")
SESSION = "#/components/schemas/Session"


def violation(rule: str = "", **more: object) -> Violation:
    known: dict[str, object] = {
        "check": "life",
        "operation": "getSession",
        "expected": "state: closed",
        "got": "open",
        "pointer": f"{SESSION}/properties/state",
        "rule": rule,
        "session_id": "s-1",
        "curls": ("curl",),
    }
    return Violation(**(known | more))  # type: ignore[arg-type]


def test_every_rule_that_a_check_names_is_in_the_table() -> None:
    named: set[str] = set()
    for source in SOURCES:
        named.update(re.findall(r'rule=?\s*=\s*"([a-z0-9-]+)"', source.read_text(encoding="utf-8")))
    for table in (views.ENDINGS, views.STATES, views.MOMENTS, fuzz.RULES):
        named.update(table.values())
    for contract in CONTRACTS.values():
        answers = contract.answers
        named |= {answers.unknown_backend_rule, answers.newest_first_rule, answers.unrun_rule}
    assert len(named) > 35
    assert named <= rules().keys()


@pytest.mark.parametrize(
    ("pointer", "keyword", "provenance"),
    [
        # What carries no mark is documented.
        (f"{SESSION}/properties/max_ttl", "type", "documented"),
        (f"{SESSION}/properties/id", "type", "measured"),
        # A mark that is about one keyword says nothing of the others.
        ("#/components/schemas/Workload/properties/created", "format", "assumed"),
        ("#/components/schemas/Workload/properties/created", "type", "documented"),
        ("#/components/schemas/ErrorBody/properties/trace", "format", "reported"),
        # What a place does not say, the one around it may.
        ("#/components/responses/Unauthorized/content", "", "assumed"),
    ],
)
def test_a_place_is_known_as_its_nearest_mark_says(
    pointer: str, keyword: str, provenance: str
) -> None:
    ground = place(PLATFORM, pointer, keyword)
    assert (ground.name, ground.provenance) == (pointer, provenance)
    assert ground.certain is (provenance in {"documented", "measured"})


def test_what_the_contract_does_not_list_is_no_violation_of_it() -> None:
    for unlisted in (
        violation(undeclared=True),
        violation(keyword="enum"),
        violation(keyword="additionalProperties"),
    ):
        assert not ground_of(PLATFORM, unlisted).certain
    assert ground_of(PLATFORM, violation(keyword="type")).certain


def test_a_rule_says_how_it_is_known() -> None:
    ground = ground_of(PLATFORM, violation("active-ttl-is-a-setting"))
    assert (ground.provenance, ground.certain) == ("measured", True)
    assert ground.link == "docs/semantics.md#active-ttl-is-a-setting"
    assert ground.sources
    assert not ground_of(PLATFORM, violation("history-oldest-first")).certain


def test_one_rule_is_one_finding_wherever_it_is_broken() -> None:
    causes, times = Causes(), Counter[tuple[str, ...]]()
    seen = [
        violation("drain"),
        violation("drain", operation="updateSession", session_id="s-2", curls=("curl", "curl")),
    ]
    for each in seen:
        causes.note(each)
        times[each.identity] += 3
    (finding,) = findings(PLATFORM, seen, causes, times)
    assert finding.title == "drain (getSession, updateSession)"
    assert finding.times == 6
    assert finding.example.curls == ("curl",)


def test_what_was_seen_after_something_else_is_told_with_it() -> None:
    causes, times = Causes(), Counter[tuple[str, ...]]()
    seen = [violation("drain"), violation("job-activates", check="timestamps")]
    for session in range(5):
        for each in seen:
            causes.note(replace(each, session_id=f"s-{session}"))
    (finding,) = findings(PLATFORM, seen, causes, times)
    assert finding.ground.name == "drain"
    assert list(finding.follows) == ["getSession: timestamps"]
    # By itself it is a finding of its own.
    for session in range(5, 20):
        causes.note(replace(seen[1], session_id=f"s-{session}"))
    assert len(findings(PLATFORM, seen, causes, times)) == 2


def test_the_gravest_come_first() -> None:
    seen = [
        violation(keyword="type", check="body as documented"),
        violation("idle-inactivates"),
        violation("credentials-needed"),
        violation("create-makes-anew"),
    ]
    found = findings(PLATFORM, seen, Causes(), Counter())
    assert [finding.gravity for finding in found] == list(Gravity)


def test_what_is_grave_is_not_hidden_by_what_is_seen_more_often() -> None:
    causes, times = Causes(), Counter[tuple[str, ...]]()
    seen = [violation("drain"), violation("closed-is-final", check="never moves")]
    for session in range(20):
        for each in seen:
            causes.note(replace(each, session_id=f"s-{session}"))
    # Never seen but after the other: it may follow from it.
    (finding,) = findings(PLATFORM, seen, causes, times)
    assert finding.ground.name == "drain"
    causes.note(replace(seen[1], session_id="s-alone"))
    assert {each.ground.name for each in findings(PLATFORM, seen, causes, times)} == {
        "drain",
        "closed-is-final",
    }
