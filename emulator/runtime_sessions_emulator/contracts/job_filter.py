"""Which jobs a list of jobs is asked for, and when what is listed was created."""

from collections.abc import Mapping
from typing import Any, Self

from attrs import frozen

from runtime_sessions_emulator.core.clock import micros_of
from runtime_sessions_emulator.core.job import Job


@frozen
class CreationSpan:
    """Between which moments something was created, in microseconds; None where it is open."""

    after: int | None = None
    before: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Self:
        """The span that the parameters of a query make.

        Raises:
            ValueError: One of its moments is none.
        """
        return cls(*(_moment(query.get(name)) for name in ("created_after", "created_before")))

    def holds(self, created_at: int) -> bool:
        """Whether a moment is within, which its ends are not."""
        return (self.after is None or created_at > self.after) and (
            self.before is None or created_at < self.before
        )


@frozen(kw_only=True)
class JobFilter:
    """What a job has to be to be listed; None where that does not matter.

    Attributes:
        pending: Whether it is queued or runs, or has ended.
        program: The id of its program.
        backend: The name of its backend.
        tags: Tags all of which it has.
        created: When it was created.
    """

    pending: bool | None = None
    program: str | None = None
    backend: str | None = None
    tags: frozenset[str] = frozenset()
    created: CreationSpan

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Self:
        """The filter that the parameters of a query make.

        Raises:
            ValueError: One of its moments is none.
        """
        return cls(
            pending=query.get("pending"),
            program=query.get("program"),
            backend=query.get("backend"),
            tags=frozenset(query.get("tags", ())),
            created=CreationSpan.of(query),
        )

    def passes(self, job: Job) -> bool:
        """Whether a job is all that is asked for."""
        return (
            self.pending in {None, job.end is None}
            and self.program in {None, job.program}
            and self.backend in {None, job.backend}
            and self.tags <= frozenset(job.request.get("tags", ()))
            and self.created.holds(job.created_at)
        )


def _moment(text: str | None) -> int | None:
    return None if text is None else micros_of(text)
