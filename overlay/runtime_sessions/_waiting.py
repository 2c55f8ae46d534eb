"""What `wait` waits for, and how often it looks."""

import random
import time
from collections.abc import Callable, Iterable

from attrs import frozen

from runtime_sessions._arguments import checked_text
from runtime_sessions._contracts import SessionDetails
from runtime_sessions._errors import SessionEndedError, WaitTimeoutError
from runtime_sessions._http import Response
from runtime_sessions._words import shown

#: The states that a session does not leave.
FINAL = ("closed", "canceled")

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
_GROWTH = 1.5

#: For how many looks and how many seconds a clock may stand still while it is waited for.
STANDING_LOOKS = 4
STANDING_TIME = 2.0

Predicate = Callable[[SessionDetails], object]


@frozen
class Goal:
    """What is waited for: one of some states, or whatever a function of the details says."""

    states: tuple[str, ...]
    predicate: Predicate | None

    def is_reached(self, details: SessionDetails) -> bool:
        """Tell whether the waiting is over."""
        if self.predicate is None:
            return details.state in self.states
        return bool(self.predicate(details))

    def check_reachable(self, details: SessionDetails) -> None:
        """Raise SessionEndedError when the session is in a state that it will not leave."""
        if self.predicate is None and details.state in FINAL:
            wanted = " or ".join(self.states)
            state = shown(str(details.state))
            raise SessionEndedError(f"session {shown(details.id)} is {state}, never {wanted}")


class StandingClock:
    """Notices a server whose clock stands still, where waiting would have no end.

    The emulator says so in its answers. Another thread may be about to move the clock: so it has to
    stand for some looks, and for some time that really passes.
    """

    def __init__(self, session_id: str) -> None:
        self._session_id = session_id
        self._said: str | None = None
        self._looks = 0
        self._since = 0.0

    def look_at(self, response: Response) -> None:
        """Take notice of an answer.

        Raises:
            WaitTimeoutError: The clock has stood still for too long.
        """
        said = response.headers.get("emulator-clock")
        if said is None or said != self._said:
            self._said = said
            self._looks = 0
            self._since = time.monotonic()
            return
        self._looks += 1
        if self._looks >= STANDING_LOOKS and time.monotonic() - self._since >= STANDING_TIME:
            raise WaitTimeoutError(
                f"session {self._session_id} will not change: the emulator's clock is "
                f"{shown(said)}. Move it with `emulator.advance(seconds)`, or let the time pass as "
                "the client sleeps, with `set_testing(True, sleep=emulator.advance)` or the "
                "fixture `runtime_sessions_sleeping_emulator`"
            )


def goal_of(until: str | Iterable[str] | Predicate) -> Goal:
    """Take what `wait` is given as `until`."""
    if callable(until):
        return Goal((), until)
    states = (until,) if isinstance(until, str) else tuple(until)
    if not states:
        raise ValueError("until is a state, several states or a function, not nothing")
    for state in states:
        checked_text("until", state)
    return Goal(states, None)


def longer(pause: float) -> float:
    """Return the pause after the next look, in seconds, before jitter."""
    return min(pause * _GROWTH, LONGEST_PAUSE)


def with_jitter(pause: float) -> float:
    """Draw from the upper half of a pause, so that many who wait do not look at once."""
    return random.uniform(pause / 2, pause)  # noqa: S311 - jitter is no secret
