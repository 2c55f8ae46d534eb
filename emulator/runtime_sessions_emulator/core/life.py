"""The life of a session: data and time in, data out. No clock, no I/O, nothing of any wire format.

Moments and spans are whole microseconds. What happens by itself is not done by timers: `settle`
derives it when somebody looks, one change after the other, each dated at the moment when it
happened.

The public functions give a new session and leave the one that they are given as it is. In between
they change a copy in place: a session may have thousands of jobs, and to copy those for each thing
that happens would take a time that grows with the square of their number.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import Factory, define, evolve, field, frozen

from runtime_sessions_emulator.core.job import (
    IN_CLOSED_SESSION,
    SECOND,
    Job,
    JobStatus,
    Outcome,
    micros,
)
from runtime_sessions_emulator.core.lifecycle import TABLE, Event, Reason, State

NEVER: Final = 1 << 62


class Mode(StrEnum):
    """What a session is charged for: the backend that it holds, or its jobs alone."""

    DEDICATED = "dedicated"
    BATCH = "batch"


#: How many jobs of one session run side by side, in either mode.
LANES: Final = 5


@frozen
class Change:
    """An entry of a session's history."""

    at: int
    state: State
    reason: Reason


@define(kw_only=True)
class Session:
    """A session at the moment of its last change. Only the functions of this module change one.

    Attributes:
        backend: None: it gets that of its first job.
        max_ttl: Seconds from the first job's start until it closes, as the caller gave them.
        active_ttl: Seconds that it may stay active at a stretch; then it closes.
        interactive_ttl: Seconds without a job until an active session becomes inactive.
        unused_ttl: Seconds until a session that never had a job closes; None: it stays open.
        job_mode: Whether its jobs run without the session ever becoming active (the open plan).
        flag_moves: Whether `accepting_jobs` still changes once it has ended.
        unrun: How a job ends that is queued when the session closes.
        jobs: Its jobs in the order of submission.
        next: The place in `jobs` before which none is queued.
        queued: How many are queued.
        running: The places in `jobs` of those that run.
        idle_since: Since when no job was queued or running, while active.
        held: What of its usage is over, in microseconds.
        due: When it will change by itself, if nobody does anything.
    """

    id: str
    owner: str
    backend: str | None
    instance: str
    mode: Mode
    created_at: int
    max_ttl: float
    interactive_ttl: float
    active_ttl: float = field(default=Factory(lambda self: self.max_ttl, takes_self=True))
    unused_ttl: float | None = None
    job_mode: bool = False
    flag_moves: bool = False
    unrun: Outcome = IN_CLOSED_SESSION
    state: State = State.OPEN
    accepting_jobs: bool = True
    started_at: int | None = None
    activated_at: int | None = None
    closed_at: int | None = None
    last_job_started: int | None = None
    last_job_completed: int | None = None
    history: list[Change] = field(
        default=Factory(
            lambda self: [Change(self.created_at, State.OPEN, Reason.CREATED)], takes_self=True
        )
    )
    jobs: list[Job] = Factory(list[Job])
    next: int = field(default=0, eq=False)
    queued: int = 0
    running: tuple[int, ...] = ()
    idle_since: int | None = None
    held: int = 0
    due: int = field(default=NEVER, eq=False)


def create(session: Session) -> Session:
    """A new session as its life begins: the one that is given, which nobody else has yet."""
    return _scheduled(session)


def settle(session: Session, now: int) -> Session:
    """The session as it stands at `now`."""
    if session.due > now:
        return session
    session = _copied(session)
    while session.due <= now:
        _advance(session, session.due)
    return session


def submit(session: Session, job: Job, now: int) -> Session:
    """The settled session with one more job, which starts at once if there is room."""
    session = _copied(session)
    session.jobs.append(job)
    session.queued += 1
    session.idle_since = None
    _start_queued(session, now)
    return _scheduled(session)


