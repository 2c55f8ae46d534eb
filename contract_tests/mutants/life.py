"""Bugs in the emulator's source: in the life of sessions, and in what time does to them."""

from mutants._meddling import CLASSIC, patched

# Lifecycle
patched(
    "drain-at-once",
    "lifecycle",
    "Draining closes a session though its jobs have not ended.",
    (
        "_session",
        "if session.accepting_jobs or session.state.final or left:",
        "if session.accepting_jobs or session.state.final:",
    ),
)
patched(
    "drain-never",
    "lifecycle",
    "A drained session without jobs stays open.",
    ("_session", "return _happen(session, Event.DRAINED, at)", "return session"),
)
patched(
    "drain-final",
    "lifecycle",
    "Draining cannot be taken back.",
    (
        "_session",
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
        "_session",
        "if session.state.final or session.accepting_jobs == accepting_jobs:",
        "if session.accepting_jobs == accepting_jobs:",
    ),
    contracts=CLASSIC,
)
patched(
    "never-active",
    "lifecycle",
    "Jobs run without the session ever becoming active.",
    ("_session", "if not session.job_mode:", "if session.job_mode:"),
)
patched(
    "never-inactive",
    "lifecycle",
    "The interactive TTL has no effect.",
    ("_session", "idle_since=at if idle else None,", "idle_since=None,"),
)
patched(
    "never-active-again",
    "lifecycle",
    "A job does not re-activate an inactive session.",
    (
        "lifecycle",
        "(State.INACTIVE, Event.JOB_STARTED): _ACTIVATED,",
        "(State.INACTIVE, Event.JOB_STARTED): Transition(State.INACTIVE, None),",
    ),
)
patched(
    "closed-accepting",
    "lifecycle",
    "A closed session still says that it accepts jobs.",
    ("_session", "            accepting_jobs=False,\n", ""),
)
patched(
    "drained-canceled",
    "lifecycle",
    "A drained session says that it was cancelled.",
    (
        "_classic_views",
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
        "lifecycle",
        "_MAX_TTL: Final = Transition(State.CLOSED, Reason.MAX_TTL)",
        "_MAX_TTL: Final = Transition(State.CLOSED, Reason.CLOSED_EARLY)",
    ),
)
patched(
    "cancel-closes",
    "lifecycle",
    "A session that an operator cancels ends as closed.",
    (
        "lifecycle",
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
        "_session",
        "session.started_at + micros(session.active_ttl)\n",
        "session.created_at + micros(session.active_ttl)\n",
    ),
)
patched(
    "ttl-renewed",
    "time",
    "The max TTL starts anew whenever the session becomes active.",
    (
        "_session",
        "started_at=at if session.started_at is None else session.started_at,",
        "started_at=at,",
    ),
)
patched(
    "ttl-never",
    "time",
    "The max TTL does not close the session.",
    (
        "_session",
        "return NEVER if session.started_at is None else session.started_at + micros(session.active_ttl)",
        "return NEVER",
    ),
)
patched(
    "idle-too-short",
    "time",
    "The interactive TTL is over after 45 of its 60 seconds.",
    (
        "_session",
        "return session.idle_since + micros(session.interactive_ttl)",
        "return session.idle_since + micros(session.interactive_ttl) * 3 // 4",
    ),
)
patched(
    "idle-from-activation",
    "time",
    "The interactive TTL runs from the activation, not from the last job's end.",
    (
        "_session",
        "return session.idle_since + micros(session.interactive_ttl)",
        "return (session.activated_at or 0) + micros(session.interactive_ttl)",
    ),
)
patched(
    "remaining-stands",
    "time",
    "What remains of the time does not fall.",
    (
        "_session",
        "return max(0, micros(session.active_ttl) - (now - session.started_at)) / SECOND",
        "return session.active_ttl",
    ),
)
patched(
    "remaining-after-close",
    "time",
    "Something remains of the time of a closed session.",
    ("_session", "    if session.state.final:\n        return 0\n", ""),
)
patched(
    "elapsed-in-batch",
    "time",
    "The usage of a batch session is its wall clock.",
    (
        "_session",
        "    if session.mode is Mode.BATCH:\n        used +=",
        "    if session.mode is Mode.BATCH:\n        return (now - session.started_at) / SECOND\n        used +=",
    ),
)
patched(
    "elapsed-forgets",
    "time",
    "The usage of a session starts anew when it becomes active again.",
    (
        "_session",
        "return evolve(after, held=after.held + at - before.activated_at)",
        "return after",
    ),
)
patched(
    "activation-kept",
    "time",
    "The time of activation is that of the first one.",
    (
        "_session",
        "            activated_at=at,\n",
        "            activated_at=session.activated_at or at,\n",
    ),
)
patched(
    "noticed-late",
    "time",
    "Changes carry the time at which somebody looked.",
    (
        "_session",
        "session = _advance(session, session.due)",
        "session = _advance(session, now)",
    ),
)
patched(
    "completed-at-start",
    "time",
    "The last job's end is shown as its start.",
    (
        "_session",
        "        last_job_completed=at,\n",
        "        last_job_completed=session.last_job_started,\n",
    ),
)
patched(
    "history-short",
    "time",
    "The history lists only the last change.",
    ("_session", "history=(*session.history, Change(", "history=(Change("),
)
