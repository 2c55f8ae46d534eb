"""The life of a session, without HTTP and without a clock."""

import sys
from collections.abc import Callable
from copy import deepcopy
from types import FrameType
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from runtime_sessions_emulator.core import life
from runtime_sessions_emulator.core.job import (
    CANCELLED,
    COMPLETED,
    FAILED,
    IN_CLOSED_SESSION,
    RAN_TOO_LONG,
    SECOND,
    SESSION_CLOSED,
    Job,
    JobStatus,
    Outcome,
    micros,
)
from runtime_sessions_emulator.core.life import Mode, Session
from runtime_sessions_emulator.core.lifecycle import TABLE, Reason, State

TraceFunction = Callable[[FrameType, str, Any], Any]


def session(**more: object) -> Session:
    known: dict[str, object] = {
        "id": "s",
        "owner": "u",
        "backend": "b",
        "instance": "h/g/p",
        "mode": Mode.DEDICATED,
        "created_at": 0,
        "max_ttl": 1000,
        "interactive_ttl": 60,
    }
    return life.create(Session(**(known | more)))  # type: ignore[arg-type] # spelt out above


def job(seconds: float, name: str = "j") -> Job:
    return Job(
        id=name,
        owner="u",
        instance="h/g/p",
        backend="b",
        created_at=0,
        duration=micros(seconds),
        session_id="s",
    )


def at(seconds: float) -> int:
    return round(seconds * SECOND)


def submitted(before: Session, *jobs: Job, now: float = 0) -> Session:
    for one in jobs:
        before = life.submit(before, one, at(now))
    return before


def statuses(looked: Session) -> list[JobStatus]:
    return [one.status for one in looked.jobs]


def history(looked: Session) -> list[tuple[State, Reason, float]]:
    return [(change.state, change.reason, change.at / SECOND) for change in looked.history]


def steps_to_settle(count: int) -> int:
    """How many lines are gone through until a session with so many jobs has settled."""
    full = session(max_ttl=10**6)
    full.jobs.extend(job(10, f"j-{number}") for number in range(count))
    full.queued += count
    full = submitted(full, job(10))
    steps = 0

    def tracing(_: FrameType, __: str, ___: object) -> TraceFunction:
        nonlocal steps
        steps += 1
        return tracing

    before = sys.gettrace()
    sys.settrace(tracing)
    try:
        looked = life.settle(full, at(10**6))
    finally:
        sys.settrace(before)
    assert set(statuses(looked)) == {JobStatus.COMPLETED}
    return steps


def test_many_jobs_settle_in_a_time_that_grows_with_their_number() -> None:
    assert steps_to_settle(800) < 4.5 * steps_to_settle(200)


def test_changes_are_dated_when_they_happened_not_when_they_were_noticed() -> None:
    looked = life.settle(submitted(session(), job(10), now=5), at(86400))
    assert history(looked) == [
        (State.OPEN, Reason.CREATED, 0),
        (State.ACTIVE, Reason.ACTIVATED, 5),
        (State.INACTIVE, Reason.INTERACTIVE_TTL, 75),
        (State.CLOSED, Reason.MAX_TTL, 1005),
    ]
    assert looked.closed_at == at(1005)
    assert looked.last_job_completed == at(15)
    assert not looked.accepting_jobs


def test_the_time_of_a_session_begins_with_its_first_job() -> None:
    idle = life.settle(session(), at(10**6))
    assert idle.state is State.OPEN
    assert life.remaining(idle, at(10**6)) == 1000
    assert life.elapsed(idle, at(10**6)) is None


def test_an_unused_session_closes_where_that_is_configured() -> None:
    looked = life.settle(session(unused_ttl=1800), at(2000))
    assert history(looked)[-1] == (State.CLOSED, Reason.UNUSED_TTL, 1800)


@pytest.mark.parametrize(("mode", "used"), [(Mode.DEDICATED, 12), (Mode.BATCH, 52)])
def test_five_jobs_run_side_by_side(mode: Mode, used: float) -> None:
    looked = submitted(session(mode=mode), *(job(10, str(n)) for n in range(6)))
    assert statuses(looked) == [JobStatus.RUNNING] * 5 + [JobStatus.QUEUED]
    looked = life.settle(looked, at(12))
    assert statuses(looked) == [JobStatus.COMPLETED] * 5 + [JobStatus.RUNNING]
    assert [one.started_at for one in looked.jobs] == [0] * 5 + [at(10)]
    # A batch is charged for each of its jobs, a dedicated session for the backend that it holds.
    assert life.elapsed(looked, at(12)) == used


def test_a_session_that_is_active_for_too_long_closes() -> None:
    looked = submitted(session(active_ttl=50), job(10, "a"), now=5)
    looked = life.settle(looked, at(54))
    assert (looked.state, looked.active_ttl) == (State.ACTIVE, 50)
    looked = life.settle(looked, at(60))
    assert history(looked)[-1] == (State.CLOSED, Reason.ACTIVE_TTL, 55)
    assert looked.active_ttl == 50


