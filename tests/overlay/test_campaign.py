"""A campaign against hostile servers, made of small parts that combine, bounded and seeded.

Whatever is combined: no call is over its deadline, none takes more memory than the limit allows,
only errors of the tree come out, and no secret is shown.
"""

from __future__ import annotations

import gzip
import json
import random
import socket
import threading
import time
import traceback
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
import pytest
from attrs import frozen
from httpx_aiohttp import HttpxAiohttpClient

from runtime_sessions import (
    AsyncSessionsClient,
    BearerToken,
    Retries,
    SessionsClient,
    SessionsError,
)
from runtime_sessions_api.http_library import LIBRARY

# What is below the contracts is the same for both.
pytestmark = pytest.mark.parametrize("contract", ["classic"], indirect=True)
ONLY_HTTPX = pytest.mark.skipif(LIBRARY != "httpx", reason="it is made for httpx")
CANARY = "canary-8f14e45fceea167a5a36dedd4bea2543"
SEED = 14
COMBINATIONS = 45
DEADLINE = 0.4
#: What a machine that is busy takes beside; unloaded it is a few milliseconds.
SLACK = 0.4
LIMIT = 200_000
# The server is in this process: what it sends counts, too.
MEMORY = 24 * 2**20

FIELDS: dict[str, Any] = {
    "id": "s-1",
    "backend_name": "b",
    "mode": "batch",
    "interactive_ttl": 60,
    "max_ttl": 900,
    "active_ttl": 60,
    "state": "open",
    "accepting_jobs": False,
}
ANSI = "\x1b[31m\r\n\u202e\x00\ud800"

_LEGAL = json.dumps(FIELDS).encode()
LEGAL = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(_LEGAL) + _LEGAL

STATUSES = [
    *["200 OK"] * 4,
    "204 No Content",
    "302 Found\r\nLocation: http://[::1",
    "307 Moved\r\nLocation: //\x7f/",
    "401 \x1b[31m",
    "404 Not Found",
    "408 Timeout",
    "429 Slow\r\nRetry-After: \u00b2",
    "429 Slow\r\nRetry-After: 99999999999999999999",
    "502 Bad Gateway",
    "503 Busy\r\nRetry-After: Mon, 99 Foo 99999999 99:99:99 +99999\r\nDate: never",
    "999 ?",
    "2000 OK",
    "100 Continue",
    "x",
]
HEADERS = [
    *[""] * 3,
    *[
        f"Content-Type: text/html; charset={charset}\r\n"
        for charset in ("undefined", "utf-16", "hex", "zip", "rot13", "idna", "punycode", "\u00e9")
    ],
    "Set-Cookie: \x01=\x02; expires=never\r\n",
    f"X-Echo: {CANARY}\r\n",
    "No colon\r\n",
    "X-Long: " + "a" * 20_000 + "\r\n",
    "X: y\r\n" * 2_000,
]
BODIES: dict[str, Callable[[bytes], bytes]] = {
    "legal": lambda _: json.dumps(FIELDS).encode(),
    "another's": lambda _: json.dumps(FIELDS | {"id": "s-2"}).encode(),
    "no id": lambda _: json.dumps(FIELDS | {"id": ".."}).encode(),
    "half a character": lambda _: json.dumps(FIELDS | {"id": "\ud800"}).encode(),
    "wrong": lambda _: json.dumps(FIELDS | {"max_ttl": ANSI + CANARY}).encode(),
    "error": lambda _: json.dumps({"errors": [{"message": ANSI, "code": ANSI}]}).encode(),
    "echo": lambda request: request,
    "echo in JSON": lambda request: json.dumps({"message": request.decode()}).encode(),
    "deep": lambda _: b"[" * 90_000,
    "digits": lambda _: b"9" * 10_000,
    "not text": lambda _: b"\xff\xfe\x00\xd8",
    "nothing": lambda _: b"",
    "large": lambda _: b" " * 4_000_000,
}
ENCODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("", bytes),
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "a lie": ("gzip", bytes),
    "cut": ("gzip", lambda body: gzip.compress(body)[:-9]),
    "more after": ("gzip", lambda body: gzip.compress(body) + b"\0" * 1_000_000),
    "two": ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "another": ("br", bytes),
}
FRAMINGS: dict[str, Callable[[bytes], tuple[str, bytes]]] = {
    "length": lambda body: (f"Content-Length: {len(body)}\r\n", body),
    "too long": lambda body: (f"Content-Length: {len(body) + 9}\r\n", body),
    "too short": lambda body: (f"Content-Length: {max(0, len(body) - 9)}\r\n", body),
    "no number": lambda body: ("Content-Length: -1\r\n", body),
    "enormous": lambda body: (f"Content-Length: {'9' * 30}\r\n", body),
    "two lengths": lambda body: ("Content-Length: 1\r\nContent-Length: 2\r\n", body),
    "until closed": lambda body: ("Connection: close\r\n", body),
    "chunks": lambda body: ("Transfer-Encoding: chunked\r\n", chunked(body)),
    "broken chunks": lambda body: ("Transfer-Encoding: chunked\r\n", b"zz\r\n" + body),
    "both": lambda body: ("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", chunked(body)),
}


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"


def at_once(connection: socket.socket, answer: bytes, _: threading.Event) -> None:
    connection.sendall(answer)


