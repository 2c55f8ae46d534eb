"""The clock that deadlines and waits go by, which tests can make run ahead."""

import time


class _State:
    testing = False
    #: How many seconds were not slept, and count as passed.
    skipped = 0.0


class RestoredTestMode:
    """A context manager that puts test mode back to what it was before."""

    def __init__(self, before: bool) -> None:  # noqa: FBT001 - the only argument
        self._before = before

    def __enter__(self) -> None:
        """Do nothing: the mode was switched when this was made."""

    def __exit__(self, *_: object) -> None:
        """Switch back."""
        _State.testing = self._before


def set_testing(testing: bool) -> RestoredTestMode:  # noqa: FBT001 - as stamina has it
    """Switch test mode on or off, for good or as a context manager that switches it back.

    In test mode nothing sleeps: what would be slept counts as passed.

    Args:
        testing: Whether test mode is on from now.

    Returns:
        A context manager, for whoever wants the mode switched back.
    """
    switched = RestoredTestMode(_State.testing)
    _State.testing = testing
    return switched


def now() -> float:
    """Return seconds that never go back, of no known origin."""
    return time.monotonic() + _State.skipped


def to_sleep(seconds: float) -> float:
    """Return how much of a wait is really slept: none of it in test mode."""
    if not _State.testing:
        return seconds
    _State.skipped += seconds
    return 0
