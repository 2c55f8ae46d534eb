"""What a run of the suite came to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from runtime_sessions_contract.checks.drift import Difference
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.run.coverage import Coverage, Gaps
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.verdicts.findings import Causes, Finding, findings
from runtime_sessions_contract.verdicts.judge import Tally
from runtime_sessions_contract.verdicts.violation import Violation
from runtime_sessions_contract.wire.exchange import Exchange

#: The only part of a run that watched what others do.
WATCHED: Final = "watch"
#: Why something was not seen where the server is wrong in something.
MENDED: Final = "takes what is broken to be mended: run again then"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a part of the suite took, in seconds, and how many calls it made."""

    seconds: float
    calls: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of the suite came to.

    Attributes:
        target: The server that was held to the contract.
        seed: What all that was drawn at random was drawn from: it repeats the run.
        parts: The parts of the suite that were run.
        findings: What is wrong with the server, by cause, the gravest first.
        differences: In what the server differs from what is only reported, assumed, or not
            declared. Nobody can say that it is wrong for it.
        bugs: Where the suite itself failed, and how. With any of them there is no verdict.
        out_of_reach: What could not be seen on this server, each with the reason.
        drift: Where a live service differs from the contract, but for what was accepted; None
            where no live service was looked at.
        accepted_drift: Where it differs as was accepted.
        timings: How long each part took.
        violations: Every violation by itself, in the order in which they were first seen.
        exchanges: Every call with its answer.
        document: The form of the contract's document that the server was held to.
        tally: How often each check was made, and failed.
        coverage: What was seen of what there is to see.
        controlled: Whether time and jobs were moved by an emulator's control plane.
        begun: When the run began.
        interrupted: Whether somebody ended it before it was done.
        accepted: The findings that are accepted, each with the reason; they are not among
            `findings`.
        unseen: What is accepted, and was not seen in this run.
    """

    target: Target
    seed: int
    parts: tuple[str, ...]
    findings: tuple[Finding, ...]
    differences: tuple[Finding, ...]
    bugs: tuple[str, ...]
    out_of_reach: tuple[tuple[str, str], ...]
    drift: tuple[Difference, ...] | None
    timings: Mapping[str, Timing]
    violations: tuple[Violation, ...]
    exchanges: tuple[Exchange, ...]
    document: Document
    tally: Tally
    coverage: Coverage
    controlled: bool
    begun: datetime
    interrupted: bool = False
    accepted_drift: tuple[Difference, ...] = ()
    accepted: tuple[tuple[Finding, str], ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the server holds to the contract.

        Nobody can say so where the suite itself failed, or was interrupted.
        """
        return not (self.findings or self.bugs or self.interrupted)

    @property
    def watched(self) -> bool:
        """Whether nothing was asked of the server: what passed by was judged."""
        return self.parts == (WATCHED,)

    @property
    def only_read(self) -> bool:
        """Whether nothing was asked of the server but what it shows."""
        return all(exchange.method == "GET" for exchange in self.exchanges)

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return len(self.exchanges)

    @property
    def checks(self) -> int:
        """How many checks were made."""
        return sum(self.tally.made.values())

    @property
    def columns(self) -> list[str]:
        """The columns of the matrix: the operations, and whatever else was checked."""
        return [*self.document.operations, "other"]

    def matrix(self) -> Iterator[tuple[str, list[tuple[int, int]]]]:
        """Each check, with how often it was made and failed in each column."""
        for check in sorted({check for _, check in self.tally.made}):
            cells: dict[str, tuple[int, int]] = dict.fromkeys(self.columns, (0, 0))
            for (name, of), made in self.tally.made.items():
                column = name if name in self.document.operations else "other"
                if of == check:
                    before = cells[column]
                    cells[column] = (before[0] + made, before[1] + self.tally.failed[name, check])
            yield check, list(cells.values())


class InterruptedRunError(KeyboardInterrupt):
    """Somebody pressed Ctrl-C.

    Attributes:
        result: What the run had come to by then.
    """

    def __init__(self, result: Result) -> None:
        super().__init__("the run was interrupted")
        self.result = result


def result_of(  # noqa: PLR0913 - what a run came to
    run: Run,
    parts: tuple[str, ...],
    gaps: Gaps,
    timings: Mapping[str, Timing],
    drift: tuple[Difference, ...] | None = None,
    *,
    interrupted: bool = False,
) -> Result:
    """What a run has come to by now."""
    found = findings(run.document, run.violations, run.causes, run.times)
    unseen = list(gaps.unreachable)
    if found:
        found, beside = _hiding(found, gaps.missed)
        unseen += [(what, MENDED) for what in beside]
    # Each is told by itself: what differs is not what makes something else go wrong.
    apart = findings(run.document, run.differences, Causes(), run.times)
    found, apart = _one_of_credentials(found, apart)
    return Result(
        target=run.target,
        seed=run.seed,
        parts=parts,
        findings=tuple(found),
        differences=tuple(apart),
        bugs=tuple(run.bugs),
        out_of_reach=tuple(unseen),
        drift=drift,
        timings=MappingProxyType(dict(timings)),
        violations=tuple(run.violations),
        exchanges=tuple(run.exchanges),
        document=run.document,
        tally=run.tally,
        coverage=run.coverage,
        controlled=run.control is not None,
        begun=datetime.fromtimestamp(run.begun, UTC),
        interrupted=interrupted,
    )


def _one_of_credentials(
    found: list[Finding], apart: list[Finding]
) -> tuple[list[Finding], list[Finding]]:
    """The findings and differences, where who has no credentials is told the same wrong status.

    Whether something else is wrong with such calls as well makes no second fault of it.
    """
    named = {finding.cause: finding for finding in (*found, *apart)}
    needed, first = named.get("credentials-needed"), named.get("credentials-first")
    if not (needed and first) or _status(needed) != _status(first):
        return found, apart
    whole = replace(needed, follows={**needed.follows, first.title: first.times})
    told = [whole if each is needed else each for each in found if each is not first]
    return told, [each for each in apart if each is not first]


def _status(finding: Finding) -> str:
    """The status that was answered, as text."""
    return finding.example.got.partition(" ")[0]


def _hiding(found: list[Finding], missed: list[str]) -> tuple[list[Finding], list[str]]:
    """The findings, each with what was not seen because of it; and what is left.

    What was not seen is put down to the first finding about one of the operations that it takes.
    """
    hidden: dict[int, list[str]] = {}
    left: list[str] = []
    for what in missed:
        words = set(what.split())
        about = (place for place, each in enumerate(found) if words & set(each.operations))
        place = next(about, None)
        if place is None:
            left.append(what)
        else:
            hidden.setdefault(place, []).append(what)
    telling = [
        replace(each, hides=tuple(hidden.get(place, ()))) for place, each in enumerate(found)
    ]
    return telling, left
