"""A job, and how it ends."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from attrs import evolve, field, frozen

SECOND: Final = 1_000_000
# More seconds than there are until the year 9999: nothing is longer.
_AGES: Final = 1e12


def micros(seconds: float) -> int:
    """Seconds as whole microseconds, the unit of the core; a positive span stays positive."""
    return max(1, round(min(seconds, _AGES) * SECOND)) if seconds > 0 else 0


class JobStatus(StrEnum):
    """The states of a job."""

    QUEUED = "Queued"
    RUNNING = "Running"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


@frozen
class Outcome:
    """How a job ends: its last status, and the reason and code that it gives."""

    status: JobStatus
    reason: str | None = None
    code: int | None = None


COMPLETED: Final = Outcome(JobStatus.COMPLETED)
FAILED: Final = Outcome(JobStatus.FAILED, "The program failed")
CANCELLED: Final = Outcome(JobStatus.CANCELLED, "Cancelled by its owner")
RAN_TOO_LONG: Final = Outcome(JobStatus.CANCELLED, "Ran too long", 1305)
#: How a job ends that was queued when its session closed, in the older registry of codes.
IN_CLOSED_SESSION: Final = Outcome(
    JobStatus.FAILED, "Job is part of a session that's been closed", 4001
)
#: The same, as it was seen on the platform.
SESSION_CLOSED: Final = Outcome(JobStatus.FAILED, "Session has been closed", 1217)

#: The outcomes that can be asked for by name.
OUTCOMES: Final[Mapping[str, Outcome]] = {
    "completed": COMPLETED,
    "failed": FAILED,
    "cancelled": CANCELLED,
    "ran_too_long": RAN_TOO_LONG,
}


@frozen
class Job:
    """A job. Moments are microseconds since the epoch.

    Attributes:
        duration: How long it runs once started, in microseconds.
        outcome: How it ends if it runs.
        request: What its submitter sent, kept to be shown again.
        result: What it gives when it completes, where that was said beforehand.
    """

    id: str
    owner: str
    instance: str
    backend: str
    created_at: int
    duration: int
    outcome: Outcome = COMPLETED
    request: Mapping[str, Any] = field(factory=dict[str, Any])
    result: str | None = None
    session_id: str | None = None
    started_at: int | None = None
    ended_at: int | None = None
    end: Outcome | None = None

    @property
    def program(self) -> str:
        """The id of the program that it runs."""
        return str(self.request.get("program_id", "sampler"))

    @property
    def status(self) -> JobStatus:
        """Where the job stands."""
        if self.end is not None:
            return self.end.status
        return JobStatus.QUEUED if self.started_at is None else JobStatus.RUNNING

    @property
    def completed(self) -> bool:
        """Whether it has ended as a job is to end."""
        return self.status is JobStatus.COMPLETED

    @property
    def due(self) -> int | None:
        """When the job ends, if it is running."""
        if self.started_at is None or self.end is not None:
            return None
        return self.started_at + self.duration

    def started(self, at: int) -> "Job":
        """The job, running since `at`."""
        return evolve(self, started_at=at)

    def ended(self, at: int, end: Outcome | None = None) -> "Job":
        """The job, ended at `at` in the way that it was to end, or in the given one."""
        return evolve(self, ended_at=at, end=end or self.outcome)

    def settled(self, now: int) -> "Job":
        """The job as it stands at `now`, where no session decides when it starts."""
        due = self.due
        return self if due is None or due > now else self.ended(due)

    def running_time(self, now: int) -> int:
        """How long it has run by `now`, in microseconds."""
        if self.started_at is None:
            return 0
        return (now if self.ended_at is None else self.ended_at) - self.started_at
