"""Where the time comes from: the computer's clock, or one that stands still until it is moved."""

import time
from typing import Final, Protocol

from runtime_sessions_emulator._job import SECOND

#: Where a virtual clock starts: 2026-01-01T00:00:00Z, in microseconds since the epoch.
VIRTUAL_START: Final = 1_767_225_600 * SECOND


class Clock(Protocol):
    """Tells the time in microseconds since the epoch; it never goes back."""

    def now(self) -> int:
        """The time."""
        ...

    def advance(self, span: int) -> None:
        """Move the time forward by so many microseconds."""
        ...


class RunningClock:
    """The computer's clock, ahead of it by what it was advanced."""

    def __init__(self) -> None:
        self._offset = time.time_ns() // 1000 - time.monotonic_ns() // 1000

    def now(self) -> int:
        """The time; monotonic, whatever happens to the computer's clock meanwhile."""
        return time.monotonic_ns() // 1000 + self._offset

    def advance(self, span: int) -> None:
        """Move the time forward."""
        self._offset += span


class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: int = VIRTUAL_START) -> None:
        self._now = start

    def now(self) -> int:
        """The time."""
        return self._now

    def advance(self, span: int) -> None:
        """Move the time forward."""
        self._now += span
