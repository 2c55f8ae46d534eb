"""What has to be refused: strangers, missing credentials, unknown ids, malformed requests."""

import json

from runtime_sessions_contract.contracts.base.names import NOWHERE
from runtime_sessions_contract.drivers.actor import JSON, jobs_of
from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.openapi.values import Json, as_object, read_json
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.wire.exchange import Exchange

UNKNOWN = f"{NOWHERE}session"
WRONG_FLAGS: tuple[object, ...] = ("true", "", 0, 1, None, [], {})


def refused(cast: Cast, bystanders: list[Session]) -> None:
    """Try calls without credentials, on the sessions of others, and on ids that do not exist."""
    run, mine = cast.run, bystanders[0]
    takers = run.document.takers
    for nobody in cast.nobodies:
        nobody.create()
        for operation in takers:
            for name in (mine.id, UNKNOWN):
                nobody.any_call(operation, name)
    if cast.astray is not None:
        cast.astray.create()
        for operation in takers:
            cast.astray.any_call(operation, mine.id)
        if run.document.workloads is not None:
            cast.astray.call(run.document.workloads)
    for operation in takers:
        unknown = cast.user.any_call(operation, UNKNOWN)
        for session in bystanders:
            for stranger in cast.strangers(session):
                hidden = stranger.any_call(operation, session.id)
                judge = Judge(run.tally, hidden)
                pointer = "#/components/responses/NotFound"
                wanted, got = _blank(unknown, UNKNOWN), _blank(hidden, session.id)
                judge("others' sessions hidden", wanted, got, pointer, rule="hidden-as-unknown")
                run.take(judge.found)
    cast.observe(*bystanders)


def _blank(exchange: Exchange, session_id: str) -> Json | None:
    """The body of a 404, without what differs from call to call; None where it is no object."""
    text = exchange.body.decode("utf-8", "replace").replace(session_id, "ID")
    try:
        found = as_object(read_json(text))
    except ValueError:
        return None
    return {name: value for name, value in found.items() if name != "trace"} if found else None


def malformed(cast: Cast, bystanders: list[Session]) -> None:
    """Try malformed requests: they are refused and change nothing."""
    run = cast.run
    contract, samples = run.target.contract, run.target.contract.samples
    given = cast.user.given
    names = contract.creation.names(*given)
    mine = f"/sessions/{bystanders[0].id}"
    bodies: list[tuple[str, str, list[object]]] = [
        ("POST", "/sessions", [{**names, **wrong} for wrong in samples.wrong_fields()]),
        ("POST", "/sessions", samples.wrong_bodies(*given)),
        (
            "PATCH",
            mine,
            [{"accepting_jobs": wrong} for wrong in WRONG_FLAGS],
        ),
        ("PATCH", mine, samples.wrong_updates()),
    ]
    calls = [
        (method, path, json.dumps(b).encode(), JSON) for method, path, bs in bodies for b in bs
    ]
    drain = b'{"accepting_jobs": false}'
    broken = (b"", b"{", b"accepting_jobs=false", drain + b"}", b"\xff" + drain)
    calls += [("PATCH", mine, content, JSON) for content in broken]
    calls.append(("PATCH", mine, drain, "text/plain"))
    form = "application/x-www-form-urlencoded"
    calls.append(("POST", "/sessions", json.dumps(names).encode(), form))
    jobs = jobs_of(run, bystanders[0].id)
    calls += [("GET", f"{jobs}{query}", b"", JSON) for query in samples.wrong_pages()]
    calls += [("GET", f"/workloads?{query}", b"", JSON) for query in samples.wrong_lists()]
    for method, path, content, kind in calls:
        _refused(cast, cast.user.raw(method, path, content, kind))
        cast.nobody.raw(method, path, content, kind)
    if contract.answers.ignores_unknown:
        _unheard_of(cast, bystanders[0])
    for name in contract.credentials.parameters:
        _left_out(cast, bystanders[0], name)
    cast.observe(*bystanders)


def _unheard_of(cast: Cast, session: Session) -> None:
    """Judge that query parameters which an operation does not have are ignored."""
    run = cast.run
    for name in (*run.document.reads, run.document.workloads):
        operation = run.document.operations[name or run.document.jobs]
        path = operation.path.replace("{id}", session.id)
        exchange = cast.user.raw("GET", f"{path}?unheard-of=1&unheard-of=2")
        judge = Judge(run.tally, exchange)
        status = operation.success
        rule = "unknown-parameters-are-ignored"
        pointer = f"{operation.pointer}/parameters"
        judge("unknown parameters ignored", status, exchange.status, pointer, rule=rule)
        run.take(judge.found)


def _left_out(cast: Cast, session: Session, header: str) -> None:
    """Judge that the header with the API version is optional, and can hold any text."""
    run, accept = cast.run, json.dumps({"accepting_jobs": True}).encode()
    calls = [("get", run.document.operations[name], b"") for name in run.document.reads]
    calls.append(("patch", run.document.operations["updateSession"], accept))
    for method, operation, body in calls:
        for text in (None, "2025-01-01", "whenever"):
            path = operation.path.replace("{id}", session.id)
            exchange = cast.user.raw(method.upper(), path, body, beside={header: text})
            judge = Judge(run.tally, exchange)
            rule, pointer = "version-is-optional", "#/components/parameters/ApiVersion"
            status = operation.success
            judge("version optional", status, exchange.status, pointer, rule=rule)
            run.take(judge.found)


def _refused(cast: Cast, exchange: Exchange) -> None:
    """Judge that a malformed request was answered with 400, or with 415 if it was not JSON."""
    run, kind = cast.run, exchange.request_headers.get("content-type", JSON)
    judge = Judge(run.tally, exchange)
    rule, statuses = "malformed-is-refused", (400,) if kind == JSON else (400, 415)
    if not run.target.bundled:
        body = as_object(exchange.request_json())
        rule, more = run.target.contract.answers.refusal(exchange.name, exchange.url, body)
        statuses = (*statuses, *more)
    wanted = " or ".join(map(str, statuses))
    held = exchange.status in statuses
    pointer = "#/components/responses/BadRequest"
    judge("malformed refused", wanted, exchange.status, pointer, ok=held, rule=rule)
    run.take(judge.found)
