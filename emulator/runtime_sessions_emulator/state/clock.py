"""A clock that can be held at a moment: a command is done again when it was done."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from attrs import frozen

from runtime_sessions_emulator.core.clock import Clock


def computer_time() -> int:
    """The computer's own time, in microseconds since the epoch."""
    return time.time_ns() // 1000


@frozen
class Moment:
    """When something is done.

    Attributes:
        at: The time in the emulator, in microseconds since the epoch.
        wall: The computer's own time.
    """

    at: int
    wall: int


class HeldClock:
    """A clock that tells the moment of a command while that is done, and otherwise the time.

    A clock that runs on was set at a moment of the computer's: in whichever process it is set
    again, as much time has passed since. It never tells a time before that of the last command,
    which may have been done by another computer.
    """

    def __init__(self, clock: Clock) -> None:
        self.stands_still = clock.stands_still
        self._clock = clock
        self._moment: Moment | None = None
        self._least = 0

    def now(self) -> int:
        """The time."""
        if self._moment is not None:
            return self._moment.at
        return max(self._clock.now(), self._least)

    def moment(self) -> Moment:
        """This moment."""
        return Moment(self.now(), computer_time())

    def set(self, at: int) -> None:
        """Make it that time, at the moment at which the clock is held."""
        passed = 0
        if self._moment is not None and not self.stands_still:
            passed = max(0, computer_time() - self._moment.wall)
        self._clock.set(at + passed)
        self._least = at

    def reset(self) -> None:
        """Be as at the start."""
        self._clock.reset()
        self._least = 0

    def resume(self, moment: Moment) -> None:
        """Go on from a moment as if nothing had been in between."""
        with self.held(moment):
            self.set(moment.at)

    @contextmanager
    def held(self, moment: Moment) -> Generator[None]:
        """Tell this moment for as long as the block lasts."""
        self._moment, self._least = moment, 0 if self.stands_still else moment.at
        try:
            yield
        finally:
            self._moment = None
