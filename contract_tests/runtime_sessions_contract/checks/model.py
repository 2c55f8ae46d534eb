"""What the suite knows of every session: it sees each call and answer, and says what can't be."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from runtime_sessions_contract.checks.coverage import Coverage
from runtime_sessions_contract.checks.jobs import judge_all, judge_page
from runtime_sessions_contract.checks.queries import page_of
from runtime_sessions_contract.checks.shapes import UNLISTED, judge_shape
from runtime_sessions_contract.checks.statuses import Expected
from runtime_sessions_contract.checks.views import judge_view
from runtime_sessions_contract.checks.workloads import judge_workloads
from runtime_sessions_contract.model.life import What
from runtime_sessions_contract.model.session import GRAIN, Session
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.openapi.values import Json, as_object, as_objects
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.verdicts.judge import Judge, Tally
from runtime_sessions_contract.verdicts.violation import Violation
from runtime_sessions_contract.wire.exchange import Exchange
from runtime_sessions_contract.wire.secrets import Caller

ERROR: Final = "#/components/schemas/Error"


class Model:
    """All sessions of a run.

    Args:
        contract: The form of the contract that the target is held to.
        tally: Where checks are counted.
        coverage: Where it is noted which edges were seen.
        target: The server. Of the bundled emulator also that is known which no contract promises.
        tolerance: How far moments and spans may be off, in seconds.
        synced: Whether the times of exchanges are the server's, or this computer's.
        shapes: Whether the shapes of answers are judged too; else they are drift.
        given: Ids of sessions that are there although nobody was seen to create them.
    """

    def __init__(  # noqa: PLR0913 - what is known of a target
        self,
        document: Document,
        tally: Tally,
        coverage: Coverage,
        target: Target,
        *,
        tolerance: float = 2.0,
        synced: bool = False,
        shapes: bool = True,
        given: Iterable[str] = (),
    ) -> None:
        self.document = document
        self.tally = tally
        self.coverage = coverage
        self.target = target
        self.contract = target.contract
        self.expected = Expected(document, target)
        self.tolerance = tolerance
        self.synced = synced
        self.defaults = target.bundled
        self.shapes = shapes
        self.given = frozenset(given)
        self.sessions: dict[str, Session] = {}
        self.ttl: dict[str, float] = {}
        self.users: dict[Caller, str] = {}
        self.traces = set[str]()
        self.advances: list[Exchange] = []

    def sees(self, exchange: Exchange) -> list[Violation]:
        """Take in a call and its answer, and say what about it can't be."""
        operation = exchange.operation
        if operation is None:
            return []
        session = self.sessions.get(exchange.session_id) if exchange.session_id else None
        judge = Judge(self.tally, exchange, partial(self.story, session))
        if self.shapes:
            # The strict form of the contract, to which the emulator is held, knows no such fields.
            judge_shape(judge, self.document, exchange, undeclared=not self.defaults)
        self.coverage.answered(operation.name, exchange.status)
        if session is not None and session.of(exchange):
            middle = session.views(exchange.sent, exchange.received)[1 if session.slack else 0]
            self.coverage.edge(middle.state, operation.name)
            self.coverage.moved(session.state, middle.state)
            session.state = middle.state
        fits = self._judge_status(judge, exchange, session)
        # A session that was created is there, whatever is wrong with the answer.
        created = operation.name == "createSession" and exchange.succeeded
        if exchange.succeeded and (fits or created):
            self._take_in(judge, exchange, session)
        elif fits and not exchange.succeeded:
            self._judge_error(judge, exchange)
        return judge.found

    def _judge_status(self, judge: Judge, exchange: Exchange, session: Session | None) -> bool:
        """Whether the answer's status fits what is known of the caller and of the session."""
        fit = self.expected.fit(exchange, session, self.given)
        if fit is None or exchange.operation is None or exchange.status in UNLISTED:
            return True
        return judge(
            fit.check,
            " or ".join(str(status) for status in fit.statuses),
            exchange.status,
            f"{exchange.operation.pointer}/responses",
            ok=exchange.status in fit.statuses,
            rule=fit.rule,
        )

    def _judge_error(self, judge: Judge, exchange: Exchange) -> None:
        """What an error says of itself, where that is known."""
        try:
            body = as_object(exchange.json()) or {}
        except ValueError:
            return
        assert exchange.operation is not None  # noqa: S101 - as above
        if exchange.caller in {Caller.USER, Caller.OTHER} and (
            exchange.operation.name == "createSession"
            and self.expected.valid(exchange)
            and self.expected.refused_by_plan(self.expected.asked(exchange))
        ):
            codes = [str(error.get("code")) for error in as_objects(body.get("errors"))]
            wanted = str(self.contract.answers.open_plan_code)
            self._judge_code(judge, wanted, codes, "open-plan-refuses")
        if exchange.caller is Caller.ASTRAY:
            codes = [str(error.get("code")) for error in as_objects(body.get("errors"))]
            wanted = str(self.contract.answers.no_instance_code)
            self._judge_code(judge, wanted, codes, "instance-not-found")
        if self.defaults and self.contract.answers.traced:
            trace = str(body.get("trace", ""))
            fresh = bool(trace) and trace not in self.traces
            self.traces.add(trace)
            pointer = f"{ERROR}Body/properties/trace"
            judge("traced", "a trace of its own", trace or "absent", pointer, ok=fresh)

    @staticmethod
    def _judge_code(judge: Judge, wanted: str, codes: list[str], rule: str) -> None:
        pointer = f"{ERROR}/properties/code"
        judge("error code", wanted, codes, pointer, ok=wanted in codes, rule=rule)

    def _take_in(self, judge: Judge, exchange: Exchange, session: Session | None) -> None:
        """Learn from an answer that says that something was done, and judge what it shows."""
        assert exchange.operation is not None  # noqa: S101 - as above
        try:
            answer = as_object(exchange.json()) if exchange.body else None
        except ValueError:
            return
        name = exchange.operation.name
        if name == "createSession":
            session = self._created(judge, exchange, answer)
            # Of one that should not have been created, that is what is wrong, not what it shows.
            session = session if self.expected.valid(exchange) else None
        # Headers that contradict each other may be taken: then it is the owner who calls.
        mine = session is not None and (session.of(exchange) or exchange.caller is None)
        if answer is not None and name == self.document.workloads:
            judge_workloads(judge, self, exchange, answer)
        elif answer is not None and name == self.document.jobs:
            self._judge_jobs(judge, exchange, answer, session if mine else None)
        elif session is not None and mine:
            self._of_session(judge, exchange, answer, session)

    def _judge_jobs(
        self, judge: Judge, exchange: Exchange, answer: Json, session: Session | None
    ) -> None:
        """Hold a page of jobs, of a session of the caller's or of none, against the model."""
        page = page_of(exchange, unknown_ignored=self.contract.answers.ignores_unknown)
        if page is None:
            return
        if session is not None:
            judge_page(judge, self, session, exchange, answer, page)
        elif exchange.caller is not None:
            judge_all(judge, self, exchange, answer, page)

    def _of_session(
        self, judge: Judge, exchange: Exchange, answer: Json | None, session: Session
    ) -> None:
        """Note what was done to a session of the caller's, or judge what is shown of it."""
        when = (exchange.sent, exchange.received)
        match exchange.name:
            case "updateSession":
                asked = as_object(exchange.request_json())
                if asked is not None and isinstance(asked.get("accepting_jobs"), bool):
                    session.do(
                        What.ACCEPT if asked["accepting_jobs"] else What.DRAIN, exchange, when
                    )
            case "closeSession":
                session.do(What.CLOSE, exchange, when)
            case _ if answer is not None and exchange.name in self.document.views:
                judge_view(judge, self, session, exchange, answer)
            case _:
                pass

    def _created(self, judge: Judge, exchange: Exchange, answer: Json | None) -> Session | None:
        if answer is None or as_object(exchange.request_json()) is None:
            return None
        asked = self.expected.asked(exchange)
        name = str(answer.get("id"))
        twice = self.sessions.get(name)
        judge.story = partial(self.story, twice)
        judge(
            "ids unique",
            "an id that no session had before",
            name,
            "#/paths/~1sessions/post",
            ok=not twice,
            rule="create-makes-anew",
        )
        if self.defaults:
            form, held = (
                self.contract.creation.id_form,
                re.fullmatch(self.contract.creation.id_form, name) is not None,
            )
            pointer = "#/components/schemas/Session/properties/id"
            judge("id form", form, name, pointer, ok=held, rule="ids")
        # Where create answers no messages, nobody can be told of anything.
        told = "messages" not in self.document.answered("createSession")
        warned = told or bool(answer.get("messages"))
        session = Session(
            id=name,
            owner=exchange.caller or Caller.USER,
            home=exchange.instance,
            asked=asked,
            rules=self.contract.rules,
            warned=warned,
            job_mode=warned and asked.mode == "dedicated" and self.expected.open_plan(asked),
            born=(exchange.sent + exchange.received) / 2,
            slack=(exchange.received - exchange.sent) / 2 + GRAIN,
            calls=[exchange],
        )
        self.sessions[name] = session
        return session

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