def test_the_active_ttl_begins_anew_with_each_time_of_being_active() -> None:
    looked = life.settle(submitted(session(active_ttl=80), job(10, "a")), at(75))
    assert looked.state is State.INACTIVE
    looked = life.submit(looked, job(100, "b"), at(75))
    assert life.settle(looked, at(154)).state is State.ACTIVE
    assert history(life.settle(looked, at(155)))[-1] == (State.CLOSED, Reason.ACTIVE_TTL, 155)


def test_a_job_can_be_cancelled_while_it_is_queued_and_while_it_runs() -> None:
    looked = submitted(session(), *(job(10, str(n)) for n in range(7)))
    looked = life.cancel_job(looked, 6, CANCELLED, at(1))
    assert looked.jobs[6].end == CANCELLED
    assert looked.jobs[6].started_at is None
    looked = life.cancel_job(looked, 0, CANCELLED, at(2))
    assert looked.jobs[0].ended_at == at(2)
    # Its lane is the next one's.
    assert looked.jobs[5].started_at == at(2)
    looked = life.settle(looked, at(12))
    assert statuses(looked).count(JobStatus.COMPLETED) == 5
    assert life.cancel_job(looked, 1, CANCELLED, at(12)) == looked


def test_cancelling_the_last_job_lets_the_session_idle_or_drain() -> None:
    looked = life.cancel_job(submitted(session(), job(100, "a")), 0, CANCELLED, at(4))
    assert history(life.settle(looked, at(100)))[-1] == (
        State.INACTIVE,
        Reason.INTERACTIVE_TTL,
        64,
    )
    looked = life.update(submitted(session(), job(100, "a")), at(1), accepting_jobs=False)
    looked = life.cancel_job(looked, 0, CANCELLED, at(4))
    assert history(looked)[-1] == (State.CLOSED, Reason.CLOSED_EARLY, 4)


def test_a_session_is_not_idle_while_a_job_of_it_runs() -> None:
    looked = submitted(session(mode=Mode.BATCH), job(10, "a"), job(500, "b"))
    assert life.settle(looked, at(499)).state is State.ACTIVE
    assert history(life.settle(looked, at(600)))[-1] == (
        State.INACTIVE,
        Reason.INTERACTIVE_TTL,
        560,
    )


@pytest.mark.parametrize("unrun", [IN_CLOSED_SESSION, SESSION_CLOSED])
def test_closing_fails_what_is_queued_and_lets_run_what_runs(unrun: Outcome) -> None:
    jobs = [job(10, str(n)) for n in range(6)]
    looked = life.close(submitted(session(unrun=unrun), *jobs), at(3))
    assert history(looked)[-1] == (State.CLOSED, Reason.CANCELLED, 3)
    assert statuses(looked) == [JobStatus.RUNNING] * 5 + [JobStatus.FAILED]
    assert looked.jobs[5].end == unrun
    assert looked.jobs[5].ended_at == at(3)
    looked = life.settle(looked, at(20))
    assert statuses(looked) == [JobStatus.COMPLETED] * 5 + [JobStatus.FAILED]
    assert looked.closed_at == at(3)
    assert looked.last_job_completed == at(10)
    # The backend is held until the last job ends.
    assert life.elapsed(looked, at(20)) == 10


def test_max_ttl_fails_what_is_queued_and_lets_run_what_runs() -> None:
    looked = submitted(session(max_ttl=5), *(job(10, str(n)) for n in range(6)))
    looked = life.settle(looked, at(7))
    assert history(looked)[-1] == (State.CLOSED, Reason.MAX_TTL, 5)
    assert statuses(looked) == [JobStatus.RUNNING] * 5 + [JobStatus.FAILED]


def test_a_job_that_ends_with_the_session_has_completed() -> None:
    looked = life.settle(submitted(session(max_ttl=10), job(10)), at(10))
    assert statuses(looked) == [JobStatus.COMPLETED]
    assert looked.state is State.CLOSED


def test_a_draining_session_closes_with_its_last_job() -> None:
    looked = submitted(session(), *(job(10, str(n)) for n in range(6)))
    looked = life.update(looked, at(1), accepting_jobs=False)
    assert looked.state is State.ACTIVE
    looked = life.settle(looked, at(30))
    assert statuses(looked) == [JobStatus.COMPLETED] * 6
    assert history(looked)[-1] == (State.CLOSED, Reason.CLOSED_EARLY, 20)


def test_a_drained_session_without_jobs_closes_at_once() -> None:
    looked = life.update(session(), at(1), accepting_jobs=False)
    assert history(looked)[-1] == (State.CLOSED, Reason.CLOSED_EARLY, 1)


def test_a_draining_session_can_be_told_to_accept_again() -> None:
    looked = life.update(submitted(session(), job(10)), at(1), accepting_jobs=False)
    looked = life.update(looked, at(2), accepting_jobs=True)
    assert life.settle(looked, at(30)).state is State.ACTIVE


