"""Bugs in the emulator's source: in the life of sessions, and in what time does to them."""

from mutants._meddling import CLASSIC, PLATFORM, patched

# Lifecycle
patched(
    "drain-at-once",
    "lifecycle",
    "Draining closes a session though its jobs have not ended.",
    (
        "core.life",
        "if session.accepting_jobs or session.state.final or left:",
        "if session.accepting_jobs or session.state.final:",
    ),
)
patched(
    "drain-never",
    "lifecycle",
    "A drained session without jobs stays open.",
    ("core.life", "    _happen(session, Event.DRAINED, at)\n", "    return\n"),
)
patched(
    "drain-final",
    "lifecycle",
    "Draining cannot be taken back.",
    (
        "core.life",
        "if session.state.final or session.accepting_jobs == accepting_jobs:",
        "if session.state.final or not session.accepting_jobs:",
    ),
    contracts=CLASSIC,
)
patched(
    "reopened",
    "lifecycle",
    "A closed session accepts jobs again when asked to.",
    (
        "core.life",
        "if session.state.final or session.accepting_jobs == accepting_jobs:",
        "if session.accepting_jobs == accepting_jobs:",
    ),
    contracts=CLASSIC,
)
patched(
    "never-active",
    "lifecycle",
    "Jobs run without the session ever becoming active.",
    ("core.life", "if not session.job_mode:", "if session.job_mode:"),
)
patched(
    "never-inactive",
    "lifecycle",
    "The interactive TTL has no effect.",
    ("core.life", "session.idle_since = at if idle else None", "session.idle_since = None"),
)
patched(
    "never-active-again",
    "lifecycle",
    "A job does not re-activate an inactive session.",
    (
        "core.lifecycle",
        "(State.INACTIVE, Event.JOB_STARTED): _ACTIVATED,",
        "(State.INACTIVE, Event.JOB_STARTED): Transition(State.INACTIVE, None),",
    ),
)
patched(
    "closed-accepting",
    "lifecycle",
    "A closed session still says that it accepts jobs.",
    (
        "core.life",
        "        session.accepting_jobs = False\n        session.closed_at = at\n",
        "        session.closed_at = at\n",
    ),
)
patched(
    "drained-canceled",
    "lifecycle",
    "A drained session says that it was cancelled.",
    (
        "contracts.classic.views",
        'return "canceled" if change.reason is Reason.CANCELLED else "completed"',
        'return "canceled"',
    ),
    contracts=CLASSIC,
)
patched(
    "wrong-reason",
    "lifecycle",
    "A session closed by its max TTL gives the reason of a drained one.",
    (
        "core.lifecycle",
        "_MAX_TTL: Final = Transition(State.CLOSED, Reason.MAX_TTL)",
        "_MAX_TTL: Final = Transition(State.CLOSED, Reason.CLOSED_EARLY)",
    ),
)
patched(
    "cancel-closes",
    "lifecycle",
    "A session that an operator cancels ends as closed.",
    (
        "core.lifecycle",
        "_CANCELED: Final = Transition(State.CANCELED,",
        "_CANCELED: Final = Transition(State.CLOSED,",
    ),
    contracts=CLASSIC,
)
# Time
patched(
    "ttl-from-creation",
    "time",
    "The max TTL runs from the creation, not from the first job.",
    (
        "core.life",
        "else session.started_at + micros(session.max_ttl)\n",
        "else session.created_at + micros(session.max_ttl)\n",
    ),
)
patched(
    "ttl-renewed",
    "time",
    "The max TTL starts anew whenever the session becomes active.",
    (
        "core.life",
        "        if session.started_at is None:\n            session.started_at = at\n",
        "        session.started_at = at\n",
    ),
)
patched(
    "ttl-never",
    "time",
    "The max TTL does not close the session.",
    (
        "core.life",
        "return NEVER if session.started_at is None else session.started_at + micros(session.max_ttl)",
        "return NEVER",
    ),
)
patched(
    "idle-too-short",
    "time",
    "The interactive TTL is over after three quarters of it.",
    (
        "core.life",
        "return session.idle_since + micros(session.interactive_ttl)",
        "return session.idle_since + micros(session.interactive_ttl) * 3 // 4",
    ),
)
patched(
    "idle-from-activation",
    "time",
    "The interactive TTL runs from the activation, not from the last job's end.",
    (
        "core.life",
        "return session.idle_since + micros(session.interactive_ttl)",
        "return (session.activated_at or 0) + micros(session.interactive_ttl)",
    ),
)
patched(
    "remaining-stands",
    "time",
    "What remains of the time does not fall.",
    (
        "core.life",
        "return max(0, micros(session.max_ttl) - (now - session.started_at)) / SECOND",
        "return session.max_ttl",
    ),
    contracts=CLASSIC,
)
patched(
    "remaining-after-close",
    "time",
    "Something remains of the time of a closed session.",
    ("core.life", "    if session.state.final:\n        return 0\n", ""),
    contracts=CLASSIC,
)
patched(
    "active-ttl-counts-down",
    "time",
    "The active TTL falls as time passes.",
    (
        "contracts.classic.views",
        '"active_ttl": session.active_ttl,',
        '"active_ttl": number(life.remaining(session, now)),',
    ),
    contracts=CLASSIC,
)
patched(
    "active-ttl-counts-down",
    "time",
    "The active TTL falls as time passes.",
    (
        "contracts.platform.views",
        '"active_ttl": ceil(session.active_ttl),',
        '"active_ttl": max(1, ceil(session.active_ttl - (now - session.created_at) / 1e6)),',
    ),
    contracts=PLATFORM,
)
patched(
    "active-ttl-ends",
    "time",
    "The active TTL of a closed session is 0.",
    (
        "contracts.classic.views",
        '"active_ttl": session.active_ttl,',
        '"active_ttl": 0 if session.state.final else session.active_ttl,',
    ),
    contracts=CLASSIC,
)
patched(
    "active-ttl-never-closes",
    "time",
    "A session stays active for longer than its active TTL.",
    ("core.life", "return session.activated_at + micros(session.active_ttl)", "return NEVER"),
    contracts=PLATFORM,
)
patched(
    "unused-never",
    "time",
    "A session that never had a job stays open.",
    ("core.service", "unused_ttl=self.config.unused_ttl,", "unused_ttl=None,"),
)
patched(
    "unused-early",
    "time",
    "A session that never had a job closes after 25 minutes.",
    ("core.config", "unused_ttl: float | None = 1800", "unused_ttl: float | None = 1500"),
)
patched(
    "elapsed-absent",
    "time",
    "A session that closed without a job does not say that it used nothing.",
    (
        "contracts.classic.views",
        'used = {"elapsed_time": 0} if session.state.final else {}',
        "used: dict[str, int] = {}",
    ),
    contracts=CLASSIC,
)
patched(
    "interactive-ttl-for-all",
    "time",
    "A batch has the interactive TTL of a dedicated session.",
    (
        "core.service",
        "return self.config.batch_interactive_ttl",
        "return self.config.interactive_ttl",
    ),
)
patched(
    "elapsed-in-batch",
    "time",
    "The usage of a batch session is its wall clock.",
    (
        "core.life",
        "    if session.mode is Mode.BATCH:\n        used +=",
        "    if session.mode is Mode.BATCH:\n        return (now - session.started_at) / SECOND\n        used +=",
    ),
)
patched(
    "elapsed-forgets",
    "time",
    "The usage of a session starts anew when it becomes active again.",
    (
        "core.life",
        "        session.held += at - held_since\n",
        "        pass\n",
    ),
)
patched(
    "activation-kept",
    "time",
    "The time of activation is that of the first one.",
    (
        "core.life",
        "        session.activated_at = at\n",
        "        session.activated_at = session.activated_at or at\n",
    ),
)
patched(
    "noticed-late",
    "time",
    "Changes carry the time at which somebody looked.",
    (
        "core.life",
        "_advance(session, session.due)",
        "_advance(session, now)",
    ),
)
patched(
    "completed-at-start",
    "time",
    "The last job's end is shown as its start.",
    (
        "core.life",
        "session.last_job_completed = at\n",
        "session.last_job_completed = session.last_job_started\n",
    ),
)
patched(
    "history-short",
    "time",
    "The history lists only the last change.",
    (
        "core.life",
        "session.history.append(Change(at, transition.to, transition.reason))",
        "session.history[:] = [Change(at, transition.to, transition.reason)]",
    ),
)
