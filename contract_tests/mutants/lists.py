"""Bugs in the lists that only the platform has: of workloads, of jobs by filters, of versions."""

from mutants._meddling import PLATFORM, changed, error, patched, planted
from mutants._mutant import Answer, Forward, Request

OTHERS_TOKEN = "emulator-token-2"  # noqa: S105 - the emulator's own, which everybody knows


def workloads(name: str, kind: str, says: str, before: str, after: str) -> None:
    """Plant a bug in the list of workloads."""
    patched(name, kind, says, ("contracts.platform.workloads", before, after), contracts=PLATFORM)


workloads(
    "workloads-short",
    "paging",
    "The last page of workloads is never shown.",
    "if page and end < len(found):",
    "if page and end + limit < len(found):",
)
workloads(
    "workloads-skip",
    "paging",
    "The page after begins one workload too late.",
    "        begin = bisect_right(",
    "        begin = 1 + bisect_right(",
)
workloads(
    "workloads-twice",
    "paging",
    "The page after begins with the last workload of this one.",
    "        begin = bisect_right(",
    "        begin = -1 + bisect_right(",
)
patched(
    "workloads-by-number",
    "paging",
    "A cursor counts workloads, so that one that comes moves the others to the next page.",
    (
        "contracts.platform.workloads",
        "        begin = bisect_right(",
        "        begin = int(query['next']) if query['next'].isdigit() else bisect_right(",
    ),
    (
        "contracts.platform.workloads",
        'view["next"] = _link(query, next=page[-1])',
        'view["next"] = {"href": f"/workloads?next={end}"}',
    ),
    contracts=PLATFORM,
)
workloads(
    "workloads-order",
    "paging",
    "Workloads are listed newest first, whatever is asked for.",
    'newest_first = query.get("sort") == "-createdAt"',
    "newest_first = True",
)
workloads(
    "workloads-sort-ignored",
    "paging",
    "Workloads are listed oldest first, whatever is asked for.",
    'newest_first = query.get("sort") == "-createdAt"',
    "newest_first = False",
)
workloads(
    "workloads-limit",
    "paging",
    "A page of workloads has one more than asked for.",
    "    begin, end = 0, limit\n",
    "    begin, end = 0, limit + 1\n",
)
workloads(
    "workloads-no-way-back",
    "paging",
    "No page of workloads leads back.",
    "if page and begin > 0:",
    "if False:",
)
workloads(
    "workloads-back-wrong",
    "paging",
    "The page before is the first one.",
    "begin = max(0, end - limit)",
    "begin, end = 0, min(limit, end)",
)
workloads(
    "workloads-count",
    "paging",
    "The number of workloads is that of the page.",
    '"total_count": len(found),',
    '"total_count": len(page),',
)
workloads(
    "workloads-mode-ignored",
    "paging",
    "Workloads of all kinds are listed whichever is asked for.",
    "self.mode in {None, mode_of(workload)}",
    "True",
)
workloads(
    "workloads-status-ignored",
    "paging",
    "Workloads of any status are listed whichever is asked for.",
    "(not self.statuses or status_of(workload) in self.statuses)",
    "True",
)
workloads(
    "workloads-search-ignored",
    "paging",
    "All workloads are listed whatever is searched for.",
    "(self.search is None or any(self.search in text for text in (workload.id, *tags)))",
    "True",
)
workloads(
    "workloads-search-nothing",
    "paging",
    "A search finds tags only, and no ids.",
    "for text in (workload.id, *tags)",
    "for text in tags",
)
workloads(
    "workloads-tags-ignored",
    "paging",
    "Workloads are listed without the tags that are asked for.",
    "self.tags <= frozenset(tags)",
    "True",
)
workloads(
    "workloads-batches-hidden",
    "others",
    "Batches are not listed.",
    "if wanted.passes(workload)]",
    'if wanted.passes(workload) and mode_of(workload) != "batch"]',
)
workloads(
    "workloads-ended-hidden",
    "others",
    "Sessions that have ended are not listed.",
    "if wanted.passes(workload)]",
    "if wanted.passes(workload) and (isinstance(workload, Job) or workload.closed_at is None)]",
)
workloads(
    "workloads-mode-names",
    "reflection",
    "A dedicated session is listed as a batch.",
    'return "batch" if workload.mode is Mode.BATCH else "session"',
    'return "batch"',
)
workloads(
    "workloads-inactive",
    "lifecycle",
    "An inactive session is listed as in progress.",
    'State.INACTIVE: "pending",',
    'State.INACTIVE: "in_progress",',
)
workloads(
    "workloads-canceled",
    "lifecycle",
    "A session that its owner closed is listed as completed.",
    'return "canceled" if cancelled else "completed"',
    'return "completed"',
)
workloads(
    "workloads-accepting",
    "lifecycle",
    "A closed session is listed as accepting jobs.",
    'view["accepting_jobs"] = workload.accepting_jobs',
    'view["accepting_jobs"] = True',
)
workloads(
    "workloads-never-ended",
    "time",
    "A session that has ended has no end in the list.",
    "ended = workload.closed_at if isinstance(workload, Session) else workload.ended_at",
    "ended = None if isinstance(workload, Session) else workload.ended_at",
)
workloads(
    "workloads-usage",
    "time",
    "The list shows ten times the usage.",
    '"qpu_charge_time_seconds": None if used is None else number(used),',
    '"qpu_charge_time_seconds": None if used is None else number(10 * used),',
)
patched(
    "workloads-of-everybody",
    "others",
    "Sessions of all users are listed.",
    (
        "core.service",
        "            if session.owner == user.id:\n                yield",
        "            if True:\n                yield",
    ),
    contracts=PLATFORM,
)
patched(
    "workloads-everywhere",
    "others",
    "Sessions of all instances are listed.",
    (
        "contracts.platform.contract",
        "if workload.instance == call.instance\n        )",
        "if workload.instance\n        )",
    ),
    contracts=PLATFORM,
)
changed("workloads-untyped", "shapes", "Workloads have no kind.", "workloads", contracts=PLATFORM)(
    lambda page: {
        **page,
        "workloads": [
            {name: value for name, value in each.items() if name != "mode"}
            for each in page["workloads"]
        ],
    }
)


