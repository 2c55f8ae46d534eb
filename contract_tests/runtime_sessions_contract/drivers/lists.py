"""Walks through the pages of lists: of workloads while others come and go, of jobs by filters."""

from collections.abc import Iterator

from runtime_sessions_contract.checks.queries import Page
from runtime_sessions_contract.checks.workloads import KINDS, WORKLOADS, cursor
from runtime_sessions_contract.drivers.actor import Actor
from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.openapi.values import Json, as_object, as_objects
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.wire.exchange import Exchange

#: How many workloads a page of the walk has; and how many pages are turned at the most.
SIZE, MOST = 7, 60
ORDERS = ("createdAt", "-createdAt")
JOBS = "#/components/schemas/JobPage/properties/jobs"


def list_workloads(cast: Cast) -> None:
    """Look for every session in the list, in both orders, as each of the users."""
    name = cast.run.document.workloads
    if name is None:
        return
    for actor in cast.users:
        for order in ORDERS:
            _walk(cast, name, actor, order)
    _filter(cast, name)


def _walk(cast: Cast, name: str, actor: Actor, order: str) -> None:
    """Walk through all pages and one back, while a session is created and another one closed."""
    run = cast.run
    known = [session for session in run.known.sessions.values() if actor.owns(session)]
    found: list[str] = []
    last: Exchange | None = None
    for page in pages(actor, name, order):
        found += _ids(page)
        if last is None and known:
            _come_and_go(cast, actor)
        last = page
    if last is None:
        return
    judge = Judge(run.tally, last)
    missing = [session.id for session in known if session.id not in found]
    twice = sorted({each for each in found if found.count(each) > 1})
    once = "workloads-are-sessions-and-loose-jobs"
    told = f"all {len(known)} sessions that were created"
    judge("workloads complete", told, f"without {missing}", WORKLOADS, ok=not missing, rule=once)
    still = "workload-pages-hold-still"
    judge("workloads once", "each once", f"twice {twice}", WORKLOADS, ok=not twice, rule=still)
    count = last.json().get("total_count")
    told = f"total_count: {len(known)} or more"
    held = isinstance(count, int) and count >= len(known)
    judge("workloads counted", told, count, WORKLOADS, ok=held, rule="workload-pages")
    run.take(judge.found)
    _turn_back(cast, name, actor, last, found, order)


def _ids(page: Exchange) -> list[str]:
    """The ids of the workloads of a page."""
    return [str(workload.get("id")) for workload in as_objects(page.json().get("workloads"))]


def pages(actor: Actor, name: str, order: str) -> Iterator[Exchange]:
    """The pages of a list, each as it is asked for."""
    asked = {"sort": actor.contract.client.models.ListWorkloadsSort(order), "limit": SIZE}
    mark: str | None = None
    for _ in range(MOST):
        page = actor.call(name, **asked, **({} if mark is None else {"next_": mark}))
        yield page
        mark = cursor(page.json(), "next")
        if mark is None:
            return


def _come_and_go(cast: Cast, actor: Actor) -> None:
    """A session is created, and ended: the pages still hold each of the others once."""
    passing = actor.create(mode="batch")
    if passing is not None:
        cast.advance(1)
        actor.call("closeSession", passing.id)


def _turn_back(  # noqa: PLR0913, PLR0917 - where the walk has come to
    cast: Cast, name: str, actor: Actor, last: Exchange, found: list[str], order: str
) -> None:
    """The page before the last one is the one that was there before."""
    mark = cursor(last.json(), "previous")
    before = found[: len(found) - len(_ids(last))]
    if mark is None or not before:
        judge = Judge(cast.run.tally, last)
        told = "a way back" if before else "no way back"
        held = (mark is not None) == bool(before)
        judge("workloads back", told, mark, WORKLOADS, ok=held, rule="workload-pages")
        cast.run.take(judge.found)
        return
    sort = actor.contract.client.models.ListWorkloadsSort(order)
    page = actor.call(name, sort=sort, limit=SIZE, previous=mark)
    ids = _ids(page)
    judge = Judge(cast.run.tally, page, lambda: (last,))
    judge("workloads back", before[-SIZE:], ids, WORKLOADS, rule="workload-pages")
    cast.run.take(judge.found)


def _filter(cast: Cast, name: str) -> None:
    """Ask for workloads by each filter; what the pages must hold is judged with each answer."""
    run, user = cast.run, cast.user
    sessions = [session for session in run.known.sessions.values() if user.owns(session)]
    if not sessions:
        return
    newest = sessions[-1]
    kind = KINDS[newest.asked.mode]
    models = user.contract.client.models
    newest_first = models.ListWorkloadsSort("-createdAt")
    filters: list[Json] = [
        {"mode": models.WorkloadMode(kind)},
        {"mode": models.WorkloadMode.JOB},
        {"status": [models.WorkloadStatus.COMPLETED, models.WorkloadStatus.CANCELED]},
        {"status": [models.WorkloadStatus.PENDING]},
        {"search": newest.id[4:14]},
        {"backend": run.target.backend},
        {"tags": ["no-such-tag"]},
    ]
    for asked in filters:
        page = user.call(name, sort=newest_first, limit=SIZE, **asked)
        _judge_newest(cast, page, newest, asked, kind)


def _judge_newest(cast: Cast, page: Exchange, newest: Session, asked: Json, kind: str) -> None:
    """The newest session is on the first page of what it passes, and of nothing else."""
    if "mode" in asked:
        passes = str(asked["mode"]) == kind
    elif "search" in asked:
        passes = True
    else:
        return
    ids = _ids(page)
    judge = Judge(cast.run.tally, page)
    told = f"{newest.id} {'listed' if passes else 'left out'}"
    held = (newest.id in ids) is passes
    judge("workload filters", told, ids, WORKLOADS, ok=held, rule="workload-filters")
    cast.run.take(judge.found)


def filter_jobs(cast: Cast, session: Session) -> None:
    """Ask for the jobs of a session by each filter: those that pass are there, in order."""
    run, user = cast.run, cast.user
    name = run.document.jobs
    if "pending" not in run.document.operations[name].query:
        return
    everything = as_objects(user.call(name, session.id).json().get("jobs"))
    if not everything:
        return
    oldest = everything[-1]
    program = str((as_object(oldest.get("program")) or {}).get("id"))
    filters: list[Json] = [
        {"pending": True},
        {"pending": False},
        {"program": program},
        {"program": "no-such-program"},
        {"backend": str(oldest.get("backend"))},
        {"backend": "no-such-backend"},
        {"tags": ["no-such-tag"]},
    ]
    for asked in filters:
        page = user.call(name, session.id, **asked)
        wanted = [job.get("id") for job in everything if _page(asked).passes(job)]
        ids = [job.get("id") for job in as_objects(page.json().get("jobs"))]
        judge = Judge(run.tally, page)
        rule = "job-tags-are-all-needed" if "tags" in asked else "job-filters"
        judge("job filters", wanted, ids, JOBS, rule=rule)
        count = page.json().get("count", len(wanted))
        judge("job filters", len(wanted), count, JOBS, rule="count-of-jobs")
        run.take(judge.found)


def _page(filters: Json) -> Page:
    """The first page of jobs that pass some filters."""
    return Page(limit=200, offset=0, params=False, oldest_first=False, filters=filters)
