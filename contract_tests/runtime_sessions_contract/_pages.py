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
            and wanted.get("program") in {None, program.get("id")}
            and wanted.get("backend") in {None, job.get("backend")}
            and set(wanted.get("tags", ())) <= set(as_list(job.get("tags")))
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
    if not judge("paging", [job.id for job in wanted], ids, PAGE + "jobs"):
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
    judge(
        "job filters",
        f"jobs that pass {dict(page.filters)}",
        strange,
        PAGE + "jobs",
        ok=not strange,
    )
    _judge_counts(judge, model, answer, page, answer.get("count", 0))


def judge_all(
    judge: Judge, model: Model, exchange: Exchange, answer: dict[str, Any], page: Page
) -> None:
    """Hold a page against the model that is not one of a session of the caller's."""
    jobs = as_objects(answer.get("jobs"))
    if exchange.session_id is not None:
        if exchange.session_id not in model.given:
            _judge_counts(judge, model, answer, page, 0)
            judge("others' sessions hidden", [], jobs, PAGE + "jobs")
        return
    known = [(job, model.sessions.get(str(job.get("session_id")))) for job in jobs]
    others = [job for job, session in known if session is not None and not session.of(exchange)]
    judge("others' sessions hidden", [], others, PAGE + "jobs")
    times = [moment(job.get("created")) or 0 for job in jobs]
    held = times == sorted(times, reverse=not page.oldest_first) and len(jobs) <= page.limit
    order = "oldest first" if page.oldest_first else "newest first"
    judge("paging", f"up to {page.limit} jobs, {order}", jobs, PAGE + "jobs", ok=held)
    if page.filters:
        _judge_filtered(judge, model, answer, page)
        return
    # Jobs of which nobody knows are nothing to wonder at.
    mine = (session for session in model.sessions.values() if session.of(exchange))
    least = sum(deed.what is What.SUBMIT for session in mine for deed in session.deeds)
    count = answer.get("count", least)
    judge("paging", f"count: {least} or more", count, PAGE + "count", ok=count >= least)
    _judge_counts(judge, model, answer, page, count)


def _judge_counts(
    judge: Judge, model: Model, answer: dict[str, Any], page: Page, count: int
) -> None:
    judge("paging", page.limit, answer.get("limit"), PAGE + "limit")
    judge("paging", page.offset, answer.get("offset"), PAGE + "offset")
    if model.defaults or "count" in answer:
        judge("paging", count, answer.get("count"), PAGE + "count")


def _judge_job(
    judge: Judge, model: Model, session: Session, shown: dict[str, Any], jobs: list[Job]
) -> None:
    declared = model.contract.fields(JOB)
    tolerance = model.tolerance + session.slack

    def has(name: str, wanted: object, got: object, *, ok: bool | None = None) -> None:
        pointer = f"{JOB}/properties/{name}"
        judge("jobs", f"{name}: {wanted}", got, pointer, ok=got == wanted if ok is None else ok)

    status = str(shown.get("status")).partition(" - ")[0]
    state = as_object(shown.get("state"))
    has("session_id", session.id, shown.get("session_id"))
    has("backend", session.asked.backend or model.target.backend, shown.get("backend"))
    if "hub" in declared:
        instance = "/".join(str(shown.get(part)) for part in ("hub", "group", "project"))
        has("instance", session.asked.instance, instance)
    has(
        "status",
        either([job.status for job in jobs]),
        status,
        ok=status in {job.status for job in jobs},
    )
    if state is not None:
        has("state", status, state.get("status"), ok=str(state.get("status")) == status)
        codes = {job.code for job in jobs if job.status == status}
        if codes not in ({None}, set()):
            has(
                "state",
                f"reason_code {codes}",
                state.get("reason_code"),
                ok=state.get("reason_code") in codes,
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
