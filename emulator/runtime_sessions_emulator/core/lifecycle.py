"""The life of a session as one table of states and events.

The server runs this table, the documentation is rendered from it, and a model of the service can be
checked against it. What makes an event happen, and when, is in `life`; what it leads to is here
and nowhere else.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen


class State(StrEnum):
    """The states of a session."""

    OPEN = "open"
    ACTIVE = "active"
    INACTIVE = "inactive"
    CLOSED = "closed"
    CANCELED = "canceled"

    @property
    def final(self) -> bool:
        """Whether nothing leads out of this state."""
        return self in FINAL


FINAL: Final = frozenset({State.CLOSED, State.CANCELED})


class Event(StrEnum):
    """What can happen to a session."""

    JOB_STARTED = "a job starts"
    INTERACTIVE_TTL = "interactive TTL runs out"
    MAX_TTL = "max TTL runs out"
    ACTIVE_TTL = "active TTL runs out"
    UNUSED_TTL = "unused TTL runs out"
    USAGE_LIMIT = "its instance has used all that it may"
    DRAINED = "no job left, none accepted"
    CLOSED = "its owner closes it"
    CANCELED = "an operator cancels it"


class Reason(StrEnum):
    """Why a session is in its state, in the words of the service."""

    CREATED = "session_created"
    ACTIVATED = "session_activated"
    INTERACTIVE_TTL = "session_inactivated_by_interactive_ttl"
    MAX_TTL = "session_closed_by_max_ttl"
    ACTIVE_TTL = "session_closed_by_active_ttl"
    UNUSED_TTL = "session_closed_by_unused_ttl"
    USAGE_LIMIT = "session_closed_by_usage_limit"
    CLOSED_EARLY = "session_closed_early"
    CANCELLED = "session_cancelled"


@frozen
class Transition:
    """Where an event leads, and the reason that the session gives; None where nothing changes."""

    to: State
    reason: Reason | None


def _stays(state: State, *events: Event) -> dict[tuple[State, Event], Transition]:
    return {(state, event): Transition(state, None) for event in events}


_ACTIVATED: Final = Transition(State.ACTIVE, Reason.ACTIVATED)
_DRAINED: Final = Transition(State.CLOSED, Reason.CLOSED_EARLY)
_CLOSED: Final = Transition(State.CLOSED, Reason.CANCELLED)
_CANCELED: Final = Transition(State.CANCELED, Reason.CANCELLED)
_USAGE_LIMIT: Final = Transition(State.CLOSED, Reason.USAGE_LIMIT)
_MAX_TTL: Final = Transition(State.CLOSED, Reason.MAX_TTL)

#: Every event that a state can meet. A pair that is not here cannot happen: what would bring the
#: event about is not there in that state.
TABLE: Final[Mapping[tuple[State, Event], Transition]] = MappingProxyType(
    {
        (State.OPEN, Event.JOB_STARTED): _ACTIVATED,
        (State.OPEN, Event.UNUSED_TTL): Transition(State.CLOSED, Reason.UNUSED_TTL),
        (State.OPEN, Event.USAGE_LIMIT): _USAGE_LIMIT,
        (State.OPEN, Event.DRAINED): _DRAINED,
        (State.OPEN, Event.CLOSED): _CLOSED,
        (State.OPEN, Event.CANCELED): _CANCELED,
        **_stays(State.ACTIVE, Event.JOB_STARTED),
        (State.ACTIVE, Event.INTERACTIVE_TTL): Transition(State.INACTIVE, Reason.INTERACTIVE_TTL),
        (State.ACTIVE, Event.MAX_TTL): _MAX_TTL,
        (State.ACTIVE, Event.ACTIVE_TTL): Transition(State.CLOSED, Reason.ACTIVE_TTL),
        (State.ACTIVE, Event.USAGE_LIMIT): _USAGE_LIMIT,
        (State.ACTIVE, Event.DRAINED): _DRAINED,
        (State.ACTIVE, Event.CLOSED): _CLOSED,
        (State.ACTIVE, Event.CANCELED): _CANCELED,
        (State.INACTIVE, Event.JOB_STARTED): _ACTIVATED,
        (State.INACTIVE, Event.MAX_TTL): _MAX_TTL,
        (State.INACTIVE, Event.USAGE_LIMIT): _USAGE_LIMIT,
        (State.INACTIVE, Event.DRAINED): _DRAINED,
        (State.INACTIVE, Event.CLOSED): _CLOSED,
        (State.INACTIVE, Event.CANCELED): _CANCELED,
        **_stays(State.CLOSED, Event.USAGE_LIMIT, Event.CLOSED, Event.CANCELED),
        **_stays(State.CANCELED, Event.USAGE_LIMIT, Event.CLOSED, Event.CANCELED),
    }
)
