"""The life of a session as the suite expects it, told anew from what was done to it.

Written from the documented semantics, independent of any server: what happened (`Deed`) and a
moment go in, what the views and the jobs must show at that moment comes out. Times are seconds.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """The states of a session that the contract names."""

    OPEN = "open"
    ACTIVE = "active"
    INACTIVE = "inactive"
    CLOSED = "closed"
    CANCELED = "canceled"


FINAL: Final = frozenset({State.CLOSED, State.CANCELED})
ENDED: Final = frozenset({"Completed", "Cancelled", "Failed"})

#: How many jobs of a session run side by side, in either mode.
LANES: Final = 5


class What(StrEnum):
    """What can be done to a session."""

    SUBMIT = "submit a job"
    DRAIN = "accept no more jobs"
    ACCEPT = "accept jobs"
    CLOSE = "close"
    CANCEL = "cancel as an operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is otherwise in the life of a session by one contract than by another.

    Attributes:
        cancelled: The state in which a session ends that an operator cancels.
        flag_moves: Whether `accepting_jobs` of a session that has ended still changes.
        unrun: The code of the reason with which a job fails that is queued at the end.
        unused_ttl: When a session closes that never had a job, in seconds.
    """

    cancelled: State
    flag_moves: bool
    unrun: int
    unused_ttl: float = 1800


