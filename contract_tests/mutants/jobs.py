"""Bugs in the emulator's source: in jobs, paging, and in what is kept of what was asked for."""

import re

from mutants._meddling import CLASSIC, PLATFORM, patched

# Jobs
patched(
    "six-lanes",
    "jobs",
    "Six jobs of a session run side by side.",
    ("core.life", "LANES: Final = 5", "LANES: Final = 6"),
)
patched(
    "one-at-a-time",
    "jobs",
    "A dedicated session runs one job at a time.",
    (
        "core.life",
        "len(session.running) < LANES:",
        "len(session.running) < (1 if session.mode is Mode.DEDICATED else LANES):",
    ),
)
patched(
    "queue-survives",
    "jobs",
    "Queued jobs of a closed session stay queued.",
    (
        "core.life",
        "        _end_queued(session, at)\n",
        "        session.queued = 0\n",
    ),
)
patched(
    "running-killed",
    "jobs",
    "Closing a session ends its running jobs as well.",
    (
        "core.life",
        "        _end_queued(session, at)\n",
        (
            "        _end_queued(session, at)\n"
            "        _end_jobs(session, dict.fromkeys(session.running, session.unrun), at)\n"
        ),
    ),
)
patched(
    "wrong-code",
    "jobs",
    "Jobs of a closed session fail with another reason code.",
    (
        "core.job",
        '"Job is part of a session that\'s been closed", 4001',
        '"Job is part of a session that\'s been closed", 4000',
    ),
    contracts=CLASSIC,
)
patched(
    "wrong-code",
    "jobs",
    "Jobs of a closed session fail with the reason code of the older registry.",
    ("contracts.platform.contract", "unrun=SESSION_CLOSED", "unrun=IN_CLOSED_SESSION"),
    (
        "contracts.platform.contract",
        "import SECOND, SESSION_CLOSED",
        "import IN_CLOSED_SESSION, SECOND",
    ),
    contracts=PLATFORM,
)
patched(
    "closed-takes-jobs",
    "jobs",
    "A session that accepts no jobs takes them all the same.",
    (
        "core.service",
        "if not session.accepting_jobs or session.state.final:",
        "if False:",
    ),
)
patched(
    "failed-completed",
    "jobs",
    "Failed jobs are shown as completed.",
    (
        "core.job",
        'FAILED: Final = Outcome(JobStatus.FAILED, "The program failed")',
        "FAILED: Final = Outcome(JobStatus.COMPLETED)",
    ),
)
patched(
    "statuses-differ",
    "jobs",
    "The two statuses of a job differ while it is queued.",
    (
        "contracts.views",
        '    state: dict[str, Any] = {"status": job.status.value}\n',
        '    state: dict[str, Any] = {"status": "Running" if job.started_at is None else job.status.value}\n',
    ),
    contracts=CLASSIC,
)
patched(
    "ended-early",
    "jobs",
    "A running job has an end already.",
    (
        "contracts.classic.views",
        '"ended": None if job.ended_at is None else job_timestamp(job.ended_at),',
        '"ended": None if job.started_at is None else job_timestamp(job.ended_at or now),',
    ),
    contracts=CLASSIC,
)
# Paging
for contracts, module, page, count in (
    (
        CLASSIC,
        "contracts.classic.contract",
        (
            "for job in jobs[offset : offset + limit]\n        ]\n"
            "        return Answer(200, page_view(page, len(jobs)"
        ),
        "page_view(page, len(jobs), limit, offset)",
    ),
    (
        PLATFORM,
        "contracts.platform.contract",
        "jobs[offset : offset + limit]",
        "page_view(page, len(jobs), limit, offset)",
    ),
):
    for name, says, instead in (
        ("oldest-first", "Jobs come oldest first.", "[::-1][offset : offset + limit]"),
        ("offset-ignored", "The offset has no effect.", "[:limit]"),
        ("limit-ignored", "The limit has no effect.", "[offset:]"),
        (
            "limit-off-by-one",
            "A page has one job more than asked for.",
            "[offset : offset + limit + 1]",
        ),
    ):
        change = (module, page, page.replace("[offset : offset + limit]", instead))
        patched(name, "paging", says, change, contracts=contracts)
    patched(
        "count-of-page",
        "paging",
        "The count is that of the page.",
        (module, count, re.sub(r"len\(.*?\)", "len(page)", count)),
        contracts=contracts,
    )
# Reflection of input
patched(
    "ttl-lost",
    "reflection",
    "The TTL asked for is not kept.",
    (
        "core.service",
        "granted = plan.max_ttl if max_ttl is None else min(max_ttl, plan.max_ttl)",
        "granted = plan.max_ttl",
    ),
)
patched(
    "ttl-whole",
    "reflection",
    "The TTL loses its fraction.",
    (
        "core.service",
        "else min(max_ttl, plan.max_ttl)\n",
        "else min(int(max_ttl) or 1, plan.max_ttl)\n",
    ),
    contracts=CLASSIC,
)
patched(
    "ttl-silent",
    "reflection",
    "A TTL above the limit is lowered without a word.",
    (
        "core.service",
        "if max_ttl is not None and max_ttl > plan.max_ttl:",
        "if max_ttl is not None and max_ttl > 1e300:",
    ),
    contracts=CLASSIC,
)
patched(
    "ttl-default",
    "reflection",
    "Without a TTL a session gets one hour.",
    (
        "core.service",
        "granted = plan.max_ttl if max_ttl is None",
        "granted = 3600 if max_ttl is None",
    ),
    contracts=CLASSIC,
)
patched(
    "mode-lost",
    "reflection",
    "Every session is dedicated.",
    ("core.service", "wanted = Mode(mode or Mode.DEDICATED)", "wanted = Mode.DEDICATED"),
)
patched(
    "mode-default",
    "reflection",
    "Without a mode a session is a batch.",
    ("core.service", "wanted = Mode(mode or Mode.DEDICATED)", "wanted = Mode(mode or Mode.BATCH)"),
    contracts=CLASSIC,
)
patched(
    "open-plan-silent",
    "reflection",
    "The open plan's warning is not given.",
    ("core.service", "warnings.append(OPEN_PLAN)", "pass"),
    contracts=CLASSIC,
)
# Other users' data
patched(
    "others-readable",
    "others",
    "Other users' sessions can be read and changed.",
    ("core.service", "if session is None or session.owner != user.id:", "if session is None:"),
)
# Identity
patched(
    "ids-repeated",
    "reflection",
    "An id is used for two sessions now and then.",
    (
        "core.service",
        "id=self._new_id(self._sessions, self.rules.session_id, command.id),",
        "id=next(iter(self._sessions)) if len(self._sessions) % 11 == 10 else self._new_id(self._sessions, self.rules.session_id, command.id),",
    ),
)
