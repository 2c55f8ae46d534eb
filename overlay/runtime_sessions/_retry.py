"""When to try again, and how long to wait before."""

from __future__ import annotations

import random

from attrs import frozen

# What a service or a gateway answers for a while and then no longer.
_PASSING = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_TOO_MANY_REQUESTS = 429


@frozen(kw_only=True)
class Retries:
    """How often and how patiently a call is tried again.

    Reading, updating and closing are tried again on connection errors and on 408, 429, 500, 502
    to 504 and 520 to 524. Creating is tried again only when the service certainly did nothing: no
    connection was made, or 429.

    Attributes:
        attempts: How often a request is made at most, the first time included.
        backoff: Before attempt n+1 the wait is drawn evenly from 0 to `backoff` * 2**(n-1)
            seconds ("full jitter").
        max_backoff: The longest such wait, in seconds.
        max_retry_after: The longest `Retry-After` that is obeyed, in seconds. When the service asks
            for more, the call fails at once, for asking earlier would be in vain.
        deadline: How long all attempts and waits of a call may take together, in seconds; None for
            no end. The timeout of one attempt is set apart from it.
        create: Whether creating is tried again like everything else, also when a session may have
            been created by an earlier attempt. No other way leads to two sessions.
    """

    attempts: int = 5
    backoff: float = 0.5
    max_backoff: float = 8.0
    max_retry_after: float = 60.0
    deadline: float | None = 120.0
    create: bool = False

    def __attrs_post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts is 1 or more, not {self.attempts}")
        if min(self.backoff, self.max_backoff, self.max_retry_after) < 0:
            raise ValueError("backoff, max_backoff and max_retry_after are 0 or more")
        if self.deadline is not None and self.deadline <= 0:
            raise ValueError(f"deadline is above 0, or None, not {self.deadline}")

    def covers(self, status: int, *, repeatable: bool) -> bool:
        """Tell whether an answer of this status is worth another attempt."""
        if repeatable or self.create:
            return status in _PASSING
        return status == _TOO_MANY_REQUESTS

    def pause(self, attempt: int, elapsed: float, asked: float | None) -> float | None:
        """Return the seconds to wait after an attempt; None when it was the last.

        `asked` is what `Retry-After` says. Some jitter is added to it, so that those who were told
        the same time do not come back at the same time.
        """
        if attempt >= self.attempts or (asked is not None and asked > self.max_retry_after):
            return None
        if asked is None:
            longest = min(self.max_backoff, self.backoff * 2.0 ** min(attempt - 1, 64))
        else:
            longest = self.backoff
        pause = (asked or 0.0) + random.uniform(0, longest)  # noqa: S311 - jitter is no secret
        if self.deadline is not None and elapsed + pause >= self.deadline:
            return None
        return pause


NO_RETRIES = Retries(attempts=1)
