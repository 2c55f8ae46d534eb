"""A careful walk through a live service, which closes whatever it has created."""

import time
from collections.abc import Callable
from dataclasses import replace

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.checks.drift import drift, in_words, read_baseline
from runtime_sessions_contract.contracts.base.names import NOWHERE
from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.live.guard import GONE, BudgetSpentError, Guard
from runtime_sessions_contract.live.settings import Live
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.suite.result import (
    InterruptedRunError,
    Result,
    Timing,
    result_of,
)
from runtime_sessions_contract.target.target import TIMEOUT, CannotRunError
from runtime_sessions_contract.verdicts.violation import ContractViolationError

#: The smallest TTL that is asked for, in seconds: a second net under what is created.
TTL = 1
#: Why a live run has not looked at something.
READ = "takes WRITE=1, which creates sessions and closes them: it was only read"
MORE = "takes more than a walk through a live service"


def alive(run: Run, guard: Guard, live: Live) -> Result:
    """Hold a live service to the contract, with what differs as drift.

    Raises:
        InterruptedRunError: Ctrl-C was pressed; it carries what was found so far.
    """
    accepted = read_baseline(live.baseline) if live.baseline else set[tuple[str, ...]]()
    begun = time.monotonic()
    run.part = "live"
    run.known.given = frozenset([live.session] if live.session else [])
    interrupted = False
    try:
        walk(run, guard, live.session)
    except KeyboardInterrupt:
        interrupted, run.spent = True, "the run was interrupted"
    found = drift(run.document, run.exchanges, run.target.secrets)
    gaps = run.coverage.missing(fuzz=False, model=True, control=False)
    gaps.excuse(run.spent or (MORE if live.write else READ))
    new = tuple(difference for difference in found if difference.identity not in accepted)
    known = tuple(difference for difference in found if difference.identity in accepted)
    gone = sorted(accepted - {difference.identity for difference in found})
    timings = {"live": Timing(time.monotonic() - begun, guard.made)}
    result = result_of(run, ("live",), gaps, timings, drift=new, interrupted=interrupted)
    result = replace(result, accepted_drift=known, unseen=tuple(map(in_words, gone)))
    if interrupted:
        raise InterruptedRunError(result)
    return result


def walk(run: Run, guard: Guard, given: str | None) -> None:
    """Walk through a live service. Whatever happens, nothing that was created stays open."""
    with Cast(run) as cast:
        try:
            sweep(run, guard)
            _reads(cast, given)
            if guard.sessions:
                _writes(cast, guard)
        except BudgetSpentError as error:
            run.spent = str(error)
        except ContractViolationError as error:
            run.report(error.violations)
        finally:
            sweep(run, guard)


def sweep(run: Run, guard: Guard) -> None:
    """Close what the ledger says is open.

    Raises:
        CannotRunError: Something could not be closed.
    """
    sessions, guard.sessions, guard.finishing = guard.sessions, 1, True
    headers = run.target.headers(run.target.secrets.token)
    with httpx.Client(transport=_Kept(guard), headers=headers, timeout=TIMEOUT) as http:
        for session_id in guard.ledger.left_open():
            try:
                response = http.delete(f"{run.target.url}/sessions/{session_id}/close")
                status, known = str(response.status_code), response.status_code in GONE
            except httpx.HTTPError as error:
                status, known = repr(error), False
            if not known:
                raise CannotRunError(
                    f"Session {session_id} may be open ({status}): run once more, or close it "
                    f"by hand. It is written down in {guard.ledger.file}"
                )
    guard.sessions, guard.finishing = sessions, False


class _Kept(httpx.BaseTransport):
    """A transport that stays open when its client is closed."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(request)


def _reads(cast: Cast, given: str | None) -> None:
    """Make the calls that change nothing."""
    run = cast.run
    run.progress("reading")
    for operation in run.document.reads:
        for actor in (cast.user, cast.by_header, *cast.nobodies):
            actor.call(operation, f"{NOWHERE}session")
        if given is not None:
            cast.user.call(operation, given)
            cast.nobody.call(operation, given)
            if cast.other is not None:
                cast.other.call(operation, given)


def _writes(cast: Cast, guard: Guard) -> None:
    """Create sessions, as many as the budget allows, and end each of them."""
    endings: list[Callable[[Session], object]] = [
        lambda session: cast.user.call("closeSession", session.id),
        lambda session: cast.user.update(session.id, accepting=False),
        lambda session: cast.user.call("closeSession", session.id),
    ]
    for place, end in enumerate(endings):
        if guard.created >= guard.sessions:
            return
        cast.run.progress("writing")
        mode = ("dedicated", "batch")[place % 2]
        session = cast.user.create(max_ttl=TTL, mode=mode)
        if session is None:
            return
        cast.observe(session)
        cast.user.update(session.id, accepting=True)
        cast.observe(session)
        end(session)
        cast.observe(session)
        # Once more: closed is final, and what it shows does not move.
        cast.user.call("closeSession", session.id)
        cast.observe(session)
