"""Bugs in what only the platform contract has: its headers, its rules, its lists, its errors."""

from mutants._meddling import PLATFORM, changed, error, patched, planted
from mutants._mutant import Answer, Forward, Request

STANDARD = "crn:v1:bluemix:public:quantum-computing:us-east:a/emulator:standard::"


# Headers
@planted("version-demanded", "validation", "The version of the API has to be told.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    told = "ibm-api-version" in request.headers or request.path == "/versions"
    return await forward(request) if told or not request.authorized else error(400)


@planted("no-crn", "authentication", "Without an instance, the first one is meant.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    request.headers.setdefault("service-crn", STANDARD)
    return await forward(request)


@planted("any-crn", "authentication", "An instance that is nobody's is taken.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    if request.headers.get("service-crn", "").startswith("no-such"):
        request.headers["service-crn"] = STANDARD
    return await forward(request)


for status, name in ((401, "unauthorized"), (403, "forbidden")):

    @planted(f"foreign-crn-{status}", "authentication", f"An unknown instance is {name}.", PLATFORM)
    async def _(request: Request, forward: Forward, status: int = status) -> Answer:
        answer = await forward(request)
        foreign = request.headers.get("service-crn", "").startswith("no-such")
        return error(status) if foreign and answer.status == 404 else answer


patched(
    "foreign-crn-code",
    "statuses",
    "An instance that is not found has the code of a session that is not.",
    ("contracts.platform.contract", "_NO_INSTANCE: Final = 1279", "_NO_INSTANCE: Final = 404"),
    contracts=PLATFORM,
)
patched(
    "no-api-key",
    "authentication",
    "An API key will not do as it is.",
    ("contracts.platform.contract", 'if scheme.lower() == b"apikey":', "if False:"),
    contracts=PLATFORM,
)
patched(
    "any-api-key",
    "authentication",
    "Any API key will do.",
    (
        "contracts.platform.login",
        "return self._keys.get(api_key)",
        "return next(iter(self._keys.values()))",
    ),
    contracts=PLATFORM,
)


@planted("unknown-fields", "validation", "Create refuses fields that it does not know.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    known = {"mode", "backend", "backend_name", "max_ttl", "interactive_ttl", "active_ttl"}
    answer = await forward(request)
    unheard = request.kind == "create" and set(request.fields) - known
    return error(400) if unheard and answer.status == 200 else answer


@planted("unknown-query", "validation", "Unknown query parameters are refused.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    known = {"GET /jobs", "GET /workloads"}
    unheard = request.query and f"{request.method} {request.path}" not in known
    answer = await forward(request)
    return error(400) if unheard and answer.status in {200, 204} else answer


patched(
    "crn-ignored",
    "others",
    "A session is seen from another instance.",
    ("contracts.platform.contract", "if session.instance != call.instance:", "if False:"),
    contracts=PLATFORM,
)
patched(
    "crn-ignored-in-lists",
    "others",
    "Jobs are listed from another instance.",
    (
        "contracts.platform.contract",
        "if job.instance == call.instance and wanted.passes(job)",
        "if wanted.passes(job)",
    ),
    contracts=PLATFORM,
)
# The open plan
patched(
    "open-plan-allowed",
    "lifecycle",
    "The open plan has dedicated sessions.",
    ("contracts.platform.contract", "open_plan_refuses=True", "open_plan_refuses=False"),
    contracts=PLATFORM,
)
patched(
    "open-plan-code",
    "statuses",
    "The open plan refuses with another code.",
    ("contracts.platform.contract", "            1352,\n", "            1217,\n"),
    contracts=PLATFORM,
)
patched(
    "open-plan-closed",
    "validation",
    "The open plan has no batch sessions either.",
    ("core.service", "plan.open_plan and wanted is Mode.DEDICATED", "plan.open_plan"),
    contracts=PLATFORM,
)
# The flag of a session that has ended
patched(
    "flag-stays",
    "lifecycle",
    "The flag of a closed session does not change.",
    ("contracts.platform.contract", "flag_moves=True", "flag_moves=False"),
    contracts=PLATFORM,
)
patched(
    "flag-reopens",
    "lifecycle",
    "A closed session whose flag changes is open again.",
    (
        "core.life",
        "return evolve(session, accepting_jobs=accepting_jobs) if session.flag_moves else session",
        "return evolve(session, accepting_jobs=accepting_jobs, history=session.history[: 1 if session.state.final else None])",
    ),
    contracts=PLATFORM,
)
patched(
    "flag-takes-jobs",
    "jobs",
    "A closed session whose flag changed takes jobs.",
    (
        "core.service",
        "if not session.accepting_jobs or session.state.final:",
        "if not session.accepting_jobs:",
    ),
    contracts=PLATFORM,
)
# Sessions that never had a job
patched(
    "unused-though-used",
    "time",
    "A session closes after 30 minutes though it had a job.",
    (
        "core.life",
        "if session.state is not State.OPEN or session.unused_ttl is None or session.jobs:",
        "if session.state not in {State.OPEN, State.INACTIVE} or session.unused_ttl is None:",
    ),
    (
        "core.life",
        "if session.state is State.OPEN and at >= _unused_ends(session):",
        "if at >= _unused_ends(session):",
    ),
    (
        "core.lifecycle",
        "(State.INACTIVE, Event.MAX_TTL): _MAX_TTL,",
        "(State.INACTIVE, Event.MAX_TTL): _MAX_TTL, (State.INACTIVE, Event.UNUSED_TTL): _DRAINED,",
    ),
    contracts=PLATFORM,
)
patched(
    "unused-reason",
    "lifecycle",
    "A session that was never used says that it was drained.",
    ("core.lifecycle", "Transition(State.CLOSED, Reason.UNUSED_TTL)", "_DRAINED"),
    contracts=PLATFORM,
)


# Lists of jobs
@planted("jobs-404", "statuses", "The jobs of a session that there is not are not found.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    empty = request.kind == "jobs" and answer.status == 200 and answer.json["count"] == 0
    if empty and (await _look(request, forward)).status == 404:
        return error(404)
    return answer


@planted("jobs-of-strangers", "others", "Jobs of all users are listed.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if request.kind == "jobs" and answer.status == 200 and not request.session:
        for token in ("emulator-token", "emulator-token-2"):
            headers = {**request.headers, "authorization": f"Bearer {token}"}
            theirs = await forward(Request("GET", "/jobs", request.query, headers))
            if theirs.json["count"] > answer.json["count"]:
                return theirs
    return answer


async def _look(request: Request, forward: Forward) -> Answer:
    return await forward(Request("GET", f"/sessions/{request.session}", "", request.headers))


patched(
    "filter-ignored",
    "paging",
    "The jobs of all sessions are listed whichever is asked for.",
    (
        "contracts.platform.contract",
        'self.service.jobs(call.user, query.get("session_id"))',
        "self.service.jobs(call.user)",
    ),
    contracts=PLATFORM,
)
patched(
    "limit-nearest",
    "paging",
    "A limit out of range is the nearest in it, not the default.",
    (
        "contracts.platform.contract",
        "limit = limit if 1 <= limit <= _LIMIT else _LIMIT",
        "limit = min(max(limit, 1), _LIMIT)",
    ),
    contracts=PLATFORM,
)
patched(
    "limit-as-is",
    "paging",
    "A limit above the range is used.",
    (
        "contracts.platform.contract",
        "limit if 1 <= limit <= _LIMIT else _LIMIT",
        "limit if limit >= 1 else _LIMIT",
    ),
    contracts=PLATFORM,
)
patched(
    "offset-positive",
    "paging",
    "A negative offset counts as if it were positive.",
    ("contracts.platform.contract", "offset = max(offset, 0)", "offset = abs(offset)"),
    contracts=PLATFORM,
)


@planted("limit-refused", "paging", "A limit out of range is refused.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    wrong = {f"limit={limit}" for limit in (0, -1, 201)} & set(request.query.split("&"))
    if request.kind == "jobs" and request.authorized and wrong:
        return error(400)
    return await forward(request)


patched(
    "params-shown",
    "jobs",
    "The arguments of jobs are shown though they are excluded.",
    ("contracts.platform.views", "    if params:\n", "    if True:\n"),
    contracts=PLATFORM,
)
patched(
    "params-never",
    "jobs",
    "The arguments of jobs are left out though they are asked for.",
    ("contracts.platform.views", "    if params:\n", "    if False:\n"),
    contracts=PLATFORM,
)
patched(
    "statuses-differ",
    "jobs",
    "The two statuses of a job differ while it is queued.",
    (
        "contracts.platform.views",
        "    status = job.status.value\n",
        '    status = "Running" if job.started_at is None else job.status.value\n',
    ),
    contracts=PLATFORM,
)
# Identity
patched(
    "ids-short",
    "shapes",
    "The ids of sessions are no UUIDs.",
    (
        "contracts.platform.contract",
        "session_id=uuid,",
        "session_id=lambda random: uuid(random)[:20],",
    ),
    contracts=PLATFORM,
)
patched(
    "ids-of-another-version",
    "shapes",
    "The ids of sessions are UUIDs of version 1.",
    ("core.rules", "version=4", "version=1"),
    contracts=PLATFORM,
)
changed("no-trace", "shapes", "Errors carry no trace.", status=404, contracts=PLATFORM)(
    lambda s: {k: v for k, v in s.items() if k != "trace"}
)
changed("one-trace", "shapes", "All errors carry the same trace.", status=401, contracts=PLATFORM)(
    lambda s: {**s, "trace": "0f6a5f3c-2b1d-4e63-9c0e-5a5b9d6c5f0c"}
)
# What create takes
patched(
    "order-unchecked",
    "validation",
    "The TTLs of a channel partner may be in any order.",
    (
        "contracts.platform.contract",
        "if ttls != sorted(ttls):",
        "if False:",
    ),
    contracts=PLATFORM,
)
patched(
    "order-half-checked",
    "validation",
    "The interactive TTL of a channel partner may be above the active one.",
    (
        "contracts.platform.contract",
        "if ttls != sorted(ttls):",
        "if ttls[-2:] != sorted(ttls[-2:]):",
    ),
    contracts=PLATFORM,
)
patched(
    "interactive-ttl-lost",
    "reflection",
    "The interactive TTL that a channel partner asks for is not kept.",
    (
        "contracts.platform.contract",
        'interactive_ttl=body.get("interactive_ttl"),',
        "interactive_ttl=None,",
    ),
    contracts=PLATFORM,
)
patched(
    "active-ttl-lost",
    "reflection",
    "The active TTL that a channel partner asks for is not kept.",
    ("contracts.platform.contract", 'active_ttl=body.get("active_ttl"),', "active_ttl=None,"),
    contracts=PLATFORM,
)
patched(
    "fallback-ignored",
    "reflection",
    "The backend is not taken from its other name.",
    (
        "contracts.platform.contract",
        'body.get("backend", body.get("backend_name"))',
        'body.get("backend")',
    ),
    contracts=PLATFORM,
)
patched(
    "fallback-first",
    "reflection",
    "The backend's other name is looked at first.",
    (
        "contracts.platform.contract",
        'body.get("backend", body.get("backend_name"))',
        'body.get("backend_name", body.get("backend"))',
    ),
    contracts=PLATFORM,
)


@planted("no-mode", "validation", "Without a mode a session is dedicated.", PLATFORM)
async def _(request: Request, forward: Forward) -> Answer:
    if request.kind == "create" and request.fields and "mode" not in request.fields:
        request.body = request.body.replace(b"{", b'{"mode": "dedicated",', 1).replace(b",}", b"}")
    return await forward(request)
