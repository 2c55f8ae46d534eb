"""A page of jobs, compared with the jobs that the session must have."""

from collections.abc import Callable
from typing import Final

from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.checks.queries import Page
from runtime_sessions_contract.model.life import ENDED, Job, What
from runtime_sessions_contract.model.moments import either, moment
from runtime_sessions_contract.model.moments import shown as as_text
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.openapi.values import Json, as_object, as_objects
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.wire.exchange import Exchange

PAGE: Final = "#/components/schemas/JobPage/properties/"
JOB: Final = "#/components/schemas/Job"
COUNT: Final = "count-of-jobs"
PAGES: Final = "pages-of-jobs"
OWNERS: Final = "session-is-its-owners"


def judge_jobs(
    judge: Judge, known: Knowledge, exchange: Exchange, answer: Json, session: Session | None
) -> None:
    """Judge a page of jobs: of a session of the caller's, or of all sessions."""
    page = known.requests.page(exchange)
    if page is None:
        return
    if session is not None:
        _judge_page(judge, known, session, exchange, answer, page)
    elif exchange.caller is not None:
        _judge_all(judge, known, exchange, answer, page)


def _judge_page(  # noqa: PLR0913, PLR0917 - an answer, and the page that was asked for
    judge: Judge,
    known: Knowledge,
    session: Session,
    exchange: Exchange,
    answer: Json,
    page: Page,
) -> None:
    """Judge a page of the jobs of one session."""
    views = session.views(exchange.sent, exchange.received)
    jobs = as_objects(answer.get("jobs"))
    if page.filters:
        _judge_filtered(judge, known, answer, page)
        return
    _judge_counts(judge, known, answer, page, len(views[0].jobs))
    listed = views[0].jobs if page.oldest_first else views[0].jobs[::-1]
    wanted = listed[page.offset : page.offset + page.limit]
    ids = [job.get("id") for job in jobs]
    names = [job.id for job in wanted]
    # The same jobs in another order?
    turned = sorted(names) == sorted(map(str, ids))
    rule = known.contract.answers.newest_first_rule if turned else PAGES
    if not judge("paging", names, ids, PAGE + "jobs", rule=rule):
        return
    later = [{job.id: job for job in view.jobs} for view in views]
    for shown, job in zip(jobs, wanted, strict=True):
        _judge_job(judge, known, session, shown, [found[job.id] for found in later])
        if "exclude_params" in known.document.operations[known.document.jobs].query:
            held = ("params" in shown) is page.params
            told = f"params: {'shown' if page.params else 'left out'}"
            judge("jobs", told, shown, f"{JOB}/properties/params", ok=held)


def _judge_filtered(judge: Judge, known: Knowledge, answer: Json, page: Page) -> None:
    """Judge whether all jobs of a page pass the filters of the query."""
    jobs = as_objects(answer.get("jobs"))
    strange = [job for job in jobs if not page.passes(job)]
    wanted = f"jobs that pass {dict(page.filters)}"
    judge("job filters", wanted, strange, PAGE + "jobs", ok=not strange, rule="job-filters")
    _judge_counts(judge, known, answer, page, answer.get("count", 0))


def _judge_all(
    judge: Judge, known: Knowledge, exchange: Exchange, answer: Json, page: Page
) -> None:
    """Judge a page of the jobs of all sessions, or of a session that is not the caller's."""
    jobs = as_objects(answer.get("jobs"))
    if exchange.session_id is not None:
        if exchange.session_id not in known.given:
            _judge_counts(judge, known, answer, page, 0)
            judge("others' sessions hidden", [], jobs, PAGE + "jobs", rule=OWNERS)
        return
    owned = [(job, known.sessions.get(str(job.get("session_id")))) for job in jobs]
    others = [job for job, session in owned if session is not None and not session.of(exchange)]
    judge("others' sessions hidden", [], others, PAGE + "jobs", rule=OWNERS)
    times = [moment(job.get("created")) or 0 for job in jobs]
    held = times == sorted(times, reverse=not page.oldest_first) and len(jobs) <= page.limit
    order = "oldest first" if page.oldest_first else "newest first"
    rule = PAGES if len(jobs) > page.limit else known.contract.answers.newest_first_rule
    wanted = f"up to {page.limit} jobs, {order}"
    judge("paging", wanted, jobs, PAGE + "jobs", ok=held, rule=rule)
    if page.filters:
        _judge_filtered(judge, known, answer, page)
        return
    # Jobs of which nobody knows are nothing to wonder at.
    mine = (session for session in known.sessions.values() if session.of(exchange))
    least = sum(deed.what is What.SUBMIT for session in mine for deed in session.deeds)
    count = answer.get("count", least)
    held = isinstance(count, int) and count >= least
    told = f"count: {least} or more"
    judge("paging", told, count, PAGE + "count", ok=held, rule=COUNT)
    _judge_counts(judge, known, answer, page, count)


def _judge_counts(judge: Judge, known: Knowledge, answer: Json, page: Page, count: int) -> None:
    """Judge what a page says of itself: its limit, its offset, and how many jobs there are."""
    judge("paging", page.limit, answer.get("limit"), PAGE + "limit", rule=PAGES)
    judge("paging", page.offset, answer.get("offset"), PAGE + "offset", rule=PAGES)
    if known.bundled or "count" in answer:
        judge("paging", count, answer.get("count"), PAGE + "count", rule=COUNT)


def rule_of_job(job: Job, session: Session) -> str:
    """The rule of `semantics.yaml` that says which status a job has."""
    if job.code is not None:
        return "max-ttl-fails-what-is-queued" if _timed_out(session) else "close"
    return "side-by-side" if job.status in {"Queued", "Running"} else "jobs-end-as-they-do"


def _timed_out(session: Session) -> bool:
    """Whether nobody ended the session, so that its max TTL must have done it."""
    return not any(deed.what in {What.CLOSE, What.CANCEL} for deed in session.deeds)


def _judge_job(
    judge: Judge, known: Knowledge, session: Session, shown: Json, jobs: list[Job]
) -> None:
    """Judge what is shown of a job, field by field."""
    declared = known.document.fields(JOB)
    in_order = known.bundled or session.asked.mode != "batch"
    tolerance = known.tolerance + session.slack

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
    backend = session.asked.backend or known.target.backend
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
                rule=known.contract.answers.unrun_rule,
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
                and abs(want + session.offset - got) <= tolerance
            )
            for want in wanted
        )
        has(name, either([as_text(want) for want in wanted]), shown.get(name), ok=ok)
