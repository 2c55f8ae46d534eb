"""What can go wrong.

SessionsError
├── SettingsError                  a setting is missing, or not usable
├── UnsupportedError               the client's contract has no such call
├── WaitTimeoutError               the session was not in time (a TimeoutError, too)
├── SessionEndedError              the session can no longer be as it was waited for
└── CallError                      a call failed
    ├── ConnectError               nothing was sent
    ├── OutcomeUnknownError        it may have been carried out, or not
    │   └── LostSessionError       a session was created whose id cannot be read
    ├── ContractError              the answer breaks the contract
    │   └── LostSessionError
    └── StatusError                the answer says no
        ├── BadRequestError        400
        ├── UnauthorizedError      401
        ├── ForbiddenError         403
        ├── NotFoundError          404
        ├── ConflictError          409
        ├── TooManyRequestsError   429
        └── ServerError            5xx
"""

import email.utils
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import ClassVar, cast

from runtime_sessions._http import Response
from runtime_sessions._words import excerpt, shown

_SURROGATE = re.compile("[\ud800-\udfff]")


class SessionsError(Exception):
    """All that this library raises, but for wrong arguments (ValueError, TypeError)."""


class SettingsError(SessionsError):
    """A setting is missing or not usable; says what was looked for, and where."""


class UnsupportedError(SessionsError):
    """The client's contract has no such call; says where to look instead."""


class WaitTimeoutError(SessionsError, TimeoutError):
    """The deadline of `wait` passed before the session came to the state waited for."""


class SessionEndedError(SessionsError):
    """The session ended in another state than the one waited for, which it can no longer reach."""


class CallError(SessionsError):
    """A call failed."""

    method: str
    """The HTTP method of the request."""
    url: str
    """Where the request went."""
    attempts: int
    """How many times it was made."""
    response: Response | None
    """The answer, as it came; None when there was none."""
    status: int | None
    """The status of the answer; None when there was none."""
    body: bytes
    """The body of the answer; empty when there was none."""
    code: int | str | None
    """The service's own code for the error, where it gave one."""
    message: str
    """What is wrong: in the service's words, or an excerpt of what a gateway answered."""
    solution: str | None
    """What to do about it, where the service says."""
    more_info: str | None
    """Where to read of it, where the service says."""
    trace: str | None
    """The id under which the service's operators find the request, where it gave one."""
    retry_after: float | None
    """How long the service asks to wait, in seconds; None when it does not say."""

    def __init__(  # noqa: PLR0913 - each by name
        self,
        said: str,
        *,
        method: str,
        url: str,
        attempts: int,
        response: Response | None = None,
        secrets: Iterable[str] = (),
    ) -> None:
        super().__init__(shown(said, secrets))
        self.method = method
        self.url = url
        self.attempts = attempts
        self.response = response
        self.status = None if response is None else response.status_code
        self.body = b"" if response is None else response.content
        self.retry_after = _retry_after({} if response is None else response.headers)
        entry = _first_entry(self.body)
        code = entry.get("code")
        self.code = code if isinstance(code, int) else _words(entry, "code", secrets)
        self.message = shown(
            _words(entry, "message", secrets) or _page(response, secrets) or said, secrets
        )
        self.solution = _words(entry, "solution", secrets)
        self.more_info = _words(entry, "more_info", secrets)
        self.trace = _words(entry, "trace", secrets)

    def __str__(self) -> str:
        tries = f" ({self.attempts} attempts)" if self.attempts > 1 else ""
        lines = [f"{self.method} {self.url}: {self.args[0]}{tries}"]
        hints = {"solution": self.solution, "more": self.more_info, "trace": self.trace}
        lines += [f"{name}: {hint}" for name, hint in hints.items() if hint]
        return "\n  ".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        # Without `__init__`, whose arguments are not kept.
        return Exception.__new__, (type(self), *self.args), self.__dict__


class ConnectError(CallError):
    """No connection could be made: nothing was sent, so nothing was done."""


