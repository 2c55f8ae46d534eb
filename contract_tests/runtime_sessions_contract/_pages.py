"""A page of jobs, held against what the model expects of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runtime_sessions_contract._contract import Json, as_list, as_object, as_objects
from runtime_sessions_contract._life import ENDED, Job, What
from runtime_sessions_contract._moments import either, moment
from runtime_sessions_contract._moments import shown as as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime_sessions_contract._judge import Judge
    from runtime_sessions_contract._model import Model
    from runtime_sessions_contract._session import Session
    from runtime_sessions_contract._wire import Exchange

PAGE: Final = "#/components/schemas/JobPage/properties/"
JOB: Final = "#/components/schemas/Job"
#: The rules of what becomes of a job that is queued when its session ends, by contract.
UNRUN: Final = {
    "classic": "unrun-jobs-fail-with-4001",
    "platform": "unrun-jobs-fail-with-1217",
}
COUNT: Final = "count-of-jobs"
PAGES: Final = "pages-of-jobs"
OWNERS: Final = "session-is-its-owners"
#: How many jobs a page has at most, and if nobody says otherwise.
LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a request asks for: what is out of range and yet valid is the default.

    Attributes:
        oldest_first: Whether it is sorted so; else newest first.
        filters: What else was asked for, by the names of the parameters.
    """

    limit: int
    offset: int
    params: bool
    oldest_first: bool
    filters: Mapping[str, Any]

    def passes(self, job: Json) -> bool:
        """Whether a job, as it is shown, passes the filters."""
        wanted = self.filters
        created = moment(job.get("created")) or 0
        ended = str(job.get("status")).partition(" - ")[0] in ENDED
        program = as_object(job.get("program")) or {}
        return (
            wanted.get("pending") in {None, not ended}
            and wanted.get("program") in {None, str(program.get("id"))}
            and wanted.get("backend") in {None, str(job.get("backend"))}
            and set(wanted.get("tags", ())) <= set(map(str, as_list(job.get("tags"))))
            and created >= (moment(wanted.get("created_after")) or 0)
            and created <= (moment(wanted.get("created_before")) or float("inf"))
        )


#: The parameters of a list of jobs that are no filters.
NO_FILTERS: Final = {"limit", "offset", "sort", "exclude_params", "session_id"}


def page_of(exchange: Exchange, *, unknown_ignored: bool) -> Page | None:
    """What the query of a request asks for; None where it is not certainly valid."""
    given = query_of(exchange, unknown_ignored=unknown_ignored)
    if given is None:
        return None
    limit, offset = given.get("limit", LIMIT), given.get("offset", 0)
    filters = {name: value for name, value in given.items() if name not in NO_FILTERS}
    return Page(
        limit=limit if 1 <= limit <= LIMIT else LIMIT,
        offset=max(offset, 0),
        params=given.get("exclude_params") is False,
        oldest_first=str(given.get("sort", "DESC")).upper() == "ASC",
        filters=filters,
    )


def query_of(exchange: Exchange, *, unknown_ignored: bool) -> Json | None:
    """The parameters of a request, each as what it stands for; None where one may not be valid."""
    if exchange.operation is None:
        return None
    declared = exchange.operation.query
    texts: dict[str, list[str]] = {}
    for name, text in exchange.query:
        if name in declared:
            texts.setdefault(name, []).append(text)
        elif not unknown_ignored:
            return None
    if any("\ufffd" in text for values in texts.values() for text in values):
        return None
    try:
        return {name: declared[name].value(values) for name, values in texts.items()}
    except ValueError:
        return None


def judge_page(  # noqa: PLR0913, PLR0917 - as judge_view, and the page that was asked for
    judge: Judge,
    model: Model,
    session: Session,
    exchange: Exchange,
    answer: dict[str, Any],
    page: Page,
) -> None:
    """Hold a page of a session's jobs against the model."""
    views = session.views(exchange.sent, exchange.received)
    jobs = as_objects(answer.get("jobs"))
    if page.filters:
        _judge_filtered(judge, model, answer, page)
        return
    _judge_counts(judge, model, answer, page, len(views[0].jobs))
    listed = views[0].jobs if page.oldest_first else views[0].jobs[::-1]
    wanted = listed[page.offset : page.offset + page.limit]
    ids = [job.get("id") for job in jobs]
    names = [job.id for job in wanted]
    # The same jobs in another order?
    turned = sorted(names) == sorted(map(str, ids))
    rule = model.dialect.newest_first_rule if turned else PAGES
    if not judge("paging", names, ids, PAGE + "jobs", rule=rule):
        return
    later = [{job.id: job for job in view.jobs} for view in views]
    for shown, job in zip(jobs, wanted, strict=True):
        _judge_job(judge, model, session, shown, [found[job.id] for found in later])
        if "exclude_params" in model.contract.operations[model.contract.jobs].query:
            held = ("params" in shown) is page.params
            told = f"params: {'shown' if page.params else 'left out'}"
            judge("jobs", told, shown, f"{JOB}/properties/params", ok=held)


def _judge_filtered(judge: Judge, model: Model, answer: dict[str, Any], page: Page) -> None:
    """Hold each job of a page against the filters; which are left out only the server knows."""
    jobs = as_objects(answer.get("jobs"))
    strange = [job for job in jobs if not page.passes(job)]
    wanted = f"jobs that pass {dict(page.filters)}"
    judge("job filters", wanted, strange, PAGE + "jobs", ok=not strange, rule="job-filters")
    _judge_counts(judge, model, answer, page, answer.get("count", 0))


