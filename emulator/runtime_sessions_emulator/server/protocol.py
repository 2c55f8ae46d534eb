"""uvicorn's connections: heads of requests that end, and requests as a proxy gets them.

A client that is told to take the emulator for its proxy sends everything here, whatever the host:
nothing leaves the machine that way.
"""

import asyncio
import logging
import socket
from collections.abc import MutableMapping
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: For how long a connection may be silent or dribble before the head of a request is complete, in
#: seconds. Whoever takes longer is not asking for anything.
HEAD_TIME: Final = 30.0
#: Under which name a scope has the host that a request was to be passed on to.
PROXIED: Final = "runtime_sessions_emulator.proxied"
#: How TLS begins: a client that was given an https URL.
_TLS: Final = b"\x16\x03"

#: The option of a socket to acknowledge at once, where there is one. The system forgets it again.
_AT_ONCE: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)

_LOG: Final = logging.getLogger("runtime_sessions_emulator")


class Connection(HttpToolsProtocol):
    """A connection that is closed when no request comes on it, and that tells who sends what.

    uvicorn ends an idle connection after an answer, but waits for ever for the first request and
    for the end of one's head.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **options)
        self._head_timer: asyncio.TimerHandle | None = None
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._in_head = False
        self._watch_head()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that its head is complete, and where it is to go, if that is not only a path."""
        self._in_head = False
        scope = cast("MutableMapping[str, Any]", self.scope)
        if self.parser.get_method() == b"CONNECT":  # pyright: ignore[reportOptionalMemberAccess]
            scope[PROXIED] = self.url.decode("latin-1")
            self.url = b"/"
        elif not self.url.startswith((b"/", b"*")):
            scope[PROXIED] = urlsplit(self.url.decode("latin-1")).netloc
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Read what came; what is not HTTP is answered with 400, and logged with its sender."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)  # pyright: ignore[reportOptionalMemberAccess] - not yet lost
        except httptools.HttpParserUpgrade:
            # Nothing is upgraded here. The request is answered as if it had not asked for that.
            pass
        except httptools.HttpParserError:
            self._in_head = False
            hint = " but TLS: the emulator's URL begins with http://" if data[:2] == _TLS else ""
            _LOG.warning("%s sent what is not HTTP%s", _named(self.client), hint)
            self.send_400_response("This is not an HTTP request.")
        self._watch_head()
        self._acknowledge()

    def _acknowledge(self) -> None:
        """Acknowledge at once a part of a request.

        A client that takes the emulator for its proxy sends the body when the head is acknowledged
        (Nagle's algorithm, as urllib3 has it for proxies), and Linux takes 40 ms for that.
        """
        cycle = cast("Any", self.cycle)
        is_part = self._in_head or (cycle is not None and cycle.more_body)
        if _AT_ONCE is not None and is_part and not self.transport.is_closing():
            bound = self.transport.get_extra_info("socket")
            bound.setsockopt(socket.IPPROTO_TCP, _AT_ONCE, 1)

    def _watch_head(self) -> None:
        """Run the timer while the head of a request is awaited, and only then."""
        if self._in_head and self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIME, self.transport.close)
        elif not self._in_head and self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def _named(client: tuple[str, int] | None) -> str:
    return "Somebody" if client is None else f"{client[0]}:{client[1]}"
