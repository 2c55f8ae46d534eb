"""Which jobs a list of jobs is asked for."""

from collections.abc import Mapping
from typing import Any, Self

from attrs import frozen

from runtime_sessions_emulator._clock import micros_of
from runtime_sessions_emulator._job import Job


@frozen(kw_only=True)
class JobFilter:
    """What a job has to be to be listed; None where that does not matter.

    Attributes:
        pending: Whether it is queued or runs, or has ended.
        program: The id of its program.
        backend: The name of its backend.
        tags: Tags all of which it has.
        created_after: A moment after which it was created, in microseconds.
        created_before: A moment before which it was created, in microseconds.
    """

    pending: bool | None = None
    program: str | None = None
    backend: str | None = None
    tags: frozenset[str] = frozenset()
    created_after: int | None = None
    created_before: int | None = None

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
            created_after=moment_of(query.get("created_after")),
            created_before=moment_of(query.get("created_before")),
        )

    def passes(self, job: Job) -> bool:
        """Whether a job is all that is asked for."""
        return (
            self.pending in {None, job.end is None}
            and self.program in {None, job.program}
            and self.backend in {None, job.backend}
            and self.tags <= frozenset(job.request.get("tags", ()))
            and (self.created_after is None or job.created_at > self.created_after)
            and (self.created_before is None or job.created_at < self.created_before)
        )


def moment_of(text: str | None) -> int | None:
    """The moment that a text names, in microseconds since the epoch; None where there is none.

    Raises:
        ValueError: It names none.
    """
    return None if text is None else micros_of(text)
