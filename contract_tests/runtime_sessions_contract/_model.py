"""What the suite knows of every session: it sees each call and answer, and says what can't be."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from runtime_sessions_contract._contract import Contract, Json, as_object
from runtime_sessions_contract._coverage import Coverage
from runtime_sessions_contract._judge import Judge, Tally, Violation
from runtime_sessions_contract._life import What
from runtime_sessions_contract._pages import judge_page
from runtime_sessions_contract._session import GRAIN, Session
from runtime_sessions_contract._shape import UNLISTED, judge_shape
from runtime_sessions_contract._views import judge_view
from runtime_sessions_contract._wire import Caller, Exchange

#: Names that begin like this stand for what no server has: the drivers ask for them to be refused.
NOWHERE: Final = "no-such-"

OK, BAD, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 200, 400, 401, 403, 404


class Model:
    """All sessions of a run.

    Args:
        contract: The form of the contract that the target is held to.
        tally: Where checks are counted.
        coverage: Where it is noted which edges were seen.
        tolerance: How far moments and spans may be off, in seconds.
        synced: Whether the times of exchanges are the server's, or this computer's.
        defaults: Whether the documented defaults bind, TTLs of 28800 and 60 seconds.
        shapes: Whether the shapes of answers are judged too; else they are drift.
        given: Ids of sessions that are there although nobody was seen to create them.
    """

    def __init__(  # noqa: PLR0913 - what is known of a target
        self,
        contract: Contract,
        tally: Tally,
        coverage: Coverage,
        *,
        tolerance: float = 2.0,
        synced: bool = False,
        defaults: bool = False,
        shapes: bool = True,
        given: Iterable[str] = (),
    ) -> None:
        self.contract = contract
        self.tally = tally
        self.coverage = coverage
        self.tolerance = tolerance
        self.synced = synced
        self.defaults = defaults
        self.shapes = shapes
        self.given = frozenset(given)
        self.sessions: dict[str, Session] = {}
        self.ttl: dict[str, float] = {}
        self.users: dict[Caller, str] = {}
        self.advances: list[Exchange] = []

    def sees(self, exchange: Exchange) -> list[Violation]:
        """Take in a call and its answer, and say what about it can't be."""
        operation = exchange.operation
        if operation is None:
            return []
        session = self.sessions.get(unquote(exchange.session_id)) if exchange.session_id else None
        judge = Judge(self.tally, exchange, self.story(session))
        if self.shapes:
            judge_shape(judge, self.contract, exchange)
        self.coverage.answered(operation.name, exchange.status)
        if session is not None and exchange.caller is session.owner:
            middle = session.views(exchange.sent, exchange.received)[1 if session.slack else 0]
            self.coverage.edge(middle.state, operation.name)
            self.coverage.moved(session.state, middle.state)
            session.state = middle.state
        if self._judge_status(judge, exchange, session) and exchange.succeeded:
            self._take_in(judge, exchange, session)
        return judge.found

    def _judge_status(self, judge: Judge, exchange: Exchange, session: Session | None) -> bool:
        """Whether the answer's status fits what is known of the caller and of the session."""
        expected = self._expected(exchange, session)
        if expected is None or exchange.status in UNLISTED:
            return True
        check = "authentication first" if expected == (UNAUTHORIZED,) else "status fits"
        if session is not None and exchange.caller in {Caller.USER, Caller.OTHER}:
            check = (
                "own session found"
                if exchange.caller is session.owner
                else "others' sessions hidden"
            )
        assert exchange.operation is not None  # noqa: S101 - for the type checkers; sees() asked already
        pointer = f"{exchange.operation.pointer}/responses"
        wanted = " or ".join(str(status) for status in expected)
        return judge(check, wanted, exchange.status, pointer, ok=exchange.status in expected)

    def _expected(  # noqa: PLR0911 - a rule each
        self, exchange: Exchange, session: Session | None
    ) -> tuple[int, ...] | None:
        """The statuses that fit; None where nothing can be said."""
        operation = exchange.operation
        if operation is None or exchange.caller is None:
            return None
        if exchange.caller is Caller.NOBODY:
            return (UNAUTHORIZED,)
        valid = self._valid(exchange)
        if operation.name == "createSession":
            asked = exchange.request_json() if valid else None
            if asked is None:
                return None
            if str(asked["backend"]).startswith(NOWHERE):
                return (NOT_FOUND,)
            return (FORBIDDEN,) if str(asked["instance"]).startswith(NOWHERE) else None
        bad = () if valid else (BAD,)
        if session is None:
            # A segment of dots, or one that hides a slash, may mean another path.
            raw = unquote(exchange.session_id or "")
            if raw in self.given and exchange.caller is Caller.OTHER:
                return (NOT_FOUND,)
            if raw in self.given or raw in {"", ".", ".."} or "/" in raw:
                return None
            return (NOT_FOUND, *bad)
        if exchange.caller is not session.owner:
            return (NOT_FOUND, *bad)
        return (operation.success,) if valid else (operation.success, BAD)

    def _valid(self, exchange: Exchange) -> bool:
        """Whether the request is certainly one that the contract allows."""
        operation = exchange.operation
        if operation is None:
            return False
        if (body := operation.definition.get("requestBody")) is not None:
            schema = body["content"]["application/json"]["schema"]["$ref"]
            if exchange.request_headers.get("content-type") != "application/json":
                return False
            if not self.contract.valid(schema, exchange.request_json()):
                return False
        if operation.name == "listSessionJobs":
            return page_of(exchange) is not None
        return not exchange.query

    def _take_in(self, judge: Judge, exchange: Exchange, session: Session | None) -> None:
        assert exchange.operation is not None  # noqa: S101 - as above
        try:
            answer = as_object(exchange.json()) if exchange.body else None
        except ValueError:
            return
        name = exchange.operation.name
        if name == "createSession":
            self._created(judge, exchange, answer)
        # Headers that contradict each other may be taken: then it is the owner who calls.
        if session is None or exchange.caller not in {session.owner, None}:
            return
        when = (exchange.sent, exchange.received)
        match name:
            case "updateSession":
                asked = as_object(exchange.request_json())
                if asked is not None and isinstance(asked.get("accepting_jobs"), bool):
                    session.do(
                        What.ACCEPT if asked["accepting_jobs"] else What.DRAIN, exchange, when
                    )
            case "closeSession":
                session.do(What.CLOSE, exchange, when)
            case "getSession" | "getSessionExtended" if answer is not None:
                judge_view(judge, self, session, exchange, answer)
            case "listSessionJobs" if answer is not None and (page := page_of(exchange)):
                judge_page(judge, self, session, exchange, answer, page)
            case _:
                pass

    def _created(self, judge: Judge, exchange: Exchange, answer: Json | None) -> None:
        asked = as_object(exchange.request_json())
        if answer is None or asked is None:
            return
        name = str(answer.get("id"))
        twice = self.sessions.get(name)
        judge.story = self.story(twice)
        judge(
            "ids unique",
            "an id that no session had before",
            name,
            "#/paths/~1sessions/post",
            ok=not twice,
        )
        self.sessions[name] = Session(
            id=name,
            owner=exchange.caller or Caller.USER,
            asked=asked,
            warned=bool(answer.get("messages")),
            born=(exchange.sent + exchange.received) / 2,
            slack=(exchange.received - exchange.sent) / 2 + GRAIN,
            calls=[exchange],
        )

    def story(self, session: Session | None) -> tuple[Exchange, ...]:
        """What was done to a session so far, the passing of time included."""
        if session is None:
            return ()
        born = session.calls[0].number
        passed = [call for call in self.advances if call.number > born]
        story: list[Exchange] = []
        for call in sorted([*session.calls, *passed], key=lambda call: call.number):
            if story and call in passed and story[-1].path == call.path:
                # Time that passed in one go, as far as this session is concerned.
                seconds = story.pop().request_json()["seconds"] + call.request_json()["seconds"]
                body = json.dumps({"seconds": round(seconds, 6)}).encode()
                story.append(replace(call, request_body=body))
            else:
                story.append(call)
        return tuple(story)

    def near_change(self, sessions: Iterable[Session], now: float) -> bool:
        """Whether something will happen by itself so soon that its order with a call is open."""
        for session in sessions:
            span = session.slack + 0.05
            before, *_, after = session.views(now - span, now + span)
            if before.facts() != after.facts():
                return True
        return False


#: More than any count of jobs has.
DIGITS: Final = 15


def page_of(exchange: Exchange) -> tuple[int, int] | None:
    """The limit and offset that a valid request for jobs asks for; None where it is not valid."""
    limits: dict[str, tuple[int, Callable[[int], bool]]] = {
        "limit": (200, lambda value: 1 <= value <= 200),  # noqa: PLR2004 - documented
        "offset": (0, lambda value: value >= 0),
    }
    found = {name: default for name, (default, _) in limits.items()}
    given = [name for name, _ in exchange.query]
    if len(set(given)) != len(given):
        return None
    for name, text in exchange.query:
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else -1
        if name not in limits or not limits[name][1](number):
            return None
        found[name] = number
    return found["limit"], found["offset"]
