"""What can be done to the service, as data: each command is what somebody asked for, and no more.

The state is the fold of these: `Service.fold` does a command, and what comes of it depends on the
state, the command and the moment alone. What chance decided is in a command too, once it was done:
done again, it gives the same id.
"""

from typing import Any, Generic, Protocol, Self, TypeVar

from attrs import evolve, frozen

from runtime_sessions_emulator.core.computation import Computed
from runtime_sessions_emulator.core.job import Job
from runtime_sessions_emulator.core.job_rule import JobOrder, JobRule
from runtime_sessions_emulator.core.life import Session

Answer = TypeVar("Answer")


@frozen
class Command(Generic[Answer]):
    """Something that changes the state; `Answer` is what whoever asks for it is answered."""

    def done(self, answer: Answer) -> "Command[Any] | None":
        """What is to be done to do it again, and nothing else; None: it has changed nothing."""
        del answer
        return self


@frozen
class CreateSession(Command[tuple[Session, list[str]]]):
    """`Service.create`. The id is None until chance has decided it."""

    user: str
    backend: str | None
    instance: str
    max_ttl: float | None
    mode: str | None
    active_ttl: float | None
    interactive_ttl: float | None
    id: str | None = None

    def done(self, answer: tuple[Session, list[str]]) -> Self:
        """The command with the id that chance decided."""
        return evolve(self, id=answer[0].id)


@frozen
class UpdateSession(Command[None]):
    """`Service.update`."""

    user: str
    session_id: str
    accepting_jobs: bool


@frozen
class CloseSession(Command[None]):
    """`Service.close`."""

    user: str
    session_id: str


@frozen
class CancelSession(Command[None]):
    """`Service.cancel`, by an operator."""

    session_id: str


@frozen
class SubmitJob(Command[Job]):
    """`Service.submit`. The id is None until chance has decided it."""

    user: str
    order: JobOrder
    session_id: str | None
    instance: str
    backend: str
    id: str | None = None

    def done(self, answer: Job) -> Self:
        """The command with the id that chance decided."""
        return evolve(self, id=answer.id)


@frozen
class CancelJob(Command[None]):
    """`Service.cancel_job`. It is kept only where it was done: how the job stood is decided."""

    user: str
    job_id: str


@frozen
class DeleteJob(Command[None]):
    """`Service.delete_job`."""

    user: str
    job_id: str


@frozen
class TagJob(Command[None]):
    """`Service.tag_job`."""

    user: str
    job_id: str
    tags: list[str]


@frozen
class KeepResult(Command[Computed]):
    """What came of a job's computation, from when somebody was first told of it."""

    job_id: str
    computed: Computed


@frozen
class AddJobRule(Command[None]):
    """`Service.add_job_rule`."""

    rule: JobRule


@frozen
class SetTime(Command[None]):
    """The time is another: microseconds since the epoch."""

    to: int


class Keeper(Protocol):
    """Keeps what is done, so that it outlives the process, or is known to others."""

    def do(self, command: Command[Answer]) -> Answer:
        """Do a command; once this returns, it is kept."""
        ...

    def catch_up(self) -> None:
        """Do what others have done meanwhile."""
        ...

    def close(self) -> None:
        """Let go of what it is kept in."""
        ...