def judge_all(
    judge: Judge, model: Model, exchange: Exchange, answer: dict[str, Any], page: Page
) -> None:
    """Hold a page against the model that is not one of a session of the caller's."""
    jobs = as_objects(answer.get("jobs"))
    if exchange.session_id is not None:
        if exchange.session_id not in model.given:
            _judge_counts(judge, model, answer, page, 0)
            judge("others' sessions hidden", [], jobs, PAGE + "jobs", rule=OWNERS)
        return
    known = [(job, model.sessions.get(str(job.get("session_id")))) for job in jobs]
    others = [job for job, session in known if session is not None and not session.of(exchange)]
    judge("others' sessions hidden", [], others, PAGE + "jobs", rule=OWNERS)
    times = [moment(job.get("created")) or 0 for job in jobs]
    held = times == sorted(times, reverse=not page.oldest_first) and len(jobs) <= page.limit
    order = "oldest first" if page.oldest_first else "newest first"
    rule = PAGES if len(jobs) > page.limit else model.dialect.newest_first_rule
    wanted = f"up to {page.limit} jobs, {order}"
    judge("paging", wanted, jobs, PAGE + "jobs", ok=held, rule=rule)
    if page.filters:
        _judge_filtered(judge, model, answer, page)
        return
    # Jobs of which nobody knows are nothing to wonder at.
    mine = (session for session in model.sessions.values() if session.of(exchange))
    least = sum(deed.what is What.SUBMIT for session in mine for deed in session.deeds)
    count = answer.get("count", least)
    held = isinstance(count, int) and count >= least
    told = f"count: {least} or more"
    judge("paging", told, count, PAGE + "count", ok=held, rule=COUNT)
    _judge_counts(judge, model, answer, page, count)


def _judge_counts(
    judge: Judge, model: Model, answer: dict[str, Any], page: Page, count: int
) -> None:
    judge("paging", page.limit, answer.get("limit"), PAGE + "limit", rule=PAGES)
    judge("paging", page.offset, answer.get("offset"), PAGE + "offset", rule=PAGES)
    if model.defaults or "count" in answer:
        judge("paging", count, answer.get("count"), PAGE + "count", rule=COUNT)


def rule_of_job(job: Job, session: Session) -> str:
    """The rule that says how a job stands."""
    if job.code is not None:
        return "max-ttl-fails-what-is-queued" if _timed_out(session) else "close"
    return "side-by-side" if job.status in {"Queued", "Running"} else "jobs-end-as-they-do"


def _timed_out(session: Session) -> bool:
    """Whether nobody ended the session, so that its time has to have done it."""
    return not any(deed.what in {What.CLOSE, What.CANCEL} for deed in session.deeds)


def _judge_job(
    judge: Judge, model: Model, session: Session, shown: dict[str, Any], jobs: list[Job]
) -> None:
    declared = model.contract.fields(JOB)
    in_order = model.defaults or session.asked.mode != "batch"
    tolerance = model.tolerance + session.slack

    def has(
        name: str, wanted: object, got: object, *, ok: bool | None = None, rule: str = ""
    ) -> None:
        pointer = f"{JOB}/properties/{name}"
        held = got == wanted if ok is None else ok
        judge("jobs", f"{name}: {wanted}", got, pointer, ok=held, rule=rule)

    status = str(shown.get("status")).partition(" - ")[0]
    state = as_object(shown.get("state"))
    kept = "asked-is-kept"
    has("session_id", session.id, shown.get("session_id"), rule=kept)
    backend = session.asked.backend or model.target.backend
    has("backend", backend, shown.get("backend"), rule=kept)
    if "hub" in declared:
        instance = "/".join(str(shown.get(part)) for part in ("hub", "group", "project"))
        has("instance", session.asked.instance, instance, rule=kept)
    statuses = {job.status for job in jobs}
    if not in_order:
        # In which order the jobs of a batch run is not promised.
        statuses |= {"Queued", "Running"} if statuses & {"Queued", "Running"} else set()
    rule = rule_of_job(jobs[-1], session)
    has("status", either(sorted(statuses)), status, ok=status in statuses, rule=rule)
    if state is not None:
        has("state", status, state.get("status"), ok=str(state.get("status")) == status)
        codes = {job.code for job in jobs if job.status == status}
        if codes not in ({None}, set()):
            has(
                "state",
                f"reason_code {codes}",
                state.get("reason_code"),
                ok=state.get("reason_code") in codes,
                rule=UNRUN[model.dialect.name],
            )
    times: list[tuple[str, Callable[[Job], float | None]]] = [
        ("created", lambda job: job.created),
        ("ended", lambda job: job.ended if job.status in ENDED else None),
    ]
    for name, of in times:
        if name not in declared:
            continue
        wanted, got = [of(job) for job in jobs], moment(shown.get(name))
        ok = any(
            (want is None and shown.get(name) is None)
            or (
                want is not None
                and got is not None
                and abs(want + (session.offset or 0) - got) <= tolerance
            )
            for want in wanted
        )
        has(name, either([as_text(want) for want in wanted]), shown.get(name), ok=ok)
