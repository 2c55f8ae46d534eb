"""An answer has a size, and a call an end, whatever a server sends."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, cast

import anyio
import pytest
from httpx_aiohttp import HttpxAiohttpClient

from runtime_sessions import (
    AsyncSessionsClient,
    CallError,
    ContractError,
    LostSessionError,
    OutcomeUnknownError,
    Retries,
    ServerError,
    SessionsClient,
)
from runtime_sessions_api.http_library import LIBRARY

Connect = Callable[..., SessionsClient]

# What is below the contracts is the same for both.
pytestmark = pytest.mark.parametrize("contract", ["classic"], indirect=True)
ONLY_HTTPX = pytest.mark.skipif(LIBRARY != "httpx", reason="it is made for httpx")
HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
MEBIBYTE = 2**20


def answer(body: bytes, encoding: str = "", status: bytes = b"200 OK") -> bytes:
    headers = HEAD % status + b"Content-Length: %d\r\n" % len(body)
    if encoding:
        headers += b"Content-Encoding: %s\r\n" % encoding.encode()
    return headers + b"\r\n" + body


@pytest.fixture(params=["sync", "async", pytest.param("aiohttp", marks=ONLY_HTTPX)])
def get(request: pytest.FixtureRequest, account: dict[str, Any], raw_server: Any) -> Any:
    """Read a session from the raw server, by a thread or a task, over either transport."""

    def sync(**options: Any) -> Any:
        with SessionsClient(raw_server.url, **account | options) as client:
            return client.get("s-1")

    async def task(**options: Any) -> Any:
        own = HttpxAiohttpClient() if request.param == "aiohttp" else None
        try:
            async with AsyncSessionsClient(
                raw_server.url, **account | options, http_client=own
            ) as client:
                return await client.get("s-1")
        finally:
            if own is not None:
                await own.aclose()

    def get(**options: Any) -> Any:
        options = {"retries": None} | options
        if request.param == "sync":
            return sync(**options)

        async def main() -> Any:
            return await task(**options)

        return anyio.run(main)

    return get


@pytest.fixture
def session() -> bytes:
    """A legal answer, with a field that makes it long."""
    fields = {"id": "s-1", "backend_name": "b", "state": "open", "accepting_jobs": True}
    ttls = {"interactive_ttl": 60, "max_ttl": 900, "active_ttl": 60}
    return json.dumps(fields | ttls | {"long": "x" * 1000}).encode()


def raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


ENCODED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("", bytes),
    ("identity", bytes),
    ("gzip", gzip.compress),
    ("X-GZip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
]


@pytest.mark.parametrize(("encoding", "encode"), ENCODED)
def test_what_is_encoded_is_decoded_up_to_the_limit(
    get: Any, raw_server: Any, session: bytes, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    raw_server.answers.append(answer(encode(session), encoding))
    details = get(answer_limit=len(session))
    assert details.response.content == session
    assert details.response.headers.get("Content-Encoding", "") == encoding
    with pytest.raises(ContractError, match=f"it is larger than {len(session) - 1} bytes"):
        get(answer_limit=len(session) - 1)


@pytest.mark.parametrize(("encoding", "encode"), ENCODED[2:])
def test_an_answer_that_grows_takes_no_more_memory_than_the_limit(
    get: Any, raw_server: Any, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    bomb = answer(encode(b" " * (64 * MEBIBYTE)), encoding)
    assert len(bomb) < MEBIBYTE / 8
    raw_server.answers.append(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(ContractError, match="it is larger than 16777216 bytes") as caught:
            get()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.status == 200
    assert caught.value.response is not None
    assert caught.value.body == b""
    assert peak < 24 * MEBIBYTE


def endless(first: bytes, more: bytes, ended: threading.Event) -> Any:
    """An answer that goes on until the other side hangs up."""

    def send(connection: socket.socket, _: bytes) -> None:
        try:
            connection.sendall(first)
            while True:
                connection.sendall(more)
        except OSError:
            ended.set()

    return send


CHUNKED = HEAD % b"200 OK" + b"Transfer-Encoding: chunked\r\n"
CHUNK = b"10000\r\n" + b" " * 65536 + b"\r\n"


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (CHUNKED + b"\r\n", CHUNK),
        (HEAD % b"200 OK" + b"Connection: close\r\n\r\n", CHUNK),
        # After the end of what is compressed.
        (
            HEAD % b"200 OK" + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}"),
            b"\0" * 65536,
        ),
    ],
    ids=["chunks", "until closed", "after the end"],
)
def test_an_answer_without_end_is_hung_up_on(
    get: Any, raw_server: Any, first: bytes, more: bytes
) -> None:
    ended = threading.Event()
    raw_server.answers.append(endless(first, more, ended))
    with pytest.raises(ContractError, match="it is larger than 1000000 bytes"):
        get(answer_limit=1_000_000)
    assert ended.wait(5)


ENDLESS_HEADERS = {
    "status": (b"HTTP/1.1 200 ", b"a" * 65536),
    "header": (b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"a" * 65536),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-Many: a\r\n" * 10000),
    "trailers": (CHUNKED + b"\r\n2\r\n{}\r\n0\r\n", b"X-Many: a\r\n" * 10000),
}


@pytest.mark.parametrize(("first", "more"), ENDLESS_HEADERS.values(), ids=ENDLESS_HEADERS)
def test_headers_without_end_are_hung_up_on(
    get: Any, raw_server: Any, first: bytes, more: bytes
) -> None:
    ended = threading.Event()
    raw_server.answers.append(endless(first, more, ended))
    with pytest.raises(ContractError, match="its headers are larger than is read") as caught:
        get()
    assert ended.wait(5)
    assert len(raw_server.requests) == 1
    assert (caught.value.status, caught.value.body) == (None, b"")
    assert not isinstance(caught.value, OutcomeUnknownError)


def test_a_create_that_is_answered_with_endless_headers_may_have_made_a_session(
    connect: Connect, raw_server: Any
) -> None:
    raw_server.answers.append(endless(*ENDLESS_HEADERS["header"], threading.Event()))
    with pytest.raises(LostSessionError, match="there may be a session") as caught:
        connect(raw_server.url, retries=Retries(create=True)).create(backend="b")
    assert caught.value.lost_create is not None
    assert len(raw_server.requests) == 1


def test_a_cancel_that_is_answered_with_endless_headers_is_made_again(
    connect: Connect, raw_server: Any
) -> None:
    raw_server.answers += [
        endless(*ENDLESS_HEADERS["header"], threading.Event()),
        b"HTTP/1.1 204 No Content\r\n\r\n",
    ]
    connect(raw_server.url, retries=Retries(backoff=0)).cancel("s-1")
    assert len(raw_server.requests) == 2


def test_what_is_no_http_is_an_error_of_the_tree(get: Any, raw_server: Any) -> None:
    for garbage in (b"a\r\n\r\n", b"HTTP/1.1 2\r\n\r\n", b"HTTP/1.1 200 OK\r\n\xff\r\n\r\n"):
        raw_server.answers[:] = [garbage]
        with pytest.raises(OutcomeUnknownError):
            get()


def test_an_answer_that_says_it_is_too_long_is_not_read(get: Any, raw_server: Any) -> None:
    raw_server.answers.append(HEAD % b"200 OK" + b"Content-Length: %d\r\n\r\n" % 10**12)
    with pytest.raises(ContractError, match="it is larger than 16777216 bytes"):
        get()


def test_whoever_says_no_says_no_however_much_else(get: Any, raw_server: Any) -> None:
    bomb = gzip.compress(b" " * (32 * MEBIBYTE))
    raw_server.answers.append(answer(bomb, "gzip", b"502 Bad Gateway"))
    with pytest.raises(ServerError, match="502 Bad Gateway"):
        get()


@pytest.mark.parametrize(("encoding", "said"), [("br", "'br'"), ("gzip, gzip", "'gzip, gzip'")])
def test_what_is_encoded_otherwise_is_not_decoded(
    get: Any, raw_server: Any, encoding: str, said: str
) -> None:
    raw_server.answers.append(answer(b"{}", encoding))
    with pytest.raises(CallError, match=f"it is encoded as {said}, which nobody asked for"):
        get()
    assert b"accept-encoding: gzip, deflate\r\n" in raw_server.requests[0].lower()


def test_what_is_no_gzip_is_an_error_of_the_tree(get: Any, raw_server: Any) -> None:
    raw_server.answers.append(answer(b"{}", "gzip"))
    with pytest.raises(CallError, match="it is no gzip"):
        get()


def test_a_session_whose_answer_is_too_large_is_lost(
    connect: Connect, raw_server: Any, session: bytes
) -> None:
    raw_server.answers.append(answer(session))
    with pytest.raises(LostSessionError):
        connect(raw_server.url, answer_limit=10).create(backend="b")
    assert len(raw_server.requests) == 1


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "16M"])
def test_a_limit_is_a_whole_number(connect: Connect, limit: Any) -> None:
    with pytest.raises(ValueError, match="answer_limit is a whole number above zero"):
        connect("http://service.test", answer_limit=limit)


class Dribbling:
    """A server that sends a byte now and then."""

    def __init__(self, first: bytes) -> None:
        self.first = first
        self.hung_up = threading.Event()

    def __call__(self, connection: socket.socket, _: bytes) -> None:
        with suppress(OSError):
            connection.sendall(self.first)
            while not self.hung_up.wait(0.05):
                if self.first:
                    connection.sendall(b"a")


DRIBBLES = {
    "nothing": b"",
    "status": b"HTTP/1.1 200 ",
    "header": b"HTTP/1.1 200 OK\r\nX-Long: ",
    "body": HEAD % b"200 OK" + b"Content-Length: 1000000\r\n\r\n",
    "chunk": CHUNKED + b"\r\n10000\r\n",
    "until closed": HEAD % b"200 OK" + b"Connection: close\r\n\r\n",
}


#: How late a call may end, in seconds: the servers here never end, and a machine may be busy.
PATIENCE = 5.0


@pytest.fixture
def dribble() -> Iterator[Callable[[bytes], Dribbling]]:
    servers: list[Dribbling] = []

    def make(first: bytes) -> Dribbling:
        servers.append(Dribbling(first))
        return servers[-1]

    yield make
    for server in servers:
        server.hung_up.set()


def late_by(call: Callable[[], Any], deadline: float) -> float:
    """Make a call that does not end in time; returns how late it was, in seconds."""
    started = time.monotonic()
    with pytest.raises(OutcomeUnknownError):
        call()
    return time.monotonic() - started - deadline


@pytest.mark.parametrize("first", DRIBBLES.values(), ids=DRIBBLES.keys())
def test_the_deadline_holds_between_bytes(
    get: Any, raw_server: Any, dribble: Callable[[bytes], Dribbling], first: bytes
) -> None:
    raw_server.answers.append(dribble(first))
    assert -0.01 < late_by(lambda: get(retries=Retries(deadline=0.2)), 0.2) < PATIENCE


def test_the_deadline_holds_on_a_connection_that_was_used(
    twin: Connect,
    account: dict[str, Any],
    raw_server: Any,
    session: bytes,
    dribble: Callable[[bytes], Dribbling],
) -> None:
    raw_server.answers += [answer(session), dribble(b"HTTP/1.1 200 ")]
    client = twin(raw_server.url, **account, retries=Retries(deadline=0.2))
    client.get("s-1")
    assert late_by(lambda: client.get("s-1"), 0.2) < PATIENCE


def test_without_a_deadline_each_step_has_its_timeout(get: Any, raw_server: Any) -> None:
    def silent(_: socket.socket, __: bytes) -> None:
        threading.Event().wait(0.5)

    raw_server.answers.append(silent)
    with pytest.raises(OutcomeUnknownError, match="Timeout"):
        get(retries=Retries(deadline=None, attempts=1), timeout=0.2)


def test_no_cookie_is_kept(connect: Connect, raw_server: Any, session: bytes) -> None:
    # Python's parser warns of the first, and warnings are errors here.
    cookies = b"Set-Cookie: a=b; Max-Age=" + b"9" * 400 + b"\r\nSet-Cookie: c=d\r\n"
    raw_server.answers.append(answer(session).replace(b"\r\n", b"\r\n" + cookies, 1))
    client = connect(raw_server.url)
    client.get("s-1")
    client.get("s-1")
    assert len(raw_server.requests) == 2
    assert b"cookie" not in raw_server.requests[1].lower()


def test_no_redirect_is_followed(
    twin: Connect, http_kind: Any, account: dict[str, Any], raw_server: Any
) -> None:
    raw_server.answers.append(
        # The client is the test's own: the connection is not kept for longer than the answer.
        b"HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nConnection: close\r\n"
        b"Location: http://127.0.0.1:1/elsewhere\r\n\r\n"
    )
    own = cast("Any", http_kind)(follow_redirects=True)
    client = twin(raw_server.url, **account, http_client=own)
    with pytest.raises(CallError, match="307"):
        client.get("s-1")
