"""The rules of the service that differ from one generation of it to the next."""

from collections.abc import Callable
from random import Random
from typing import Final
from uuid import UUID

from attrs import frozen

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuv"
_PAIRS: Final = [a + b for a in _DIGITS for b in _DIGITS]


def short_id(random: Random) -> str:
    """20 characters of `0-9a-v`."""
    bits = random.getrandbits(100)
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(0, 100, 10)])


def uuid(random: Random) -> str:
    """A UUID of version 4."""
    return str(UUID(int=random.getrandbits(128), version=4))


@frozen(kw_only=True)
class Rules:
    """What one generation of the service does otherwise than another.

    Attributes:
        session_id: What makes the ids of sessions.
        open_plan_refuses: Whether the open plan refuses dedicated sessions; else they are created,
            and their jobs run in job mode.
        flag_moves: Whether `accepting_jobs` of a session that has ended still changes.
    """

    session_id: Callable[[Random], str]
    open_plan_refuses: bool
    flag_moves: bool
