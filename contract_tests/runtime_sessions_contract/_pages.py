"""A page of jobs, held against what the model expects of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runtime_sessions_contract._contract import as_object, as_objects
from runtime_sessions_contract._life import ENDED, Job, What
from runtime_sessions_contract._moments import either, moment
from runtime_sessions_contract._moments import shown as as_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime_sessions_contract._judge import Judge
    from runtime_sessions_contract._model import Model
    from runtime_sessions_contract._session import Session
    from runtime_sessions_contract._wire import Exchange

PAGE: Final = "#/components/schemas/JobPage/properties/"
JOB: Final = "#/components/schemas/Job"
#: How many jobs a page has at most, and if nobody says otherwise; and more than any list has.
LIMIT, MOST = 200, 2**31 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a request asks for: what is out of range and yet valid is the default."""

    limit: int
    offset: int
    params: bool


def page_of(exchange: Exchange) -> Page | None:
    """What the query of a request asks for; None where it is not certainly valid."""
    if exchange.operation is None:
        return None
    declared = exchange.operation.query
    given = dict[str, Any]()
    for name, text in exchange.query:
        if name in given or name not in declared or "\ufffd" in text:
            return None
        try:
            given[name] = declared[name].value(text)
        except ValueError:
            return None
    limit, offset = given.get("limit", LIMIT), given.get("offset", 0)
    if offset > MOST:
        return None
    params = given.get("exclude_params") is False
    return Page(limit if 1 <= limit <= LIMIT else LIMIT, max(offset, 0), params)


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
    _judge_counts(judge, model, answer, page, len(views[0].jobs))
    wanted = list(reversed(views[0].jobs))[page.offset : page.offset + page.limit]
    jobs = as_objects(answer.get("jobs"))
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
    held = times == sorted(times, reverse=True) and len(jobs) <= page.limit
    judge("paging", f"up to {page.limit} jobs, newest first", jobs, PAGE + "jobs", ok=held)
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
