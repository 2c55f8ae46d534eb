"""What tells the time in the emulator, and how a moment is written."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Final, Protocol

from runtime_sessions_emulator.core.job import SECOND

#: Where a virtual clock starts: 2026-01-01T00:00:00Z, in microseconds since the epoch.
VIRTUAL_START: Final = 1_767_225_600 * SECOND


_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - all is UTC, and this prints without a zone


@lru_cache(maxsize=10_000)  # what shows a moment is looked at more often than it changes
def timestamp(at: int) -> str:
    """A moment, in microseconds since the epoch, as RFC 3339: milliseconds, UTC."""
    return moment(at).isoformat(timespec="milliseconds") + "Z"


def moment(at: int) -> datetime:
    """A moment as a date and time without a zone, which is UTC."""
    return _EPOCH + timedelta(microseconds=at)


def http_date(at: int) -> bytes:
    """A moment as HTTP has it in `Date`, in whole seconds."""
    return _http_date(at // SECOND)


@lru_cache(maxsize=16)
def _http_date(seconds: int) -> bytes:
    at = moment(seconds * SECOND).replace(tzinfo=UTC)
    return format_datetime(at, usegmt=True).encode()


def micros_of(text: str) -> int:
    """The moment that a text in the form of RFC 3339 names, in microseconds since the epoch.

    Raises:
        ValueError: It names none that a date can hold: a leap second is one.
    """
    try:
        there = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError(f"{text!r} is no moment that is known here") from None
    # Worked out by hand: an hour after the first year began, in a zone that is ahead of UTC, is a
    # moment before any that a date can hold.
    ahead = there.utcoffset() or timedelta(0)
    return (there.replace(tzinfo=None) - _EPOCH - ahead) // timedelta(microseconds=1)


class Clock(Protocol):
    """Tells the time in microseconds since the epoch.

    Attributes:
        stands_still: Whether the time goes on only when somebody moves it.
    """

    stands_still: bool

    def now(self) -> int:
        """The time."""
        ...

    def set(self, at: int) -> None:
        """Make it that time."""
        ...

    def reset(self) -> None:
        """Be as at the start."""
        ...


class VirtualClock:
    """A clock that stands still until it is moved."""

    stands_still = True

    def __init__(self) -> None:
        self.reset()

    def now(self) -> int:
        """The time."""
        return self._now

    def set(self, at: int) -> None:
        """Make it that time."""
        self._now = at

    def reset(self) -> None:
        """Be as at the start."""
        self._now = VIRTUAL_START
