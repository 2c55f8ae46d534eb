"""Who is refused, and what: strangers, nobodies, unknown ids, requests that break the contract."""

import json
from typing import Any

from runtime_sessions_contract._contract import Json, as_object
from runtime_sessions_contract._driver import JSON, READS, Cast
from runtime_sessions_contract._judge import Judge
from runtime_sessions_contract._model import NOWHERE
from runtime_sessions_contract._session import Session
from runtime_sessions_contract._wire import Exchange

UNKNOWN = f"{NOWHERE}session"
#: What the fields of a new session cannot be.
WRONG_FIELDS: tuple[dict[str, Any], ...] = (
    *({"max_session_ttl": wrong} for wrong in (0, -1, "60", True, None, [60])),
    *({"mode": wrong} for wrong in ("turbo", "", "BATCH", None, 1)),
    {"backend": 1},
    {"instance": None},
    {"max_ttl": 60},
)
WRONG_FLAGS: tuple[object, ...] = ("true", "", 0, 1, None, [], {})
WRONG_PAGES = (
    "limit=0",
    "limit=201",
    "limit=-1",
    "limit=x",
    "limit=",
    "limit=1.5",
    "offset=-1",
    "offset=x",
    "limit=1&limit=2",
)


def refused(cast: Cast, bystanders: list[Session]) -> None:
    """Who may not, and what is not there."""
    run, mine = cast.run, bystanders[0]
    takers = [*READS, "updateSession", "closeSession"]
    for nobody in (cast.nobody, cast.impostor):
        nobody.create()
        for operation in takers:
            for name in (mine.id, UNKNOWN):
                nobody.any_call(operation, name)
    for operation in takers:
        unknown = cast.user.any_call(operation, UNKNOWN)
        for theirs in bystanders[1:]:
            hidden = cast.user.any_call(operation, theirs.id)
            judge = Judge(run.tally, hidden)
            pointer = "#/components/responses/NotFound"
            wanted, got = _blank(unknown, UNKNOWN), _blank(hidden, theirs.id)
            judge("others' sessions hidden", wanted, got, pointer)
            run.report([run.dressed(violation) for violation in judge.found])
        if cast.other is not None:
            cast.other.any_call(operation, mine.id)
    cast.observe(*bystanders)


def _blank(exchange: Exchange, session_id: str) -> Json | None:
    """The body of a 404, without what differs from call to call."""
    text = exchange.body.decode("utf-8", "replace").replace(session_id, "ID")
    found = as_object(json.loads(text))
    return {name: value for name, value in found.items() if name != "trace"} if found else None


def malformed(cast: Cast, bystanders: list[Session]) -> None:
    """What breaks the contract is refused, changes nothing, and is nobody's without a token."""
    run = cast.run
    names = {"backend": run.target.backend, "instance": run.target.instance}
    mine = f"/sessions/{bystanders[0].id}"
    bodies: list[tuple[str, str, list[object]]] = [
        ("POST", "/sessions", [{**names, **wrong} for wrong in WRONG_FIELDS]),
        ("POST", "/sessions", [{"backend": names["backend"]}, {"instance": "a/b/c"}, [names]]),
        (
            "PATCH",
            mine,
            [{"accepting_jobs": wrong} for wrong in WRONG_FLAGS],
        ),
        ("PATCH", mine, [{}, {"accepting_jobs": False, "state": "closed"}, [], None, True]),
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
    calls += [("GET", f"{mine}/jobs?{query}", b"", JSON) for query in WRONG_PAGES]
    for method, path, content, kind in calls:
        refused = cast.user.raw(method, path, content, kind)
        judge = Judge(run.tally, refused)
        statuses = (400,) if kind == JSON else (400, 415)
        wanted = " or ".join(map(str, statuses))
        judge(
            "malformed refused",
            wanted,
            refused.status,
            "#/components/responses/BadRequest",
            ok=refused.status in statuses,
        )
        run.report([run.dressed(violation) for violation in judge.found])
        cast.nobody.raw(method, path, content, kind)
    cast.observe(*bystanders)
