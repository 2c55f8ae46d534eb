"""HTTP, as far as every contract needs it: answers, errors, bodies and queries, on bare ASGI."""

import json
import os
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from attrs import define

from runtime_sessions_emulator.core.clock import http_date

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

BODY_LIMIT: Final = 1 << 20
# A body over the limit is still read, up to so many times the limit: a client that is cut off while
# it sends never sees the answer.
_PATIENCE: Final = 16


@define
class Answer:
    """An answer: its status, its JSON body if it has one, and headers beyond the usual.

    Attributes:
        raw: The body, where it isn't JSON.
        cut: After how many bytes of the body the connection is cut off; 0: before anything is sent.
    """

    status: int
    body: dict[str, Any] | None = None
    headers: Headers = ()
    raw: bytes | None = None
    cut: int | None = None


class HttpError(Exception):
    """A request that is answered with an error: its status, the service's code, what to say."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        solution: str | None = None,
        headers: Headers = (),
    ) -> None:
        super().__init__(message)
        self.status: Final = status
        self.code: Final = code
        self.message: Final = message
        self.solution: Final = solution
        self.headers: Final = headers


#: How an error is shown by a contract.
ErrorView = Callable[[HttpError], Answer]


class MalformedError(ValueError):
    """What was sent cannot be read; says why."""


def encode(value: object) -> bytes:
    """A value as JSON."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # What was sent may be shown again: numbers beyond 64 bits, halves of surrogate pairs.
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def dated(answer: Answer, now: int) -> Headers:
    """The header that says when an answer is given, unless it says so itself."""
    if answer.headers and any(name == b"date" for name, _ in answer.headers):
        return ()
    return ((b"date", http_date(now)),)


async def send_answer(receive: Receive, send: Send, answer: Answer, beside: Headers = ()) -> None:
    """Send an answer, or as much of it as is to come through, with headers beside its own."""
    body = answer.raw or b""
    headers: list[tuple[bytes, bytes]] = []
    if answer.body is not None:
        body = encode(answer.body)
        headers.append((b"content-type", b"application/json"))
    headers += answer.headers
    headers += beside
    if answer.status != 204:  # noqa: PLR2004 - No Content
        headers.append((b"content-length", b"%d" % len(body)))
    if answer.cut == 0:
        await _cut_off(receive, send, flush=False)
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.cut is None:
        await send({"type": "http.response.body", "body": body})
        return
    await send({"type": "http.response.body", "body": body[: answer.cut], "more_body": True})
    await _cut_off(receive, send, flush=True)


async def _cut_off(receive: Receive, send: Send, *, flush: bool) -> None:
    """End the connection: after what was sent, or with a reset that leaves nothing.

    Raises:
        ConnectionResetError: There is no connection, because the application is called in process.
    """
    # ASGI has no way to say this: it takes the connection that uvicorn's `send` is bound to.
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("Connection reset by a fault")
    if flush:
        transport.close()
    else:
        with socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def read_body(receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """The whole body of a request.

    Raises:
        HttpError: It is larger than the limit (413).
        ConnectionError: The client went away before it was all there.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("The client went away")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        if not message.get("more_body", False) or size > _PATIENCE * limit:
            break
    if size > limit:
        raise HttpError(
            413,
            413,
            f"The request body is larger than {limit >> 20} MiB.",
            headers=((b"connection", b"close"),),
        )
    return b"".join(chunks)


def parse_json(body: bytes) -> object:
    """The value of a JSON text in UTF-8; no NaN, no Infinity, no key twice in one object.

    Raises:
        MalformedError: It is not such a text.
    """
    try:
        return _decode(body.decode("utf-8"))
    except MalformedError:
        raise
    except UnicodeDecodeError:
        raise MalformedError("it is not UTF-8") from None
    except RecursionError:
        raise MalformedError("it is nested too deeply") from None
    except ValueError as error:
        raise MalformedError(f"it is not JSON: {error}") from None


def parse_query(query: bytes) -> dict[str, list[str]]:
    """The parameters of a query string, each with its values in their order.

    Raises:
        MalformedError: It is not UTF-8.
    """
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise MalformedError("it is not UTF-8") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def is_json(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether the content type says JSON, in UTF-8 if it says a character set."""
    types = [value for name, value in headers if name == b"content-type"]
    if types == [b"application/json"]:
        return True
    if len(types) != 1:
        return False
    essence, *parameters = types[0].lower().split(b";")
    charset = [p.strip() for p in parameters if p.strip().startswith(b"charset=")]
    return essence.strip() == b"application/json" and all(
        c.removeprefix(b"charset=").strip(b'"') == b"utf-8" for c in charset
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedError(f"{twice!r} is there more than once")
    return found


def _number(text: str) -> float:
    """A number as a float; one beyond all floats as the largest, so that limits still apply."""
    return max(-sys.float_info.max, min(sys.float_info.max, float(text)))


def _refuse(constant: str) -> float:
    raise MalformedError(f"{constant} is not JSON")


_decode: Final[Callable[[str], object]] = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_number, parse_constant=_refuse
).decode
