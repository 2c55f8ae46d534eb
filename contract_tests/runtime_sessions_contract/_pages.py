"""A page of a session's jobs, held against what the model expects of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime_sessions_contract._contract import as_object, as_objects
from runtime_sessions_contract._life import ENDED, Job
from runtime_sessions_contract._moments import either, moment
from runtime_sessions_contract._moments import shown as as_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime_sessions_contract._judge import Judge
    from runtime_sessions_contract._model import Model
    from runtime_sessions_contract._session import Session
    from runtime_sessions_contract._wire import Exchange


def judge_page(  # noqa: PLR0913, PLR0917 - as judge_view, and the page that was asked for
    judge: Judge,
    model: Model,
    session: Session,
    exchange: Exchange,
    answer: dict[str, Any],
    page: tuple[int, int],
) -> None:
    """Hold a page of jobs against the model."""
    base = "#/components/schemas/JobPage/properties/"
    limit, offset = page
    judge("paging", limit, answer.get("limit"), base + "limit")
    judge("paging", offset, answer.get("offset"), base + "offset")
    views = session.views(exchange.sent, exchange.received)
    judge("paging", len(views[0].jobs), answer.get("count"), base + "count")
    wanted = list(reversed(views[0].jobs))[offset : offset + limit]
    jobs = as_objects(answer.get("jobs"))
    ids = [job.get("id") for job in jobs]
    if not judge("paging", [job.id for job in wanted], ids, base + "jobs"):
        return
    later = [{job.id: job for job in view.jobs} for view in views]
    for shown, job in zip(jobs, wanted, strict=True):
        _judge_job(judge, model, session, shown, [found[job.id] for found in later])


def _judge_job(
    judge: Judge, model: Model, session: Session, shown: dict[str, Any], jobs: list[Job]
) -> None:
    base = "#/components/schemas/Job/properties/"
    tolerance = model.tolerance + session.slack

    def has(name: str, wanted: object, got: object, *, ok: bool | None = None) -> None:
        judge("jobs", f"{name}: {wanted}", got, base + name, ok=got == wanted if ok is None else ok)

    status = str(shown.get("status")).partition(" - ")[0]
    state = as_object(shown.get("state"))
    has("session_id", session.id, shown.get("session_id"))
    has("backend", session.asked["backend"], shown.get("backend"))
    has(
        "instance",
        session.asked["instance"],
        "/".join(str(shown.get(part)) for part in ("hub", "group", "project")),
    )
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
