"""The machine: Hypothesis uses the server at random, and shortens what it finds."""

import math
import time
from collections.abc import Callable
from typing import Any, cast

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from runtime_sessions_contract.contracts.base.names import NOWHERE
from runtime_sessions_contract.drivers.cast import OUTCOMES, Cast
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.verdicts.violation import ContractViolationError, Violation

#: How many sessions a sequence of calls may create: all of them are looked at after each.
SESSIONS = 4
STEPS = 20
#: For how long a sequence is made shorter, in seconds.
SHRINK = 10.0
#: How often it runs, at most: once more after each time that it found something.
ROUNDS = 4

TTLS = (
    st.none()
    | st.sampled_from([20, 449.25, 28800, 1e6])
    | st.floats(min_value=1e-3, max_value=1e9, allow_nan=False, allow_infinity=False)
    .map(lambda value: round(value, 3))
    .filter(bool)
    | st.integers(1, 40000)
)
# Odd durations, so that no two changes fall on the same moment.
DURATIONS = st.integers(0, 120).map(lambda seconds: seconds + 0.337)
SPANS = st.sampled_from([1, 5, 19, 21, 59, 61, 200, 449, 451, 3600, 28801])
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=24).map(
    lambda text: NOWHERE + text.replace("/", "-")
)


def machine(  # noqa: C901 - a rule each
    run: Run, cast_: Cast, failed: Callable[[list[Violation]], None], overdue: Callable[[], bool]
) -> type[RuleBasedStateMachine]:
    """The machine for one run."""

    class Sessions(RuleBasedStateMachine):
        """What can be done to the server."""

        def __init__(self) -> None:
            super().__init__()
            self.mine: list[Session] = []

        def _do(self, act: Callable[[], object], *touched: Session) -> None:
            """Do something, then look at every session: not only the one that was touched."""
            if overdue():
                return
            cast_.settle(*self.mine)
            new = self._new(act)
            for session in (*touched, *(other for other in self.mine if other not in touched)):
                new += self._new(lambda session=session: cast_.observe(session))  # type: ignore[misc]
            if new:
                failed(new)
                raise ContractViolationError(new)

        @staticmethod
        def _new(step: Callable[[], object]) -> list[Violation]:
            """Take a step; what is known to be wrong already does not end the sequence.

            Returns:
                What is wrong beside.
            """
            try:
                step()
            except ContractViolationError as error:
                new = [each for each in error.violations if not run.causes.known(each)]
                run.report([each for each in error.violations if each not in new])
                return new
            return []

        def _pick(self, data: st.DataObject) -> Session:
            return data.draw(st.sampled_from(self.mine), label="session")

        @initialize(mode=st.sampled_from(["dedicated", "batch"]))
        def first(self, mode: str) -> None:
            """A sequence begins with a session."""
            self._do(lambda: self._create(cast_.user.create, {"mode": mode}))

        def _create(self, create: Callable[..., Session | None], fields: dict[str, Any]) -> None:
            before = set(run.known.sessions)
            try:
                create(**fields)
            finally:
                # However wrong the answer was, there may be one.
                new = [run.known.sessions[name] for name in run.known.sessions.keys() - before]
                self.mine.extend(new)

        @precondition(lambda self: len(self.mine) < SESSIONS)
        @rule(
            mode=st.sampled_from([None, "dedicated", "batch"]),
            ttl=TTLS,
            other=st.booleans(),
            open_plan=st.integers(0, 5).map(lambda draw: draw == 0),
        )
        def create(
            self, mode: str | None, ttl: float | None, *, other: bool, open_plan: bool
        ) -> None:
            """Create a session with any legal body, as either user."""
            fields: dict[str, Any] = {"max_ttl": ttl} | ({} if mode is None else {"mode": mode})
            actor = cast_.other if other and cast_.other else cast_.user
            actor = cast_.elsewhere if open_plan and cast_.elsewhere else actor
            self._do(lambda: self._create(actor.create, fields))

        @precondition(lambda self: self.mine)
        @rule(data=st.data(), accepting=st.booleans())
        def update(self, data: st.DataObject, *, accepting: bool) -> None:
            """Let a session accept jobs, or no more."""
            session = self._pick(data)
            self._do(lambda: cast_.of(session).update(session.id, accepting=accepting), session)

        @precondition(lambda self: self.mine)
        @rule(data=st.data())
        def close(self, data: st.DataObject) -> None:
            """Close a session."""
            session = self._pick(data)
            self._do(lambda: cast_.of(session).call("closeSession", session.id), session)

        @precondition(lambda self: self.mine)
        @rule(
            data=st.data(),
            limit=st.none() | st.integers(1, 200),
            offset=st.none() | st.integers(0, 9),
        )
        def page(self, data: st.DataObject, limit: int | None, offset: int | None) -> None:
            """List any page of a session's jobs."""
            session = self._pick(data)
            asked = {
                name: value
                for name, value in (("limit", limit), ("offset", offset))
                if value is not None
            }
            self._do(lambda: cast_.of(session).call(run.document.jobs, session.id, **asked))

        @precondition(lambda self: bool(self.mine and run.control))
        @rule(
            data=st.data(),
            durations=st.lists(DURATIONS, min_size=1, max_size=7),
            outcome=st.sampled_from(list(OUTCOMES)),
        )
        def submit(self, data: st.DataObject, durations: list[float], outcome: str) -> None:
            """Submit jobs into a session."""
            session = self._pick(data)

            def act() -> None:
                for duration in durations:
                    cast_.submit(session, duration, outcome)

            self._do(act, session)

        @precondition(lambda self: bool(self.mine and run.control))
        @rule(seconds=SPANS)
        def advance(self, seconds: float) -> None:
            """Let time pass."""
            self._do(lambda: cast_.advance(seconds))

        @precondition(lambda self: bool(self.mine and run.control))
        @rule(data=st.data(), sure=st.integers(0, 3).map(lambda draw: draw == 0))
        def cancel(self, data: st.DataObject, *, sure: bool) -> None:
            """Cancel a session as an operator, now and then."""
            session = self._pick(data)
            if sure:
                self._do(lambda: cast_.cancel(session), session)

        @precondition(lambda self: self.mine)
        @rule(data=st.data(), operation=st.sampled_from(run.document.takers), name=NAMES)
        def refused(self, data: st.DataObject, operation: str, name: str) -> None:
            """Act on somebody else's session, on none, without a token and with a wrong one."""
            session = self._pick(data)

            def act() -> None:
                cast_.user.any_call(operation, name)
                for actor in (*cast_.nobodies, *cast_.strangers(session)):
                    actor.any_call(operation, session.id)

            self._do(act)

    return Sessions