class OutcomeUnknownError(CallError):
    """No answer tells whether it was carried out. Of a create: a session may exist, id unknown."""

    lost_create: object | None = None
    """Of a create: what it asked for and when, which `client.candidates(error)` goes by."""

    def __str__(self) -> str:
        said = super().__str__()
        if self.lost_create is None:
            return said
        return f"{said}\n  there may be a session: client.candidates(error) looks for it"


class ContractError(CallError):
    """The answer breaks the contract; the text says where."""


class LostSessionError(ContractError, OutcomeUnknownError):
    """The answer to a create is so broken that the id of the session cannot be read.

    One was created, unless it was the headers that had no end: then not even the status is known.
    """


class StatusError(CallError):
    """The answer says no. Statuses that have no class of their own raise this one."""

    kinds: ClassVar[dict[int, type["StatusError"]]] = {}

    def __init_subclass__(cls, *, status: int) -> None:
        StatusError.kinds[status] = cls


class BadRequestError(StatusError, status=400):
    """400: the request breaks the contract, or the plan does not allow it. Nothing was done."""


class UnauthorizedError(StatusError, status=401):
    """401: the token, or with platform the instance, is missing or not valid."""


class ForbiddenError(StatusError, status=403):
    """403: the caller may not use this instance, or a gateway refuses."""


class NotFoundError(StatusError, status=404):
    """404: there is no such session or backend, or it is another user's."""


class ConflictError(StatusError, status=409):
    """409: the session is in a state that does not allow this."""


class TooManyRequestsError(StatusError, status=429):
    """429: too many requests, with `retry_after`. Nothing was done."""


class ServerError(StatusError, status=500):
    """5xx: the service, or a gateway in front of it, failed."""


def fields_of(value: object) -> Mapping[str, object]:
    """Take JSON, or what was parsed of it, as an object; what is none has no fields."""
    try:
        parsed: object = json.loads(value) if isinstance(value, bytes) else value
    except (ValueError, RecursionError):
        parsed = None
    return cast("Mapping[str, object]", parsed if isinstance(parsed, dict) else {})


def id_in(body: bytes) -> str | None:
    """Read the id of a session that an answer shows; None when it shows none that can be used."""
    session_id = fields_of(body).get("id")
    if isinstance(session_id, str) and is_usable_id(session_id):
        return session_id
    return None


def is_usable_id(session_id: str) -> bool:
    """Tell whether an id can stand in a path, where dots alone are a step."""
    return bool(session_id.strip(".")) and not _SURROGATE.search(session_id)


def _first_entry(body: bytes) -> Mapping[str, object]:
    """Take the first of the errors that a body lists, with what the body says of all of them."""
    whole = fields_of(body)
    errors = whole.get("errors")
    entries = cast("list[object]", errors) if isinstance(errors, list) else []
    first = fields_of(entries[0] if entries else None)
    # What an entry has that is no text does not hide what the body has.
    texts = {key: value for key, value in first.items() if isinstance(value, str)}
    return {**whole, **texts, "code": first.get("code")}


def _words(entry: Mapping[str, object], name: str, secrets: Iterable[str]) -> str | None:
    said = entry.get(name)
    if isinstance(said, str) and said:
        return shown(said, secrets)
    return None


def _page(response: Response | None, secrets: Iterable[str]) -> str:
    return "" if response is None else excerpt(response, secrets)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After`, seconds or a date (RFC 9110, 10.2.3); None when absent or malformed."""
    value = headers.get("Retry-After", "").strip()
    try:
        if value.isdigit():
            return float(value)
        asked = email.utils.parsedate_to_datetime(value)
        return max(0.0, (asked - _time_of(headers)).total_seconds())
    except (TypeError, ValueError):
        return None


def _time_of(headers: Mapping[str, str]) -> datetime:
    """Return when an answer was written, by the clock that wrote it: ours may be wrong."""
    if "Date" in headers:
        return email.utils.parsedate_to_datetime(headers["Date"])
    return datetime.now(UTC)
