"""Findings: violations by their cause, so that one fault of a server is told once.

Violations of one rule are one finding, wherever they were seen. What was seen on a session only
after something else was wrong with it follows from that, and is told with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.verdicts.grounds import Ground, ground_of
from runtime_sessions_contract.verdicts.violation import Violation


class Gravity(IntEnum):
    """How grave a finding is; the gravest comes first."""

    ACCESS = 0
    LOSS = 1
    LIFE = 2
    SHAPE = 3

    @property
    def says(self) -> str:
        """It in words."""
        return {
            Gravity.ACCESS: "who gets in",
            Gravity.LOSS: "what is lost",
            Gravity.LIFE: "what becomes of a session",
            Gravity.SHAPE: "how answers look",
        }[self]


#: The rules that keep others out.
ACCESS: Final = frozenset(
    {
        "credentials-needed",
        "credentials-first",
        "session-is-its-owners",
        "session-is-in-its-instance",
        "hidden-as-unknown",
        "instance-not-found",
        "api-key-as-it-is",
    }
)
#: The rules without which sessions, jobs or money are lost.
LOSS: Final = frozenset(
    {
        "create-makes-anew",
        "own-session-is-found",
        "asked-is-kept",
        "max-ttl-is-kept",
        "drain",
        "close",
        "closed-is-final",
        "pages-of-jobs",
        "workloads-are-sessions-and-loose-jobs",
        "workload-pages-hold-still",
    }
)
#: What Schemathesis calls that which the suite has found by itself in the same operation.
SHAPES: Final = {"response_schema_conformance", "content_type_conformance"}

#: The rules that say that one view follows another: where what both show is wrong, so are these.
DERIVED: Final = frozenset(
    {"status-of-the-extended-view", "views-agree", "workload-agrees", "workload-status"}
)
#: Two names for one check: the suite's own, and Schemathesis's.
STATUSES: Final = {"status documented", "status_code_conformance"}

Cause = str


def cause_of(violation: Violation) -> Cause:
    """The cause of a violation: its rule, or the place in the contract and what is broken there."""
    if violation.rule:
        return violation.rule
    if violation.check in STATUSES:
        return f"status of {violation.operation}"
    if violation.check in SHAPES | {"body as documented", "content type"}:
        pointer = violation.pointer
        inside = pointer.startswith("#/components/")
        return f"{pointer} {violation.keyword}" if inside else f"shape of {violation.operation}"
    return f"{violation.check} {violation.pointer}"


@dataclass(slots=True)
class Causes:
    """Remembers on each session which cause was seen first, and which ones after it."""

    first: dict[str, Cause] = field(default_factory=dict[str, Cause])
    alone: Counter[Cause] = field(default_factory=Counter[Cause])
    after: dict[Cause, Counter[Cause]] = field(default_factory=dict[Cause, Counter[Cause]])

    def known(self, violation: Violation) -> bool:
        """Whether nothing new is seen by it: its cause is known, or that of what came before."""
        before = self.first.get(violation.session_id or "")
        cause = cause_of(violation)
        follows = before is not None and bool(violation.rule)
        return cause in self.alone or cause in self.after or follows

    def note(self, violation: Violation) -> None:
        """Note that something was seen."""
        cause = cause_of(violation)
        before = cause
        # Of what the contract does not declare nothing follows.
        if violation.session_id is not None and not violation.undeclared:
            before = self.first.setdefault(violation.session_id, cause)
        # How an answer looks follows from nothing.
        if before == cause or not violation.rule:
            self.alone[cause] += 1
        else:
            self.after.setdefault(cause, Counter())[before] += 1

    def root(self, cause: Cause) -> Cause:
        """What a cause follows from: itself, unless it was mostly seen after another one.

        What is grave is told by itself if it was ever seen where nothing else was wrong: a fault
        that is seen more often must not hide it.
        """
        seen = {cause}
        while cause in self.after:
            before, times = self.after[cause].most_common(1)[0]
            grave = cause in ACCESS | LOSS and self.alone[cause] > 0
            if grave or times <= self.alone[cause] or before in seen:
                break
            seen.add(before)
            cause = before
        return cause


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a server, or in which it differs.

    Attributes:
        ground: What it breaks, and how that is known.
        example: The clearest violation: the one with the fewest calls.
        places: How often it was seen, by operation and check.
        follows: What else was seen on the same sessions after it.
        hides: What was not looked at because of it.
    """

    ground: Ground
    example: Violation
    places: Mapping[tuple[str, str], int]
    follows: Mapping[str, int]
    hides: tuple[str, ...] = ()

    @property
    def cause(self) -> Cause:
        """The rule, or the place of the contract, by which runs know it as the same."""
        return cause_of(self.example)

    @property
    def times(self) -> int:
        """How often it was seen."""
        return sum(self.places.values())

    @property
    def operations(self) -> list[str]:
        """Where it was seen."""
        return list(dict.fromkeys(operation for operation, _ in self.places))

    @property
    def title(self) -> str:
        """It in a few words."""
        if not self.example.rule:
            return self.example.title
        return f"{self.ground.name} ({', '.join(self.operations)})"

    @property
    def gravity(self) -> Gravity:
        """How bad it is."""
        if self.ground.name in ACCESS or self.example.check == "ignored_auth":
            return Gravity.ACCESS
        if self.ground.name in LOSS:
            return Gravity.LOSS
        return Gravity.LIFE if self.example.rule else Gravity.SHAPE


def findings(
    document: Document,
    violations: Iterable[Violation],
    causes: Causes,
    times: Mapping[tuple[str, ...], int],
) -> list[Finding]:
    """The findings that violations come down to, the gravest first."""
    every = list(violations)
    known = {cause_of(each) for each in every}
    by_root: dict[Cause, list[Violation]] = {}
    for each in every:
        root = causes.root(cause_of(each))
        by_root.setdefault(root if root in known else cause_of(each), []).append(each)
    _fold_derived(by_root)
    found = [_finding(document, root, group, times) for root, group in by_root.items()]
    return sorted(found, key=lambda finding: (finding.gravity, -finding.times))


def _fold_derived(by_root: dict[Cause, list[Violation]]) -> None:
    """Join what only follows from a wrong view with the finding about that view."""
    sessions = [root for root in by_root if root not in DERIVED and _of_sessions(by_root[root])]
    if not sessions:
        return
    most = max(sessions, key=lambda root: len(by_root[root]))
    for root in DERIVED & by_root.keys():
        by_root[most] += by_root.pop(root)


def _of_sessions(group: list[Violation]) -> bool:
    """Whether it is about what sessions are, by a rule."""
    return any(each.rule and each.session_id is not None for each in group)


def _finding(
    document: Document,
    root: Cause,
    group: list[Violation],
    times: Mapping[tuple[str, ...], int],
) -> Finding:
    """The finding that violations of one cause come down to."""
    own = [each for each in group if cause_of(each) == root]
    example = min(own, key=lambda each: (len(each.curls) or 99, len("".join(each.curls))))
    places, follows = Counter[tuple[str, str]](), Counter[str]()
    for each in group:
        seen = max(1, times.get(each.identity, 1))
        if cause_of(each) == root:
            places[each.operation, each.check] += seen
        else:
            follows[each.title] += seen
    return Finding(ground_of(document, example), example, places, follows)
