"""What can go wrong: docs/client.md draws the tree."""

import email.utils
import json
import re
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import ClassVar, TypeVar, cast

from runtime_sessions._http import Response

_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


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
    """A call failed.

    Attributes:
        method, url, attempts: What was asked where, and how many times.
        response, status, body: The answer, as it came; None, None and b"" when there was none.
        code: The service's own code for the error, where it gave one.
        message: What is wrong: in the service's words, or an excerpt of what a gateway answered.
        solution, more_info: What to do about it, and where to read of it, where the service says.
        trace: The id under which the service's operators find the request, where it gave one.
        retry_after: How long the service asks to wait, in seconds; None when it does not say.
    """

    def __init__(
        self, text: str, *, method: str, url: str, attempts: int, response: Response | None = None
    ) -> None:
        super().__init__(text)
        self.method = method
        self.url = url
        self.attempts = attempts
        self.response = response
        self.status = None if response is None else response.status_code
        self.body = b"" if response is None else response.content
        self.retry_after = _retry_after({} if response is None else response.headers)
        body = fields_of(self.body)
        errors = body.get("errors")
        entries = cast("list[object]", errors if isinstance(errors, list) else [])
        first = fields_of(next(iter(entries), None))
        code = first.get("code")
        said = {key: value for key, value in {**body, **first}.items() if isinstance(value, str)}
        self.code = code if isinstance(code, int | str) else None
        text_of = import_module("html").unescape  # only errors pay for it
        page = "" if response is None else text_of(_MARKUP.sub(" ", response.text))
        excerpt = textwrap.shorten(page, 200, placeholder="…")
        self.message = said.get("message") or excerpt or text
        self.solution = said.get("solution") or None
        self.more_info = said.get("more_info") or None
        self.trace = said.get("trace") or None

    def __str__(self) -> str:
        tries = f" ({self.attempts} attempts)" if self.attempts > 1 else ""
        said = {"solution": self.solution, "more": self.more_info, "trace": self.trace}
        lines = [f"{self.method} {self.url}: {self.args[0]}{tries}"]
        return "\n  ".join(lines + [f"{name}: {value}" for name, value in said.items() if value])

    def __reduce__(self) -> tuple[object, ...]:  # without `__init__`, whose arguments are not kept
        return Exception.__new__, (type(self), *self.args), self.__dict__


class ConnectError(CallError):
    """No connection could be made: nothing was sent, so nothing was done."""


class OutcomeUnknownError(CallError):
    """No answer tells whether it was carried out. Of a create: a session may exist, id unknown."""


class ContractError(CallError):
    """The answer breaks the contract; the text says where."""


class LostSessionError(ContractError, OutcomeUnknownError):
    """A session was created, but the answer breaks the contract so that its id cannot be read."""


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


CallErrorT = TypeVar("CallErrorT", bound=CallError)
# What a service or a gateway answers for a while and then no longer.
PASSING = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})


def fields_of(value: object) -> Mapping[str, object]:
    """Take JSON, or what was parsed of it, as an object; what is none has no fields."""
    try:
        parsed: object = json.loads(value) if isinstance(value, bytes) else value
    except (ValueError, RecursionError):
        parsed = None
    return cast("Mapping[str, object]", parsed if isinstance(parsed, dict) else {})


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After`, seconds or a date (RFC 9110, 10.2.3); None when absent or malformed."""
    value = headers.get("Retry-After", "").strip()
    try:
        if value.isdigit():
            return float(value)
        # By the clock that wrote the date: ours may be wrong, and an emulator's may be elsewhere.
        date = email.utils.parsedate_to_datetime
        now = date(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return max(0.0, (date(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
