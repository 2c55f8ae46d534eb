"""A small proxy between any client and any server, which keeps what passes by.

It passes on what it gets, and nothing else: what it keeps is judged once it has ended.
"""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.target.target import CannotRunError
from runtime_sessions_contract.watch.calls import Call
from runtime_sessions_contract.wire.trust import trusted

#: Headers that are about one connection, and not passed on.
_HOPS: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
#: How long a server may take to answer, in seconds: the client has a patience of its own.
_PATIENCE: Final = 300.0


class Proxy:
    """A server of this computer that passes on to another one.

    Attributes:
        calls: What passed by, tokens included: it is for `mask` alone.
    """

    def __init__(self, url: str, port: int = 0) -> None:
        self.calls: list[Call] = []
        self._to = url.rstrip("/")
        self._client = httpx.Client(timeout=_PATIENCE, verify=trusted(), follow_redirects=False)
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        except OSError as error:
            raise CannotRunError(f"PORT: {port} cannot be listened on: {error.strerror}") from None
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def serving(self) -> Generator["Proxy"]:
        """Serve until the block is left."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()
            self._client.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        """What answers one connection: a class, as the standard library has it."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # With Nagle's algorithm the body of an answer waits until its head is acknowledged: on
            # Linux, for 40 ms.
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                proxy.pass_on(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Say nothing: a URL may hold a secret."""

        for method in _METHODS:
            setattr(Handler, f"do_{method}", Handler.handle_any)
        return Handler

    def pass_on(self, handler: BaseHTTPRequestHandler) -> None:
        """Pass a request on, and its answer back."""
        sent, body = time.time(), _body(handler)
        headers = [
            (name, value)
            for name, value in handler.headers.items()
            if name.lower() not in _HOPS | {"host", "content-length"}
        ]
        url = f"{self._to}{handler.path}"
        request = self._client.build_request(handler.command, url, headers=headers, content=body)
        # What the client did not say, the server does not hear: httpx adds names of its own.
        for name in ("accept", "accept-encoding", "user-agent"):
            if name not in handler.headers and name in request.headers:
                del request.headers[name]
        try:
            response = self._client.send(request, stream=True)
            raw = b"".join(response.iter_raw())
            response.close()
        except httpx.HTTPError as error:
            handler.send_error(502, "The server did not answer", repr(type(error).__name__))
            return
        received = time.time()
        _answer(handler, response, raw)
        decoded = httpx.Response(response.status_code, headers=response.headers, content=raw)
        self.calls.append(
            Call(
                method=handler.command,
                url=url,
                headers={name.lower(): value for name, value in handler.headers.items()},
                body=body.decode("utf-8", "replace"),
                status=response.status_code,
                answered=dict(response.headers.items()),
                answer=decoded.content.decode("utf-8", "replace"),
                sent=sent,
                received=received,
            )
        )


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    """The body of a request, whichever way it says how long it is."""
    if "chunked" in (handler.headers.get("transfer-encoding") or "").lower():
        parts: list[bytes] = []
        while size := int(handler.rfile.readline().partition(b";")[0], 16):
            parts.append(handler.rfile.read(size))
            handler.rfile.readline()
        while handler.rfile.readline().strip():
            """Trailers are about the body, and passed on to nobody."""
        return b"".join(parts)
    return handler.rfile.read(int(handler.headers.get("content-length") or 0))


def _answer(handler: BaseHTTPRequestHandler, response: httpx.Response, raw: bytes) -> None:
    """Give the client the server's answer, as it came."""
    handler.send_response_only(response.status_code, response.reason_phrase)
    for name, value in response.headers.multi_items():
        if name.lower() not in _HOPS | {"content-length"}:
            handler.send_header(name, value)
    if handler.command == "HEAD":
        handler.send_header("content-length", response.headers.get("content-length", "0"))
    elif response.status_code not in {204, 304}:
        handler.send_header("content-length", str(len(raw)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(raw)
