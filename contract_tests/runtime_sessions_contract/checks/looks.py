"""One answer that shows a session, and what is known of the session with it."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from runtime_sessions_contract.checks.changes import Changes
from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.model.life import View
from runtime_sessions_contract.model.session import Session, Shown
from runtime_sessions_contract.openapi.operations import Operation
from runtime_sessions_contract.openapi.values import Json
from runtime_sessions_contract.wire.exchange import Exchange

#: The states in which a session has not ended, as they are shown.
LIVING: Final = frozenset({"open", "active", "inactive"})
#: What is shown once and then never otherwise.
MOVELESS: Final = ("created_at", "closed_at")


@dataclass(frozen=True)
class Look:
    """An answer that shows a session. Which fields it has is for the contract to say.

    Attributes:
        known: What was known before the answer came.
        session: The session that it shows.
        exchange: The call and its answer.
        operation: What was called.
        answer: The fields that were answered.
    """

    known: Knowledge
    session: Session
    exchange: Exchange
    operation: Operation
    answer: Json

    @cached_property
    def schema(self) -> str:
        """Where the contract says what is answered."""
        return self.known.document.answer_schema(self.operation, self.exchange.status) or ""

    @cached_property
    def fields(self) -> Json:
        """The fields that the contract has for it."""
        return self.known.document.fields(self.schema)

    @property
    def life_as(self) -> str:
        """Under which name it shows the state: some answers have another word for it."""
        return "state" if "state" in self.fields else "status"

    @cached_property
    def changes(self) -> Changes:
        """How it lists the changes of the session."""
        return Changes(self.known.document, self.fields, self.life_as)

    def pointer(self, name: str) -> str:
        """Where the contract has a field."""
        return f"{self.schema}/properties/{name}"

    def tells(self, name: str) -> bool:
        """Whether a field is there, or has to be: the bundled emulator shows all that it can."""
        return name in self.answer or (self.known.bundled and name in self.fields)

    def undocumented(self, name: str) -> bool:
        """Whether a field has a value that the contract does not list."""
        listed = self.known.document.resolve(self.fields.get(name, {})).get("enum")
        return listed is not None and self.answer.get(name, "absent") not in listed

    @cached_property
    def settings(self) -> tuple[float, float] | None:
        """The max TTL and the interactive TTL that are shown; None where they are none."""
        longest, interactive = self.answer.get("max_ttl"), self.answer.get("interactive_ttl")
        if isinstance(longest, int | float) and isinstance(interactive, int | float):
            return longest, interactive
        return None

    @cached_property
    def shown(self) -> Shown:
        """What is known of the session's settings and of the server's clock, with this answer."""
        shown = self.session.shown
        if shown.max_ttl is None and self.settings is not None:
            longest, interactive = self.settings
            shown = replace(shown, max_ttl=longest, interactive_ttl=interactive)
        if shown.max_ttl is not None:
            shown = replace(shown, active_ttl=self._active_ttl(shown.max_ttl))
        if shown.offset is None:
            created = self.changes.created(self.answer)
            # Without a control plane nobody tells the server's time but the session itself.
            told = not self.known.synced and created is not None
            shown = replace(shown, offset=created - self.session.born if told and created else 0)
        return shown

    def lowered(self, max_ttl: float) -> bool:
        """Whether a max TTL is less than was asked for because the plan allows no more."""
        wanted, longest = self.session.asked.max_ttl, self.known.plan(self.session.asked).longest
        if wanted is None or not self.session.warned:
            return False
        return max_ttl < wanted if longest is None else wanted > longest

    def _active_ttl(self, max_ttl: float) -> float | None:
        """For how long it may be active at a stretch: the first that is shown."""
        if self.known.bundled:
            return min(self.session.asked.active_ttl or max_ttl, max_ttl)
        got, before = self.answer.get("active_ttl"), self.session.shown.active_ttl
        return got if before is None and isinstance(got, int | float) else before

    @property
    def views(self) -> list[View]:
        """What may be seen of the session: more than one view where a change is near."""
        return self.session.views(self.exchange.sent, self.exchange.received, self.shown)

    @property
    def facts(self) -> frozenset[tuple[object, ...]]:
        """What may be seen, and does not change while nothing happens."""
        return frozenset(view.facts() for view in self.views)

    @property
    def tolerance(self) -> float:
        """How far a moment may be off, in seconds."""
        return self.known.tolerance + self.session.slack
