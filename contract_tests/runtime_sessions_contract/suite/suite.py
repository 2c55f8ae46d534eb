"""The suite: it runs its parts, one after the other."""

import random
import signal
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.drivers.clients import client_holds
from runtime_sessions_contract.drivers.fuzz import fuzz
from runtime_sessions_contract.drivers.machine import drive
from runtime_sessions_contract.drivers.race import race
from runtime_sessions_contract.drivers.tour import tour
from runtime_sessions_contract.run.coverage import Gaps
from runtime_sessions_contract.run.run import Run, attempt
from runtime_sessions_contract.suite.parts import PARTS
from runtime_sessions_contract.suite.result import (
    InterruptedRunError,
    Result,
    Timing,
    result_of,
)
from runtime_sessions_contract.suite.shrink import confirm, shorten
from runtime_sessions_contract.target.reach import check
from runtime_sessions_contract.target.recognise import SHOWN, suggestion
from runtime_sessions_contract.target.target import CannotRunError, Target
from runtime_sessions_contract.verdicts.violation import ContractViolationError, Violation
from runtime_sessions_contract.wire.curl import curl


def _model(run: Run) -> None:
    """Walk the tour, then let the machine run."""
    tour(run)
    if not run.over:
        drive(run)


#: What runs each part.
RUNNERS: dict[str, Callable[[Run], None]] = {
    "race": race,
    "model": _model,
    "client": client_holds,
    "fuzz": fuzz,
}


def run_suite(  # noqa: PLR0913 - each of them has a default
    target: Target,
    *,
    parts: Sequence[str] = PARTS,
    seed: int | None = None,
    examples: float = 1,
    strict: bool = False,
    fail_fast: bool = False,
    max_time: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> Result:
    """Hold a server of this computer to its contract.

    Live services are for the command `runtime-sessions-contract` alone, which keeps to a budget and
    closes what it has created.

    Args:
        target: The server.
        parts: Which parts of the suite to run.
        seed: What all that is drawn at random is drawn from; a new one if none is given.
        examples: How thorough to be: a factor, 2 is twice as many.
        strict: Whether what is only reported or assumed is held against the server, too. It always
            is against the bundled emulator.
        fail_fast: Whether to stop at the first violation.
        max_time: When to stop looking, in seconds.
        progress: Told in a few words what is being done.

    Returns:
        What was found, how often what was checked, and the seed that repeats it.

    Raises:
        CannotRunError: The server is not there, does not know who calls, or is no server of this
            computer.
        InterruptedRunError: Ctrl-C was pressed: a KeyboardInterrupt with the result so far.
        ValueError: There is no such part.
    """
    if unknown := set(parts) - set(PARTS):
        told = ", ".join(sorted(unknown))
        raise ValueError(f"There is no part {told}: choose from {', '.join(PARTS)}")
    if not target.on_loopback:
        raise CannotRunError(
            f"{target.url} is not on this computer: use the command runtime-sessions-contract, "
            "which is careful with live services"
        )
    check(target)
    run = Run(
        target,
        seed=random.SystemRandom().getrandbits(32) if seed is None else seed,
        strict=strict,
        examples=examples,
        fail_fast=fail_fast,
        deadline=None if max_time is None else time.monotonic() + max_time,
        progress=progress or _silent,
    )
    try:
        return execute(run, tuple(part for part in PARTS if part in parts))
    finally:
        run.close()


def _silent(_: str) -> None:
    """Tell nobody what is being done."""


def execute(run: Run, parts: tuple[str, ...]) -> Result:
    """Run parts of the suite against the run's target.

    Raises:
        InterruptedRunError: Ctrl-C was pressed; it carries what was found so far.
    """
    timings: dict[str, Timing] = {}
    try:
        with _heeding_ctrl_c(run):
            _names_known(run)
            for part in parts:
                if run.over:
                    break
                _timed(run, part, timings)
            if not run.over:
                run.progress("shortening what was found")
                shorten(run)
                confirm(run)
    except KeyboardInterrupt:
        result = result_of(run, parts, _left_undone(parts, timings), timings, interrupted=True)
        raise InterruptedRunError(result) from None
    run.part = "coverage"
    gaps = _gaps(run, parts)
    return result_of(run, parts, gaps, timings)


@contextmanager
def _heeding_ctrl_c(run: Run) -> Generator[None]:
    """Note that Ctrl-C was pressed: Schemathesis keeps it for itself, and goes on.

    Raises:
        KeyboardInterrupt: It was pressed.
    """
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        # Nobody tells this thread of it.
        yield
        return
    heeded = before

    def note(number: int, frame: FrameType | None) -> None:
        run.interrupted = True
        heeded(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if run.interrupted:
        raise KeyboardInterrupt


def _timed(run: Run, part: str, timings: dict[str, Timing]) -> None:
    """Run one part; whatever happens in it, the next one is not hidden by it."""
    run.part = part
    begun, calls = time.monotonic(), len(run.exchanges)
    attempt(run, "as a whole", lambda: RUNNERS[part](run))
    if not run.interrupted:
        timings[part] = Timing(time.monotonic() - begun, len(run.exchanges) - calls)


def _left_undone(parts: tuple[str, ...], timings: dict[str, Timing]) -> Gaps:
    """What an interrupted run did not look at, or not to the end."""
    gaps = Gaps()
    for part in parts:
        if part not in timings:
            gaps.note(f"the part {part}, or the rest of it", "the run was interrupted")
    return gaps


def _gaps(run: Run, parts: tuple[str, ...]) -> Gaps:
    """What was not seen. If nothing else is wrong, a gap in the coverage is a violation itself."""
    gaps = run.coverage.missing(
        fuzz="fuzz" in parts, model="model" in parts, control=run.control is not None
    )
    if run.target.secrets.other_token is None:
        gaps.note("that other users' sessions are hidden", "takes a second user (OTHER_TOKEN)")
    elsewhere = run.target.open_instance or run.target.other_instance
    if elsewhere is None and run.target.contract.credentials.instance_header is not None:
        reason = "takes a second instance (OTHER_INSTANCE)"
        gaps.note("that sessions of another instance are hidden", reason)
    gaps.unreachable += dict.fromkeys(run.unlooked)
    if run.overdue:
        gaps.excuse("MAX_TIME ran out")
    elif not run.violations and not run.bugs:
        # Where something is broken already, what could not be seen is told with that.
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
        said = run.target.secrets.redact(exchange.body[:SHOWN].decode("utf-8", "replace"))
        raise CannotRunError(
            f"{run.target.url} answered {exchange.status} to a session on {run.target.backend} for "
            f"{run.target.instance}: give a BACKEND that it has and an INSTANCE that the user may "
            f"use.{suggestion(run.target)} It said: {said}. "
            f"Try: {curl(exchange, run.target.secrets)}"
        )


def _unseen(missed: str) -> Violation:
    """The violation that something was not seen in a run."""
    return Violation(
        "covered", missed, f"to see: {missed}", "it never came about in this run", "#/paths"
    )
