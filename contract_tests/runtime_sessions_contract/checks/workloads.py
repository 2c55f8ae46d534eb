"""The list of workloads, compared with what is known of the sessions in it."""

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.model.life import State, View
from runtime_sessions_contract.model.moments import either, moment
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.openapi.values import Json, as_list, as_object, as_objects
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.wire.exchange import Exchange

WORKLOADS: Final = "#/components/schemas/WorkloadPage/properties/workloads"
WORKLOAD: Final = "#/components/schemas/Workload/properties/"
LIMIT: Final = 10
#: The kinds of sessions, in the words of the list.
KINDS: Final = {"dedicated": "session", "batch": "batch"}
AGREES: Final = "workload-agrees"


def judge_workloads(judge: Judge, known: Knowledge, exchange: Exchange, answer: Json) -> None:
    """Judge a page of workloads, and what it shows of each session."""
    query = known.requests.query(exchange)
    if query is None:
        return
    workloads = as_objects(answer.get("workloads"))
    _judge_page(judge, answer, query, workloads)
    for workload in workloads:
        session = known.sessions.get(str(workload.get("id")))
        if session is None:
            # Of what nobody was seen to create nothing is known.
            continue
        judge(
            "others' sessions hidden",
            "sessions of the caller",
            workload,
            WORKLOADS,
            ok=session.of(exchange),
            rule="session-is-its-owners",
        )
        if session.of(exchange):
            _judge_session(judge, known, session, exchange, workload)


def _judge_page(judge: Judge, answer: Json, query: Json, workloads: list[Json]) -> None:
    """Judge the size of a page, its order, and whether all of it passes the filters."""
    limit = query.get("limit", LIMIT)
    told = f"up to {limit} workloads, limit: {limit}"
    held = len(workloads) <= limit and answer.get("limit") == limit
    judge("workloads", told, answer.get("limit"), WORKLOADS, ok=held, rule="workload-pages")
    times = [moment(workload.get("created")) or 0 for workload in workloads]
    newest_first = query.get("sort") == "-createdAt"
    order = "newest first" if newest_first else "oldest first"
    held = times == sorted(times, reverse=newest_first)
    judge("workloads", order, times, WORKLOADS, ok=held, rule="workloads-order")
    ids = [str(workload.get("id")) for workload in workloads]
    once = "workloads-are-sessions-and-loose-jobs"
    held = len(ids) == len(set(ids))
    judge("workloads", "each workload once", ids, WORKLOADS, ok=held, rule=once)
    strange = [workload for workload in workloads if not passes(query, workload)]
    told = f"workloads that pass {query}"
    judge("workload filters", told, strange, WORKLOADS, ok=not strange, rule="workload-filters")


def passes(query: Json, workload: Json) -> bool:
    """Whether a workload that an answer shows passes the filters of a query."""
    created = moment(workload.get("created")) or 0
    tags = [str(tag) for tag in as_list(workload.get("tags"))]
    texts = [str(workload.get("id")), *tags]
    search = str(query.get("search", ""))
    status = str(workload.get("status"))
    return (
        query.get("mode") in {None, str(workload.get("mode"))}
        and status in (query.get("status") or [status])
        and query.get("backend") in {None, str(workload.get("backend"))}
        and any(search.lower() in text.lower() for text in texts)
        and set(query.get("tags", ())) <= set(tags)
        and created >= (moment(query.get("created_after")) or 0)
        and created <= (moment(query.get("created_before")) or float("inf"))
    )


def _judge_session(
    judge: Judge, known: Knowledge, session: Session, exchange: Exchange, workload: Json
) -> None:
    """Judge what the list shows of a session: the same as the session itself would show."""
    views = session.views(exchange.sent, exchange.received)
    asked = session.asked

    def has(name: str, wanted: list[Any], rule: str = AGREES) -> None:
        got = workload.get(name, "absent")
        text = f"{name}: {either(wanted)}"
        judge("workloads", text, got, WORKLOAD + name, ok=got in wanted, rule=rule)

    has("mode", [KINDS[asked.mode]])
    has("instance", [asked.instance])
    has("user_id", [known.users.get(session.owner, workload.get("user_id"))])
    backends = [asked.backend or (known.target.backend if view.jobs else None) for view in views]
    has("backend", [*backends, ""] if None in backends and not known.bundled else backends)
    has("accepting_jobs", [view.accepting for view in views])
    has("status", [status_of(view) for view in views], "workload-status")
    _judge_moments(judge, known, session, views, workload)
    usage = as_object(workload.get("usage")) or {}
    used = usage.get("qpu_charge_time_seconds")
    tolerance = known.tolerance + session.slack
    low = min(view.elapsed[0] for view in views) - tolerance
    high = max(view.elapsed[1] for view in views) + tolerance
    if isinstance(used, int | float):
        told = f"usage: {max(0, low):g} to {high:g} s"
        judge("workloads", told, used, WORKLOAD + "usage", ok=low <= used <= high, rule=AGREES)


def _judge_moments(
    judge: Judge, known: Knowledge, session: Session, views: list[View], workload: Json
) -> None:
    """Judge when a session was created and when it ended."""
    offset, tolerance = session.offset, known.tolerance + session.slack
    for name, attribute in (("created", "created"), ("ended", "closed")):
        got = moment(workload.get(name))
        wanted: list[float | None] = [getattr(view, attribute) for view in views]
        held = any(
            (want is None and name not in workload)
            or (want is not None and got is not None and abs(want + offset - got) <= tolerance)
            for want in wanted
        )
        shown = workload.get(name, "absent")
        judge("workloads", f"{name}: {wanted}", shown, WORKLOAD + name, ok=held, rule=AGREES)


def status_of(view: View) -> str:
    """The status of a session, in the words of the list."""
    if view.state is State.CLOSED:
        return "canceled" if view.reason == "session_cancelled" else "completed"
    return {
        State.OPEN: "pending",
        State.INACTIVE: "pending",
        State.ACTIVE: "in_progress",
        State.CANCELED: "canceled",
    }[view.state]


def cursor(answer: Json, which: str) -> str | None:
    """The cursor of the page before or after, where the answer has a link to it."""
    link = as_object(answer.get(which)) or {}
    values = parse_qs(urlsplit(str(link.get("href", ""))).query).get(which)
    return values[0] if values else None
