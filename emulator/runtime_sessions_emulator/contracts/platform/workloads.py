"""The list of workloads: sessions, batches, and the jobs that are in neither.

A page is found by where it begins or ends, not by how many come before it: what is created or ends
while somebody turns the pages moves nothing on them. A cursor is the id of the workload that the
page before ends with, or the page after begins with.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from attrs import frozen

from runtime_sessions_emulator.contracts.job_filter import CreationSpan
from runtime_sessions_emulator.contracts.platform.views import billing
from runtime_sessions_emulator.contracts.views import number
from runtime_sessions_emulator.core import life
from runtime_sessions_emulator.core.clock import timestamp
from runtime_sessions_emulator.core.job import SECOND, Job, JobStatus
from runtime_sessions_emulator.core.life import Mode, Session
from runtime_sessions_emulator.core.lifecycle import Reason, State

_LIMIT: Final = 10
_STATES: Final[Mapping[State, str]] = {
    State.OPEN: "pending",
    State.ACTIVE: "in_progress",
    State.INACTIVE: "pending",
    State.CANCELED: "canceled",
}
_JOB_STATUSES: Final[Mapping[JobStatus, str]] = {
    JobStatus.QUEUED: "pending",
    JobStatus.RUNNING: "in_progress",
    JobStatus.COMPLETED: "completed",
    JobStatus.FAILED: "failed",
    JobStatus.CANCELLED: "canceled",
}

Workload = Session | Job


@frozen(kw_only=True)
class WorkloadFilter:
    """What a workload has to be to be listed; None where that does not matter."""

    mode: str | None = None
    statuses: frozenset[str] = frozenset()
    backend: str | None = None
    search: str | None = None
    tags: frozenset[str] = frozenset()
    created: CreationSpan

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "WorkloadFilter":
        """The filter that the parameters of a query make.

        Raises:
            ValueError: One of its moments is none.
        """
        return cls(
            mode=query.get("mode"),
            statuses=frozenset(query.get("status", ())),
            backend=query.get("backend"),
            search=query.get("search"),
            tags=frozenset(query.get("tags", ())),
            created=CreationSpan.of(query),
        )

    def passes(self, workload: Workload) -> bool:
        """Whether a workload is all that is asked for."""
        tags = tags_of(workload)
        return (
            self.mode in {None, mode_of(workload)}
            and (not self.statuses or status_of(workload) in self.statuses)
            and self.backend in {None, workload.backend}
            and (self.search is None or any(self.search in text for text in (workload.id, *tags)))
            and self.tags <= frozenset(tags)
            and self.created.holds(workload.created_at)
        )


def workload_page(
    workloads: Iterable[Workload], query: Mapping[str, Any], now: int
) -> dict[str, Any]:
    """The page of workloads that a query asks for, of all that its caller may see.

    Raises:
        ValueError: One of its moments is none, or its cursor is none that an answer gave.
    """
    wanted = WorkloadFilter.of(query)
    newest_first = query.get("sort") == "-createdAt"
    limit = query.get("limit", _LIMIT)
    # Of one moment, in the order of their creation.
    every = sorted(workloads, key=lambda workload: workload.created_at)
    if newest_first:
        every.reverse()
    found = [workload for workload in every if wanted.passes(workload)]
    # A cursor holds also when its workload does not pass the filter any more.
    place_of = {workload.id: place for place, workload in enumerate(every)}
    places = [place_of[workload.id] for workload in found]
    begin, end = 0, limit
    if "next" in query:
        begin = bisect_right(places, _place(place_of, query["next"]))
        end = begin + limit
    elif "previous" in query:
        end = bisect_left(places, _place(place_of, query["previous"]))
        begin = max(0, end - limit)
    page = found[begin:end]
    view: dict[str, Any] = {
        "workloads": [workload_view(workload, now) for workload in page],
        "total_count": len(found),
        "limit": limit,
    }
    if page and begin > 0:
        view["previous"] = _link(query, previous=page[0])
    if page and end < len(found):
        view["next"] = _link(query, next=page[-1])
    return view


def workload_view(workload: Workload, now: int) -> dict[str, Any]:
    """A workload as the list shows it."""
    view: dict[str, Any] = {
        "id": workload.id,
        "created": timestamp(workload.created_at),
        "backend": workload.backend,
        "instance": workload.instance,
        "user_id": workload.owner,
        "mode": mode_of(workload),
        "status": status_of(workload),
    }
    ended = workload.closed_at if isinstance(workload, Session) else workload.ended_at
    if ended is not None:
        view["ended"] = timestamp(ended)
    if isinstance(workload, Session):
        view["accepting_jobs"] = workload.accepting_jobs
        used = life.elapsed(workload, now)
        view["usage"] = _usage(used, "complete" if workload.state.final else "pending")
        return view
    view["accepting_jobs"] = None
    view["tags"] = list(tags_of(workload))
    view["usage"] = _usage(workload.running_time(now) / SECOND, billing(workload))
    view["estimated_running_time_seconds"] = number(workload.duration / SECOND)
    if workload.end is not None and workload.end.reason is not None:
        view["status_reason"] = workload.end.reason
    return view


def _usage(used: float | None, status: str) -> dict[str, Any]:
    return {
        "qpu_charge_time_seconds": None if used is None else number(used),
        "status": status,
    }


def mode_of(workload: Workload) -> str:
    """Which kind of workload it is, in the words of the list."""
    if isinstance(workload, Job):
        return "job"
    return "batch" if workload.mode is Mode.BATCH else "session"


def status_of(workload: Workload) -> str:
    """Where a workload stands, in the words of the list."""
    if isinstance(workload, Job):
        return _JOB_STATUSES[workload.status]
    if workload.state is State.CLOSED:
        cancelled = workload.history[-1].reason is Reason.CANCELLED
        return "canceled" if cancelled else "completed"
    return _STATES[workload.state]


def tags_of(workload: Workload) -> tuple[str, ...]:
    """The tags of a job; a session has none."""
    return tuple(workload.request.get("tags", ())) if isinstance(workload, Job) else ()


def _link(query: Mapping[str, Any], **cursor: Workload) -> dict[str, str]:
    """The way to the page beside this one: the same query, with another cursor."""
    kept = {name: value for name, value in query.items() if name not in {"next", "previous"}}
    marks = {name: workload.id for name, workload in cursor.items()}
    return {"href": f"/workloads?{urlencode({**kept, **marks}, doseq=True)}"}


def _place(place_of: Mapping[str, int], cursor: str) -> int:
    """Where the workload that a cursor names stands among all."""
    if cursor not in place_of:
        raise ValueError(f"{cursor!r} is no cursor of this list")
    return place_of[cursor]
