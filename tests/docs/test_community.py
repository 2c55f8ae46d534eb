"""What stands at the top of the repository for people and programs that have not read it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_who_cites_it_cites_the_newest_release() -> None:
    cited = read("CITATION.cff")
    version, day = re.findall(r"^## \[(\d[^]]*)\] - (\S+)$", CHANGELOG, re.MULTILINE)[0]
    assert (cited["version"], str(cited["date-released"])) == (version, day)
    required = {"cff-version", "message", "title", "authors"}
    assert required <= cited.keys()
    assert cited["license"] == "Apache-2.0"


@pytest.mark.parametrize(
    "name",
    ["llms.txt", "README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md"],
)
def test_links_lead_somewhere(name: str) -> None:
    for link in LINK.findall((ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / link).exists(), link


def test_programs_that_read_are_told_of_every_page_of_use() -> None:
    told = (ROOT / "llms.txt").read_text(encoding="utf-8")
    assert told.startswith("# runtime-sessions\n\n> ")
    for page in (ROOT / "docs" / "start").glob("*.md"):
        assert f"docs/start/{page.name}" in told


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_a_form_asks_something(form: Path) -> None:
    """As the forge takes it: each field with its kind, a name of its own, and what it asks."""
    asked = yaml.safe_load(form.read_text(encoding="utf-8"))
    if form.stem == "config":
        assert asked == {"blank_issues_enabled": True}
        return
    assert {"name", "description", "body"} <= asked.keys()
    fields = asked["body"]
    ids = [field["id"] for field in fields]
    assert len(ids) == len(set(ids))
    for field in fields:
        assert field["type"] in {"dropdown", "input", "textarea"}
        assert field["attributes"]["label"].strip()
        assert (field["type"] == "dropdown") == ("options" in field["attributes"])
