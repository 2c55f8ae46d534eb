"""The views of a session, held against what the model expects of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime_sessions_contract.checks.changes import Changes, same
from runtime_sessions_contract.model.life import FINAL, State, View, What
from runtime_sessions_contract.model.moments import either, moment, shown

if TYPE_CHECKING:
    from runtime_sessions_contract.checks.model import Model
    from runtime_sessions_contract.model.session import Session
    from runtime_sessions_contract.verdicts.judge import Judge
    from runtime_sessions_contract.wire.exchange import Exchange

#: What a session of the bundled emulator gets whose creator says nothing, in seconds.
INTERACTIVE_TTL: Final = {"dedicated": 60, "batch": 1}

#: The rule that what was asked for is what there is.
KEPT: Final = "asked-is-kept"
HAPPENED: Final = "what-has-not-happened-is-absent"
#: The rules of the moments at which something happened.
MOMENTS: Final = {
    "started_at": "job-activates",
    "activated_at": "job-activates",
    "closed_at": HAPPENED,
    "last_job_started": HAPPENED,
    "last_job_completed": HAPPENED,
}
BY_MODE: Final = "interactive-ttl-by-mode"
SETTING: Final = "active-ttl-is-a-setting"
#: What ends a session, by the reason that it then gives, and the rule of each.
ENDINGS: Final = {
    "session_closed_early": "drain",
    "session_closed_by_max_ttl": "max-ttl-runs-from-the-first-job",
    "session_closed_by_active_ttl": "active-ttl-closes",
    "session_cancelled": "close",
}
STATES: Final = {
    "open": "session-begins-open",
    "active": "job-activates",
    "inactive": "idle-inactivates",
    "canceled": "operator-cancels",
}
#: What changes by itself as time passes; of `active_ttl` one description says that it does, too.
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
    """Judges one answer that shows a session: which fields it has is for the contract to say."""

    def __init__(
        self,
        judge: Judge,
        model: Model,
        session: Session,
        exchange: Exchange,
        answer: dict[str, Any],
    ) -> None:
        assert exchange.operation is not None  # noqa: S101 - for the type checkers: it is one of the views
        self.schema = model.document.answer_schema(exchange.operation, exchange.status) or ""
        self.fields = model.document.fields(self.schema)
        self.judge = judge
        self.model = model
        self.session = session
        self.answer = answer
        #: Under which name it shows the state: some views have another word for it.
        self.life_as = "state" if "state" in self.fields else "status"
        self.changes = Changes(model.document, self.fields, self.life_as)
        self.base = f"{self.schema}/properties/"
        self.exchange = exchange

    def has(self, check: str, name: str, wanted: list[Any], *, rule: str = KEPT) -> bool:
        """Whether a field is one of what is wanted, by a rule."""
        got = self.answer.get(name, "absent")
        if not self.model.shapes and (got == "absent" or self._undocumented(name, got)):
            # Of a live service that is drift, and told as such.
            return True
        return self.judge(
            check,
            f"{name}: {either(wanted)}",
            got,
            self.base + name,
            ok=got in wanted,
            rule=rule,
        )

    def told(self, name: str) -> bool:
        """Whether a field is there, or has to be: the bundled emulator shows all that it can."""
        return name in self.answer or (self.model.defaults and name in self.fields)

    def _undocumented(self, name: str, got: object) -> bool:
        known = self.model.document.resolve(self.fields.get(name, {})).get("enum")
        return known is not None and got not in known

    def run(self) -> None:
        """Judge it."""
        self.input_kept()
        self.active_ttl()
        session, exchange = self.session, self.exchange
        if session.offset is None:
            created = self.changes.created(self.answer)
            # Without a control plane nobody tells the server's time but the session itself.
            session.offset = 0 if self.model.synced or created is None else created - session.born
        views = session.views(exchange.sent, exchange.received)
        self.life(views)
        self.times(views)
        self.spans(views)
        if self.told("timestamps"):
            self.history(views)
        self.memory(views)

    def input_kept(self) -> None:
        """What was asked for is what there is."""
        asked, model, session = self.session.asked, self.model, self.session
        self.has("input kept", "id", [session.id])
        if self.told("mode"):
            self.has("input kept", "mode", [asked.mode])
        if self.told("instance"):
            self.has("input kept", "instance", [asked.instance])
        if self.told("user_id"):
            self.owner()
        got, interactive = self.answer.get("max_ttl"), self.answer.get("interactive_ttl")
        if not isinstance(got, int | float) or not isinstance(interactive, int | float):
            return
        if session.max_ttl is not None:
            kept = "max-ttl-is-kept"
            self.has("never moves", "max_ttl", [session.max_ttl], rule=kept)
            self.has("never moves", "interactive_ttl", [session.interactive_ttl], rule=kept)
            return
        session.max_ttl, session.interactive_ttl = got, interactive
        wanted = asked.max_ttl
        plan = f"{asked.instance} {asked.mode}"
        known = model.expected.known_max_ttl(asked) if model.defaults else None
        limit = known or model.ttl.get(f"limit {plan}")
        if wanted is None:
            default = known or model.ttl.setdefault(f"default {plan}", got)
            self.has("input kept", "max_ttl", [default], rule="max-ttl-default-is-the-plans")
        elif session.warned and (got < wanted if limit is None else wanted > limit):
            # Above the plan's limit: the limit, and a message that says so.
            most = model.ttl.setdefault(f"limit {plan}", limit or got)
            lowered = "max-ttl-above-the-plan-is-lowered"
            self.has("input kept", "max_ttl", [most], rule=lowered)
        else:
            self.judge(
                "input kept",
                f"max_ttl: {wanted}",
                got,
                self.base + "max_ttl",
                ok=abs(got - wanted) <= 1e-6 * wanted,
                rule="max-ttl-is-kept",
            )
        if model.defaults or asked.interactive_ttl:
            default = INTERACTIVE_TTL[asked.mode]
            wanted = asked.interactive_ttl or default
            # A max TTL that the plan lowers takes the other TTLs with it.
            rule = "interactive-ttl-of-a-partner" if asked.interactive_ttl else BY_MODE
            ttl = min(wanted, session.max_ttl)
            self.has("input kept", "interactive_ttl", [ttl], rule=rule)

    def active_ttl(self) -> None:
        """The active TTL is a setting: what was asked for, or the max TTL, and it never moves.

        One description calls it what remains, so a server of somebody else's may count it down.
        """
        session, got = self.session, self.answer.get("active_ttl")
        if session.max_ttl is None:
            return
        if self.model.defaults:
            asked = session.asked.active_ttl or session.max_ttl
            session.active_ttl = min(asked, session.max_ttl)
            self.has("active TTL", "active_ttl", [session.active_ttl], rule=SETTING)
            return
        if not isinstance(got, int | float):
            return
        known = session.active_ttl
        session.active_ttl = got if known is None else known
        most = session.max_ttl if known is None else known
        text = f"active_ttl: up to {most}"
        ok = 0 <= got <= most
        self.judge("active TTL", text, got, self.base + "active_ttl", ok=ok, rule=SETTING)

    def owner(self) -> None:
        """A user has one id, and it is nobody else's."""
        users, owner = self.model.users, self.session.owner
        got = self.answer.get("user_id")
        self.has("owner shown", "user_id", [users.setdefault(owner, str(got))])
        same = [user for user, name in users.items() if name == got and user is not owner]
        self.judge(
            "owner shown",
            "user_id of this user alone",
            got,
            self.base + "user_id",
            ok=not same,
            rule=KEPT,
        )

    def life(self, views: list[View]) -> None:
        """State and status, as the life of the session has them."""
        states = [str(getattr(view, self.life_as)) for view in views]
        self.has("life", self.life_as, states, rule=self.rule_of_life(views))
        reason = f"{self.life_as}_reason"
        if self.told(reason):
            seen = {view.reason for view in views} <= self.model.contract.answers.reasons_seen
            rule = "reasons-seen" if seen else "reasons-of-the-same-form"
            self.has("life", reason, [view.reason for view in views], rule=rule)
        accepting = [view.accepting for view in views]
        self.has("life", "accepting_jobs", accepting, rule=rule_of_flag(views[-1]))
        # Who names no backend gets that of the first job.
        first = self.session.asked.backend
        backends = [first or (self.model.target.backend if view.jobs else None) for view in views]
        rule = KEPT if first else "first-job-brings-the-backend"
        self.has("input kept", "backend_name", backends, rule=rule)

    def rule_of_life(self, views: list[View]) -> str:
        """The rule that says in which state the session has to be."""
        view = views[-1]
        if self.life_as == "status":
            return "status-of-the-extended-view"
        shown = str(self.answer.get("state"))
        if shown in {"open", "active", "inactive"} and self.session.ended:
            return "closed-is-final"
        self.session.ended = shown in set(FINAL)
        if view.state is not State.CLOSED:
            return STATES[view.state]
        if view.reason == "session_closed_by_unused_ttl":
            batch = view.mode == "batch"
            return "unused-batch-closes" if batch else "unused-session-closes"
        return ENDINGS[view.reason]

    def times(self, views: list[View]) -> None:
        """What has happened carries its moment, what has not is absent."""
        offset, tolerance = self.session.offset or 0, self.tolerance
        for name, attribute in TIMES.items():
            if name not in self.fields:
                continue
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
            rule = HAPPENED if name == "created_at" or got is None else MOMENTS[name]
            self.judge("timestamps", text, got or "absent", self.base + name, ok=ok, rule=rule)

    def spans(self, views: list[View]) -> None:
        """Elapsed and remaining time follow the clock."""
        tolerance = self.tolerance
        remaining = [view.remaining for view in views]
        if self.session.max_ttl is not None and self.told("session_remaining_time_seconds"):
            low, high = min(remaining) - tolerance, max(remaining) + tolerance
            name = "session_remaining_time_seconds"
            self._between("remaining time", name, low, high, rule="remaining-time")
        low = min(view.elapsed[0] for view in views) - tolerance
        high = max(view.elapsed[1] for view in views) + tolerance
        name = "elapsed_time"
        nullable = "null" in self.fields[name]["type"]
        if nullable and self.answer.get(name, 0) is None:
            # Until the end it may be left open; the bundled emulator does so before the first job.
            known = self.model.defaults
            lives = [view for view in views if view.state not in FINAL]
            ok = any(view.started is None or not known for view in lives)
            text = f"{name}: a number"
            self.judge(
                "elapsed time", text, None, self.base + name, ok=ok, rule=self.rule_of_elapsed
            )
        elif low > 0 or name in self.answer or self._has_to_tell_elapsed(views, nullable=nullable):
            self._between("elapsed time", name, low, high, rule=self.rule_of_elapsed)

    def _has_to_tell_elapsed(self, views: list[View], *, nullable: bool) -> bool:
        """Whether the bundled emulator has to say what was used, where that is nothing."""
        ended = all(view.state in FINAL for view in views)
        return self.model.defaults and (nullable or ended)

    @property
    def rule_of_elapsed(self) -> str:
        """The rule that says what was used of the session."""
        if not any(deed.what is What.SUBMIT for deed in self.session.deeds):
            return "elapsed-time-without-a-job"
        batch = self.session.asked.mode == "batch"
        return "elapsed-time-of-a-batch" if batch else "elapsed-time-of-a-dedicated-session"

    def _between(self, check: str, name: str, low: float, high: float, *, rule: str) -> None:
        got = self.answer.get(name)
        ok = isinstance(got, int | float) and low <= got <= high
        text = f"{name}: {max(0, low):g} to {high:g} s"
        self.judge(check, text, got, self.base + name, ok=ok, rule=rule)

    def history(self, views: list[View]) -> None:
        """Every change is listed, oldest first, at the moment when it happened."""
        offset, got = self.session.offset or 0, self.changes.listed(self.answer)
        wanted = [self.changes.wanted(view) for view in views]
        ok = any(same(each, got, offset, self.tolerance) for way in wanted for each in way)
        expected = either(
            [
                ", ".join(f"{status} at {shown(at + offset)}" for status, at in way[0])
                for way in wanted
            ]
        )
        listed = self.answer.get("timestamps")
        # All of them, and only newest first?
        order = any(same(each, got[::-1], offset, self.tolerance) for way in wanted for each in way)
        rule = "history-oldest-first" if order else "history"
        self.judge("history", expected, listed, self.base + "timestamps", ok=ok, rule=rule)

    def memory(self, views: list[View]) -> None:
        """What must not move has not moved, and both views say the same."""
        session, answer = self.session, self.answer
        for name in ("created_at", "closed_at"):
            if name in session.seen:
                self.has("never moves", name, [session.seen[name]], rule="closed-is-final")
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
                rule=self.rule_of_elapsed,
            )
            session.seen["elapsed_time"] = elapsed
        facts = {view.facts() for view in views}
        other = session.seen.get("view")
        name = self.exchange.name
        session.seen["view"] = (name, len(session.deeds), facts, answer, self.exchange)
        if (
            other is None
            or other[0] == name
            or other[1] != len(session.deeds)
            or len(facts | other[2]) > 1
        ):
            return
        self.judge.story = lambda: (*self.model.story(session), other[4])
        between = self.exchange.received - other[4].sent + self.tolerance
        for name in answer.keys() & other[3].keys():
            mine, theirs = answer[name], other[3][name]
            if not self.model.shapes and self._undocumented(name, mine):
                continue
            moving = (
                name in MOVING and isinstance(mine, int | float) and isinstance(theirs, int | float)
            )
            ok = abs(mine - theirs) <= 5 * between if moving else mine == theirs
            self.judge(
                "views agree",
                f"{name}: {theirs}, as the other view",
                mine,
                self.base + name,
                ok=ok,
                rule="views-agree",
            )

    @property
    def tolerance(self) -> float:
        """How far a moment may be off."""
        return self.model.tolerance + self.session.slack


def rule_of_flag(view: View) -> str:
    """The rule that says whether the session accepts jobs."""
    if view.state not in FINAL:
        return "drain-is-taken-back" if view.accepting else "drain"
    return "flag-of-a-closed-session-moves" if view.accepting else "closed-session-accepts-no-jobs"


def judge_view(
    judge: Judge, model: Model, session: Session, exchange: Exchange, answer: dict[str, Any]
) -> None:
    """Hold an answer that shows a session against the model."""
    ViewJudge(judge, model, session, exchange, answer).run()