def cancel_job(session: Session, place: int, outcome: Outcome, now: int) -> Session:
    """The settled session, one of whose jobs its owner cancels. One that has ended stays so."""
    job = session.jobs[place]
    if job.end is not None:
        return session
    session = _copied(session)
    if job.started_at is None:
        session.jobs[place] = job.ended(now, outcome)
        session.queued -= 1
        if session.state is State.ACTIVE and not session.queued and not session.running:
            session.idle_since = now
    else:
        _end_jobs(session, {place: outcome}, now)
    _close_if_drained(session, now)
    _start_queued(session, now)
    return _scheduled(session)


def replace_job(session: Session, place: int, job: Job) -> Session:
    """The session with one of its jobs as it is told now: nothing of its life is changed."""
    session = _copied(session)
    session.jobs[place] = job
    return session


def update(session: Session, now: int, *, accepting_jobs: bool) -> Session:
    """The settled session, accepting jobs or draining. A final state stays, whatever the flag."""
    if session.state.final or session.accepting_jobs == accepting_jobs:
        return evolve(session, accepting_jobs=accepting_jobs) if session.flag_moves else session
    session = _copied(session)
    session.accepting_jobs = accepting_jobs
    _close_if_drained(session, now)
    return _scheduled(session)


def close(session: Session, now: int) -> Session:
    """The settled session, closed by its owner. In a final state nothing changes."""
    session = _copied(session)
    _happen(session, Event.CLOSED, now)
    return _scheduled(session)


def cancel(session: Session, now: int) -> Session:
    """The settled session, cancelled by an operator. In a final state nothing changes."""
    session = _copied(session)
    _happen(session, Event.CANCELED, now)
    return _scheduled(session)


def exhaust(session: Session, now: int) -> Session:
    """The settled session, whose instance has used all that it may. A final state stays."""
    session = _copied(session)
    _happen(session, Event.USAGE_LIMIT, now)
    return _scheduled(session)


def running_time(session: Session, now: int) -> int:
    """For how long the jobs of the session have run by `now`, in microseconds."""
    settled = settle(session, now)
    return sum(job.running_time(now) for job in settled.jobs)


def remaining(session: Session, now: int) -> float:
    """What remains of the session's max TTL, in seconds."""
    if session.state.final:
        return 0
    if session.started_at is None:
        return session.max_ttl
    return max(0, micros(session.max_ttl) - (now - session.started_at)) / SECOND


def elapsed(session: Session, now: int) -> float | None:
    """What was used of the session, in seconds; None before its first job.

    Dedicated: the time for which it was active or a job was running. Batch: the sum of its jobs'
    running times.
    """
    if session.started_at is None:
        return None
    used = session.held
    if session.mode is Mode.BATCH:
        used += sum(session.jobs[place].running_time(now) for place in session.running)
    elif session.activated_at is not None and _holding(session):
        used += now - session.activated_at
    return used / SECOND


def _copied(session: Session) -> Session:
    """A session that may be changed: whoever holds the other one goes on seeing it as it was."""
    return evolve(session, jobs=session.jobs.copy(), history=session.history.copy())


def _advance(session: Session, at: int) -> None:
    """Let happen what is due at `at`. Jobs end first: one that ends with the session completes."""
    _end_running(session, at)
    _close_if_drained(session, at)
    if not session.state.final and at >= _max_ttl_ends(session):
        _happen(session, Event.MAX_TTL, at)
    if session.state is State.ACTIVE and at >= _active_ttl_ends(session):
        _happen(session, Event.ACTIVE_TTL, at)
    _start_queued(session, at)
    if session.state is State.ACTIVE and at >= _idle_ends(session):
        _happen(session, Event.INTERACTIVE_TTL, at)
    if session.state is State.OPEN and at >= _unused_ends(session):
        _happen(session, Event.UNUSED_TTL, at)
    _scheduled(session)


def _happen(session: Session, event: Event, at: int) -> None:
    """Let the table decide what the event leads to, and date what follows from the new state."""
    transition = TABLE[session.state, event]
    if transition.reason is None:
        return
    held_since = _held_since(session)
    session.state = transition.to
    session.history.append(Change(at, transition.to, transition.reason))
    if transition.to is State.ACTIVE:
        session.activated_at = at
        if session.started_at is None:
            session.started_at = at
    if transition.to.final:
        session.accepting_jobs = False
        session.closed_at = at
        _end_queued(session, at)
    _release(session, held_since, at)


