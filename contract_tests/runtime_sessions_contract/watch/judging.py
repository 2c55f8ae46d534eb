"""Calls that pass by, judged by what can be known from outside.

Others may act on the same sessions, and nobody sees them. So nothing is expected of a session that
only the whole of its story tells, such as its state at a moment. What stays is what holds whatever
others do: how answers look, that what was asked for is kept, that what must not move does not, and
that what has ended has ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from runtime_sessions_contract.checks.jobs import judge_jobs
from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.checks.shapes import judge_shape
from runtime_sessions_contract.checks.workloads import judge_workloads
from runtime_sessions_contract.model.life import ENDED, FINAL
from runtime_sessions_contract.openapi.values import Json, as_object, as_objects
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.wire.caller import Caller
from runtime_sessions_contract.wire.exchange import Exchange

#: What a session shows once and then never otherwise, each with its rule.
MOVELESS: Final = {
    "max_ttl": "max-ttl-is-kept",
    "interactive_ttl": "max-ttl-is-kept",
    "mode": "asked-is-kept",
    "user_id": "asked-is-kept",
    "created_at": "closed-is-final",
    "closed_at": "closed-is-final",
}
NOT_FOUND: Final = 404
JOB: Final = "#/components/schemas/Job/properties/status"


@dataclass
class Sight:
    """What was seen of one session.

    Attributes:
        creation: The call that created it, if that was seen.
        shown: What was shown first of each field that must not move, and by which call.
        elapsed: The longest time that it was said to have run, and by which call.
        ended: The first call whose answer says that it has ended.
        drained: The last call that told it to take no more jobs, and was told that it is done.
        flagged: When somebody last began to set whether it takes jobs.
    """

    creation: Exchange | None = None
    shown: dict[str, tuple[Any, Exchange]] = field(default_factory=dict[str, tuple[Any, Exchange]])
    elapsed: tuple[float, Exchange] | None = None
    ended: Exchange | None = None
    drained: Exchange | None = None
    flagged: float = 0.0


@dataclass
class Watch:
    """Watches calls pass by, in the order in which they were answered.

    Attributes:
        run: Keeps what is found.
        sights: What was seen of each session, by its id.
        jobs: The jobs that were seen to have ended: how, and by which call.
    """

    run: Run
    sights: dict[str, Sight] = field(default_factory=dict[str, Sight])
    jobs: dict[str, tuple[str, Exchange]] = field(default_factory=dict[str, tuple[str, Exchange]])

    @property
    def known(self) -> Knowledge:
        """The contract, and nothing of its sessions."""
        return self.run.known

    def see(self, exchange: Exchange, *, whole: bool = True) -> None:
        """Judge a call, then remember what it shows.

        `whole`: whether the answer's body is there to be judged.
        """
        if exchange.operation is None:
            return
        self.run.exchanges.append(exchange)
        self.run.coverage.sees(self.known, exchange)
        judge = Judge(self.run.tally, exchange)
        if whole:
            judge_shape(judge, self.run.document, exchange, undeclared=True)
        self._judge_caller(judge, exchange)
        self._judge_found(judge, exchange)
        if exchange.succeeded and whole:
            self._judge_answer(judge, exchange)
        self.run.take(judge.found)
        if exchange.succeeded:
            self._remember(exchange)

    @staticmethod
    def _judge_caller(judge: Judge, exchange: Exchange) -> None:
        """Nobody is let in without credentials."""
        operation = exchange.operation
        if operation is None or operation.public or exchange.caller is not Caller.NOBODY:
            return
        place, held = f"{operation.pointer}/responses", not exchange.succeeded
        rule = "credentials-needed"
        judge("authentication first", 401, exchange.status, place, ok=held, rule=rule)

    def _judge_found(self, judge: Judge, exchange: Exchange) -> None:
        """A session is there for whoever created it."""
        sight = self.sights.get(exchange.session_id or "")
        if sight is None or sight.creation is None or exchange.operation is None:
            return
        creation = sight.creation
        same = _who(exchange) == _who(creation) and exchange.instance == creation.instance
        if not same or exchange.sent < creation.received:
            return
        judge.story = lambda: (creation,)
        place, held = f"{exchange.operation.pointer}/responses", exchange.status != NOT_FOUND
        wanted, rule = "anything but 404", "own-session-is-found"
        judge("own session found", wanted, exchange.status, place, ok=held, rule=rule)

    def _judge_answer(self, judge: Judge, exchange: Exchange) -> None:
        """What a successful answer shows, against what was seen before."""
        document, answer = self.run.document, exchange.answer
        if answer is None:
            return
        if exchange.name == "createSession":
            self._judge_creation(judge, exchange, answer)
        elif exchange.name == document.workloads:
            judge_workloads(judge, self.known, exchange, answer)
        elif exchange.name == document.jobs:
            if exchange.session_id is None:
                judge_jobs(judge, self.known, exchange, answer, None)
            self._judge_jobs(judge, exchange, answer)
        if exchange.name in document.views:
            self._judge_view(judge, exchange, answer)

    def _judge_creation(self, judge: Judge, exchange: Exchange, answer: Json) -> None:
        """The id of a session that was just created is a new one."""
        before = self.sights.get(str(answer.get("id")))
        if before is not None and before.creation is not None:
            first = before.creation
            judge.story = lambda: (first,)
        wanted, place = "an id that no session had before", "#/paths/~1sessions/post"
        new = before is None or exchange.sent < _first(before).received
        judge("ids unique", wanted, answer.get("id"), place, ok=new, rule="create-makes-anew")

    def _judge_view(self, judge: Judge, exchange: Exchange, answer: Json) -> None:
        """A session that an answer shows."""
        session_id = exchange.session_id or str(answer.get("id"))
        sight = self.sights.get(session_id, Sight())
        look = _Look(self.run, judge, exchange, answer)
        look.is_one("input kept", "id", session_id, "asked-is-kept", sight.creation)
        creation = exchange if exchange.name == "createSession" else sight.creation
        if creation is not None and self.known.requests.valid(creation):
            self._judge_kept(look, creation)
        for name, (value, before) in sight.shown.items():
            if name in answer and answer[name] is not None:
                look.is_one("never moves", name, value, MOVELESS[name], before)
        elapsed = answer.get("elapsed_time")
        if sight.elapsed is not None and isinstance(elapsed, int | float):
            least, before = sight.elapsed
            if exchange.sent >= before.received:
                of = "batch" if answer.get("mode") == "batch" else "dedicated-session"
                rule, wanted = f"elapsed-time-of-a-{of}", f"{least} or more"
                held = elapsed >= least
                look.holds("elapsed time", "elapsed_time", wanted, rule, before, ok=held)
        ended = sight.ended
        if ended is not None and exchange.sent >= ended.received and "state" in answer:
            held, wanted = answer["state"] in set(FINAL), "closed or canceled"
            look.holds("life", "state", wanted, "closed-is-final", ended, ok=held)
        drained = sight.drained
        if drained is not None and exchange.sent >= drained.received >= sight.flagged:
            look.is_one("life", "accepting_jobs", False, "drain", drained)  # noqa: FBT003 - a value

    def _judge_kept(self, look: "_Look", creation: Exchange) -> None:
        """What was asked for is what there is; a max TTL may be lowered, and never raised."""
        asked = self.known.requests.asked(creation)
        for name, wanted in (("mode", asked.mode), ("backend_name", asked.backend)):
            if wanted is not None and look.answer.get(name) is not None:
                look.is_one("input kept", name, wanted, "asked-is-kept", creation)
        longest, most = look.answer.get("max_ttl"), asked.max_ttl
        if most is not None and isinstance(longest, int | float):
            held, wanted = longest <= most, f"up to {most:g}"
            look.holds("input kept", "max_ttl", wanted, "max-ttl-is-kept", creation, ok=held)

    def _judge_jobs(self, judge: Judge, exchange: Exchange, answer: Json) -> None:
        """A job that has ended has ended, and as it did."""
        for job in as_objects(answer.get("jobs")):
            before = self.jobs.get(str(job.get("id")))
            if before is None or exchange.sent < before[1].received:
                continue
            judge.story = partial(tuple[Exchange, ...], [before[1]])
            rule = "jobs-end-as-they-do"
            judge("jobs", before[0], job.get("status"), JOB, rule=rule)

    def _remember(self, exchange: Exchange) -> None:
        """Remember what an answer shows, and what was done."""
        answer = exchange.answer or {}
        session_id = exchange.session_id
        if exchange.name == "createSession" and "id" in answer:
            session_id = str(answer["id"])
            self.sights.setdefault(session_id, Sight()).creation = exchange
        self._remember_jobs(exchange, answer)
        if session_id is None:
            return
        sight = self.sights.setdefault(session_id, Sight())
        if exchange.name == "closeSession" or answer.get("state") in set(FINAL):
            sight.ended = sight.ended or exchange
        if exchange.name == "updateSession":
            wants = (as_object(exchange.request_json()) or {}).get("accepting_jobs")
            sight.flagged = max(sight.flagged, exchange.sent)
            sight.drained = exchange if wants is False else None
        if exchange.name in self.run.document.views:
            for name in MOVELESS.keys() & answer.keys():
                if answer[name] is not None:
                    sight.shown.setdefault(name, (answer[name], exchange))
            elapsed = answer.get("elapsed_time")
            least = 0.0 if sight.elapsed is None else sight.elapsed[0]
            if isinstance(elapsed, int | float) and elapsed >= least:
                sight.elapsed = (elapsed, exchange)

    def _remember_jobs(self, exchange: Exchange, answer: Json) -> None:
        """Remember the jobs that have ended."""
        for job in as_objects(answer.get("jobs", [])):
            status = str(job.get("status"))
            if status.partition(" - ")[0] in ENDED:
                self.jobs.setdefault(str(job.get("id")), (status, exchange))


@dataclass(frozen=True, slots=True)
class _Look:
    """One answer that shows a session, to be judged field by field."""

    run: Run
    judge: Judge
    exchange: Exchange
    answer: Json

    def is_one(
        self, check: str, name: str, wanted: object, rule: str, before: Exchange | None
    ) -> None:
        """Judge whether a field has a value."""
        ok = self.answer.get(name) == wanted
        self.holds(check, name, wanted, rule, before, ok=ok)

    def holds(  # noqa: PLR0913 - what a check is
        self,
        check: str,
        name: str,
        wanted: object,
        rule: str,
        before: Exchange | None,
        *,
        ok: bool,
    ) -> None:
        """Judge a field; what was seen before is told with it."""
        told = () if before is None or before is self.exchange else (before,)
        self.judge.story = partial(tuple[Exchange, ...], told)
        operation = self.exchange.operation
        schema = operation and self.run.document.answer_schema(operation, self.exchange.status)
        place, text = f"{schema}/properties/{name}", f"{name}: {wanted}"
        self.judge(check, text, self.answer.get(name, "absent"), place, ok=ok, rule=rule)


def _who(exchange: Exchange) -> tuple[str, ...]:
    """The credentials of a call, as far as they are told apart; never those that were taken out."""
    names = ("authorization", "x-access-token")
    given = (exchange.request_headers.get(name, "").rpartition(" ")[2] for name in names)
    # Which header carries a token is a matter of taste.
    return tuple(sorted(filter(None, given))) or (str(exchange.caller or ""),)


def _first(sight: Sight) -> Exchange:
    """The first call that showed a session."""
    seen: Sequence[Exchange | None] = (sight.creation, *(call for _, call in sight.shown.values()))
    found = [call for call in (*seen, sight.ended, sight.drained) if call is not None]
    return min(found, key=lambda call: call.received)


def watch(run: Run, calls: Iterable[tuple[Exchange, bool]]) -> None:
    """Watch recorded calls pass by, each with whether its answer is whole."""
    watching = Watch(run)
    for exchange, whole in calls:
        watching.see(exchange, whole=whole)
