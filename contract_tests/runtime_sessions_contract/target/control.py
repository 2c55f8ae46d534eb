"""The control plane of an emulator: its clock, its jobs, its operator."""

import time
from typing import Any

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.model.moments import moment
from runtime_sessions_contract.target.target import TIMEOUT, CannotRunError
from runtime_sessions_contract.wire.trust import trusted

CREATED, REFUSED = 200, 400


class Control:
    """The control plane of an emulator: its clock, its jobs, its operator.

    Args:
        url: Where it is.
        api: Where the API is, for messages.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT, trust_env=False, verify=trusted())
        self._base, self._at, self._rate = 0.0, 0.0, 1.0
        try:
            first = self._sync(self._answer("GET", "/clock"))
            time.sleep(0.02)
            # A virtual clock stands still; any other goes with ours.
            self._rate = 0.0 if self._sync(self._answer("GET", "/clock")) == first else 1.0
        except httpx.HTTPError as error:
            where = url.rstrip("/")
            # The bundled emulator has it there, and its URL is what people have at hand.
            missing = "" if where.endswith("/_emulator") else f" Is it {where}/_emulator?"
            told = str(error).partition("\n")[0]
            raise CannotRunError(
                f"CONTROL_URL does not answer ({told}).{missing} Try: curl -sS {url}/health"
            ) from None

    @property
    def still(self) -> bool:
        """Whether the clock stands still between two calls."""
        return not self._rate

    def now(self) -> float:
        """The server's time, in seconds since the epoch."""
        return self._base + self._rate * (time.monotonic() - self._at)

    def advance(self, seconds: float) -> None:
        """Move the server's clock forward."""
        self._sync(self._answer("POST", "/clock/advance", {"seconds": seconds}))

    def submit(self, session_id: str, duration: float, outcome: str) -> str | None:
        """Submit a job as the session's owner; its id, or None when the session accepts none."""
        body = {"session_id": session_id, "duration": duration, "outcome": outcome}
        answer = self._http.post("/jobs", json=body)
        if answer.status_code == REFUSED:
            return None
        answer.raise_for_status()
        return str(answer.json()["id"])

    def cancel(self, session_id: str) -> None:
        """Cancel a session as an operator."""
        self._http.post(f"/sessions/{session_id}/cancel").raise_for_status()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _answer(self, method: str, path: str, body: dict[str, Any] | None = None) -> float:
        """Make a call; returns the time that the answer tells."""
        answer = self._http.request(method, path, json=body)
        answer.raise_for_status()
        now = moment(answer.json().get("now"))
        if now is None:
            raise CannotRunError(f"The control plane's clock tells no time: {answer.text[:80]}")
        return now

    def _sync(self, now: float) -> float:
        """Take over the server's time."""
        self._base, self._at = now, time.monotonic()
        return now
