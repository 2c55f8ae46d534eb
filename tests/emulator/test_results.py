"""Results beside the life of a session: in whichever order, neither sees the other.

Each bug that is planted at the end is one that these properties have to find.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, evolve, field
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from runtime_sessions_emulator import JobRule, default_config
from runtime_sessions_emulator.core import life
from runtime_sessions_emulator.core.clock import VirtualClock
from runtime_sessions_emulator.core.computation import Computation, Computed, NotComputedError
from runtime_sessions_emulator.core.config import User
from runtime_sessions_emulator.core.errors import (
    JobEndedError,
    JobNotEndedError,
    NoSuchJobError,
    NotAcceptingError,
)
from runtime_sessions_emulator.core.job import SECOND, Job, JobStatus, Outcome
from runtime_sessions_emulator.core.job_rule import JobOrder
from runtime_sessions_emulator.core.life import Session
from runtime_sessions_emulator.core.rules import Rules, uuid
from runtime_sessions_emulator.core.service import Service

RULES = Rules(
    session_id=uuid,
    open_plan_refuses=True,
    flag_moves=True,
    unrun=Outcome(JobStatus.FAILED, "Session has been closed", 1217),
    limit_closes=True,
)
FAILURE = Outcome(JobStatus.FAILED, "Not valid", 1002)


@define(eq=False)
class Work:
    """A computation that ends when it is told to, if it is under way."""

    ends_with: Computed
    outcome: Computed | None = None
    under_way: bool = False

    def begin(self) -> None:
        self.under_way = self.outcome is None

    def stop(self) -> None:
        self.under_way = False

    def end(self) -> None:
        if self.under_way:
            self.outcome, self.under_way = self.ends_with, False


class Computer:
    def __init__(self) -> None:
        self.works: list[Work] = []

    def computation(self, *, params: dict[str, Any], **_: Any) -> Work:
        number = params["number"]
        fails = number % 2 == 1
        outcome = Computed(failure=FAILURE) if fails else Computed(result=f"result {number}")
        self.works.append(Work(outcome))
        return self.works[-1]


@define
class World:
    """A service with a computer, and its twin without one, to which the same is done."""

    computer: Computer = field(factory=Computer)
    jobs: list[str] = field(factory=list[str])
    cancelled_late: set[str] = field(factory=set[str])
    deleted: set[str] = field(factory=set[str])
    told: dict[str, tuple[JobStatus, str | None]] = field(
        factory=dict[str, tuple[JobStatus, str | None]]
    )
    services: tuple[Service, Service] = field(init=False)
    session: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        config = default_config("platform")
        self.services = (
            Service(config, RULES, VirtualClock(), computer=self.computer),
            Service(config, RULES, VirtualClock()),
        )
        made = [
            service.create(
                self.user,
                backend=config.backends[0],
                instance=config.instances[0].name,
                max_ttl=100,
                mode="batch",
            )[0].id
            for service in self.services
        ]
        self.session = made[0]
        assert made[0] == made[1]

    @property
    def service(self) -> Service:
        return self.services[0]

    @property
    def user(self) -> User:
        return default_config("platform").users[0]

    def submit(self, duration: int) -> None:
        request = {"program_id": "sampler", "params": {"number": len(self.jobs)}}
        order = JobOrder(request=request, rule=JobRule(duration=duration))
        made: set[str] = set()
        for service in self.services:
            try:
                job = service.submit(
                    self.user, order, session_id=self.session, instance="", backend=""
                )
            except NotAcceptingError:
                continue
            made.add(job.id)
        assert len(made) <= 1
        self.jobs.extend(made)

    def advance(self, seconds: int) -> None:
        for service in self.services:
            service.clock.set(service.clock.now() + seconds * SECOND)

    def drain(self) -> None:
        for service in self.services:
            service.update(self.user, self.session, accepting_jobs=False)

    def close(self) -> None:
        for service in self.services:
            service.close(self.user, self.session)

    def cancel(self, number: int) -> None:
        job = self._job(number)
        if job is None:
            return
        try:
            self.services[1].cancel_job(self.user, job)
        except JobEndedError:
            unknown = self._life(job).completed and self._work(job).outcome is None
            if not unknown or job in self.cancelled_late:
                with pytest.raises(JobEndedError):
                    self.service.cancel_job(self.user, job)
                return
            self.cancelled_late.add(job)
        self.service.cancel_job(self.user, job)

    def delete(self, number: int) -> None:
        job = self._job(number)
        if job is None:
            return
        for service in self.services:
            try:
                service.delete_job(self.user, job)
            except JobNotEndedError:
                return
        self.deleted.add(job)

    def compute(self, number: int) -> None:
        if number < len(self.computer.works):
            self.computer.works[number].end()

    def _job(self, number: int) -> str | None:
        left = [job for job in self.jobs if job not in self.deleted]
        return left[number % len(left)] if left else None

    def _life(self, job: str) -> Job:
        return self.services[1].job(self.user, job)[0]

    def _work(self, job: str) -> Work:
        return self.computer.works[self.jobs.index(job)]

    def check(self) -> None:
        """Hold what the service tells against its twin and what was computed."""
        assert self._seen(self.service) == self._seen(self.services[1])
        for job in self.jobs:
            if job in self.deleted:
                with pytest.raises(NoSuchJobError):
                    self.service.job(self.user, job)
                assert not self._work(job).under_way
            else:
                self._check_job(job)

    def _seen(self, service: Service) -> Any:
        session: Session = service.get(self.user, self.session)[0]
        now = service.clock.now()
        return (
            session.state,
            session.accepting_jobs,
            session.history,
            life.elapsed(session, now),
            [(job.started_at, job.ended_at) for job in session.jobs],
        )

    def _told(self, job: str) -> tuple[Job, str | None] | Computation:
        """How a job stands and what it gave, or what is to be waited for to know that."""
        found, _ = self.service.job(self.user, job)
        try:
            known = self.service.known(found)
            return known, self.service.result(known) if known.completed else None
        except NotComputedError as waiting:
            return waiting.computation

    def _check_job(self, job: str) -> None:
        lived, work = self._life(job), self._work(job)
        found = self._told(job)
        if not isinstance(found, tuple):
            assert lived.completed
            assert found is work
            assert work.outcome is None
            assert work.under_way
            return
        known, result = found
        told = (known.status, result)
        if lived.end is None:
            assert told == (lived.status, None)
            assert work.under_way or work.outcome is not None
        elif job in self.cancelled_late:
            assert told == (JobStatus.CANCELLED, None)
            assert not work.under_way
        elif not lived.completed:
            assert known.end == lived.end
            assert told == (lived.status, None)
            assert not work.under_way
        elif work.ends_with.failure is None:
            assert told == (JobStatus.COMPLETED, work.ends_with.result)
        else:
            assert (known.end, result) == (FAILURE, None)
        # What was once told of how a job ended stays so, also when its session is long closed.
        if known.end is not None:
            assert self.told.setdefault(job, told) == told


NUMBERS = st.integers(0, 6)
STEPS = st.one_of(
    st.tuples(st.just("submit"), st.sampled_from([0, 1, 5, 30, 200])),
    st.tuples(st.just("submit"), st.sampled_from([0, 1, 5, 30, 200])),
    st.tuples(st.just("compute"), NUMBERS),
    st.tuples(st.just("compute"), NUMBERS),
    st.tuples(st.just("advance"), st.sampled_from([0, 1, 5, 30, 100])),
    st.tuples(st.just("cancel"), NUMBERS),
    st.tuples(st.just("delete"), NUMBERS),
    st.tuples(st.just("drain")),
    st.tuples(st.just("close")),
)
#: Long enough for more jobs than run side by side.
LIVES = st.lists(STEPS, min_size=8, max_size=40)


def lived(steps: list[tuple[Any, ...]]) -> None:
    world = World()
    for name, *arguments in steps:
        getattr(world, name)(*arguments)
        world.check()


@given(LIVES)
@settings(max_examples=300, deadline=None)
def test_the_life_and_the_results_of_a_session_do_not_see_each_other(
    steps: list[tuple[Any, ...]],
) -> None:
    lived(steps)


def steps_of(*kinds: str) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    drawn = {
        "compute": st.tuples(st.just("compute"), NUMBERS),
        "advance": st.tuples(st.just("advance"), st.sampled_from([0, 1, 5, 30])),
        "cancel": st.tuples(st.just("cancel"), NUMBERS),
        "delete": st.tuples(st.just("delete"), NUMBERS),
        "submit": st.tuples(st.just("submit"), st.sampled_from([1, 30])),
    }
    return st.lists(st.one_of([drawn[kind] for kind in kinds]), max_size=20)


def in_turn(*parts: st.SearchStrategy[list[tuple[Any, ...]]]) -> Any:
    return st.tuples(*parts).map(lambda lists: [step for steps in lists for step in steps])


def one(name: str, *arguments: int) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    return st.just([(name, *arguments)])


#: A batch, of which five jobs run side by side.
BATCH = st.lists(st.tuples(st.just("submit"), st.sampled_from([5, 30])), min_size=6, max_size=7)
#: A batch that is not done when its session's time is over, but for some jobs.
LONG = st.lists(st.tuples(st.just("submit"), st.sampled_from([30, 200])), min_size=6, max_size=7)
TO_THE_END = one("advance", 100)

#: What programs do with a session while results are computed.
SITUATIONS = {
    "jobs side by side": in_turn(BATCH, steps_of("compute", "advance"), TO_THE_END),
    "draining while results are read": in_turn(
        BATCH, one("drain"), steps_of("compute", "advance", "submit"), TO_THE_END
    ),
    "cancel with jobs running": in_turn(
        BATCH, steps_of("cancel", "compute", "advance", "delete"), TO_THE_END
    ),
    "max TTL in the middle of a batch": in_turn(
        LONG, steps_of("compute", "advance"), TO_THE_END, steps_of("compute", "submit")
    ),
    "results after the session is closed": in_turn(
        BATCH,
        steps_of("compute", "advance"),
        one("close"),
        steps_of("compute", "advance", "cancel", "delete"),
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_in_each_situation_results_are_told_as_they_are(situation: str) -> None:
    @given(SITUATIONS[situation])
    @settings(max_examples=60, deadline=None)
    def whatever_happens(steps: list[tuple[Any, ...]]) -> None:
        lived(steps)

    whatever_happens()


def nothing(*_: Any, **__: Any) -> None:
    """Do nothing, where something is to be done."""


def never_stopped(service: Service) -> None:
    service._stop_if_in_vain = nothing  # type: ignore[method-assign]


def stopped_with_the_session(service: Service) -> None:
    keep = service._keep

    def careless(session: Session) -> None:
        keep(session)
        if session.state.final:
            service.stop_computing()

    service._keep = careless  # type: ignore[method-assign]


def completes_before_it_is_known(service: Service) -> None:
    service.known = lambda job: job  # type: ignore[method-assign]


def fails_early(service: Service) -> None:
    def known(job: Job) -> Job:
        computation = service._computations.get(job.id)
        outcome = None if computation is None else computation.outcome
        return (
            job if outcome is None or outcome.failure is None else evolve(job, end=outcome.failure)
        )

    service.known = known  # type: ignore[method-assign]


def failure_covers_cancellation(service: Service) -> None:
    def known(job: Job) -> Job:
        computation = service._computations.get(job.id)
        if job.end is None or computation is None:
            return job
        if computation.outcome is None:
            if job.completed:
                raise NotComputedError(computation)
            return job
        failure = computation.outcome.failure
        return job if failure is None else evolve(job, end=failure)

    service.known = known  # type: ignore[method-assign]


def late_cancel_is_forgotten(service: Service) -> None:
    service._replace = nothing  # type: ignore[method-assign]


def deleted_is_still_computed(service: Service) -> None:
    delete = service.delete_job

    def careless(user: User, job_id: str) -> None:
        computation = service._computations.get(job_id)
        delete(user, job_id)
        if computation is not None:
            computation.begin()

    service.delete_job = careless  # type: ignore[method-assign]


def the_first_result_for_all(service: Service) -> None:
    first: list[Computation] = []
    compute = service._compute

    def careless(job: Job) -> None:
        compute(job)
        first.append(service._computations[job.id])
        service._computations[job.id] = first[0]

    service._compute = careless  # type: ignore[method-assign]


def failure_frees_the_lane_early(service: Service) -> None:
    """A job that cannot be computed ends when that is known, not when its time is over."""

    def known(job: Job) -> Job:
        computation = service._computations.get(job.id)
        if computation is not None and computation.outcome is not None and job.end is None:
            service.cancel_job(default_config("platform").users[0], job.id)
        return Service.known(service, job)

    service.known = known  # type: ignore[method-assign]


def draining_stops_computing(service: Service) -> None:
    update = service.update

    def careless(user: User, session_id: str, *, accepting_jobs: bool) -> None:
        update(user, session_id, accepting_jobs=accepting_jobs)
        service.stop_computing()

    service.update = careless  # type: ignore[method-assign]


def results_wait_for_the_end_of_the_session(service: Service) -> None:
    def result(job: Job) -> str | None:
        session = service._sessions[job.session_id or ""]
        told = Service.result(service, job)
        return told if session.accepting_jobs or session.state.final else None

    service.result = result  # type: ignore[method-assign]


def what_ran_too_long_has_a_result(service: Service) -> None:
    """Whoever asks after the end of the session is told of the job as if it had gone on."""

    def known(job: Job) -> Job:
        outcome = job.outcome if job.end is not None and not job.completed else job.end
        return Service.known(service, evolve(job, end=outcome))

    service.known = known  # type: ignore[method-assign]


def forgotten_with_the_session(service: Service) -> None:
    keep = service._keep

    def careless(session: Session) -> None:
        keep(session)
        if session.state.final:
            for job in session.jobs:
                service._computations.pop(job.id, None)

    service._keep = careless  # type: ignore[method-assign]


#: In which situation each bug has to be found.
PLANTED: dict[str, list[Callable[[Service], None]]] = {
    "jobs side by side": [
        the_first_result_for_all,
        completes_before_it_is_known,
        fails_early,
        failure_frees_the_lane_early,
    ],
    "draining while results are read": [
        draining_stops_computing,
        results_wait_for_the_end_of_the_session,
        completes_before_it_is_known,
    ],
    "cancel with jobs running": [
        never_stopped,
        failure_covers_cancellation,
        late_cancel_is_forgotten,
        deleted_is_still_computed,
    ],
    "max TTL in the middle of a batch": [
        never_stopped,
        stopped_with_the_session,
        what_ran_too_long_has_a_result,
    ],
    "results after the session is closed": [
        stopped_with_the_session,
        forgotten_with_the_session,
    ],
}


def test_there_are_bugs_for_every_situation() -> None:
    assert PLANTED.keys() == SITUATIONS.keys()
    assert all(PLANTED.values())


@pytest.mark.parametrize(
    ("situation", "bug"),
    [(situation, bug) for situation, bugs in PLANTED.items() for bug in bugs],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_planted_bug_is_found(
    situation: str, bug: Callable[[Service], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = World.__attrs_post_init__

    def with_bug(world: World) -> None:
        made(world)
        bug(world.service)

    monkeypatch.setattr(World, "__attrs_post_init__", with_bug)

    @given(SITUATIONS[situation])
    @settings(max_examples=1000, deadline=None, derandomize=True, phases=[Phase.generate])
    def whatever_happens(steps: list[tuple[Any, ...]]) -> None:
        lived(steps)

    # Also what `pytest.raises` says that did not come is no Exception.
    with pytest.raises(BaseException):  # noqa: B017, PT011
        whatever_happens()
