"""The transport that keeps a run on a live service within its budget."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.live.ledger import Ledger
from runtime_sessions_contract.openapi.values import as_object, read_json
from runtime_sessions_contract.wire.secrets import Secrets

#: How often a 429 is obeyed for one call, and for how many seconds at most.
WAITS, LONGEST = 3, 60.0
CREATED, TOO_MANY, GONE = 200, 429, (204, 404)


class BudgetSpentError(Exception):
    """A call was not made, because it would have exceeded the budget."""


@dataclass
class Guard(httpx.BaseTransport):
    """A transport that keeps to the budget, writes the ledger, and waits when it is told to (429).

    Args:
        sessions: How many sessions may be created; 0: nothing is written at all.
        requests: How many requests may be made, those that close what was created apart.
        secrets: The tokens, which are not written into the ledger when they come back as an id.
    """

    ledger: Ledger
    sessions: int
    requests: int
    secrets: Secrets
    sleep: Callable[[float], None] = time.sleep
    inner: httpx.BaseTransport = field(default_factory=httpx.HTTPTransport)
    made: int = 0
    created: int = 0
    finishing: bool = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, if it is within the budget. Raises BudgetSpentError if it is not."""
        request.read()
        creates = request.method == "POST"
        response = self._create(request) if creates else self._send_patiently(request)
        if request.method == "DELETE" and response.status_code in GONE:
            self.ledger.strike(request.url.path.split("/")[-2])
        return response

    def _create(self, request: httpx.Request) -> httpx.Response:
        """Pass on a request that creates: in the ledger before it is sent, and with what came."""
        self._hold_to_budget(request.method, creates=True)
        intent = self.ledger.intend(request)
        # Where no answer comes, nobody knows, and it stays written down.
        response = self._send_patiently(request)
        created: Mapping[str, object] = {}
        with suppress(ValueError):
            created = as_object(read_json(response.content)) or {}
        session_id = created.get("id")
        if response.status_code == CREATED and self._may_be_written(session_id):
            self.ledger.write(str(session_id), request, intent)
        elif response.is_client_error:
            self.ledger.settle(intent)
        return response

    def _may_be_written(self, session_id: object) -> bool:
        """Whether an id is one, and no secret that came back."""
        return isinstance(session_id, str) and self.secrets.redact(session_id) == session_id

    def _send_patiently(self, request: httpx.Request) -> httpx.Response:
        creates = request.method == "POST"
        response = self._send(request, creates=creates)
        for _ in range(WAITS):
            if response.status_code != TOO_MANY:
                break
            self.sleep(_pause(response.headers.get("retry-after")))
            response = self._send(request, creates=creates)
        return response

    def _send(self, request: httpx.Request, *, creates: bool) -> httpx.Response:
        """Pass a request on and count it."""
        self._spend(request.method, creates=creates)
        response = self.inner.handle_request(request)
        response.read()
        # What was refused for being too much was not created.
        self.created -= creates and response.status_code == TOO_MANY
        return response

    def _spend(self, method: str, *, creates: bool) -> None:
        """Count a call. Raises BudgetSpentError if it is one too many."""
        self._hold_to_budget(method, creates=creates)
        self.made += 1
        self.created += creates

    def _hold_to_budget(self, method: str, *, creates: bool) -> None:
        if method != "GET" and not self.sessions:
            raise BudgetSpentError(f"{method} on a live service takes WRITE=1")
        if creates and self.created >= self.sessions:
            raise BudgetSpentError(f"all of MAX_SESSIONS={self.sessions} were created")
        if self.made >= self.requests and not self.finishing:
            raise BudgetSpentError(f"all of MAX_REQUESTS={self.requests} were made")

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
