"""What the platform contract shows of sessions and jobs."""

from datetime import date
from math import ceil
from typing import Any, Final

from runtime_sessions_emulator.contracts.views import (
    number,
    session_fields,
    state_fields,
    times_view,
)
from runtime_sessions_emulator.core.clock import timestamp
from runtime_sessions_emulator.core.job import RAN_TOO_LONG, SECOND, Job, JobStatus
from runtime_sessions_emulator.core.life import Session
from runtime_sessions_emulator.core.lifecycle import State

#: The codes that the reasons of jobs have in this contract.
CODES: Final = range(1000, 10000)
#: The header in which a call names the version of the API that it was written for.
VERSION: Final = "IBM-API-Version"
#: The version since which a job's usage is what is charged for it.
_CHARGED_SINCE: Final = date(2026, 3, 15)
_KEPT: Final = ("tags", "runtime", "calibration_id", "remote_storage")


def session_view(session: Session, now: int) -> dict[str, Any]:
    """A session as create and `GET /sessions/{id}` show it; TTLs are whole seconds, rounded up."""
    last = session.history[-1]
    return {
        "elapsed_time": 0 if last.state.final else None,
        **session_fields(session, now),
        "interactive_ttl": max(1, ceil(session.interactive_ttl)),
        "max_ttl": ceil(session.max_ttl),
        "active_ttl": ceil(session.active_ttl),
        "state": _state(last.state),
        "state_reason": last.reason.value,
        "timestamps": [
            {"status": _state(change.state), "timestamp": timestamp(change.at)}
            for change in session.history
        ],
        "user_id": session.owner,
    }


def _state(state: State) -> str:
    # The contract has no state for what an operator cancels.
    return "closed" if state.final else state.value


def usage_view(job: Job, now: int, version: str) -> dict[str, Any]:
    """What a job used, in the shape that it has in a version of the API."""
    used = number(job.running_time(now) / SECOND)
    if _at_least(version, _CHARGED_SINCE):
        return {"qpu_charge_time_seconds": used, "status": billing(job)}
    return {"seconds": used, "quantum_seconds": used}


def metrics_view(job: Job, now: int, version: str) -> dict[str, Any]:
    """When a job came to what, and what it used, in the shape of a version of the API."""
    view = {"timestamps": times_view(job), "usage": usage_view(job, now, version)}
    if not _at_least(version, _CHARGED_SINCE):
        view["bss"] = {"seconds": view["usage"]["seconds"]}
    return view


def billing(job: Job) -> str:
    """Whether the usage of a job is final."""
    return "pending" if job.ended_at is None else "complete"


def _at_least(version: str, least: date) -> bool:
    """Whether a version is not older than another; what is no date is an old one."""
    try:
        return date.fromisoformat(version) >= least
    except ValueError:
        return False


def job_view(job: Job, now: int, version: str, *, params: bool) -> dict[str, Any]:
    """A job as the list of jobs and `GET /jobs/{id}` show it, with its `params` or without."""
    request = job.request
    state = state_fields(job)
    if state.get("reason_code") not in CODES:
        state.pop("reason_code", None)
    status = job.status.value
    if job.status is JobStatus.CANCELLED and state.get("reason") == RAN_TOO_LONG.reason:
        status = f"{status} - {RAN_TOO_LONG.reason}"
    view: dict[str, Any] = {
        "id": job.id,
        "backend": job.backend,
        "state": state,
        "status": status,
        "program": {"id": job.program},
        "created": timestamp(job.created_at),
        "cost": request.get("cost", 0),
        "user_id": job.owner,
        "usage": usage_view(job, now, version),
        "estimated_running_time_seconds": number(job.duration / SECOND),
        **{name: request[name] for name in _KEPT if request.get(name)},
    }
    if job.session_id is not None:
        view["session_id"] = job.session_id
    if request.get("private"):
        view["private"] = True
    if params:
        view["params"] = request.get("params", {})
    return view
