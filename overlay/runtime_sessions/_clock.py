"""The clock by which this library waits, and the switch that spares tests the waiting."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager


class _Clock:
    """Time as it passes, or, for tests, as it is slept away."""

    def __init__(self) -> None:
        self.testing = False
        self.skipped = 0.0


_clock = _Clock()


def set_testing(testing: bool) -> AbstractContextManager[None]:  # noqa: FBT001 - as stamina has it
    """Switch test mode on or off, for good or as a context manager that switches it back.

    In test mode nothing sleeps: waits between attempts and between the polls of `wait` take no
    time, and are counted as passed, so that deadlines come as they would.
    """
    before, _clock.testing = _clock.testing, testing
    return _restoring(before)


@contextmanager
def _restoring(before: bool) -> Generator[None]:  # noqa: FBT001 - private
    try:
        yield
    finally:
        _clock.testing = before


def now() -> float:
    """Return seconds that never go back, of no known origin."""
    return time.monotonic() + _clock.skipped


async def pause(seconds: float, *, blocking: bool) -> None:
    """Let that many seconds pass, in a thread, or in a task of asyncio or trio."""
    if _clock.testing:
        _clock.skipped += seconds
        seconds = 0
    if blocking:
        time.sleep(seconds)  # noqa: ASYNC251 - no task is kept waiting
    else:
        import anyio  # noqa: PLC0415 - only who awaits pays for it

        await anyio.sleep(seconds)


def shield(*, blocking: bool) -> AbstractContextManager[object]:
    """Keep a cancelled scope of anyio or trio from cancelling what is done inside, too."""
    if blocking:
        return nullcontext()
    import anyio  # noqa: PLC0415 - as above

    return anyio.CancelScope(shield=True)