def drive(run: Run) -> None:
    """Let the machine run; what it finds goes to the run, in its shortest form.

    It runs again while it finds something, so that one fault does not hide the next.
    """
    for again in range(ROUNDS):
        if run.over or not _drive(run, run.seed + again):
            return


def _drive(run: Run, seed: int) -> bool:
    """Let the machine run once; returns whether it found something new."""
    found: list[list[Violation]] = []
    first: list[float] = []

    def failed(violations: list[Violation]) -> None:
        # Each is shorter than the one before, until time is over.
        found[:] = [violations]
        first.append(time.monotonic())

    def overdue() -> bool:
        return run.overdue or (bool(first) and time.monotonic() - first[0] > SHRINK)

    config = settings(
        max_examples=max(1, math.ceil(15 * run.examples)),
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=False,
        # What is found is told as everything else is, and not by Hypothesis.
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
        ],
        phases=[Phase.generate] if run.fail_fast else [Phase.generate, Phase.shrink],
    )
    with Cast(run) as cast_:
        kind = seeded(seed)(machine(run, cast_, failed, overdue))
        try:
            run_state_machine_as_test(cast("Any", kind), settings=config)  # pyright: ignore[reportUnknownMemberType]
        except Exception:
            # Flaky ones too: what was seen was seen, though it did not come again.
            if not found:
                raise
    for violations in found:
        run.report(violations)
    return bool(found)