# The filters and the order of jobs
def filtered(name: str, says: str, before: str) -> None:
    """Plant a filter of jobs that has no effect."""
    patched(name, "paging", says, ("contracts.job_filter", before, "True"), contracts=PLATFORM)


filtered(
    "pending-ignored",
    "Jobs are listed whether they are pending or not.",
    "self.pending in {None, job.end is None}",
)
filtered(
    "program-ignored", "Jobs of all programs are listed.", "self.program in {None, job.program}"
)
filtered(
    "backend-ignored", "Jobs on all backends are listed.", "self.backend in {None, job.backend}"
)
filtered(
    "tags-ignored",
    "Jobs without the tags are listed.",
    'self.tags <= frozenset(job.request.get("tags", ()))',
)
patched(
    "pending-turned",
    "paging",
    "Pending jobs are those that have ended.",
    ("contracts.job_filter", "job.end is None}", "job.end is not None}"),
    contracts=PLATFORM,
)
patched(
    "sort-ignored",
    "paging",
    "Jobs are listed newest first, whatever is asked for.",
    ("contracts.platform.contract", 'if query.get("sort") == "ASC":', "if False:"),
    contracts=PLATFORM,
)
patched(
    "sort-ignored",
    "paging",
    "Jobs are listed newest first, whatever is asked for.",
    ("contracts.classic.contract", 'call.query.get("sort", "desc").lower() == "asc"', "False"),
    contracts=("classic",),
)


# The versions
@planted("versions-private", "authentication", "The versions are told to users only.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    if request.path == "/versions" and not request.authorized:
        return error(401)
    return await forward(request)


@planted("versions-bare", "shapes", "The versions are bare texts.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if request.path == "/versions" and answer.status == 200:
        answer.json = {"versions": [each["version"] for each in answer.json["versions"]]}
    return answer
