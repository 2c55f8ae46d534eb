"""The log of requests: what clients sent and were answered, and no token of anybody."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any, Final, cast

from attrs import define

from runtime_sessions_emulator._http import Scope, timestamp

KEPT: Final = 10_000
_SECRET: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-access-token"})
# Shorter than this, what was sent as a token may as well be a word.
_TOKEN: Final = 8


@define
class Entry:
    """A request as it came, and the status of its answer; None: it was cut off without one."""

    scope: Scope
    number: int = 0
    at: int = 0
    user: str | None = None
    operation: str | None = None
    session_id: str | None = None
    body: bytes = b""
    status: int | None = None
    fault: str | None = None


class Log:
    """The newest requests, oldest first."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self._secrets: Final = secrets
        self.entries: Final[deque[Entry]] = deque(maxlen=KEPT)
        self.count = 0
        #: Who is told of each request as it is written down.
        self.follower: Callable[[Entry], None] | None = None

    def clear(self) -> None:
        """Forget all requests; the numbers start anew."""
        self.entries.clear()
        self.count = 0

    def add(self, entry: Entry, at: int) -> None:
        """Write down a request that was answered."""
        self.count += 1
        entry.number, entry.at = self.count, at
        self.entries.append(entry)
        if self.follower is not None:
            self.follower(entry)

    def view(self, entry: Entry) -> dict[str, Any]:
        """An entry as it is shown: every token in it is replaced, wherever it stands."""
        scope = entry.scope
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
        ]
        given = {value.rpartition(" ")[2] for name, value in headers if name in _SECRET}
        secrets = self._secrets | {token for token in given if len(token) >= _TOKEN}
        shown: dict[str, Any] = {
            "number": entry.number,
            "at": timestamp(entry.at),
            "method": scope["method"],
            "path": scope["raw_path"].decode("latin-1"),
            "query": scope["query_string"].decode("latin-1"),
            "headers": {name: "***" if name in _SECRET else value for name, value in headers},
            "body": _value(entry.body),
            "operation": entry.operation,
            "session_id": entry.session_id,
            "user_id": entry.user,
            "status": entry.status,
            "fault": entry.fault,
        }
        return {name: _redacted(value, secrets) for name, value in shown.items()}


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
