"""The suite: its parts, one after the other, and what they add up to."""

import time
from collections.abc import Callable
from contextlib import suppress

from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.drivers.clients import client_holds
from runtime_sessions_contract.drivers.fuzz import fuzz
from runtime_sessions_contract.drivers.machine import drive
from runtime_sessions_contract.drivers.race import race
from runtime_sessions_contract.drivers.tour import tour
from runtime_sessions_contract.run.coverage import Gaps
from runtime_sessions_contract.run.run import Run, attempt
from runtime_sessions_contract.suite.result import Result
from runtime_sessions_contract.suite.shrink import shorten
from runtime_sessions_contract.target.target import CannotRunError
from runtime_sessions_contract.verdicts.violation import ContractViolationError, Violation
from runtime_sessions_contract.wire.curl import curl


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
        exchange = cast.user.recorder.taken[-1]
    answers = run.target.contract.answers
    if exchange.status in {answers.unknown_backend, answers.foreign_instance}:
        raise CannotRunError(
            f"{run.target.url} answered {exchange.status} to a session on {run.target.backend} for "
            f"{run.target.instance}: give a BACKEND that it has and an INSTANCE that the user may "
            f"use. Try: {curl(exchange, run.target.secrets)}"
        )


def _unseen(missed: str) -> Violation:
    return Violation(
        "covered", missed, f"to see: {missed}", "it never came about in this run", "#/paths"
    )
