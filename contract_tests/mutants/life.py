"""Bugs in the emulator's source: in the life of sessions and jobs, and in what is checked and shown."""

from mutants._mutant import Mutant, Patch


def _mutant(name: str, kind: str, says: str, *changes: tuple[str, str, str]) -> Mutant:
    return Mutant(name, kind, says, patches=tuple(Patch(*change) for change in changes))


LIFE = (
    # Lifecycle
    _mutant(
        "drain-at-once",
        "lifecycle",
        "Draining closes a session though its jobs have not ended.",
        (
            "_session",
            "if session.accepting_jobs or session.state.final or left:",
            "if session.accepting_jobs or session.state.final:",
        ),
    ),
    _mutant(
        "drain-never",
        "lifecycle",
        "A drained session without jobs stays open.",
        ("_session", "return _happen(session, Event.DRAINED, at)", "return session"),
    ),
    _mutant(
        "drain-final",
        "lifecycle",
        "Draining cannot be taken back.",
        (
            "_session",
            "if session.state.final or session.accepting_jobs == accepting_jobs:",
            "if session.state.final or not session.accepting_jobs:",
        ),
    ),
    _mutant(
        "reopened",
        "lifecycle",
        "A closed session accepts jobs again when asked to.",
        (
            "_session",
            "if session.state.final or session.accepting_jobs == accepting_jobs:",
            "if session.accepting_jobs == accepting_jobs:",
        ),
    ),
    _mutant(
        "never-active",
        "lifecycle",
        "Jobs run without the session ever becoming active.",
        ("_session", "if not session.job_mode:", "if session.job_mode:"),
    ),
    _mutant(
        "never-inactive",
        "lifecycle",
        "The interactive TTL has no effect.",
        ("_session", "idle_since=at if idle else None,", "idle_since=None,"),
    ),
    _mutant(
        "never-active-again",
        "lifecycle",
        "A job does not re-activate an inactive session.",
        (
            "lifecycle",
            "(State.INACTIVE, Event.JOB_STARTED): _ACTIVATED,",
            "(State.INACTIVE, Event.JOB_STARTED): Transition(State.INACTIVE, None),",
        ),
    ),
    _mutant(
        "closed-accepting",
        "lifecycle",
        "A closed session still says that it accepts jobs.",
        ("_session", "            accepting_jobs=False,\n", ""),
    ),
    _mutant(
        "drained-canceled",
        "lifecycle",
        "A drained session says that it was cancelled.",
        (
            "_classic_views",
            'return "canceled" if change.reason is Reason.CANCELLED else "completed"',
            'return "canceled"',
        ),
    ),
    _mutant(
        "wrong-reason",
        "lifecycle",
        "A session closed by its max TTL gives the reason of a drained one.",
        (
            "lifecycle",
            "_MAX_TTL: Final = Transition(State.CLOSED, Reason.MAX_TTL)",
            "_MAX_TTL: Final = Transition(State.CLOSED, Reason.CLOSED_EARLY)",
        ),
    ),
    _mutant(
        "cancel-closes",
        "lifecycle",
        "A session that an operator cancels ends as closed.",
        (
            "lifecycle",
            "_CANCELED: Final = Transition(State.CANCELED,",
            "_CANCELED: Final = Transition(State.CLOSED,",
        ),
    ),
    # Time
    _mutant(
        "ttl-from-creation",
        "time",
        "The max TTL runs from the creation, not from the first job.",
        (
            "_session",
            "session.started_at + micros(session.active_ttl)\n",
            "session.created_at + micros(session.active_ttl)\n",
        ),
    ),
    _mutant(
        "ttl-renewed",
        "time",
        "The max TTL starts anew whenever the session becomes active.",
        (
            "_session",
            "started_at=at if session.started_at is None else session.started_at,",
            "started_at=at,",
        ),
    ),
    _mutant(
        "ttl-never",
        "time",
        "The max TTL does not close the session.",
        (
            "_session",
            "return NEVER if session.started_at is None else session.started_at + micros(session.active_ttl)",
            "return NEVER",
        ),
    ),
    _mutant(
        "idle-too-short",
        "time",
        "The interactive TTL is over after 45 of its 60 seconds.",
        (
            "_session",
            "return session.idle_since + micros(session.interactive_ttl)",
            "return session.idle_since + micros(session.interactive_ttl) * 3 // 4",
        ),
    ),
    _mutant(
        "idle-from-activation",
        "time",
        "The interactive TTL runs from the activation, not from the last job's end.",
        (
            "_session",
            "return session.idle_since + micros(session.interactive_ttl)",
            "return (session.activated_at or 0) + micros(session.interactive_ttl)",
        ),
    ),
    _mutant(
        "remaining-stands",
        "time",
        "What remains of the time does not fall.",
        (
            "_session",
            "return max(0, micros(session.active_ttl) - (now - session.started_at)) / SECOND",
            "return session.active_ttl",
        ),
    ),
    _mutant(
        "remaining-after-close",
        "time",
        "Something remains of the time of a closed session.",
        ("_session", "    if session.state.final:\n        return 0\n", ""),
    ),
    _mutant(
        "elapsed-in-batch",
        "time",
        "The usage of a batch session is its wall clock.",
        (
            "_session",
            "    if session.mode is Mode.BATCH:\n        used +=",
            "    if session.mode is Mode.BATCH:\n        return (now - session.started_at) / SECOND\n        used +=",
        ),
    ),
    _mutant(
        "elapsed-forgets",
        "time",
        "The usage of a session starts anew when it becomes active again.",
        (
            "_session",
            "return evolve(after, held=after.held + at - before.activated_at)",
            "return after",
        ),
    ),
    _mutant(
        "activation-kept",
        "time",
        "The time of activation is that of the first one.",
        (
            "_session",
            "            activated_at=at,\n",
            "            activated_at=session.activated_at or at,\n",
        ),
    ),
    _mutant(
        "noticed-late",
        "time",
        "Changes carry the time at which somebody looked.",
        (
            "_session",
            "session = _advance(session, session.due)",
            "session = _advance(session, now)",
        ),
    ),
    _mutant(
        "completed-at-start",
        "time",
        "The last job's end is shown as its start.",
        (
            "_session",
            "        last_job_completed=at,\n",
            "        last_job_completed=session.last_job_started,\n",
        ),
    ),
    _mutant(
        "history-short",
        "time",
        "The history lists only the last change.",
        ("_session", "history=(*session.history, Change(", "history=(Change("),
    ),
    # Jobs
    _mutant(
        "batch-of-six",
        "jobs",
        "A batch session runs six jobs side by side.",
        ("_session", "Mode.BATCH: 5}", "Mode.BATCH: 6}"),
    ),
    _mutant(
        "dedicated-pair",
        "jobs",
        "A dedicated session runs two jobs side by side.",
        ("_session", "Mode.DEDICATED: 1,", "Mode.DEDICATED: 2,"),
    ),
    _mutant(
        "queue-survives",
        "jobs",
        "Queued jobs of a closed session stay queued.",
        (
            "_session",
            "            jobs=(*after.jobs[: after.waiting], *failed),\n            waiting=len(after.jobs),\n",
            "",
        ),
    ),
    _mutant(
        "running-killed",
        "jobs",
        "Closing a session ends its running jobs as well.",
        (
            "_session",
            "            jobs=(*after.jobs[: after.waiting], *failed),\n",
            "            jobs=tuple(job if job.end else job.ended(at, SESSION_CLOSED) for job in after.jobs),\n            running=(),\n",
        ),
    ),
    _mutant(
        "wrong-code",
        "jobs",
        "Jobs of a closed session fail with another reason code.",
        (
            "_job",
            '"Job is part of a session that\'s been closed", 4001',
            '"Job is part of a session that\'s been closed", 4000',
        ),
    ),
    _mutant(
        "closed-takes-jobs",
        "jobs",
        "A session that accepts no jobs takes them all the same.",
        (
            "_service",
            "if not session.accepting_jobs or session.state.final:",
            "if False:",
        ),
    ),
    _mutant(
        "failed-completed",
        "jobs",
        "Failed jobs are shown as completed.",
        (
            "_job",
            'FAILED: Final = Outcome(JobStatus.FAILED, "The program failed")',
            "FAILED: Final = Outcome(JobStatus.COMPLETED)",
        ),
    ),
    _mutant(
        "statuses-differ",
        "jobs",
        "The two statuses of a job differ while it is queued.",
        (
            "_views",
            '    state: dict[str, Any] = {"status": job.status.value}\n',
            '    state: dict[str, Any] = {"status": "Running" if job.started_at is None else job.status.value}\n',
        ),
    ),
    _mutant(
        "ended-early",
        "jobs",
        "A running job has an end already.",
        (
            "_classic_views",
            '"ended": None if job.ended_at is None else job_timestamp(job.ended_at),',
            '"ended": None if job.started_at is None else job_timestamp(job.ended_at or now),',
        ),
    ),
    # Paging
    _mutant(
        "oldest-first",
        "paging",
        "Jobs come oldest first.",
        (
            "_classic",
            "session.jobs[::-1][offset : offset + limit]",
            "session.jobs[offset : offset + limit]",
        ),
    ),
    _mutant(
        "offset-ignored",
        "paging",
        "The offset has no effect.",
        ("_classic", "session.jobs[::-1][offset : offset + limit]", "session.jobs[::-1][:limit]"),
    ),
    _mutant(
        "limit-ignored",
        "paging",
        "The limit has no effect.",
        ("_classic", "session.jobs[::-1][offset : offset + limit]", "session.jobs[::-1][offset:]"),
    ),
    _mutant(
        "limit-off-by-one",
        "paging",
        "A page has one job more than asked for.",
        (
            "_classic",
            "session.jobs[::-1][offset : offset + limit]",
            "session.jobs[::-1][offset : offset + limit + 1]",
        ),
    ),
    _mutant(
        "count-of-page",
        "paging",
        "The count is that of the page.",
        (
            "_classic",
            "for job in page], len(session.jobs), limit, offset)",
            "for job in page], len(page), limit, offset)",
        ),
    ),
    # Reflection of input
    _mutant(
        "ttl-lost",
        "reflection",
        "The TTL asked for is not kept.",
        (
            "_service",
            "granted = plan.max_ttl if max_ttl is None else min(max_ttl, plan.max_ttl)",
            "granted = plan.max_ttl",
        ),
    ),
    _mutant(
        "ttl-whole",
        "reflection",
        "The TTL loses its fraction.",
        (
            "_service",
            "else min(max_ttl, plan.max_ttl)\n",
            "else min(int(max_ttl) or 1, plan.max_ttl)\n",
        ),
    ),
    _mutant(
        "ttl-silent",
        "reflection",
        "A TTL above the limit is lowered without a word.",
        (
            "_service",
            "if max_ttl is not None and max_ttl > plan.max_ttl:",
            "if max_ttl is not None and max_ttl > 1e300:",
        ),
    ),
    _mutant(
        "ttl-default",
        "reflection",
        "Without a TTL a session gets one hour.",
        (
            "_service",
            "granted = plan.max_ttl if max_ttl is None",
            "granted = 3600 if max_ttl is None",
        ),
    ),
    _mutant(
        "mode-lost",
        "reflection",
        "Every session is dedicated.",
        ("_service", "wanted = Mode(mode or Mode.DEDICATED)", "wanted = Mode.DEDICATED"),
    ),
    _mutant(
        "mode-default",
        "reflection",
        "Without a mode a session is a batch.",
        ("_service", "wanted = Mode(mode or Mode.DEDICATED)", "wanted = Mode(mode or Mode.BATCH)"),
    ),
    _mutant(
        "open-plan-silent",
        "reflection",
        "The open plan's warning is not given.",
        ("_service", "warnings.append(OPEN_PLAN)", "pass"),
    ),
    # Other users' data
    _mutant(
        "others-readable",
        "others",
        "Other users' sessions can be read and changed.",
        ("_service", "if session is None or session.owner != user.id:", "if session is None:"),
    ),
    # Identity
    _mutant(
        "ids-repeated",
        "reflection",
        "An id is used for two sessions now and then.",
        (
            "_service",
            "id=self._new_id(self._sessions, self.rules.session_id),",
            "id=next(iter(self._sessions)) if len(self._sessions) % 11 == 10 else self._new_id(self._sessions, self.rules.session_id),",
        ),
    ),
)
