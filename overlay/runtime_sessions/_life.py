"""What a session's handle decides without I/O: how to end, and whether to wait any longer."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Literal, get_args

from runtime_sessions._clock import now
from runtime_sessions._errors import SessionEndedError, WaitTimeoutError
from runtime_sessions._operations import seconds, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta

    from runtime_sessions._operations import SessionDetails

Ending = Literal["drain", "cancel", "leave"]

FINAL = frozenset({"closed", "canceled"})
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_GROWTH = 1.5


class Endings:
    """How a session ends when its `with` does: of itself, and by an exception."""

    def __init__(self, on_exit: Ending, on_error: Ending) -> None:
        for name, value in (("on_exit", on_exit), ("on_error", on_error)):
            if value not in get_args(Ending):
                raise ValueError(f"{name} is 'drain', 'cancel' or 'leave', not {value!r}")
        self._on_exit: Ending = on_exit
        self._on_error: Ending = on_error

    def chosen(self, error: BaseException | None) -> Ending:
        """Choose by what ends the `with`."""
        return self._on_exit if error is None else self._on_error


class Waiting:
    """A wait for a state: is it there, and if not, how long until the next look."""

    def __init__(
        self,
        session_id: str,
        until: str | Iterable[str] | Callable[[SessionDetails], bool],
        timeout: float | timedelta | None,
    ) -> None:
        self._session_id = session_id
        if callable(until):
            self._reached, self._states = until, None
        else:
            names = [until] if isinstance(until, str) else list(until)
            self._states = frozenset(text("until", str(name)) for name in names)
            if not self._states:
                raise ValueError("until is a state, some states or a function, and is empty")
            self._reached = self._has_state
        self._timeout = None if timeout is None else seconds("timeout", timeout)
        self._began = now()
        self._longest = _FIRST_PAUSE

    def over(self, details: SessionDetails) -> bool:
        """Tell whether the session is where it was waited for; raises when it never will be."""
        if self._reached(details):
            return True
        if self._states is not None and details.state in FINAL:
            raise SessionEndedError(
                f"session {self._session_id} is {details.state}, and will not be {self._wanted}"
            )
        return False

    def pause(self, details: SessionDetails) -> float:
        """Return the seconds until the next look; raises when the time is up."""
        elapsed = now() - self._began
        if self._timeout is not None and elapsed >= self._timeout:
            raise WaitTimeoutError(
                f"session {self._session_id} is still {details.state} after {elapsed:.0f} s, "
                f"not {self._wanted}"
            )
        longest, self._longest = self._longest, min(self._longest * _GROWTH, _LONGEST_PAUSE)
        pause = random.uniform(longest / 2, longest)  # noqa: S311 - jitter is no secret
        return pause if self._timeout is None else min(pause, self._timeout - elapsed)

    @property
    def _wanted(self) -> str:
        return "as waited for" if self._states is None else " or ".join(sorted(self._states))

    def _has_state(self, details: SessionDetails) -> bool:
        return self._states is not None and details.state in self._states
