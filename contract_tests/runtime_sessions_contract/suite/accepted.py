"""Accepted findings: what a server's people know to be wrong, why they live with it, since when."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from runtime_sessions_contract.openapi.values import Json, as_objects, read_json
from runtime_sessions_contract.suite.result import Result
from runtime_sessions_contract.target.target import CannotRunError


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding that is accepted.

    Attributes:
        finding: The finding by its cause: a rule, or a place of the contract.
        reason: Why it is accepted.
        since: The day since when, as 2026-11-27.
    """

    finding: str
    reason: str
    since: str


def read_accepted(file: Path) -> tuple[Acceptance, ...]:
    """Read the accepted findings from a file. What it says of drift is not for here.

    Raises:
        CannotRunError: It cannot be read, or an entry of it has no reason or no date.
    """
    try:
        entries = as_objects(read_json(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise CannotRunError(f"BASELINE: {file} cannot be read: {error}") from None
    return tuple(_acceptance(file, entry) for entry in entries if "finding" in entry)


def _acceptance(file: Path, entry: Json) -> Acceptance:
    finding, reason, since = (str(entry.get(name, "")) for name in ("finding", "reason", "since"))
    if not reason.strip():
        raise CannotRunError(f"BASELINE: {file} gives no reason why {finding} is accepted")
    try:
        date.fromisoformat(since)
    except ValueError:
        raise CannotRunError(
            f"BASELINE: {file} does not say since when {finding} is accepted, as 2026-11-27"
        ) from None
    return Acceptance(finding, reason, since)


def accept(result: Result, accepted: Iterable[Acceptance]) -> Result:
    """The result with the accepted findings apart, and with what is accepted and was not seen."""
    known = {each.finding: each for each in accepted}
    seen = {finding.cause for finding in result.findings}
    return replace(
        result,
        findings=tuple(each for each in result.findings if each.cause not in known),
        accepted=tuple(
            (each, known[each.cause].reason) for each in result.findings if each.cause in known
        ),
        unseen=(*result.unseen, *(name for name in known if name not in seen)),
    )


def as_json(result: Result, accepted: Iterable[Acceptance]) -> str:
    """The text of a file of accepted findings: those that were seen, each with its reason.

    What is not accepted yet has an empty one: whoever accepts it says why.
    """
    known = {each.finding: each for each in accepted}
    today = result.begun.date().isoformat()
    findings = (*(finding for finding, _ in result.accepted), *result.findings)
    entries = [known.get(each.cause, Acceptance(each.cause, "", today)) for each in findings]
    return json.dumps([asdict(entry) for entry in entries], indent=1) + "\n"