@pytest.mark.parametrize("end", [life.close, life.cancel])
def test_a_final_state_stays_as_it_is(end: Callable[[Session, int], Session]) -> None:
    over = end(session(), at(1))
    assert over.state.final
    assert life.close(over, at(2)) == over
    assert life.cancel(over, at(2)) == over
    assert life.update(over, at(2), accepting_jobs=True) == over


def test_an_inactive_session_is_activated_anew_by_the_next_job() -> None:
    looked = life.settle(submitted(session(), job(10)), at(100))
    assert looked.state is State.INACTIVE
    looked = submitted(looked, job(10), now=100)
    assert (looked.state, looked.activated_at, looked.started_at) == (State.ACTIVE, at(100), 0)
    # Ten seconds of a job and sixty of waiting, and then again.
    assert life.elapsed(life.settle(looked, at(500)), at(500)) == 140


def test_the_open_plan_runs_jobs_without_a_session() -> None:
    looked = life.settle(submitted(session(job_mode=True), job(10)), at(100))
    assert statuses(looked) == [JobStatus.COMPLETED]
    assert history(looked) == [(State.OPEN, Reason.CREATED, 0)]
    assert looked.started_at is None


def test_the_time_that_remains_falls_and_ends_at_nothing() -> None:
    looked = submitted(session(max_ttl=100), job(10), now=50)
    assert life.remaining(looked, at(50)) == 100
    assert life.remaining(looked, at(80)) == 70
    assert life.remaining(life.settle(looked, at(200)), at(200)) == 0


@pytest.mark.parametrize("outcome", [COMPLETED, FAILED, CANCELLED, RAN_TOO_LONG])
def test_a_job_ends_as_it_is_told_to(outcome: Outcome) -> None:
    told = evolve(job(10), outcome=outcome)
    looked = life.settle(submitted(session(), told), at(10))
    assert looked.jobs[0].end == outcome


def test_a_job_that_was_cancelled_while_it_was_queued_is_passed_over() -> None:
    looked = submitted(session(), *(job(10, f"j{number}") for number in range(7)))
    looked = life.cancel_job(looked, 5, CANCELLED, at(1))
    looked = life.settle(looked, at(10))
    assert looked.jobs[5].started_at is None
    assert looked.jobs[6].started_at == at(10)


ACTIONS = st.sampled_from(["look", "submit", "cancel_job", "drain", "accept", "close", "cancel"])
STEPS = st.lists(st.tuples(st.integers(0, 100), ACTIONS, st.integers(0, 40)), max_size=20)


@given(
    steps=STEPS,
    mode=st.sampled_from(Mode),
    max_ttl=st.integers(1, 150),
    unused=st.none() | st.integers(0, 90),
    job_mode=st.booleans(),
)
def test_looking_changes_nothing_and_the_table_is_obeyed(
    *,
    steps: list[tuple[int, str, int]],
    mode: Mode,
    max_ttl: int,
    unused: int | None,
    job_mode: bool,
) -> None:
    """Whoever looks every second sees the same life as whoever comes back at its end."""
    kind = {"mode": mode, "max_ttl": max_ttl, "unused_ttl": unused, "job_mode": job_mode}
    rare = often = session(**kind, interactive_ttl=7)
    now = 0
    for wait, action, seconds in steps:
        for second in range(now, now + wait):
            often = life.settle(often, at(second))
        now += wait
        rare, often = (
            act(life.settle(one, at(now)), action, seconds, at(now)) for one in (rare, often)
        )
        assert rare == often
        obeys_the_table(rare)


def act(before: Session, action: str, seconds: int, now: int) -> Session:
    kept = deepcopy(before)
    after = _acted(before, action, seconds, now)
    assert before == kept, "what is given stays as it is"
    return after


def _acted(before: Session, action: str, seconds: int, now: int) -> Session:
    match action:
        case "submit" if before.accepting_jobs:
            return life.settle(life.submit(before, job(seconds), now), now)
        case "cancel_job" if before.jobs:
            return life.cancel_job(before, seconds % len(before.jobs), CANCELLED, now)
        case "drain" | "accept":
            return life.update(before, now, accepting_jobs=action == "accept")
        case "close":
            return life.close(before, now)
        case "cancel":
            return life.cancel(before, now)
    return before


def obeys_the_table(looked: Session) -> None:
    edges = {(state, step.to, step.reason) for (state, _), step in TABLE.items()}
    for before, after in zip(looked.history, looked.history[1:], strict=False):
        assert (before.state, after.state, after.reason) in edges
        assert before.at <= after.at
    assert looked.queued == statuses(looked).count(JobStatus.QUEUED)
    assert [looked.jobs[place].status for place in looked.running] == (
        [JobStatus.RUNNING] * statuses(looked).count(JobStatus.RUNNING)
    )
    if looked.state.final:
        assert not looked.accepting_jobs
        assert looked.closed_at == looked.history[-1].at
        assert JobStatus.QUEUED not in statuses(looked)
    else:
        assert looked.closed_at is None
