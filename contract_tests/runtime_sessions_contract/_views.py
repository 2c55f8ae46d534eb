"""The two views of a session, held against what the model expects of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime_sessions_contract._contract import as_objects
from runtime_sessions_contract._life import View
from runtime_sessions_contract._moments import either, moment, shown

if TYPE_CHECKING:
    from runtime_sessions_contract._judge import Judge
    from runtime_sessions_contract._model import Model
    from runtime_sessions_contract._session import Session
    from runtime_sessions_contract._wire import Exchange

#: Documented defaults: what a session gets whose creator says nothing.
MAX_TTL: Final = 28800
INTERACTIVE_TTL: Final = 60

#: What changes by itself as time passes.
MOVING: Final = ("elapsed_time", "active_ttl")
TIMES: Final = {
    "created_at": "created",
    "started_at": "started",
    "activated_at": "activated",
    "closed_at": "closed",
    "last_job_started": "job_started",
    "last_job_completed": "job_completed",
}


class ViewJudge:
    """Judges one answer of one of the two views."""

    def __init__(
        self,
        judge: Judge,
        model: Model,
        session: Session,
        exchange: Exchange,
        answer: dict[str, Any],
    ) -> None:
        extended = exchange.name == "getSessionExtended"
        self.judge = judge
        self.model = model
        self.session = session
        self.answer = answer
        self.extended = extended
        self.base = (
            f"#/components/schemas/{'ExtendedSession' if extended else 'Session'}/properties/"
        )
        self.exchange = exchange

    def has(self, check: str, name: str, wanted: list[Any]) -> bool:
        """Whether a field is one of what is wanted."""
        got = self.answer.get(name, "absent")
        if not self.model.shapes and (got == "absent" or self._undocumented(name, got)):
            # Of a live service that is drift, and told as such.
            return True
        return self.judge(
            check, f"{name}: {either(wanted)}", got, self.base + name, ok=got in wanted
        )

    def _undocumented(self, name: str, got: object) -> bool:
        contract = self.model.contract
        known = contract.resolve(contract.at(self.base + name)).get("enum")
        return known is not None and got not in known

    def run(self) -> None:
        """Judge it."""
        self.input_kept()
        session, exchange = self.session, self.exchange
        if session.offset is None:
            created = moment(self.answer.get("created_at"))
            # Without a control plane nobody tells the server's time but the session itself.
            session.offset = 0 if self.model.synced or created is None else created - session.born
        views = session.views(exchange.sent, exchange.received)
        self.life(views)
        self.times(views)
        self.spans(views)
        if self.extended:
            self.history(views)
        self.memory(views)

    def input_kept(self) -> None:
        """What was asked for is what there is."""
        asked, model, session = self.session.asked, self.model, self.session
        self.has("input kept", "id", [session.id])
        self.has("input kept", "backend_name", [asked["backend"]])
        if "mode" in self.answer:
            self.has("input kept", "mode", [session.mode])
        if self.extended:
            self.has("input kept", "instance", [asked["instance"]])
            self.owner()
        got, interactive = self.answer.get("max_ttl"), self.answer.get("interactive_ttl")
        if not isinstance(got, int | float) or not isinstance(interactive, int | float):
            return
        if session.max_ttl is not None:
            self.has("never moves", "max_ttl", [session.max_ttl])
            self.has("never moves", "interactive_ttl", [session.interactive_ttl])
            return
        session.max_ttl, session.interactive_ttl = got, interactive
        wanted = asked.get("max_session_ttl")
        limit = MAX_TTL if model.defaults else model.ttl.get("limit")
        if wanted is None:
            default = MAX_TTL if model.defaults else model.ttl.setdefault("default", got)
            self.has("input kept", "max_ttl", [default])
        elif session.warned and (got < wanted if limit is None else wanted > limit):
            # Above the plan's limit: the limit, and a message that says so.
            self.has("input kept", "max_ttl", [model.ttl.setdefault("limit", limit or got)])
        else:
            self.judge(
                "input kept",
                f"max_ttl: {wanted}",
                got,
                self.base + "max_ttl",
                ok=abs(got - wanted) <= 1e-6 * wanted,
            )
        if model.defaults:
            self.has("input kept", "interactive_ttl", [INTERACTIVE_TTL])

    def owner(self) -> None:
        """A user has one id, and it is nobody else's."""
        users, owner = self.model.users, self.session.owner
        got = self.answer.get("user_id")
        self.has("owner shown", "user_id", [users.setdefault(owner, str(got))])
        same = [user for user, name in users.items() if name == got and user is not owner]
        self.judge(
            "owner shown", "user_id of this user alone", got, self.base + "user_id", ok=not same
        )

    def life(self, views: list[View]) -> None:
        """State and status, as the life of the session has them."""
        if self.extended:
            self.has("life", "status", [view.status for view in views])
            if "status_reason" in self.answer:
                self.has("life", "status_reason", [view.reason for view in views])
        else:
            self.has("life", "state", [str(view.state) for view in views])
        self.has("life", "accepting_jobs", [view.accepting for view in views])

    def times(self, views: list[View]) -> None:
        """What has happened carries its moment, what has not is absent."""
        offset, tolerance = self.session.offset or 0, self.tolerance
        for name, attribute in TIMES.items():
            if self.session.job_mode and name in {
                "started_at",
                "last_job_started",
                "last_job_completed",
            }:
                continue
            wanted: list[float | None] = [getattr(view, attribute) for view in views]
            wanted = [None if at is None else at + offset for at in wanted]
            got = self.answer.get(name)
            at = moment(got)
            ok = any(
                (want is None and got is None)
                or (want is not None and at is not None and abs(want - at) <= tolerance)
                for want in wanted
            )
            text = f"{name}: {either([shown(want) for want in wanted])}"
            self.judge("timestamps", text, got or "absent", self.base + name, ok=ok)

    def spans(self, views: list[View]) -> None:
        """Elapsed and remaining time follow the clock."""
        tolerance = self.tolerance
        remaining = [view.remaining for view in views]
        if self.session.max_ttl is not None:
            names = (
                ("active_ttl", "session_remaining_time_seconds")
                if self.extended
                else ("active_ttl",)
            )
            for name in names:
                if name in self.answer:
                    self._between(
                        "remaining time",
                        name,
                        min(remaining) - tolerance,
                        max(remaining) + tolerance,
                    )
        low = min(view.elapsed[0] for view in views) - tolerance
        high = max(view.elapsed[1] for view in views) + tolerance
        if low > 0 or "elapsed_time" in self.answer:
            self._between("elapsed time", "elapsed_time", low, high)

    def _between(self, check: str, name: str, low: float, high: float) -> None:
        got = self.answer.get(name)
        ok = isinstance(got, int | float) and low <= got <= high
        self.judge(check, f"{name}: {max(0, low):g} to {high:g} s", got, self.base + name, ok=ok)

    def history(self, views: list[View]) -> None:
        """Every change of the status is listed, oldest first, at the moment when it happened."""
        if "timestamps" not in self.answer:
            return
        listed = as_objects(self.answer["timestamps"])
        offset = self.session.offset or 0
        got = [(str(entry.get("status")), moment(entry.get("date")) or 0.0) for entry in listed]
        wanted = [[("pending", view.created), *view.changes] for view in views]
        # Whether the first status is a change is nobody's to say.
        ok = any(
            _same_changes(want, got, offset, self.tolerance)
            for full in wanted
            for want in (full, full[1:])
        )
        expected = either(
            [
                ", ".join(f"{status} at {shown(at + offset)}" for status, at in want)
                for want in wanted
            ]
        )
        self.judge("history", expected, listed, self.base + "timestamps", ok=ok)

    def memory(self, views: list[View]) -> None:
        """What must not move has not moved, and both views say the same."""
        session, answer = self.session, self.answer
        for name in ("created_at", "closed_at"):
            if name in session.seen:
                self.has("never moves", name, [session.seen[name]])
            elif name in answer:
                session.seen[name] = answer[name]
        elapsed = answer.get("elapsed_time")
        if isinstance(elapsed, int | float):
            before = session.seen.get("elapsed_time", 0)
            self.judge(
                "elapsed time",
                f"elapsed_time: {before} or more",
                elapsed,
                self.base + "elapsed_time",
                ok=elapsed >= before,
            )
            session.seen["elapsed_time"] = elapsed
        facts = {view.facts() for view in views}
        other = session.seen.get("view")
        session.seen["view"] = (self.extended, len(session.deeds), facts, answer, self.exchange)
        if (
            other is None
            or other[0] == self.extended
            or other[1] != len(session.deeds)
            or len(facts | other[2]) > 1
        ):
            return
        self.judge.story = (*self.model.story(session), other[4])
        between = self.exchange.received - other[4].sent + self.tolerance
        for name in answer.keys() & other[3].keys():
            mine, theirs = answer[name], other[3][name]
            moving = (
                name in MOVING and isinstance(mine, int | float) and isinstance(theirs, int | float)
            )
            ok = abs(mine - theirs) <= 5 * between if moving else mine == theirs
            self.judge(
                "views agree", f"{name}: {theirs}, as the other view", mine, self.base + name, ok=ok
            )

    @property
    def tolerance(self) -> float:
        """How far a moment may be off."""
        return self.model.tolerance + self.session.slack


def _same_changes(
    want: list[tuple[str, float]], got: list[tuple[str, float]], offset: float, tolerance: float
) -> bool:
    return [status for status, _ in want] == [status for status, _ in got] and all(
        abs(at + offset - shown) <= tolerance for (_, at), (_, shown) in zip(want, got, strict=True)
    )


def judge_view(
    judge: Judge, model: Model, session: Session, exchange: Exchange, answer: dict[str, Any]
) -> None:
    """Hold an answer of one of the two views against the model."""
    ViewJudge(judge, model, session, exchange, answer).run()