def in_pieces(connection: socket.socket, answer: bytes, _: threading.Event) -> None:
    third = len(answer) // 3 + 1
    for start in range(0, len(answer), third):
        connection.sendall(answer[start : start + third])


def by_bytes(connection: socket.socket, answer: bytes, over: threading.Event) -> None:
    for start in range(len(answer)):
        connection.sendall(answer[start : start + 1])
        if over.wait(0.02):
            return


def half(connection: socket.socket, answer: bytes, over: threading.Event) -> None:
    connection.sendall(answer[: len(answer) // 2])
    over.wait(10)


def without_end(connection: socket.socket, answer: bytes, over: threading.Event) -> None:
    connection.sendall(answer)
    while not over.is_set():
        connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")


TIMINGS = [at_once, at_once, at_once, in_pieces, by_bytes, half, without_end]


@frozen
class Combination:
    """What a server does, one part of each kind."""

    status: str
    header: str
    body: str
    encoding: str
    framing: str
    timing: Callable[[socket.socket, bytes, threading.Event], None]

    def answer(self, over: threading.Event, connection: socket.socket, request: bytes) -> None:
        """Answer, and hang up."""
        name, encode = ENCODINGS[self.encoding]
        framing, body = FRAMINGS[self.framing](encode(BODIES[self.body](request)))
        encoding = f"Content-Encoding: {name}\r\n" if name else ""
        head = f"HTTP/1.1 {self.status}\r\n{self.header}{encoding}{framing}\r\n"
        with suppress(OSError):
            self.timing(connection, head.encode("utf-8", "surrogatepass") + body, over)
            connection.shutdown(socket.SHUT_RDWR)


def combinations(seed: int) -> Iterator[Combination]:
    """Draw what servers do. Each value of each kind comes up, and which go together is chance."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    kinds: list[list[Any]] = [
        STATUSES,
        HEADERS,
        [*BODIES],
        [*ENCODINGS],
        [*FRAMINGS],
        TIMINGS,
    ]
    for number in range(COMBINATIONS):
        # Every third is wrong in one way alone, so that one fault does not hide another.
        parts = [kind[0] for kind in kinds]
        for index in draw.sample(range(len(kinds)), 1 if number % 3 == 0 else 4):
            parts[index] = draw.choice(kinds[index])
        yield Combination(*parts)


CALLS = ["get", "create", "block"]


def call_sync(client: SessionsClient, name: str) -> None:
    if name == "get":
        client.get("s-1")
    elif name == "create":
        client.create(backend="b")
    else:
        with client.session("s-1"):
            pass


async def call_async(client: AsyncSessionsClient, name: str) -> None:
    if name == "get":
        await client.get("s-1")
    elif name == "create":
        await client.create(backend="b")
    else:
        async with client.session("s-1"):
            pass


def shown(error: BaseException) -> str:
    lines = [*traceback.format_exception(error)]
    one: BaseException | None = error
    met: list[BaseException] = []
    while one is not None:
        assert one not in met, f"{one!r} came of itself"
        met.append(one)
        lines += [str(one), repr(getattr(one, "__notes__", []))]
        one = one.__cause__ or one.__context__
    return "\n".join(lines)


@pytest.mark.parametrize("transport", ["sync", "async", pytest.param("aiohttp", marks=ONLY_HTTPX)])
def test_a_hostile_server_is_survived(
    account: dict[str, Any], raw_server: Any, caplog: pytest.LogCaptureFixture, transport: str
) -> None:
    options = account | {"token": CANARY, "auth": BearerToken, "answer_limit": LIMIT}
    options["retries"] = Retries(deadline=DEADLINE, attempts=2)

    def sync(name: str) -> None:
        with SessionsClient(raw_server.url, **options) as client:
            call_sync(client, name)

    async def task(name: str) -> None:
        own = HttpxAiohttpClient() if transport == "aiohttp" else None
        try:
            async with AsyncSessionsClient(raw_server.url, **options, http_client=own) as client:
                await call_async(client, name)
        finally:
            if own is not None:
                await own.aclose()

    def make(name: str) -> None:
        if transport == "sync":
            sync(name)
        else:
            anyio.run(task, name)

    # What is made once, such as the validators, takes its time once.
    raw_server.answers[:] = [LEGAL]
    make("get")
    caplog.set_level("DEBUG", "runtime_sessions")
    wrong = []
    for number, one in enumerate(combinations(SEED)):
        over = threading.Event()
        raw_server.answers[:] = [partial(one.answer, over)]
        name = CALLS[number % len(CALLS)]
        wrong += [f"{name} of {one}: {what}" for what in wrongs(partial(make, name), name)]
        over.set()
    assert wrong == []
    assert CANARY not in caplog.text


def wrongs(make: Callable[[], None], name: str) -> Iterator[str]:
    """Make a call, and yield what must not be."""
    tracemalloc.start()
    started = time.monotonic()
    try:
        make()
    except SessionsError as error:
        if CANARY in shown(error):
            yield "it shows the token"
        if not all(line.isprintable() for line in str(error).splitlines()):
            yield f"it shows {str(error)!r}"
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        yield f"it leaves the tree: {error!r}"
    took = time.monotonic() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A block may look at the session, and cancel it, when it could not be drained.
    calls = 3 if name == "block" else 1
    if took > calls * (DEADLINE + SLACK):
        yield f"it took {took:.2f} s"
    if peak > MEMORY:
        yield f"it took {peak} bytes"
