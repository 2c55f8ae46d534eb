"""The server that is held to the contract: where it is, who we are to it, what is known of it."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract._classic import CLASSIC
from runtime_sessions_contract._dialect import Dialect
from runtime_sessions_contract._moments import moment
from runtime_sessions_contract._platform import PLATFORM
from runtime_sessions_contract._wire import Secrets

#: How long a server may take to answer, in seconds.
TIMEOUT = 10.0
LOOPBACK = {"localhost", "127.0.0.1", "::1", "[::1]"}
CREATED, REFUSED = 200, 400

#: The contracts that a server can be held to, by their names.
DIALECTS: Final = {dialect.name: dialect for dialect in (CLASSIC, PLATFORM)}


class CannotRunError(Exception):
    """The suite could not run at all; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server.

    Attributes:
        dialect: Of the contract that it is held to.
        backend: The name of a backend that it has.
        instance: An instance that the user may use.
        open_instance: An instance of the open plan that the user may use, if one is known.
        bundled: Whether it is the bundled emulator, of which everything is known.
    """

    url: str
    secrets: Secrets
    dialect: Dialect = CLASSIC
    backend: str = CLASSIC.backend
    instance: str = CLASSIC.instance
    open_instance: str | None = None
    control_url: str | None = None
    bundled: bool = False

    @property
    def base_path(self) -> str:
        """What the paths of the contract hang under."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def instances(self) -> frozenset[str]:
        """The instances that are known to be the user's."""
        known = (self.instance, self.open_instance)
        return frozenset(name for name in known if name is not None)

    def headers(self, token: str | None) -> dict[str, str]:
        """What every call has to carry: who calls, in which instance, and the like."""
        return self.dialect.headers[0](token, self.instance) | dict(self.dialect.parameters)

    @property
    def on_loopback(self) -> bool:
        """Whether the server is on this computer."""
        return urlsplit(self.url).hostname in LOOPBACK


class Control:
    """The control plane of an emulator: its clock, its jobs, its operator.

    Args:
        url: Where it is.
        api: Where the API is, for messages.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT, trust_env=False)
        self._base, self._at, self._rate = 0.0, 0.0, 1.0
        try:
            first = self._sync(self._answer("GET", "/clock"))
            time.sleep(0.02)
            # A virtual clock stands still; any other goes with ours.
            self._rate = 0.0 if self._sync(self._answer("GET", "/clock")) == first else 1.0
        except httpx.HTTPError as error:
            raise CannotRunError(
                f"CONTROL_URL does not answer ({error}). Try: curl -sS {url}/health"
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
        answer = self._http.request(method, path, json=body)
        answer.raise_for_status()
        now = moment(answer.json().get("now"))
        if now is None:
            raise CannotRunError(f"The control plane's clock tells no time: {answer.text[:80]}")
        return now

    def _sync(self, now: float) -> float:
        self._base, self._at = now, time.monotonic()
        return now


@contextmanager
def bundled(dialect: Dialect) -> Generator[Target]:
    """The bundled emulator, as a process of its own."""
    command = [sys.executable, "-m", "runtime_sessions_emulator", "--port", "0", "--virtual-clock"]
    command += ["--contract", dialect.name]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,  # noqa: S603 - our own program
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            url = re.search(r"http://[^\s/)]+", line)
            if url is None:
                said.seek(0)
                raise CannotRunError(
                    f"The emulator did not start: {' '.join(command)} said {line}{said.read()}"
                )
            yield emulator_target(url[0], dialect.name)
        finally:
            process.terminate()


def emulator_target(url: str, contract: str = "classic") -> Target:
    """The target that a bundled emulator at this URL is."""
    # Not before it is needed: a server of somebody else's is held to a contract without it.
    from runtime_sessions_emulator import Emulator  # noqa: PLC0415

    emulator = Emulator(contract=contract)
    return Target(
        url=url,
        secrets=Secrets(emulator.token, emulator.other_token, emulator.api_key),
        dialect=DIALECTS[contract],
        backend=emulator.backend,
        instance=emulator.instance,
        open_instance=emulator.open_instance,
        control_url=f"{url}/_emulator",
        bundled=True,
    )


def check(target: Target) -> None:
    """See whether the server is there and knows the tokens.

    Raises:
        CannotRunError: It is not, or does not.
    """
    secrets = target.secrets
    if secrets.token == secrets.other_token:
        raise CannotRunError(
            "OTHER_TOKEN is the same as TOKEN: give a second user's token, or leave it out."
        )
    for token, name in ((secrets.token, "TOKEN"), (secrets.other_token, "OTHER_TOKEN")):
        if token is None:
            continue
        told = " ".join(f'-H "{key}: {value}"' for key, value in target.headers(f"${name}").items())
        line = f"curl -sS -i {target.url}/sessions/none {told}"
        try:
            status = httpx.get(
                f"{target.url}/sessions/none",
                headers=target.headers(token),
                timeout=TIMEOUT,
                trust_env=target.on_loopback is False,
            ).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CannotRunError(
                f"Nothing answers at {target.url} ({secrets.redact(str(error))}). Try: {line}"
            ) from None
        if status == 401:  # noqa: PLR2004 - documented
            foreign = target.dialect.foreign_instance == status
            raise CannotRunError(
                f"{target.url} answered 401: {name} is not a token that it knows"
                f"{', or INSTANCE is not one that it may use' if foreign else ''}. Check it: {line}"
            )
