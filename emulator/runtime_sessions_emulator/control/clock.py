"""The clock of an emulator whose time goes on by itself."""

import time


class RunningClock:
    """The computer's clock, until it is set to another time."""

    stands_still = False

    def __init__(self) -> None:
        self.reset()

    def now(self) -> int:
        """The time; monotonic, whatever happens to the computer's clock meanwhile."""
        return time.monotonic_ns() // 1000 + self._offset

    def set(self, at: int) -> None:
        """Make it that time; from there it runs on."""
        self._offset = at - time.monotonic_ns() // 1000

    def reset(self) -> None:
        """Be the computer's clock again."""
        self.set(time.time_ns() // 1000)
