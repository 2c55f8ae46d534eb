"""A session as the suite knows it: what was asked for, what was done to it, what was seen of it."""

from dataclasses import dataclass, field
from typing import Any, Final

from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.model.life import Deed, Rules, View, What, tell
from runtime_sessions_contract.openapi.values import Json
from runtime_sessions_contract.wire.caller import Caller
from runtime_sessions_contract.wire.exchange import Exchange

#: How exactly moments are compared, in seconds, on top of what is not known about them.
GRAIN: Final = 0.005


@dataclass(frozen=True, slots=True)
class Shown:
    """What the first answers show of a session, and no later one may move.

    Attributes:
        max_ttl, active_ttl, interactive_ttl: Its settings, in seconds.
        offset: How far the server's clock is ahead of the times of the calls, in seconds.
    """

    max_ttl: float | None = None
    active_ttl: float | None = None
    interactive_ttl: float = 0
    offset: float | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """What an answer showed of a session, to compare the next one with.

    Attributes:
        exchange: The call and its answer.
        deeds: How much had been done to the session.
        facts: What could be seen then, and does not change while nothing happens.
        answer: The fields that were shown.
    """

    exchange: Exchange
    deeds: int
    facts: frozenset[tuple[object, ...]]
    answer: Json


@dataclass(slots=True)
class Session:
    """A session that a server made: what was asked for, what was done to it, what was seen.

    Attributes:
        owner: Who created it.
        home: The instance that calls about it have to be made in, where that is in a header.
        warned: Whether its creator was warned, or could not have been.
        job_mode: Whether its jobs run outside of it, as dedicated sessions of the open plan do.
        born: When it was created, in seconds, as far as the call that did it tells.
        slack: How far what was done to it may have been off, in seconds.
        deeds: What was done to it.
        calls: The calls that did it.
        shown: What answers have shown of it that never moves.
        ended: Whether it was seen in a state that is final.
        seen: The fields of earlier answers that later ones are compared with.
        last_look: The last answer that showed it.
    """

    id: str
    owner: Caller
    home: str
    asked: Asked
    rules: Rules
    warned: bool
    job_mode: bool
    born: float
    slack: float
    deeds: list[Deed] = field(default_factory=list[Deed])
    calls: list[Exchange] = field(default_factory=list[Exchange])
    shown: Shown = Shown()
    ended: bool = False
    seen: dict[str, Any] = field(default_factory=dict[str, Any])
    last_look: Glance | None = None
    _views: tuple[object, list[View]] = (None, [])

    @property
    def interactive_ttl(self) -> float:
        """For how long it stays active without a job, in seconds."""
        return self.shown.interactive_ttl

    @property
    def offset(self) -> float:
        """How far the server's clock is ahead of the times of the calls, in seconds."""
        return self.shown.offset or 0

    def of(self, exchange: Exchange) -> bool:
        """Whether a call was made by its owner, in its instance."""
        return exchange.caller is self.owner and exchange.instance == self.home

    def views(self, sent: float, received: float, shown: Shown | None = None) -> list[View]:
        """What a call may see: more than one view where a change is near.

        Args:
            sent: When the call was sent.
            received: When its answer was there.
            shown: What is known of its settings, where that is more than was shown before.
        """
        shown = self.shown if shown is None else shown
        known = (sent, received, shown, self.slack, len(self.deeds))
        # One answer is looked at from several sides.
        if self._views[0] != known:
            last = max((deed.at for deed in self.deeds), default=self.born)
            moments = sorted({sent - self.slack, (sent + received) / 2, received + self.slack})
            self._views = (known, [self._view(shown, max(at, last)) for at in moments])
        return self._views[1]

    def _view(self, shown: Shown, at: float) -> View:
        """What is to be seen of it at a moment."""
        blank = View(
            rules=self.rules,
            mode=self.asked.mode,
            max_ttl=float("inf") if shown.max_ttl is None else shown.max_ttl,
            active_ttl=float("inf") if shown.active_ttl is None else shown.active_ttl,
            interactive_ttl=shown.interactive_ttl,
            job_mode=self.job_mode,
            now=self.born,
            created=self.born,
        )
        return tell(blank, self.deeds, at)

    def do(
        self,
        what: What,
        exchange: Exchange | None,
        at: tuple[float, float],
        **job: Any,  # noqa: ANN401 - the fields of Deed
    ) -> None:
        """Note that something was done between two moments."""
        middle = (at[0] + at[1]) / 2
        last = max((deed.at for deed in self.deeds), default=self.born)
        self.slack = max(self.slack, (at[1] - at[0]) / 2 + GRAIN)
        self.deeds.append(Deed(max(middle, last), what, **job))
        if exchange is not None:
            self.calls.append(exchange)
