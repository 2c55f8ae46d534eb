"""What is known of a server: its sessions, and what else its answers have told so far."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby

from runtime_sessions_contract.checks.requests import Requests
from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.model.session import GRAIN, Session
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.wire.caller import Caller
from runtime_sessions_contract.wire.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of the max TTL of sessions in an instance, by their mode; in seconds."""

    default: float | None = None
    longest: float | None = None


@dataclass
class Knowledge:
    """What is known of a server. Judges read it; only what learns from an answer writes it.

    Attributes:
        document: The form of the document that the target is held to.
        target: The server. Of the bundled emulator also that is known which no contract promises.
        tolerance: How far moments and spans may be off, in seconds.
        synced: Whether the times of exchanges are the server's, or this computer's.
        shapes: Whether the shapes of answers are judged; else they are told as drift.
        given: Ids of sessions that are there although nobody was seen to create them.
        sessions: The sessions that were created, by their ids.
        plans: What is known of the plans, by instance and mode.
        users: The ids by which users are shown.
        traces: The traces of errors.
        advances: The calls that moved the clock.
    """

    document: Document
    target: Target
    tolerance: float = 2.0
    synced: bool = False
    shapes: bool = True
    given: frozenset[str] = frozenset()
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    plans: dict[tuple[str, str], Plan] = field(default_factory=dict[tuple[str, str], Plan])
    users: dict[Caller, str] = field(default_factory=dict[Caller, str])
    traces: set[str] = field(default_factory=set[str])
    advances: list[Exchange] = field(default_factory=list[Exchange])

    def __post_init__(self) -> None:
        self.requests = Requests(self.document, self.target)

    @property
    def contract(self) -> Contract:
        """The contract that the server is held to."""
        return self.target.contract

    @property
    def bundled(self) -> bool:
        """Whether the server is the bundled emulator, of which everything is known."""
        return self.target.bundled

    def session_of(self, exchange: Exchange) -> Session | None:
        """The session that a call is about; None where nobody was seen to create it."""
        return None if exchange.session_id is None else self.sessions.get(exchange.session_id)

    def newborn(self, exchange: Exchange) -> Session | None:
        """The session that a call of create has made; None where its answer shows none."""
        answer = exchange.answer
        if answer is None or not isinstance(exchange.request_json(), dict):
            return None
        asked = self.requests.asked(exchange)
        # Where create answers no messages, nobody can be told of anything.
        tells = "messages" in self.document.answered("createSession")
        warned = bool(answer.get("messages")) or not tells
        return Session(
            id=str(answer.get("id")),
            owner=exchange.caller or Caller.USER,
            home=exchange.instance,
            asked=asked,
            rules=self.contract.rules,
            warned=warned,
            job_mode=warned and asked.mode == "dedicated" and self.requests.in_open_plan(asked),
            born=(exchange.sent + exchange.received) / 2,
            slack=(exchange.received - exchange.sent) / 2 + GRAIN,
            calls=[exchange],
        )

    def plan(self, asked: Asked) -> Plan:
        """What is known of the plan that a session was asked for in."""
        if self.bundled:
            most = self.requests.emulated_max_ttl(asked)
            return Plan(default=most, longest=most)
        return self.plans.get((asked.instance, asked.mode), Plan())

    def story(self, session: Session | None) -> tuple[Exchange, ...]:
        """What was done to a session so far, the passing of time included."""
        if session is None:
            return ()
        born = session.calls[0].number
        passed = [call for call in self.advances if call.number > born]
        calls = sorted([*session.calls, *passed], key=lambda call: call.number)
        moves = {call.number for call in passed}
        story: list[Exchange] = []
        for is_move, group in groupby(calls, key=lambda call: call.number in moves):
            together = list(group)
            # Time that passed in one go, as far as this session is concerned.
            story += [_in_one_go(together)] if is_move else together
        return tuple(story)

    @staticmethod
    def near_change(sessions: Iterable[Session], now: float) -> bool:
        """Whether something will happen by itself so soon that its order with a call is open."""
        for session in sessions:
            span = session.slack + 0.05
            before, *_, after = session.views(now - span, now + span)
            if before.facts() != after.facts():
                return True
        return False


def _in_one_go(moves: list[Exchange]) -> Exchange:
    """The call that moves the clock as far as these did, one after the other."""
    if len(moves) == 1:
        return moves[0]
    seconds = sum(move.request_json()["seconds"] for move in moves)
    return replace(moves[-1], request_body=json.dumps({"seconds": round(seconds, 6)}).encode())
