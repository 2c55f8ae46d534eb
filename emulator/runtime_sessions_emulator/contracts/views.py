"""What all contracts show in the same way: most of a session and of a job, and errors."""

from typing import Any

from runtime_sessions_emulator.core import life
from runtime_sessions_emulator.core.clock import timestamp
from runtime_sessions_emulator.core.job import Job
from runtime_sessions_emulator.core.life import Session
from runtime_sessions_emulator.http.messages import Answer, HttpError


def number(seconds: float) -> float:
    """Seconds as JSON is to show them: whole ones without a fraction."""
    return int(seconds) if seconds == int(seconds) else seconds


def session_fields(session: Session, now: int) -> dict[str, Any]:
    """The fields of a session that all its views have; what has not happened is absent."""
    view: dict[str, Any] = {
        "id": session.id,
        "backend_name": session.backend,
        "accepting_jobs": session.accepting_jobs,
        "mode": str(session.mode),
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
    used = life.elapsed(session, now)
    if used is not None:
        view["elapsed_time"] = number(used)
    return view


def state_fields(job: Job) -> dict[str, Any]:
    """The state of a job: its status, and the reason and the code of how it ended."""
    state: dict[str, Any] = {"status": job.status.value}
    if job.end is not None:
        if job.end.reason is not None:
            state["reason"] = job.end.reason
        if job.end.code is not None:
            state["reason_code"] = job.end.code
    return state


def times_view(job: Job) -> dict[str, Any]:
    """When a job was created, began to run and ended; null where it has not."""
    times = {"created": job.created_at, "running": job.started_at, "finished": job.ended_at}
    return {name: None if at is None else timestamp(at) for name, at in times.items()}


def page_view(jobs: list[dict[str, Any]], count: int, limit: int, offset: int) -> dict[str, Any]:
    """A page of a list of jobs."""
    return {"jobs": jobs, "count": count, "limit": limit, "offset": offset}


def error_view(error: HttpError, more_info: str, **beside: str) -> Answer:
    """The answer to a request that is refused; `beside` stands beside the list of errors."""
    entry: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.solution is not None:
        entry["solution"] = error.solution
    body = {"errors": [{**entry, "more_info": more_info}], **beside}
    return Answer(error.status, body, error.headers)
