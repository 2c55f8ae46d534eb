"""Shorter examples: calls are left out as long as the violation is still there."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from runtime_sessions_contract.drivers.actor import JSON, Actor
from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.openapi.values import as_object
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.verdicts.violation import ContractViolationError, Violation
from runtime_sessions_contract.wire.exchange import Exchange

#: For how long the violations of a run are made shorter, in seconds.
PATIENCE = 10.0


def shorten(run: Run) -> None:
    """Make the violations of a run shorter, each by itself, until time is over."""
    until = time.monotonic() + PATIENCE
    for place, violation in enumerate(run.violations):
        run.violations[place] = shortened(run, violation, until)


def shortened(run: Run, violation: Violation, until: float) -> Violation:
    """The same violation, shown on a new session with as few calls as possible."""
    calls = violation.calls
    # The first one creates the session, the last one shows what is wrong.
    for place in range(len(calls) - 2, 0, -1):
        if time.monotonic() > until:
            break
        fewer = (*calls[:place], *calls[place + 1 :])
        found = _again(run, fewer, violation)
        if found is not None:
            calls, violation = fewer, found
    return violation


def _again(run: Run, calls: Sequence[Exchange], wanted: Violation) -> Violation | None:
    """The same violation, if these calls show it as well."""
    another = Run(run.target, seed=run.seed, control=run.control)
    ids: dict[str, str] = {}
    with Cast(another) as cast:
        try:
            for call in calls:
                _make(cast, call, ids)
        except ContractViolationError as error:
            same = (found for found in error.violations if found.identity == wanted.identity)
            found = next(same, None)
            return found and replace(found, part=wanted.part)
        except LookupError:
            # A call about a session that was not created this time.
            return None
    return None


def _make(cast: Cast, call: Exchange, ids: dict[str, str]) -> None:
    """Make a call again, about the session that stands for the one it was about."""
    run, body = cast.run, as_object(call.request_json()) or {}
    control = run.target.control_url
    if control is not None and call.url.startswith(control):
        path = call.url.removeprefix(control)
        if path == "/clock/advance":
            cast.advance(body["seconds"])
        elif path == "/jobs":
            session = run.known.sessions[ids[body["session_id"]]]
            cast.submit(session, body["duration"], body["outcome"])
        else:
            cast.cancel(run.known.sessions[ids[path.split("/")[2]]])
        return
    path, query = call.path, urlsplit(call.url).query
    path += f"?{query}" if query else ""
    if call.session_id is not None:
        path = path.replace(call.session_id, ids.get(call.session_id, call.session_id))
    kind = call.request_headers.get("content-type", JSON)
    # As they were, or left out as they were.
    names = call.operation.headers if call.operation else ()
    beside = {name: call.request_headers.get(name.lower()) for name in names}
    made = _actor(cast, call).raw(call.method, path, call.request_body, kind, beside)
    if call.name == "createSession" and call.succeeded:
        ids[json.loads(call.body)["id"]] = json.loads(made.body)["id"]


def _actor(cast: Cast, call: Exchange) -> Actor:
    """The actor with the credentials of a call; the impostor, if nobody has them."""
    names = {name for actor in cast.everybody for name in actor.headers}
    carried = {name: call.request_headers[name] for name in names & call.request_headers.keys()}
    same = (actor for actor in cast.everybody if actor.headers == carried)
    return next(same, cast.impostor)
