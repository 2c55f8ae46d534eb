"""The rules of the service that differ from one contract to the other."""

from collections.abc import Callable
from random import Random
from typing import Final
from uuid import UUID

from attrs import frozen

from runtime_sessions_emulator.core.job import Outcome

#: The digits of base 32 as RFC 4648 has it for hexadecimals, in which jobs are named.
_HEXADECIMAL: Final = "0123456789abcdefghijklmnopqrstuv"
#: Crockford's: no `i`, `l`, `o` or `u`. The sessions of the classic contract, since 2024.
_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def _pairs(digits: str) -> list[str]:
    return [a + b for a in digits for b in digits]


_HEXADECIMAL_PAIRS: Final = _pairs(_HEXADECIMAL)
_CROCKFORD_PAIRS: Final = _pairs(_CROCKFORD)


def new_job_id(random: Random) -> str:
    """20 characters of `0-9a-v`."""
    return _short(random, _HEXADECIMAL_PAIRS)


def short_id(random: Random) -> str:
    """20 characters of Crockford's base 32."""
    return _short(random, _CROCKFORD_PAIRS)


def _short(random: Random, pairs: list[str]) -> str:
    bits = random.getrandbits(100)
    return "".join([pairs[bits >> shift & 1023] for shift in range(0, 100, 10)])


def uuid(random: Random) -> str:
    """A UUID of version 4."""
    return str(UUID(int=random.getrandbits(128), version=4))


@frozen(kw_only=True)
class Rules:
    """What the service does otherwise by one contract than by another.

    Attributes:
        session_id: What makes the ids of sessions.
        open_plan_refuses: Whether the open plan refuses dedicated sessions; else they are created,
            and their jobs run in job mode.
        flag_moves: Whether `accepting_jobs` of a session that has ended still changes.
        unrun: How a job ends that is queued when its session closes.
        limit_closes: Whether an instance that has used all that it may closes its sessions.
    """

    session_id: Callable[[Random], str]
    open_plan_refuses: bool
    flag_moves: bool
    unrun: Outcome
    limit_closes: bool
