"""Live services, safely: read-only unless asked, on a budget, with a ledger of what was created."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract._contract import as_object
from runtime_sessions_contract._dialect import NOWHERE
from runtime_sessions_contract._drift import drift, read_baseline
from runtime_sessions_contract._driver import Cast
from runtime_sessions_contract._judge import ContractViolationError
from runtime_sessions_contract._options import Live
from runtime_sessions_contract._run import Run
from runtime_sessions_contract._session import Session
from runtime_sessions_contract._suite import Result
from runtime_sessions_contract._target import TIMEOUT, CannotRunError

#: The smallest TTL that is asked for, in seconds: a second net under what is created.
TTL = 1
#: How often a 429 is obeyed for one call, and for how many seconds at most.
WAITS, LONGEST = 3, 60.0
CREATED, TOO_MANY, GONE = 200, 429, (204, 404)


class BudgetSpentError(Exception):
    """The next call would be one too many. It was not made."""


@dataclass
class Ledger:
    """What was created, on disk: one line each when it is created, and when it is closed."""

    file: Path
    url: str

    def note(self, session_id: str, *, open_: bool) -> None:
        """Write a line, and see to it that it is on disk before anything else happens."""
        line = json.dumps({"url": self.url, "id": session_id, "open": open_})
        with self.file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()

    def left_open(self) -> list[str]:
        """The ids of sessions on this server that nobody closed."""
        found: dict[str, bool] = {}
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                # The last line may have been cut off by whatever ended the run.
                with suppress(ValueError):
                    entry = as_object(json.loads(line)) or {}
                    if entry.get("url") == self.url:
                        found[str(entry["id"])] = bool(entry["open"])
        return [session_id for session_id, is_open in found.items() if is_open]


@dataclass
class Guard(httpx.BaseTransport):
    """The transport that keeps to the budget, whoever calls. It writes the ledger and obeys 429.

    Args:
        sessions: How many sessions may be created; 0: nothing is written at all.
        requests: How many requests may be made, those that close what was created apart.
    """

    ledger: Ledger
    sessions: int
    requests: int
    sleep: Callable[[float], None] = time.sleep
    inner: httpx.BaseTransport = field(default_factory=httpx.HTTPTransport)
    made: int = 0
    created: int = 0
    finishing: bool = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, if it is within the budget. Raises BudgetSpentError if it is not."""
        request.read()
        creates = request.method == "POST"
        response = self._send(request, creates=creates)
        for _ in range(WAITS):
            if response.status_code != TOO_MANY:
                break
            self.sleep(_pause(response.headers.get("retry-after")))
            response = self._send(request, creates=creates)
        if creates and response.status_code == CREATED:
            with suppress(ValueError):
                created = as_object(response.json()) or {}
                if isinstance(created.get("id"), str):
                    self.ledger.note(created["id"], open_=True)
        if request.method == "DELETE" and response.status_code in GONE:
            self.ledger.note(request.url.path.split("/")[-2], open_=False)
        return response

    def _send(self, request: httpx.Request, *, creates: bool) -> httpx.Response:
        self._spend(request.method, creates=creates)
        response = self.inner.handle_request(request)
        response.read()
        # What was refused for being too much was not created.
        self.created -= creates and response.status_code == TOO_MANY
        return response

    def _spend(self, method: str, *, creates: bool) -> None:
        if method != "GET" and not self.sessions:
            raise BudgetSpentError(f"{method} on a live service takes WRITE=1")
        if creates and self.created >= self.sessions:
            raise BudgetSpentError(f"all of MAX_SESSIONS={self.sessions} were created")
        if self.made >= self.requests and not self.finishing:
            raise BudgetSpentError(f"all of MAX_REQUESTS={self.requests} were made")
        self.made += 1
        self.created += creates

    def close(self) -> None:
        """Let go of the connections."""
        self.inner.close()


def _pause(retry_after: str | None) -> float:
    """How long a 429 asks to wait: it says so in seconds, or by a date."""
    if not retry_after or retry_after.isdigit():
        return min(LONGEST, float(retry_after or 1))
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return 1.0
    return min(LONGEST, max(0.0, until.timestamp() - time.time()))


def alive(run: Run, guard: Guard, live: Live) -> Result:
    """Hold a live service to the contract, with what differs as drift."""
    accepted = read_baseline(live.baseline) if live.baseline else set[tuple[str, ...]]()
    begun = time.monotonic()
    run.part = "live"
    run.model.given = frozenset([live.session] if live.session else [])
    walk(run, guard, live.session)
    found = drift(run.contract, run.exchanges, run.target.secrets)
    gaps = run.coverage.missing(fuzz=False, model=True, control=False)
    reason = run.spent or "takes more than a walk through a live service"
    gaps.unreachable += [(missed, reason) for missed in gaps.missed]
    result = Result(run, ("live",), gaps, {"live": (time.monotonic() - begun, guard.made)})
    result.drift = [difference for difference in found if difference.identity not in accepted]
    return result


def walk(run: Run, guard: Guard, given: str | None) -> None:
    """Walk a live service; whatever happens, nothing that was created stays open."""
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
    run = cast.run
    run.progress("reading")
    for operation in run.contract.reads:
        for actor in (cast.user, cast.by_header, *cast.nobodies):
            actor.call(operation, f"{NOWHERE}session")
        if given is not None:
            cast.user.call(operation, given)
            cast.nobody.call(operation, given)
            if cast.other is not None:
                cast.other.call(operation, given)


def _writes(cast: Cast, guard: Guard) -> None:
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
