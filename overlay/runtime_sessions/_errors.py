"""What can go wrong.

SessionsError
├── SettingsError              a setting is missing or not usable; nothing was sent
├── WaitTimeoutError           `wait` came to its deadline (also a TimeoutError)
├── SessionEndedError          `wait` is for a state that the ended session can no longer reach
└── CallError                  a call failed; carries the call, the answer and the attempts
    ├── ConnectError           no connection could be made: nothing was sent
    ├── OutcomeUnknownError    sent, and no answer tells what was done
    ├── ContractError          an answer that breaks the contract
    │   └── LostSessionError   created, but no id can be read (also an OutcomeUnknownError)
    └── StatusError            an answer that says no
        ├── BadRequestError        400
        ├── UnauthorizedError      401
        ├── ForbiddenError         403
        ├── NotFoundError          404
        ├── ConflictError          409
        ├── TooManyRequestsError   429, with `retry_after`
        └── ServerError            5xx
"""

from __future__ import annotations

import email.utils
import json
import re
import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime_sessions._http import Response

_EXCERPT = 200
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


class SessionsError(Exception):
    """All that this library raises, but for wrong arguments (ValueError, TypeError)."""


class SettingsError(SessionsError):
    """A setting is missing or not usable; says what was looked for, and where."""


class WaitTimeoutError(SessionsError, TimeoutError):
    """The deadline of `wait` passed before the session came to the state waited for."""


class SessionEndedError(SessionsError):
    """The session ended in another state than the one waited for, which it can no longer reach."""


class CallError(SessionsError):
    """A call failed.

    Attributes:
        method: The HTTP method.
        url: Where it went, without credentials.
        attempts: How many times the request was made, or tried to be made.
        response: The answer, with its headers; None when there was none.
        code: The service's own code for the error, where it gave one.
        message: What is wrong: in the service's words, or an excerpt of what a gateway answered.
        solution, more_info: What to do about it, and where to read of it, where the service says.
        trace: The id under which the service's operators find the request, where it gave one.
    """

    def __init__(
        self, text: str, *, method: str, url: str, attempts: int, response: Response | None = None
    ) -> None:
        super().__init__(text)
        self.method = method
        self.url = url
        self.attempts = attempts
        self.response = response
        body = fields_of(json_of(self.body))
        errors = body.get("errors")
        entries = cast("list[object]", errors if isinstance(errors, list) else [])
        first = fields_of(next(iter(entries), None))
        code = first.get("code")
        said = {key: value for key, value in {**body, **first}.items() if isinstance(value, str)}
        self.code = code if isinstance(code, int | str) else None
        self.message = said.get("message") or _excerpt(response) or text
        self.solution = said.get("solution") or None
        self.more_info = said.get("more_info") or None
        self.trace = said.get("trace") or None

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer; None when there was none."""
        return None if self.response is None else self.response.status_code

    @property
    def body(self) -> bytes:
        """The body of the answer as it was received; empty when there was none."""
        return b"" if self.response is None else self.response.content

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


class BadRequestError(StatusError):
    """400: the request breaks the contract. Nothing was done."""


class UnauthorizedError(StatusError):
    """401: the token is missing or not valid."""


class ForbiddenError(StatusError):
    """403: the caller may not use this instance, or a gateway refuses."""


class NotFoundError(StatusError):
    """404: there is no such session or backend, or it is another user's."""


class ConflictError(StatusError):
    """409: the session is in a state that does not allow this."""


class TooManyRequestsError(StatusError):
    """429: too many requests. Nothing was done."""

    @property
    def retry_after(self) -> float | None:
        """How long the service asks to wait, in seconds; None when it does not say."""
        return retry_after_of(self.response)


class ServerError(StatusError):
    """5xx: the service, or a gateway in front of it, failed."""


CallErrorT = TypeVar("CallErrorT", bound=CallError)
STATUS_ERRORS: dict[int, type[StatusError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    429: TooManyRequestsError,
    **dict.fromkeys(range(500, 600), ServerError),
}


def json_of(body: bytes) -> object:
    """Parse JSON; None when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def fields_of(value: object) -> Mapping[str, object]:
    """Take a value of JSON as an object; what is none has no fields."""
    return cast("Mapping[str, object]", value if isinstance(value, dict) else {})


def retry_after_of(response: Response | None) -> float | None:
    """Read `Retry-After`, seconds or a date (RFC 9110, 10.2.3); None when absent or malformed."""
    headers: Mapping[str, str] = {} if response is None else response.headers
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


def _excerpt(response: Response | None) -> str | None:
    """Return the first words that a reader of the page would see."""
    import html  # noqa: PLC0415 - only errors pay for it

    page = "" if response is None else html.unescape(_MARKUP.sub(" ", response.text))
    return textwrap.shorten(page, _EXCERPT, placeholder="…") or None
