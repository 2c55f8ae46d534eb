"""HTTP, as far as every skin needs it: answers, errors, bodies and queries, on bare ASGI."""

import json
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from attrs import define, field

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_LIMIT: Final = 1 << 20
# A body over the limit is still read, up to here: a client that is cut off while it sends never
# sees the answer.
_PATIENCE: Final = 16 << 20

encode: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@define
class Answer:
    """An answer: its status, its JSON body if it has one, and headers beyond the usual."""

    status: int
    body: Any = None
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())


class HttpError(Exception):
    """A request that is answered with an error: its status, the service's code, what to say."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        solution: str | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status: Final = status
        self.code: Final = code
        self.message: Final = message
        self.solution: Final = solution
        self.headers: Final = headers


class MalformedError(ValueError):
    """What was sent cannot be read; says why."""


async def send_answer(send: Send, answer: Answer) -> None:
    """Send an answer."""
    headers: Iterable[tuple[bytes, bytes]] = answer.headers
    body = b""
    if answer.body is not None:
        body = encode(answer.body).encode("ascii")
        headers = (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            *headers,
        )
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request.

    Raises:
        HttpError: It is larger than 1 MiB (413).
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
        if size <= BODY_LIMIT:
            chunks.append(chunk)
        if not message.get("more_body", False) or size > _PATIENCE:
            break
    if size > BODY_LIMIT:
        raise HttpError(
            413, 413, "The request body is larger than 1 MiB.", headers=((b"connection", b"close"),)
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


def parse_query(query: bytes) -> dict[str, str]:
    """The parameters of a query string.

    Raises:
        MalformedError: It is not UTF-8, or a parameter is there twice.
    """
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise MalformedError("it is not UTF-8") from None
    return _unique(pairs)


def is_json(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether the content type says JSON, in UTF-8 if it says a character set."""
    types = [value for name, value in headers if name == b"content-type"]
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