def _end_queued(session: Session, at: int) -> None:
    """End the jobs that are queued as those end that never run."""
    for place in range(session.next, len(session.jobs)):
        if session.jobs[place].status is JobStatus.QUEUED:
            session.jobs[place] = session.jobs[place].ended(at, session.unrun)
    session.queued = 0


def _start_queued(session: Session, at: int) -> None:
    """Start the jobs that there is room for, in the order of submission."""
    while session.queued and len(session.running) < LANES:
        if not session.job_mode:
            _happen(session, Event.JOB_STARTED, at)
        # Those that were cancelled while they were queued are passed over.
        while session.jobs[session.next].status is not JobStatus.QUEUED:
            session.next += 1
        session.jobs[session.next] = session.jobs[session.next].started(at)
        session.running = (*session.running, session.next)
        session.queued -= 1
        session.next += 1
        session.last_job_started = at


def _end_running(session: Session, at: int) -> None:
    """End the jobs whose time is over at `at`."""
    over = [place for place in session.running if _job_ends(session.jobs[place]) <= at]
    if over:
        _end_jobs(session, dict.fromkeys(over), at)


def _end_jobs(session: Session, ends: Mapping[int, Outcome | None], at: int) -> None:
    """End running jobs, each by its place, as it was to end or in the given way."""
    held_since = _held_since(session)
    for place, outcome in ends.items():
        session.jobs[place] = session.jobs[place].ended(at, outcome)
        if session.mode is Mode.BATCH:
            session.held += session.jobs[place].running_time(at)
    session.running = tuple(place for place in session.running if place not in ends)
    session.last_job_completed = at
    idle = session.state is State.ACTIVE and not session.running and not session.queued
    session.idle_since = at if idle else None
    _release(session, held_since, at)


def _close_if_drained(session: Session, at: int) -> None:
    left = session.running or session.queued
    if session.accepting_jobs or session.state.final or left:
        return
    _happen(session, Event.DRAINED, at)


def _held_since(session: Session) -> int | None:
    """Since when a dedicated session holds its backend; None: it does not, or it is a batch.

    Jobs that outlive their session hold the backend until they end.
    """
    if session.mode is Mode.BATCH or not _holding(session):
        return None
    return session.activated_at


def _release(session: Session, held_since: int | None, at: int) -> None:
    """Add the time for which a dedicated session was held to its usage, when it no longer is."""
    if held_since is not None and not _holding(session):
        session.held += at - held_since


def _holding(session: Session) -> bool:
    return session.state is State.ACTIVE or bool(session.running)


def _scheduled(session: Session) -> Session:
    """The session with `due` brought up to date."""
    due = min((_job_ends(session.jobs[place]) for place in session.running), default=NEVER)
    if not session.state.final:
        due = min(
            due,
            _max_ttl_ends(session),
            _active_ttl_ends(session),
            _idle_ends(session),
            _unused_ends(session),
        )
    session.due = due
    return session


def _job_ends(job: Job) -> int:
    return NEVER if job.due is None else job.due


def _max_ttl_ends(session: Session) -> int:
    return NEVER if session.started_at is None else session.started_at + micros(session.max_ttl)


def _active_ttl_ends(session: Session) -> int:
    if session.state is not State.ACTIVE or session.activated_at is None:
        return NEVER
    return session.activated_at + micros(session.active_ttl)


def _idle_ends(session: Session) -> int:
    if session.state is not State.ACTIVE or session.idle_since is None:
        return NEVER
    return session.idle_since + micros(session.interactive_ttl)


def _unused_ends(session: Session) -> int:
    if session.state is not State.OPEN or session.unused_ttl is None or session.jobs:
        return NEVER
    return session.created_at + micros(session.unused_ttl)
