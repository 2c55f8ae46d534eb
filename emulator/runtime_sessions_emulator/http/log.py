"""The log of requests: what clients sent and were answered, and no token of anybody."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import quote

from attrs import define

from runtime_sessions_emulator.core.clock import timestamp
from runtime_sessions_emulator.http.messages import BODY_LIMIT, Headers, Scope

KEPT: Final = 10_000
_SECRET: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-access-token"})
# Shorter than this, what was sent as a token may as well be a word.
_TOKEN: Final = 8


@define
class Entry:
    """A request while it is answered, and what came of it; without a status it was cut off."""

    scope: Scope
    user: str | None = None
    operation: str | None = None
    session_id: str | None = None
    body: bytes = b""
    status: int | None = None
    fault: str | None = None


#: Who is told of a request, as it is shown.
Follower = Callable[[dict[str, Any]], None]
# An entry as it is kept. Python's garbage collector does not look into plain tuples of plain values
# again and again, as it would into ten thousand objects: that alone was a third of all time.
Record = tuple[Any, ...]
FIELDS: Final = (
    "number",
    "at",
    "method",
    "path",
    "query",
    "headers",
    "body",
    "operation",
    "session_id",
    "user_id",
    "status",
    "fault",
)


class Log:
    """The newest requests, oldest first."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self._secrets: Final = secrets
        self._records: Final[deque[Record]] = deque(maxlen=KEPT)
        self._count = 0
        #: Who is told of each request as it is written down.
        self.follower: Follower | None = None

    def clear(self) -> None:
        """Forget all requests; the numbers start anew."""
        self._records.clear()
        self._count = 0

    def add(self, entry: Entry, at: int) -> None:
        """Write down a request that was answered."""
        self._count += 1
        scope = entry.scope
        record = (
            self._count,
            at,
            scope["method"],
            scope["raw_path"],
            scope["query_string"],
            _same(tuple(scope["headers"])),
            entry.body if len(entry.body) <= BODY_LIMIT else _too_long(entry.body),
            entry.operation,
            entry.session_id,
            entry.user,
            entry.status,
            entry.fault,
        )
        self._records.append(record)
        if self.follower is not None:
            self._tell(self.follower, record)

    def _tell(self, follower: Callable[[dict[str, Any]], None], record: Record) -> None:
        """Tell a follower of a request, which took its effect whether it can be told or not."""
        try:
            follower(self._view(record))
        except OSError:
            # Nobody reads it any more.
            self.follower = None

    def views(self, since: int, **wanted: object) -> Iterator[dict[str, Any]]:
        """The requests after that number that are as wanted, where it isn't None."""
        places = [
            (FIELDS.index(name), str(value).encode() if name == "path" else value)
            for name, value in wanted.items()
            if value is not None
        ]
        # A copy: requests go on coming in while they are shown.
        for record in list(self._records):
            if record[0] > since and all(record[place] == value for place, value in places):
                yield self._view(record)

    def _view(self, record: Record) -> dict[str, Any]:
        """A record as it is shown: every token in it is replaced, wherever it stands."""
        shown = dict(zip(FIELDS, record, strict=True))
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in shown["headers"]
        ]
        given = {value.rpartition(" ")[2] for name, value in headers if name in _SECRET}
        secrets = self._secrets | {token for token in given if len(token) >= _TOKEN}
        # In a path or a query, they may be quoted.
        secrets |= {quote(secret, safe="") for secret in secrets}
        shown |= {
            "at": timestamp(shown["at"]),
            "path": shown["path"].decode("latin-1"),
            "query": shown["query"].decode("latin-1"),
            "headers": {name: "***" if name in _SECRET else value for name, value in headers},
            "body": _value(shown["body"]),
        }
        return {name: _redacted(value, secrets) for name, value in shown.items()}


def _too_long(body: bytes) -> bytes:
    return json.dumps(f"{len(body)} bytes, which are too many to be kept").encode()


def _redacted(value: Any, secrets: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "***")
    elif isinstance(value, list):
        return [_redacted(item, secrets) for item in value]  # pyright: ignore[reportUnknownVariableType]
    elif isinstance(value, dict):
        return {
            _redacted(name, secrets): _redacted(item, secrets)
            for name, item in cast("dict[str, Any]", value).items()
        }
    return value


def _value(body: bytes) -> object:
    """A body as JSON where it is that, else as text; None where there is none."""
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text


@lru_cache(maxsize=64)
def _same(headers: Headers) -> Headers:
    """The headers of a request as they were kept before: most clients send the same each time."""
    return headers
