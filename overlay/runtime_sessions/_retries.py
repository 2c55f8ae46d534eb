"""Whether a call is tried again, and after how long: decisions, without any doing.

Each is a function of what came of the last attempt, what is known of the call and what was tried;
a new rule is one more of them, named in `pause_before_next` or in `may_be_repeated`.
"""

import random
import sys
from collections.abc import Callable
from http import HTTPStatus

from attrs import evolve, field, frozen
from attrs.validators import ge, gt, optional

#: What a service or a gateway answers for a while and then no longer.
PASSING = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
# 2 to this power is beyond any cap, and still a float.
_LARGEST_EXPONENT = 64


@frozen(kw_only=True)
class Retries:
    """How often and how patiently a call is tried again.

    Reading, updating and closing are tried again on connection errors and on 408, 429, 500, 502
    to 504 and 520 to 524; creating only when the service certainly did nothing: no connection was
    made, or 429. Before attempt n+1 the wait is drawn evenly from 0 to `backoff` * 2**(n-1).
    """

    attempts: int = field(default=5, validator=ge(1))
    """How often a request is made at most, the first time included."""
    backoff: float = field(default=0.5, validator=ge(0))
    """What the first wait is drawn from, in seconds; each further one from twice as much."""
    max_backoff: float = field(default=8.0, validator=ge(0))
    """The most that a wait is drawn from, in seconds."""
    max_retry_after: float = field(default=60.0, validator=ge(0))
    """The longest `Retry-After` that is obeyed, in seconds."""
    deadline: float | None = field(default=120.0, validator=optional(gt(0)))  # type: ignore[arg-type]
    """How long a call may take with all attempts and waits, in seconds; None: no end."""
    create: bool = False
    """Whether creating is tried again like all else, at the risk of a second session."""


#: The least that the waits of an ending are drawn from, in seconds: it may be tried very often.
_LEAST_BACKOFF = 0.1


def for_an_ending(policy: Retries) -> Retries:
    """Return the policy of an ending: each session left open costs, so only the deadline ends it.

    Who wants one attempt gets one; and where there is no deadline, the attempts are the end.
    """
    if policy.attempts == 1 or policy.deadline is None:
        return policy
    return evolve(
        policy,
        attempts=sys.maxsize,
        backoff=max(policy.backoff, _LEAST_BACKOFF),
        max_backoff=max(policy.max_backoff, _LEAST_BACKOFF),
    )


@frozen(kw_only=True)
class Came:
    """What came of an attempt that failed."""

    status: int | None
    """The status of the answer; None when there was none."""
    retry_after: float | None = None
    """How long the service asks to wait, in seconds; None when it does not say."""
    was_never_sent: bool = False
    """Whether it is certain that the server saw nothing of the request."""
    is_unreadable: bool = False
    """Whether an answer came whose headers have no end, so that not even its status is known."""
    is_unconfirmed: bool = False
    """Whether the answer says yes in another way than the contract does."""


@frozen(kw_only=True)
class Known:
    """What is known of the call."""

    is_repeatable: bool
    """Made twice, it does what it does once."""
    was_just_created: bool = False
    """Whether its session was just created: 404 is no last word then."""


@frozen(kw_only=True)
class Tried:
    """What was tried so far."""

    attempts: int
    """How many attempts were made."""
    seconds: float
    """How long all of them took, with the waits between."""


Draw = Callable[[float, float], float]


def pause_before_next(
    came: Came, known: Known, tried: Tried, policy: Retries, draw: Draw = random.uniform
) -> float | None:
    """Return after how many seconds to try again; None for not at all."""
    if not may_be_repeated(came, known, policy):
        return None
    if tried.attempts >= policy.attempts:
        return None
    if came.retry_after is not None and came.retry_after > policy.max_retry_after:
        return None
    pause = pause_of(came, tried, policy, draw)
    if policy.deadline is not None and tried.seconds + pause >= policy.deadline:
        return None
    return pause


def may_be_repeated(came: Came, known: Known, policy: Retries) -> bool:
    """Tell whether another attempt can help, and do no harm."""
    if did_nothing(came):
        return True
    if came.status == HTTPStatus.NOT_FOUND and known.was_just_created:
        return True
    return will_pass(came) and (known.is_repeatable or policy.create)


def did_nothing(came: Came) -> bool:
    """Tell whether the service certainly did nothing of what it was asked."""
    return came.was_never_sent or came.status == HTTPStatus.TOO_MANY_REQUESTS


def will_pass(came: Came) -> bool:
    """Tell whether the trouble is of the kind that is gone after a while."""
    is_silent = came.status is None and not came.is_unreadable
    return is_silent or came.status in PASSING or came.is_unconfirmed


def pause_of(came: Came, tried: Tried, policy: Retries, draw: Draw) -> float:
    """Return how long to wait, in seconds: what is asked for, and a part that is drawn.

    Something is drawn on top of what the service asks for, too: others were told the same time.
    """
    if came.retry_after is not None:
        return came.retry_after + draw(0, min(policy.backoff, policy.max_backoff))
    longest = policy.backoff * 2.0 ** (min(tried.attempts, _LARGEST_EXPONENT) - 1)
    return draw(0, min(longest, policy.max_backoff))


def timeout_of_next(timeout: float, tried: Tried, policy: Retries) -> float:
    """Return the timeout of an attempt's steps, in seconds, which the deadline may shorten."""
    left = left_of_call(tried, policy)
    return timeout if left is None else min(timeout, left)


def left_of_call(tried: Tried, policy: Retries) -> float | None:
    """Return how long a call may still take, in seconds; None for as long as it takes."""
    if policy.deadline is None:
        return None
    return max(policy.deadline - tried.seconds, 0.001)