class Change(NamedTuple):
    """A change of a session's state, and of its status, which is another word for the same."""

    state: State
    status: str
    at: float


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done to a session, and when."""

    at: float
    what: What
    job: str = ""
    duration: float = 0
    outcome: str = "Completed"


@dataclass(slots=True)
class Job:
    """A job as the list of jobs must show it."""

    id: str
    created: float
    duration: float
    outcome: str
    status: str = "Queued"
    started: float | None = None
    ended: float | None = None
    code: int | None = None


@dataclass(slots=True)
class View:
    """All that can be seen of a session at one moment.

    `elapsed` is a range: the semantics leave open whether the gap while a session is inactive, and
    jobs that outlive it, are usage.
    """

    rules: Rules
    mode: str
    max_ttl: float
    active_ttl: float
    interactive_ttl: float
    job_mode: bool
    now: float
    created: float
    state: State = State.OPEN
    status: str = "pending"
    reason: str = "session_created"
    accepting: bool = True
    started: float | None = None
    activated: float | None = None
    closed: float | None = None
    job_started: float | None = None
    job_completed: float | None = None
    elapsed: tuple[float, float] = (0, 0)
    remaining: float = 0
    changes: list[Change] = field(default_factory=list[Change])
    jobs: list[Job] = field(default_factory=list[Job])
    idle_since: float | None = None
    _active: float = 0

    @property
    def takes_jobs(self) -> bool:
        """Whether a job that is submitted now is taken."""
        return self.accepting and self.state not in FINAL

    def facts(self) -> tuple[object, ...]:
        """The facts that stay the same while nothing happens."""
        return (self.state, self.accepting, tuple((job.id, job.status) for job in self.jobs))

    def _queued(self) -> list[Job]:
        """The jobs that wait."""
        return [job for job in self.jobs if job.status == "Queued"]

    def _running(self) -> list[Job]:
        """The jobs that run."""
        return [job for job in self.jobs if job.status == "Running"]

    def apply(self, deed: Deed) -> None:
        """Apply what somebody did at the moment that the view has reached."""
        final = self.state in FINAL
        fixed = final and not self.rules.flag_moves
        match deed.what:
            case What.SUBMIT:
                self.jobs.append(Job(deed.job, deed.at, deed.duration, deed.outcome))
                self._start()
            case What.ACCEPT if not fixed:
                self.accepting = True
            case What.DRAIN if not fixed:
                self.accepting = False
                self._close_if_drained()
            case What.CLOSE if not final:
                self._end(State.CLOSED, "canceled", "session_cancelled")
            case What.CANCEL if not final:
                self._end(self.rules.cancelled, "canceled", "session_cancelled")
            case _:
                pass

    def advance(self, to: float) -> None:
        """Let time pass, with everything that happens by itself."""
        while (due := self._due()) <= to:
            self.now = due
            self._happen()
        self.now = to
        self._measure()

    def _due(self) -> float:
        """When the next thing happens by itself."""
        due = [job.started + job.duration for job in self._running() if job.started is not None]
        if self.state not in FINAL:
            if self.started is not None:
                due.append(self.started + self.max_ttl)
            if self.state is State.ACTIVE and self.idle_since is not None:
                due.append(self.idle_since + self.interactive_ttl)
            due += [self._unused, self._active_ends]
        return min(due, default=float("inf"))

    @property
    def _unused(self) -> float:
        """When the session closes because it never had a job."""
        return float("inf") if self.jobs else self.created + self.rules.unused_ttl

    @property
    def _active_ends(self) -> float:
        """When the session closes because it was active for too long without a break."""
        if self.state is not State.ACTIVE or self.activated is None:
            return float("inf")
        return self.activated + self.active_ttl

    def _happen(self) -> None:
        """Let happen what is due at this moment."""
        for job in self._running():
            if job.started is not None and job.started + job.duration <= self.now:
                job.status, job.ended = job.outcome, self.now
                self.job_completed = self.now
        self._close_if_drained()
        if self.state in FINAL:
            return
        if self.started is not None and self.started + self.max_ttl <= self.now:
            self._end(State.CLOSED, "completed", "session_closed_by_max_ttl")
            return
        if self._active_ends <= self.now:
            self._end(State.CLOSED, "completed", "session_closed_by_active_ttl")
            return
        if self._unused <= self.now:
            self._end(State.CLOSED, "completed", "session_closed_by_unused_ttl")
            return
        self._start()
        busy = self._queued() or self._running()
        if self.state is State.ACTIVE and not busy:
            if self.idle_since is None:
                self.idle_since = self.now
            elif self.idle_since + self.interactive_ttl <= self.now:
                self._active += self.now - (self.activated or self.now)
                self._become(State.INACTIVE, "pending", "session_inactivated_by_interactive_ttl")

    def _start(self) -> None:
        """Start the jobs that wait, as many as may run side by side."""
        if self.state in FINAL:
            return
        for job in self._queued():
            if len(self._running()) >= LANES:
                return
            job.status, job.started, self.job_started = "Running", self.now, self.now
            self.idle_since = None
            if not self.job_mode and self.state is not State.ACTIVE:
                self.started = self.now if self.started is None else self.started
                self.activated = self.now
                self._become(State.ACTIVE, "in_progress", "session_activated")

    def _close_if_drained(self) -> None:
        """Close the session if it accepts no jobs and has none left."""
        if (
            self.state not in FINAL
            and not self.accepting
            and not self._queued()
            and not self._running()
        ):
            self._end(State.CLOSED, "completed", "session_closed_early")

    def _end(self, state: State, status: str, reason: str) -> None:
        """End the session, with a state, a status and the reason for it."""
        if self.state is State.ACTIVE and self.activated is not None:
            self._active += self.now - self.activated
        for job in self._queued():
            job.status, job.ended, job.code = "Failed", self.now, self.rules.unrun
        self.accepting, self.closed, self.idle_since = False, self.now, None
        self._become(state, status, reason)

    def _become(self, state: State, status: str, reason: str) -> None:
        """Change the state, and note the change."""
        self.changes.append(Change(state, status, self.now))
        self.state, self.status, self.reason = state, status, reason

    def _measure(self) -> None:
        """Work out the remaining and the elapsed time."""
        if self.state in FINAL:
            self.remaining = 0
        elif self.started is None:
            self.remaining = self.max_ttl
        else:
            self.remaining = max(0, self.max_ttl - (self.now - self.started))
        over = sum(job.ended - job.started for job in self.jobs if job.ended and job.started)
        runs = sum(self.now - job.started for job in self._running() if job.started)
        if self.mode == "batch":
            self.elapsed = (over, over + runs)
        elif self.started is not None:
            active = self._active
            if self.state is State.ACTIVE:
                active += self.now - (self.activated or self.now)
            last = self.now if self._running() or self.state is State.ACTIVE else self._quiet()
            self.elapsed = (active, max(active, last - self.started))
        elif self.job_mode:
            self.elapsed = (0, over + runs)

    def _quiet(self) -> float:
        """When the last activity ended: a job's end, or the end of being active."""
        ends = [self.closed, self.job_completed]
        if self.state is State.INACTIVE:
            ends.append((self.job_completed or 0) + self.interactive_ttl)
        return max(end for end in ends if end is not None)


def tell(view: View, deeds: list[Deed], now: float) -> View:
    """What can be seen of a session at a moment, told from its creation and what was done to it."""
    for deed in sorted(deeds, key=lambda deed: deed.at):
        if deed.at > now:
            break
        view.advance(deed.at)
        view.apply(deed)
    view.advance(now)
    return view
