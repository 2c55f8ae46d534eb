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

from typing import TYPE_CHECKING, TypeVar

from runtime_sessions._service import Complaint, complaint_of, retry_after_of

if TYPE_CHECKING:
    from runtime_sessions._http import Response


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
        message: What is wrong, in the service's words where it gave any.
        solution: What to do about it, where the service says.
        more_info: Where to read about it, where the service says.
        trace: The id under which the service's operators find the request, where it gave one.
    """

    def __init__(
        self,
        text: str,
        *,
        method: str,
        url: str,
        attempts: int,
        response: Response | None = None,
    ) -> None:
        complaint = Complaint() if response is None else complaint_of(response)
        self.method = method
        self.url = url
        self.attempts = attempts
        self.response = response
        self.code = complaint.code
        self.message = complaint.message or text
        self.solution = complaint.solution
        self.more_info = complaint.more_info
        self.trace = complaint.trace
        super().__init__(text)

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer; None when there was none."""
        return None if self.response is None else self.response.status_code

    @property
    def body(self) -> bytes:
        """The body of the answer as it was received; empty when there was none."""
        return b"" if self.response is None else self.response.content

    def __str__(self) -> str:
        text = f"{self.method} {self.url}: {self.args[0]}"
        if self.attempts > 1:
            text += f" ({self.attempts} attempts)"
        for label, value in (
            ("solution", self.solution),
            ("more", self.more_info),
            ("trace", self.trace),
        ):
            if value:
                text += f"\n  {label}: {value}"
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.args, self.__dict__)


CallErrorT = TypeVar("CallErrorT", bound=CallError)


def _restored(
    kind: type[CallError], args: tuple[object, ...], state: dict[str, object]
) -> CallError:
    """Unpickle an error without calling its `__init__`, whose arguments are not kept."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class ConnectError(CallError):
    """No connection could be made: nothing was sent, so nothing was done."""


class OutcomeUnknownError(CallError):
    """The request was sent, and no answer tells whether it was carried out.

    Of a create it means that a session may exist whose id nobody knows. It closes by its own TTL.
    """


class ContractError(CallError):
    """The answer breaks the contract; the text says where."""


class LostSessionError(ContractError, OutcomeUnknownError):
    """A session was created, but the answer breaks the contract so that its id cannot be read."""


class StatusError(CallError):
    """The answer says no. Statuses that have no class of their own raise this one."""

    @classmethod
    def of(cls, response: Response, *, method: str, url: str, attempts: int) -> StatusError:
        """Make the error of the class that the status has."""
        status = response.status_code
        kind = _BY_STATUS.get(status, ServerError if status >= 500 else StatusError)  # noqa: PLR2004 - 5xx
        complaint = complaint_of(response)
        text = str(status)
        if complaint.message:
            text += f" {complaint.message}"
        if complaint.code is not None:
            text += f" (code {complaint.code})"
        return kind(text, method=method, url=url, attempts=attempts, response=response)


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
        return None if self.response is None else retry_after_of(self.response)


class ServerError(StatusError):
    """5xx: the service, or a gateway in front of it, failed."""


_BY_STATUS: dict[int, type[StatusError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    429: TooManyRequestsError,
}
