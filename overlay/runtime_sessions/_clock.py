"""The clock that deadlines and waits go by, which tests can make run ahead."""

import time
from collections.abc import Callable


class _State:
    testing = False
    #: What is done instead of sleeping, in test mode.
    sleep: Callable[[float], object] | None = None
    #: How many seconds were not slept, and count as passed.
    skipped = 0.0


class RestoredTestMode:
    """A context manager that puts test mode back to what it was before."""

    def __init__(self) -> None:
        self._before = (_State.testing, _State.sleep)

    def __enter__(self) -> None:
        """Do nothing: the mode was switched when this was made."""

    def __exit__(self, *_: object) -> None:
        """Switch back."""
        _State.testing, _State.sleep = self._before


def set_testing(
    testing: bool,  # noqa: FBT001 - as stamina has it
    *,
    sleep: Callable[[float], object] | None = None,
) -> RestoredTestMode:
    """Switch test mode on or off, for good or as a context manager that switches it back.

    In test mode nothing sleeps: what would be slept counts as passed.

    Args:
        testing: Whether test mode is on from now.
        sleep: What is done instead of sleeping, with the seconds: an emulator's `advance` lets the
            time of the service pass as well.

    Returns:
        A context manager, for whoever wants the mode switched back.
    """
    restored = RestoredTestMode()
    _State.testing, _State.sleep = testing, sleep
    return restored


def now() -> float:
    """Return seconds that never go back, of no known origin."""
    return time.monotonic() + _State.skipped


def to_sleep(seconds: float) -> float:
    """Return how much of a wait is really slept: none of it in test mode."""
    if not _State.testing:
        return seconds
    _State.skipped += seconds
    if _State.sleep is not None:
        _State.sleep(seconds)
    return 0
