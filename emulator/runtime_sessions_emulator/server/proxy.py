"""The emulator as the proxy of a client: IBM Cloud's hosts are here, and all others out of reach.

The official client makes the hosts of several services out of one address. With `http://CLOUD` for
that, and the emulator for its proxy, each of them is found here under a path of its own.
"""

from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp

from runtime_sessions_emulator.core.clock import Clock
from runtime_sessions_emulator.http.log import Entry, Log
from runtime_sessions_emulator.http.messages import (
    Answer,
    Receive,
    Scope,
    Send,
    dated,
    send_answer,
)
from runtime_sessions_emulator.server.protocol import PROXIED

#: A host that there is nowhere: names that end in `.test` are for this.
CLOUD: Final = "runtime-sessions.test"
#: Where the services are here, by what stands before the host.
_SERVICES: Final[Mapping[str, str]] = {
    "iam": "/_iam",
    "api.global-search-tagging": "/_search",
    "globalcatalog": "/_catalog",
    "resource-controller": "/_resources",
}
_API: Final = "/api/v1"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_TEXT: Final = ((b"content-type", b"text/plain; charset=utf-8"),)


class Proxy:
    """The ASGI application that looks where requests were to go."""

    def __init__(self, app: ASGIApp, log: Log, clock: Clock) -> None:
        self._app = app
        self._log = log
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that was to go somewhere."""
        proxied: str = scope[PROXIED]
        path = _here(scope, proxied)
        if path is None:
            await self._refuse(scope, receive, send, proxied)
            return
        await self._app({**scope, "path": path, "raw_path": path.encode()}, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, proxied: str) -> None:
        entry = Entry({**scope, "raw_path": proxied.encode("latin-1")}, status=403)
        now = self._clock.now()
        self._log.add(entry, now)
        said = f"The emulator lets nothing leave this machine: {proxied} was asked for.\n"
        answer = Answer(403, raw=said.encode(), headers=_TEXT)
        await send_answer(receive, send, answer, dated(answer, now))


def _here(scope: Scope, proxied: str) -> str | None:
    """The path here of what was asked of a host; None where the host is not one of these."""
    host = proxied.rpartition(":")[0] if ":" in proxied.rpartition("]")[2] else proxied
    path: str = scope["path"]
    if scope["method"] == "CONNECT":
        return None
    if host in _LOOPBACK:
        return path
    service, found, rest = host.rpartition(f".{CLOUD}")
    if not found or rest:
        return None
    # Every region has its own host, such as `eu-de.quantum`.
    if service.rpartition(".")[2] == "quantum" and path.startswith(_API):
        return path.removeprefix(_API)
    prefix = _SERVICES.get(service)
    return None if prefix is None else prefix + path
