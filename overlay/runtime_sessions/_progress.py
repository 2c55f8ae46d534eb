"""What people see at a terminal while `wait` waits. `rich` is an extra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.status import Status

    from runtime_sessions._operations import SessionDetails


class Progress:
    """Shows the details of each poll: to a function, in a line of the terminal, or not at all."""

    def __init__(self, show: bool | Callable[[SessionDetails], object]) -> None:  # noqa: FBT001 - private
        self._show = show
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if self._show is True:
            try:
                from rich.status import Status  # noqa: PLC0415 - an extra
            except ImportError:
                raise ImportError(
                    "progress=True needs rich: pip install 'runtime-sessions[rich]'"
                ) from None
            self._status = Status("reading the session ...")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, details: SessionDetails) -> None:
        if self._status is not None:
            left = "" if details.accepting_jobs else ", draining"
            self._status.update(
                f"session {details.id}: {details.state}{left}, {details.active_ttl:.0f} s remain"
            )
        elif callable(self._show):
            self._show(details)
