"""What a run comes to, in one sentence: the same on the terminal and on the page."""

from dataclasses import dataclass
from typing import Final

from runtime_sessions_contract.suite.result import Result

#: What is told of calls that were made once more, and held.
NOT_AGAIN: Final = "Made once more, these calls did not show it again."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run comes to.

    Attributes:
        says: It in a few words, to stand behind the server's URL.
        mood: `good`, `bad`, or `open` where there is none.
    """

    says: str
    mood: str


def verdict(result: Result) -> Verdict:
    """What a run comes to."""
    if result.findings:
        return Verdict(f"breaks the contract: {counted(len(result.findings), 'finding')}", "bad")
    if result.bugs:
        return Verdict("has no verdict: the suite itself failed", "bad")
    if result.interrupted:
        return Verdict("has no verdict: nothing was found before the run was interrupted", "open")
    if result.drift:
        told = f"drifts from the contract: {counted(len(result.drift), 'difference')}"
        return Verdict(told, "open")
    differs = len(result.differences)
    beside = f", and differs in {differs} of what nobody can be sure of" if differs else ""
    but = f", but for {counted(len(result.accepted), 'accepted finding')}"
    apart = but if result.accepted else ""
    if result.watched or result.only_read:
        only = "watched" if result.watched else "read"
        return Verdict(f"contradicts nothing{apart}{beside}; it was only {only}", "open")
    return Verdict(f"holds to the contract{apart}{beside}", "good")


def counted(count: int, what: str) -> str:
    """So many of something."""
    return f"{count} {what}{'' if count == 1 else 's'}"
