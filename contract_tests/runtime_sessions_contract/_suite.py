"""The suite: its parts, one after the other, and what they add up to."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from runtime_sessions_contract._client import client_holds
from runtime_sessions_contract._coverage import Gaps
from runtime_sessions_contract._drift import Difference
from runtime_sessions_contract._driver import Cast
from runtime_sessions_contract._findings import Causes, Finding, findings
from runtime_sessions_contract._fuzz import fuzz
from runtime_sessions_contract._judge import ContractViolationError, Violation
from runtime_sessions_contract._machine import drive
from runtime_sessions_contract._race import race
from runtime_sessions_contract._run import Run, attempt
from runtime_sessions_contract._shrink import shorten
from runtime_sessions_contract._target import CannotRunError
from runtime_sessions_contract._tour import tour
from runtime_sessions_contract._wire import curl


def _model(run: Run) -> None:
    tour(run)
    if not run.over:
        drive(run)


RUNNERS: dict[str, Callable[[Run], None]] = {
    "model": _model,
    "race": race,
    "client": client_holds,
    "fuzz": fuzz,
}


@dataclass(slots=True)
class Result:
    """What a run came to."""

    run: Run
    parts: tuple[str, ...]
    gaps: Gaps
    spans: dict[str, tuple[float, int]] = field(default_factory=dict[str, tuple[float, int]])
    drift: list[Difference] | None = None

    @property
    def holds(self) -> bool:
        """Whether the server holds to the contract."""
        return not self.run.violations

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the server, by cause, the gravest first."""
        run = self.run
        return findings(run.contract, run.violations, run.causes, run.times)

    @property
    def differences(self) -> list[Finding]:
        """In what the server differs from what is only reported, assumed, or not declared."""
        run = self.run
        # Each is told by itself: what differs is not what makes something else go wrong.
        return findings(run.contract, run.differences, Causes(), run.times)

    @property
    def columns(self) -> list[str]:
        """The columns of the matrix: the operations, and whatever else was checked."""
        return [*self.run.contract.operations, "other"]

    def matrix(self) -> Iterator[tuple[str, list[tuple[int, int]]]]:
        """Each check, with how often it was made and failed in each column."""
        tally, known = self.run.tally, self.run.contract.operations
        for check in sorted({check for _, check in tally.made}):
            cells: dict[str, tuple[int, int]] = dict.fromkeys(self.columns, (0, 0))
            for (name, of), made in tally.made.items():
                column = name if name in known else "other"
                if of == check:
                    before = cells[column]
                    cells[column] = (before[0] + made, before[1] + tally.failed[name, check])
            yield check, list(cells.values())

    @property
    def checks(self) -> int:
        """How many checks were made."""
        return sum(self.run.tally.made.values())


def execute(run: Run, parts: tuple[str, ...]) -> Result:
    """Run parts of the suite against the run's target."""
    _names_known(run)
    spans: dict[str, tuple[float, int]] = {}
    for part in parts:
        if run.over:
            break
        run.part = part
        begun, calls = time.monotonic(), len(run.exchanges)
        _perform(run, part)
        spans[part] = (time.monotonic() - begun, len(run.exchanges) - calls)
    if not run.over:
        run.progress("shortening what was found")
        shorten(run)
    run.part = "coverage"
    return Result(run, parts, _gaps(run, parts), spans)


def _perform(run: Run, part: str) -> None:
    """Run one part; whatever happens in it, the next one is not hidden by it."""
    attempt(run, "as a whole", lambda: RUNNERS[part](run))


def _gaps(run: Run, parts: tuple[str, ...]) -> Gaps:
    """What was not seen, and why; where nothing else is wrong, that is a violation itself."""
    gaps = run.coverage.missing(
        fuzz="fuzz" in parts, model="model" in parts, control=run.control is not None
    )
    if run.target.secrets.other_token is None:
        gaps.note("that other users' sessions are hidden", "takes a second user (OTHER_TOKEN)")
    gaps.unreachable += dict.fromkeys(run.unlooked)
    if run.overdue:
        gaps.unreachable += [(missed, "MAX_TIME ran out") for missed in gaps.missed]
    elif not run.violations and not run.bugs:
        # Where something is broken already, what could not be seen for that says nothing more.
        run.take([_unseen(missed) for missed in gaps.missed])
    return gaps


def _names_known(run: Run) -> None:
    """See whether the server knows the names that its sessions are to be created with."""
    if run.target.bundled:
        return
    with Cast(run) as cast:
        with suppress(ContractViolationError):
            cast.user.create()
        exchange = cast.user.wire.taken[-1]
    dialect = run.target.dialect
    if exchange.status in {dialect.unknown_backend, dialect.foreign_instance}:
        raise CannotRunError(
            f"{run.target.url} answered {exchange.status} to a session on {run.target.backend} for "
            f"{run.target.instance}: give a BACKEND that it has and an INSTANCE that the user may "
            f"use. Try: {curl(exchange, run.target.secrets)}"
        )


def _unseen(missed: str) -> Violation:
    return Violation(
        "covered", missed, f"to see: {missed}", "it never came about in this run", "#/paths"
    )
