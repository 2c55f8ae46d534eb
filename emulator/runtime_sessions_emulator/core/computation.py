"""What comes of a job beside its life: a result that is computed, while the life goes on.

A session's life does not wait for it and does not know how it comes about. Whoever wants to know
how a job ended has to wait until it is there.
"""

from typing import Any, Protocol

from attrs import frozen

from runtime_sessions_emulator.core.job import Outcome


@frozen
class Computed:
    """What came of a computation.

    Attributes:
        result: The result, as the service writes it; None: there is none.
        failure: How the job ends instead of completing; None: it completes.
        log: What was to be said meanwhile.
    """

    result: str | None = None
    failure: Outcome | None = None
    log: str = ""


class Computation(Protocol):
    """The computation of one job's result."""

    @property
    def outcome(self) -> Computed | None:
        """What came of it; None while that is not known."""
        ...

    def begin(self) -> None:
        """Compute, unless it is under way or done."""
        ...

    def stop(self) -> None:
        """Compute no more; unless it is done, it can begin anew."""
        ...


class Computer(Protocol):
    """Computes jobs."""

    def computation(
        self, *, program: str, params: dict[str, Any], backend: str, seed: int
    ) -> Computation | None:
        """The computation of a job, not yet begun; None where such a job is not computed."""
        ...


class NotComputedError(Exception):
    """How a job ended is not known yet: its computation has to be waited for."""

    def __init__(self, computation: Computation) -> None:
        super().__init__("The job is still computed.")
        self.computation = computation
