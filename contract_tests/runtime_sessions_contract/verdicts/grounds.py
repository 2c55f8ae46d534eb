"""Grounds: the rule or the place in the contract behind a check, and how that is known.

What IBM documents or somebody measured is certain enough to call a server wrong that breaks it.
What is only reported, or assumed, is told of a server of somebody else's, with the reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.openapi.values import Json, as_object

if TYPE_CHECKING:
    from runtime_sessions_contract.verdicts.violation import Violation

CERTAIN: Final = frozenset({"documented", "measured"})
#: Keywords of JSON Schema by which a server says more than the contract knows of.
MORE: Final = frozenset({"enum", "additionalProperties"})
RULES_PAGE: Final = "docs/semantics.md"
ASSUMPTIONS_PAGE: Final = "docs/assumptions.md"


@dataclass(frozen=True, slots=True)
class Ground:
    """The rule or the place in the contract that a check stands on.

    Attributes:
        name: The rule, or the pointer of the place in the contract.
        says: The rule's sentence, or what the place says of itself.
        provenance: How it is known.
        reason: Why it was decided so, where that is not said by IBM.
        sources: Where it can be read.
    """

    name: str
    says: str
    provenance: str
    reason: str = ""
    sources: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether a server is wrong that breaks it."""
        return self.provenance in CERTAIN

    @property
    def link(self) -> str:
        """Where in the documentation it stands."""
        if self.name.startswith("#"):
            return f"{ASSUMPTIONS_PAGE} ({self.name})"
        return f"{RULES_PAGE}#{self.name}"


@cache
def rules() -> dict[str, Ground]:
    """The rules of a session's life, by their names."""
    file = resources.files("runtime_sessions_api") / "semantics.json"
    table: dict[str, Json] = json.loads(file.read_text(encoding="utf-8"))["rules"]
    return {
        name: Ground(
            name,
            rule["rule"],
            rule["provenance"],
            rule.get("reason", ""),
            tuple(rule.get("sources", ())),
        )
        for name, rule in table.items()
    }


def ground_of(document: Document, violation: Violation) -> Ground:
    """What the check of a violation stands on."""
    if violation.rule:
        return rules()[violation.rule]
    if violation.keyword in MORE or violation.undeclared:
        return Ground(
            violation.pointer,
            "The contract lists what is known; a server may know more.",
            "assumed",
            "Nobody promises that the list is whole.",
        )
    return place(document, violation.pointer, violation.keyword)


def place(document: Document, pointer: str, keyword: str = "") -> Ground:
    """What a place in the contract says, by the nearest mark on the way up to it.

    A mark that names keywords of JSON Schema is about these alone.
    """
    here = pointer
    while here.count("/") > 1:
        node = _node(document, here)
        if node is not None and "x-provenance" in node:
            about = node.get("x-keywords")
            if about is None or not keyword or keyword in about:
                sources = tuple(map(str, node.get("x-source", ())))
                reason = " ".join(str(node["x-reason"]).split())
                return Ground(pointer, _says(node), str(node["x-provenance"]), reason, sources)
        here = here.rpartition("/")[0]
    node = _node(document, pointer)
    return Ground(pointer, "" if node is None else _says(node), "documented")


def _node(document: Document, pointer: str) -> Json | None:
    """The object at a pointer; None if there is none."""
    try:
        found: Any = document.at(pointer)
    except (KeyError, IndexError, ValueError, TypeError):
        return None
    return as_object(found)


def _says(node: Json) -> str:
    """The description of an object, on one line."""
    return " ".join(str(node.get("description") or node.get("summary") or "").split())
