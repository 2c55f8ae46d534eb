"""An answer that shows a session, compared with what is known of the session."""

from functools import cache
from typing import Any, Final

from runtime_sessions_contract.checks.changes import same
from runtime_sessions_contract.checks.looks import LIVING, MOVELESS, Look
from runtime_sessions_contract.model.life import FINAL, State, View, What
from runtime_sessions_contract.model.moments import either, moment, shown
from runtime_sessions_contract.model.session import Glance
from runtime_sessions_contract.verdicts.judge import Judge

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
    """Judges one answer that shows a session."""

    def __init__(self, judge: Judge, look: Look) -> None:
        self.judge = judge
        self.look = look
        self.known = look.known
        self.session = look.session
        self.answer = look.answer

    def has(self, check: str, name: str, wanted: list[Any], *, rule: str = KEPT) -> bool:
        """Judge whether a field has one of the expected values; returns whether it has."""
        got = self.answer.get(name, "absent")
        if not self.known.shapes and (got == "absent" or self.look.undocumented(name)):
            # Of a live service that is drift, and told as such.
            return True
        pointer, ok = self.look.pointer(name), got in wanted
        return self.judge(check, f"{name}: {either(wanted)}", got, pointer, ok=ok, rule=rule)

    def run(self) -> None:
        """Judge the answer, field by field."""
        self.input_kept()
        self.ttls()
        self.active_ttl()
        views = self.look.views
        self.life(views)
        self.times(views)
        self.spans(views)
        if self.look.tells("timestamps"):
            self.history(views)
        self.memory()

    def input_kept(self) -> None:
        """The session is the one that was asked for."""
        asked = self.session.asked
        self.has("input kept", "id", [self.session.id])
        if self.look.tells("mode"):
            self.has("input kept", "mode", [asked.mode])
        if self.look.tells("instance"):
            self.has("input kept", "instance", [asked.instance])
        if self.look.tells("user_id"):
            self.owner()

    def ttls(self) -> None:
        """The max TTL and the interactive TTL are what was asked for, and never move."""
        if self.look.settings is None:
            return
        shown = self.session.shown
        if shown.max_ttl is not None:
            kept = "max-ttl-is-kept"
            self.has("never moves", "max_ttl", [shown.max_ttl], rule=kept)
            self.has("never moves", "interactive_ttl", [shown.interactive_ttl], rule=kept)
            return
        longest, _ = self.look.settings
        self.max_ttl(longest)
        self.interactive_ttl(longest)

    def max_ttl(self, got: float) -> None:
        """The first max TTL that is shown: what was asked for, within what the plan allows."""
        plan, wanted = self.known.plan(self.session.asked), self.session.asked.max_ttl
        if wanted is None:
            default = got if plan.default is None else plan.default
            self.has("input kept", "max_ttl", [default], rule="max-ttl-default-is-the-plans")
        elif self.look.lowered(got):
            # Above the plan's limit: the limit, and a message that says so.
            longest = got if plan.longest is None else plan.longest
            lowered = "max-ttl-above-the-plan-is-lowered"
            self.has("input kept", "max_ttl", [longest], rule=lowered)
        else:
            text, pointer = f"max_ttl: {wanted}", self.look.pointer("max_ttl")
            ok = abs(got - wanted) <= 1e-6 * wanted
            self.judge("input kept", text, got, pointer, ok=ok, rule="max-ttl-is-kept")

    def interactive_ttl(self, max_ttl: float) -> None:
        """The first interactive TTL that is shown, where it is known what it has to be."""
        asked = self.session.asked
        if not self.known.bundled and not asked.interactive_ttl:
            return
        wanted = asked.interactive_ttl or INTERACTIVE_TTL[asked.mode]
        # A max TTL that the plan lowers takes the other TTLs with it.
        rule = "interactive-ttl-of-a-partner" if asked.interactive_ttl else BY_MODE
        self.has("input kept", "interactive_ttl", [min(wanted, max_ttl)], rule=rule)

    def active_ttl(self) -> None:
        """The active TTL is a setting: what was asked for, or the max TTL, and it never moves.

        One description calls it what remains, so a server of somebody else's may count it down.
        """
        got, shown = self.answer.get("active_ttl"), self.look.shown
        if shown.max_ttl is None:
            return
        if self.known.bundled:
            self.has("active TTL", "active_ttl", [shown.active_ttl], rule=SETTING)
            return
        if not isinstance(got, int | float):
            return
        before = self.session.shown.active_ttl
        most = shown.max_ttl if before is None else before
        text, pointer = f"active_ttl: up to {most}", self.look.pointer("active_ttl")
        self.judge("active TTL", text, got, pointer, ok=0 <= got <= most, rule=SETTING)

    def owner(self) -> None:
        """A user has one id, and it is nobody else's."""
        users, owner = self.known.users, self.session.owner
        got = self.answer.get("user_id")
        self.has("owner shown", "user_id", [users.get(owner, str(got))])
        same = [user for user, name in users.items() if name == got and user is not owner]
        text, pointer = "user_id of this user alone", self.look.pointer("user_id")
        self.judge("owner shown", text, got, pointer, ok=not same, rule=KEPT)

    def life(self, views: list[View]) -> None:
        """The state, its reason and the flag are those of this moment of the session's life."""
        states = [str(getattr(view, self.look.life_as)) for view in views]
        self.has("life", self.look.life_as, states, rule=self.rule_of_life(views))
        reason = f"{self.look.life_as}_reason"
        if self.look.tells(reason):
            seen = {view.reason for view in views} <= self.known.contract.answers.reasons_seen
            rule = "reasons-seen" if seen else "reasons-of-the-same-form"
            self.has("life", reason, [view.reason for view in views], rule=rule)
        accepting = [view.accepting for view in views]
        self.has("life", "accepting_jobs", accepting, rule=rule_of_flag(views[-1]))
        # Who names no backend gets that of the first job.
        first = self.session.asked.backend
        backends = [first or (self.known.target.backend if view.jobs else None) for view in views]
        rule = KEPT if first else "first-job-brings-the-backend"
        self.has("input kept", "backend_name", backends, rule=rule)

    def rule_of_life(self, views: list[View]) -> str:
        """The rule of `semantics.yaml` that says which state the session is in."""
        view = views[-1]
        if self.look.life_as == "status":
            return "status-of-the-extended-view"
        shown = str(self.answer.get("state"))
        if shown in LIVING and self.session.ended:
            return "closed-is-final"
        if view.state is not State.CLOSED:
            return STATES[view.state]
        if view.reason == "session_closed_by_unused_ttl":
            batch = view.mode == "batch"
            return "unused-batch-closes" if batch else "unused-session-closes"
        return ENDINGS[view.reason]

    def times(self, views: list[View]) -> None:
        """What has happened is shown with its time; what has not happened is absent."""
        offset, tolerance = self.look.shown.offset or 0, self.look.tolerance
        for name, attribute in TIMES.items():
            if name not in self.look.fields:
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
            self.judge(
                "timestamps", text, got or "absent", self.look.pointer(name), ok=ok, rule=rule
            )

    def spans(self, views: list[View]) -> None:
        """Elapsed and remaining time follow the clock."""
        tolerance = self.look.tolerance
        remaining = [view.remaining for view in views]
        if self.look.shown.max_ttl is not None and self.look.tells(
            "session_remaining_time_seconds"
        ):
            low, high = min(remaining) - tolerance, max(remaining) + tolerance
            name = "session_remaining_time_seconds"
            self._between("remaining time", name, low, high, rule="remaining-time")
        low = min(view.elapsed[0] for view in views) - tolerance
        high = max(view.elapsed[1] for view in views) + tolerance
        name = "elapsed_time"
        nullable = "null" in self.look.fields[name]["type"]
        if nullable and self.answer.get(name, 0) is None:
            # Until the end it may be left open; the bundled emulator does so before the first job.
            known = self.known.bundled
            lives = [view for view in views if view.state not in FINAL]
            ok = any(view.started is None or not known for view in lives)
            text = f"{name}: a number"
            self.judge(
                "elapsed time",
                text,
                None,
                self.look.pointer(name),
                ok=ok,
                rule=self.rule_of_elapsed,
            )
        elif low > 0 or name in self.answer or self._has_to_tell_elapsed(views, nullable=nullable):
            self._between("elapsed time", name, low, high, rule=self.rule_of_elapsed)

    def _has_to_tell_elapsed(self, views: list[View], *, nullable: bool) -> bool:
        """Whether the bundled emulator has to say what was used, where that is nothing."""
        ended = all(view.state in FINAL for view in views)
        return self.known.bundled and (nullable or ended)

    @property
    def rule_of_elapsed(self) -> str:
        """The rule of `semantics.yaml` that says how much of the session was used."""
        if not any(deed.what is What.SUBMIT for deed in self.session.deeds):
            return "elapsed-time-without-a-job"
        batch = self.session.asked.mode == "batch"
        return "elapsed-time-of-a-batch" if batch else "elapsed-time-of-a-dedicated-session"

    def _between(self, check: str, name: str, low: float, high: float, *, rule: str) -> None:
        """Judge whether a number of seconds is in a range."""
        got = self.answer.get(name)
        ok = isinstance(got, int | float) and low <= got <= high
        text = f"{name}: {max(0, low):g} to {high:g} s"
        self.judge(check, text, got, self.look.pointer(name), ok=ok, rule=rule)

    def history(self, views: list[View]) -> None:
        """Every change is listed, oldest first, at the moment when it happened."""
        offset, got = self.look.shown.offset or 0, self.look.changes.listed(self.answer)
        wanted = [self.look.changes.wanted(view) for view in views]
        ok = any(same(each, got, offset, self.look.tolerance) for way in wanted for each in way)
        expected = either(
            [
                ", ".join(f"{status} at {shown(at + offset)}" for status, at in way[0])
                for way in wanted
            ]
        )
        listed = self.answer.get("timestamps")
        # All of them, and only newest first?
        order = any(
            same(each, got[::-1], offset, self.look.tolerance) for way in wanted for each in way
        )
        rule = "history-oldest-first" if order else "history"
        self.judge("history", expected, listed, self.look.pointer("timestamps"), ok=ok, rule=rule)

    def memory(self) -> None:
        """What an earlier answer showed has not changed, as far as it must not."""
        before = self.session.seen
        for name in (name for name in MOVELESS if name in before):
            self.has("never moves", name, [before[name]], rule="closed-is-final")
        elapsed = self.answer.get("elapsed_time")
        if isinstance(elapsed, int | float):
            least = before.get("elapsed_time", 0)
            text, pointer = f"elapsed_time: {least} or more", self.look.pointer("elapsed_time")
            ok, rule = elapsed >= least, self.rule_of_elapsed
            self.judge("elapsed time", text, elapsed, pointer, ok=ok, rule=rule)
        other = self.session.last_look
        if (
            other is not None
            and other.exchange.name != self.look.exchange.name
            and other.deeds == len(self.session.deeds)
            and len(self.look.facts | other.facts) == 1
        ):
            self.agree(other)

    def agree(self, other: Glance) -> None:
        """What two views of the same moment both have is the same in both."""
        self.judge.story = cache(lambda: (*self.known.story(self.session), other.exchange))
        between = self.look.exchange.received - other.exchange.sent + self.look.tolerance
        for name in self.answer.keys() & other.answer.keys():
            mine, theirs = self.answer[name], other.answer[name]
            if not self.known.shapes and self.look.undocumented(name):
                continue
            numbers = isinstance(mine, int | float) and isinstance(theirs, int | float)
            moves = name in MOVING and numbers
            ok = abs(mine - theirs) <= 5 * between if moves else mine == theirs
            text, pointer = f"{name}: {theirs}, as the other view", self.look.pointer(name)
            self.judge("views agree", text, mine, pointer, ok=ok, rule="views-agree")


def rule_of_flag(view: View) -> str:
    """The rule of `semantics.yaml` that says whether the session accepts jobs."""
    if view.state not in FINAL:
        return "drain-is-taken-back" if view.accepting else "drain"
    return "flag-of-a-closed-session-moves" if view.accepting else "closed-session-accepts-no-jobs"


def judge_view(judge: Judge, look: Look) -> None:
    """Judge an answer that shows a session."""
    ViewJudge(judge, look).run()
