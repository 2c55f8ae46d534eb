"""Render the rules of a session's life, as `semantics.yaml` has them, into docs/."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from generate import load
from sources import links

ROOT = Path(__file__).parents[1]
FILE = ROOT / "semantics.yaml"
SEMANTICS = ROOT / "docs" / "semantics.md"
ASSUMPTIONS = ROOT / "docs" / "assumptions.md"
BLOCK = re.compile(r"(?<=<!-- rules: begin -->\n).*?(?=<!-- rules: end -->)", re.DOTALL)

#: The topics, in the order in which a reader wants them.
TOPICS = {
    "states": "States",
    "times": "Time",
    "modes": "Modes and plans",
    "endings": "Endings",
    "jobs": "Jobs",
    "views": "Views",
    "calls": "Calls",
    "workloads": "Workloads",
}
PROVENANCES = ("documented", "measured", "reported", "assumed")

Rule = dict[str, Any]


def rules() -> dict[str, Rule]:
    """The rules by their names."""
    found: dict[str, Rule] = load(FILE)["rules"]
    return found


def table(found: dict[str, Rule]) -> str:
    """Rules as a Markdown table."""
    lines = ["| Rule | Contract | | How we know |", "| --- | --- | --- | --- |"]
    lines += [row(name, rule) for name, rule in found.items()]
    return "\n".join(lines) + "\n"


def row(name: str, rule: Rule) -> str:
    """A rule as a row: its name and sentence, where it holds, and how that is known."""
    contracts = "both" if len(rule["contracts"]) > 1 else rule["contracts"][0]
    known = " ".join(filter(None, [rule.get("reason", ""), links(rule.get("sources", ()))]))
    said = rule["rule"]
    return f'| <a id="{name}"></a>`{name}`: {said} | {contracts} | {rule["provenance"]} | {known} |'


def by_topic(found: dict[str, Rule]) -> str:
    """The rules in tables, one for each topic."""
    parts: list[str] = []
    for topic, title in TOPICS.items():
        chosen = {name: rule for name, rule in found.items() if rule["topic"] == topic}
        parts.append(f"## {title}\n\n{table(chosen)}")
    return "\n".join(parts)


def uncertain(found: dict[str, Rule]) -> dict[str, Rule]:
    """The rules that a server may break and not be wrong."""
    return {
        name: rule for name, rule in found.items() if rule["provenance"] in {"reported", "assumed"}
    }


def rendered_semantics(page: str) -> str:
    """The page of all rules as the table has them."""
    return BLOCK.sub(lambda _: f"\n{by_topic(rules())}\n", page)


def rendered_assumptions(page: str) -> str:
    """The page of what is not certain, with the rules that are not."""
    shown = table(uncertain(rules())).replace('<a id="', '<a id="rule-')
    return BLOCK.sub(lambda _: f"\n{shown}\n", page)


def main() -> int:
    """Write both pages anew."""
    for page, render in ((SEMANTICS, rendered_semantics), (ASSUMPTIONS, rendered_assumptions)):
        page.write_text(render(page.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
