"""Shorter examples: calls are left out as long as the violation is still there."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.drivers.actor import JSON, Actor
from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.openapi.values import as_object
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.verdicts.violation import ContractViolationError, Violation
from runtime_sessions_contract.wire.curl import script
from runtime_sessions_contract.wire.exchange import Exchange

#: For how long the violations of a run are made shorter, and then made once more, in seconds.
PATIENCE = 10.0
#: The headers that say who calls, in which instance, and what is sent.
KEPT: Final = frozenset({"authorization", "x-access-token", "service-crn", "content-type"})


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


def confirm(run: Run) -> None:
    """Make the calls of every violation once more, before they are shown to anybody."""
    until = time.monotonic() + PATIENCE
    for place, violation in enumerate(run.violations):
        if violation.calls and time.monotonic() < until:
            run.violations[place] = confirmed(run, violation)


def confirmed(run: Run, violation: Violation) -> Violation:
    """The violation, with whether it came again, and without headers that it does not need."""
    bare = tuple(_bare(call) for call in violation.calls)
    for calls in (bare, violation.calls):
        if _shows(run, calls, violation):
            curls = script(calls, run.target.secrets)
            return replace(violation, calls=calls, curls=curls, again=True)
    return replace(violation, again=False)


def _bare(call: Exchange) -> Exchange:
    """A call without the headers that say nothing of who calls, or in which instance, or what."""
    headers = {name: call.request_headers[name] for name in KEPT & call.request_headers.keys()}
    return replace(call, request_headers=headers)


def _shows(run: Run, calls: Sequence[Exchange], wanted: Violation) -> bool:
    """Whether these calls show the violation."""
    replay = _replayed(run, calls)
    if replay.last is None:
        return False
    if any(found.identity == wanted.identity for found in replay.found):
        return True
    # What no driver but the one that found it can judge is known by the answer.
    judged = replay.run.tally.made[wanted.operation, wanted.check] > 0
    return not judged and replay.last.status == calls[-1].status


def _again(run: Run, calls: Sequence[Exchange], wanted: Violation) -> Violation | None:
    """The violation, if these calls show it too."""
    replay = _replayed(run, calls)
    same = (found for found in replay.found if found.identity == wanted.identity)
    found = next(same, None)
    return found and replace(found, part=wanted.part)


@dataclass(frozen=True, slots=True)
class Replay:
    """Calls that were made again, on sessions of their own.

    Attributes:
        run: What is known of them.
        found: What was wrong with them.
        last: The last of them; None where it could not be made.
    """

    run: Run
    found: list[Violation]
    last: Exchange | None


def _replayed(run: Run, calls: Sequence[Exchange]) -> Replay:
    """Make calls again."""
    another = Run(run.target, seed=run.seed, strict=run.strict, control=run.control)
    ids: dict[str, str] = {}
    found: list[Violation] = []
    last: Exchange | None = None
    with Cast(another) as cast:
        for call in calls:
            try:
                _make(cast, call, ids)
            except ContractViolationError as error:
                # What else is wrong does not keep the next call from being made.
                found += error.violations
            except (LookupError, httpx.HTTPError):
                # A call about a session that was not created this time, or no answer.
                return Replay(another, found, None)
        last = another.exchanges[-1] if another.exchanges else None
    return Replay(another, found, last)


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
    names = {
        *(call.operation.headers if call.operation else ()),
        *run.target.contract.credentials.parameters,
    }
    beside = {name: call.request_headers.get(name.lower()) for name in names}
    known = set(run.known.sessions)
    try:
        _actor(cast, call).raw(call.method, path, call.request_body, kind, beside)
    finally:
        created = call.answer or {}
        for name in run.known.sessions.keys() - known:
            ids[str(created.get("id"))] = name


def _actor(cast: Cast, call: Exchange) -> Actor:
    """The actor with the credentials of a call; the impostor, if nobody has them."""
    names = {name for actor in cast.everybody for name in actor.headers}
    carried = {name: call.request_headers[name] for name in names & call.request_headers.keys()}
    same = (actor for actor in cast.everybody if actor.headers == carried)
    return next(same, cast.impostor)
