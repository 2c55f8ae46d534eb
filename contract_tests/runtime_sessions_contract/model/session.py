"""A session as the suite knows it: what was asked for, what was done to it, what was seen of it."""

from dataclasses import dataclass, field
from typing import Any, Final

from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.model.life import Deed, Rules, State, View, What, tell
from runtime_sessions_contract.wire.exchange import Exchange
from runtime_sessions_contract.wire.secrets import Caller

#: How exactly moments are compared, in seconds, on top of what is not known about them.
GRAIN: Final = 0.005


@dataclass(slots=True)
class Session:
    """A session that a server made: what was asked for, what was done to it, what was seen.

    Attributes:
        home: The instance that calls about it have to be made in, where that is in a header.
        warned: Whether its creator was warned, or could not have been.
        ended: Whether it was seen in a state that is final.
        job_mode: Whether its jobs run outside of it, as dedicated sessions of the open plan do.
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
    seen: dict[str, Any] = field(default_factory=dict[str, Any])
    offset: float | None = None
    max_ttl: float | None = None
    active_ttl: float | None = None
    interactive_ttl: float = 0
    state: State = State.OPEN
    ended: bool = False

    def of(self, exchange: Exchange) -> bool:
        """Whether a call was made by its owner, in its instance."""
        return exchange.caller is self.owner and exchange.instance == self.home

    def views(self, sent: float, received: float) -> list[View]:
        """What a call at that time may see: more than one view where a change is near."""
        last = max((deed.at for deed in self.deeds), default=self.born)
        moments = sorted({sent - self.slack, (sent + received) / 2, received + self.slack})
        views = list[View]()
        for moment in moments:
            blank = View(
                rules=self.rules,
                mode=self.asked.mode,
                max_ttl=float("inf") if self.max_ttl is None else self.max_ttl,
                active_ttl=float("inf") if self.active_ttl is None else self.active_ttl,
                interactive_ttl=self.interactive_ttl,
                job_mode=self.job_mode,
                now=self.born,
                created=self.born,
            )
            views.append(tell(blank, self.deeds, max(moment, last)))
        return views

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
