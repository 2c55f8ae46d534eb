"""What the classic generation shows of sessions, jobs and errors."""

from typing import Any, Final

from runtime_sessions_emulator import _session
from runtime_sessions_emulator._clock import moment, timestamp
from runtime_sessions_emulator._http import Answer, HttpError
from runtime_sessions_emulator._job import SECOND, Job, JobStatus
from runtime_sessions_emulator._session import Change, Session
from runtime_sessions_emulator.lifecycle import Reason, State

_MORE_INFO: Final = "https://docs.quantum-computing.ibm.com/errors"
_STATUS: Final = {
    State.OPEN: "pending",
    State.ACTIVE: "in_progress",
    State.INACTIVE: "pending",
    State.CANCELED: "canceled",
}


def job_timestamp(at: int) -> str:
    """A moment of a job, in the form of the documented example: a space, microseconds, no zone."""
    return moment(at).isoformat(" ", "microseconds")


def _number(seconds: float) -> float:
    return int(seconds) if seconds == int(seconds) else seconds


def session_view(session: Session, now: int) -> dict[str, Any]:
    """A session as `GET /sessions/{id}` shows it."""
    return {**_both(session, now), "state": session.state.value}


def extended_view(session: Session, now: int) -> dict[str, Any]:
    """A session as `GET /sessions/{id}/extended` shows it."""
    return {
        **_both(session, now),
        "user_id": session.owner,
        "instance": session.instance,
        "status": _status(session.history[-1]),
        "status_reason": session.history[-1].reason.value,
        "session_remaining_time_seconds": _number(_session.remaining(session, now)),
        "timestamps": [
            {"status": _status(change), "date": timestamp(change.at)} for change in session.history
        ],
    }


def _both(session: Session, now: int) -> dict[str, Any]:
    view: dict[str, Any] = {
        "id": session.id,
        "backend_name": session.backend,
        "created_at": timestamp(session.created_at),
        "interactive_ttl": session.interactive_ttl,
        "max_ttl": session.max_ttl,
        "active_ttl": _number(_session.remaining(session, now)),
        "accepting_jobs": session.accepting_jobs,
        "mode": session.mode.value,
    }
    if session.started_at is not None:
        view["started_at"] = timestamp(session.started_at)
    if session.activated_at is not None:
        view["activated_at"] = timestamp(session.activated_at)
    if session.closed_at is not None:
        view["closed_at"] = timestamp(session.closed_at)
    if session.last_job_started is not None:
        view["last_job_started"] = timestamp(session.last_job_started)
    if session.last_job_completed is not None:
        view["last_job_completed"] = timestamp(session.last_job_completed)
    used = _session.elapsed(session, now)
    if used is not None:
        view["elapsed_time"] = _number(used)
    return view


def _status(change: Change) -> str:
    if change.state is State.CLOSED:
        return "canceled" if change.reason is Reason.CANCELLED else "completed"
    return _STATUS[change.state]


def job_view(job: Job, now: int) -> dict[str, Any]:
    """A job as the lists of jobs and `GET /jobs/{id}` show it."""
    hub, group, project = (*job.instance.split("/"), "", "")[:3]
    request = job.request
    state: dict[str, Any] = {"status": job.status.value}
    status = job.status.value
    if job.end is not None:
        if job.end.reason is not None:
            state["reason"] = job.end.reason
        if job.end.code is not None:
            state["reason_code"] = job.end.code
        if job.status is JobStatus.CANCELLED and job.end.reason is not None:
            status = f"{status} - {job.end.reason}"
    view = {
        "id": job.id,
        "hub": hub,
        "group": group,
        "project": project,
        "backend": job.backend,
        "state": state,
        "status": status,
        "params": request.get("params", {}),
        "program": {"id": request.get("program_id", "sampler")},
        "created": job_timestamp(job.created_at),
        "ended": None if job.ended_at is None else job_timestamp(job.ended_at),
        "runtime": request.get("runtime", ""),
        "cost": request.get("cost", 0),
        "tags": request.get("tags", []),
        "usage": {"seconds": _number(job.running_time(now) / SECOND)},
        "estimated_running_time_seconds": _number(job.duration / SECOND),
        "estimated_max_running_time_seconds": _number(job.duration / SECOND),
        "private": request.get("private", False),
        "user_id": job.owner,
    }
    if job.session_id is not None:
        view["session_id"] = job.session_id
    return view


def page_view(jobs: list[dict[str, Any]], count: int, limit: int, offset: int) -> dict[str, Any]:
    """A page of a list of jobs."""
    return {"jobs": jobs, "count": count, "limit": limit, "offset": offset}


def error_view(error: HttpError) -> Answer:
    """The answer to a request that is refused."""
    entry: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.solution is not None:
        entry["solution"] = error.solution
    body = {"errors": [{**entry, "more_info": _MORE_INFO}]}
    return Answer(error.status, body, error.headers)
