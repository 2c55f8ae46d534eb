"""What the classic contract shows of sessions and jobs."""

from typing import Any, Final

from runtime_sessions_emulator.contracts.views import (
    number,
    session_fields,
    state_fields,
    times_view,
)
from runtime_sessions_emulator.core import life
from runtime_sessions_emulator.core.clock import moment, timestamp
from runtime_sessions_emulator.core.job import SECOND, Job, JobStatus
from runtime_sessions_emulator.core.life import Change, Session
from runtime_sessions_emulator.core.lifecycle import Reason, State

_STATUS: Final = {
    State.OPEN: "pending",
    State.ACTIVE: "in_progress",
    State.INACTIVE: "pending",
    State.CANCELED: "canceled",
}


def job_timestamp(at: int) -> str:
    """A moment of a job, in the form of the documented example: a space, microseconds, no zone."""
    return moment(at).isoformat(" ", "microseconds")


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
        "session_remaining_time_seconds": number(life.remaining(session, now)),
        "timestamps": [
            {"status": _status(change), "date": timestamp(change.at)} for change in session.history
        ],
    }


def _both(session: Session, now: int) -> dict[str, Any]:
    # One that ends without a job has used nothing, and says so; before that, nothing is said.
    used = {"elapsed_time": 0} if session.state.final else {}
    return {
        **used,
        **session_fields(session, now),
        "created_at": timestamp(session.created_at),
        "interactive_ttl": session.interactive_ttl,
        "max_ttl": session.max_ttl,
        "active_ttl": session.active_ttl,
    }


def _status(change: Change) -> str:
    if change.state is State.CLOSED:
        return "canceled" if change.reason is Reason.CANCELLED else "completed"
    return _STATUS[change.state]


def metrics_view(job: Job, now: int) -> dict[str, Any]:
    """When a job came to what, and what it used."""
    used = number(job.running_time(now) / SECOND)
    return {
        "timestamps": times_view(job),
        "bss": {"seconds": used},
        "usage": {"quantum_seconds": used, "seconds": used},
    }


def job_view(job: Job, now: int, *, params: bool = True) -> dict[str, Any]:
    """A job as the lists of jobs and `GET /jobs/{id}` show it, with its `params` or without."""
    hub, group, project = (*job.instance.split("/"), "", "")[:3]
    request = job.request
    status = job.status.value
    if job.status is JobStatus.CANCELLED and job.end is not None and job.end.reason is not None:
        status = f"{status} - {job.end.reason}"
    view = {
        "id": job.id,
        "hub": hub,
        "group": group,
        "project": project,
        "backend": job.backend,
        "state": state_fields(job),
        "status": status,
        "program": {"id": job.program},
        "created": job_timestamp(job.created_at),
        "ended": None if job.ended_at is None else job_timestamp(job.ended_at),
        "runtime": request.get("runtime", ""),
        "cost": request.get("cost", 0),
        "tags": request.get("tags", []),
        "usage": {"seconds": number(job.running_time(now) / SECOND)},
        "estimated_running_time_seconds": number(job.duration / SECOND),
        "estimated_max_running_time_seconds": number(job.duration / SECOND),
        "private": request.get("private", False),
        "user_id": job.owner,
    }
    if job.session_id is not None:
        view["session_id"] = job.session_id
    if params:
        view["params"] = request.get("params", {})
    return view
