"""A call over all its attempts: pure of I/O, so that the sync and the async client share it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Generic, TypeVar

from runtime_sessions import _errors as errors
from runtime_sessions._clock import now
from runtime_sessions._http import never_sent
from runtime_sessions._operations import Violation
from runtime_sessions._service import fields_of, parsed, retry_after_of

if TYPE_CHECKING:
    from runtime_sessions._http import Failure, Response
    from runtime_sessions._operations import Operation
    from runtime_sessions._retry import Retries

T = TypeVar("T")

_log = logging.getLogger("runtime_sessions")
_NOT_FOUND = 404
_REQUEST_TIMEOUT = 408
_SHORTEST = 0.001


class Call(Generic[T]):
    """One call. Whoever makes it begins an attempt, tells what came of it, and waits when told to.

    `visible` is False for a session that has just been created: the service may not find it yet,
    so that a 404 is worth another attempt.
    """

    def __init__(
        self,
        operation: Operation[T],
        base_url: str,
        timeout: float,
        retries: Retries,
        *,
        visible: bool,
    ) -> None:
        self.operation = operation
        self.url = base_url + operation.path
        self._timeout = timeout
        self._retries = retries
        self._visible = visible
        self._attempt = 0
        self._started = self._began = now()
        self._maybe_done = False

    def begin(self) -> float:
        """Begin an attempt; returns its timeout in seconds."""
        self._attempt += 1
        self._began = now()
        deadline = self._retries.deadline
        if deadline is None:
            return self._timeout
        return min(self._timeout, max(_SHORTEST, self._started + deadline - self._began))

    def failed(self, failure: Failure) -> float:
        """Take that no answer came; returns the seconds to wait, or raises when it was the last."""
        reason = f"{type(failure).__name__}: {failure}" if str(failure) else type(failure).__name__
        self._note(reason)
        unsent = never_sent(failure)
        self._maybe_done = self._maybe_done or not unsent
        if unsent or self.operation.repeatable or self._retries.create:
            pause = self._pause(None)
            if pause is not None:
                return pause
        if self._maybe_done:
            raise self._error(
                errors.OutcomeUnknownError, f"sent, and no answer came ({reason})"
            ) from failure
        raise self._error(errors.ConnectError, f"could not connect ({reason})") from failure

    def answered(self, response: Response) -> float | None:
        """Take an answer; returns the seconds to wait, None for done, or raises when it is a no."""
        status = response.status_code
        self._note(status)
        if status == self.operation.success:
            return None
        if status // 100 == 2:  # noqa: PLR2004 - 2xx
            expected = self.operation.success
            raise self._broken(response, f"status {status} where the contract has {expected}")
        repeatable = self.operation.repeatable
        if self._retries.covers(status, repeatable=repeatable) or (
            status == _NOT_FOUND and not self._visible
        ):
            pause = self._pause(retry_after_of(response))
            if pause is not None:
                self._maybe_done = self._maybe_done or _leaves_open(status)
                return pause
        refusal = errors.StatusError.of(
            response, method=self.operation.method, url=self.url, attempts=self._attempt
        )
        if not repeatable and (self._maybe_done or _leaves_open(status)):
            text = f"it may have been carried out, or not ({refusal.args[0]})"
            raise self._error(errors.OutcomeUnknownError, text, response) from refusal
        raise refusal

    def result(self, response: Response) -> T:
        """Read the answer that was a yes; raises ContractError when it breaks the contract."""
        try:
            return self.operation.read(response)
        except Violation as violation:
            raise self._broken(response, str(violation)) from None

    def interrupted(self) -> None:
        """Take that the caller gave up in the middle of an attempt."""
        self._note("interrupted")
        if not self.operation.repeatable:
            _log.warning(
                "%s %s was interrupted: it may have been carried out",
                self.operation.method,
                self.url,
            )

    def _pause(self, asked: float | None) -> float | None:
        pause = self._retries.pause(self._attempt, now() - self._started, asked)
        if pause is not None:
            _log.info(
                "%s %s: trying again in %.2f s", self.operation.method, self.operation.path, pause
            )
        return pause

    def _broken(self, response: Response, text: str) -> errors.ContractError:
        text = f"the answer breaks the contract: {text}"
        error = self._error(errors.ContractError, text, response)
        if self.operation.repeatable or created_id(error):
            return error
        return self._error(errors.LostSessionError, text, response)

    def _error(
        self, kind: type[errors.CallErrorT], text: str, response: Response | None = None
    ) -> errors.CallErrorT:
        return kind(
            text,
            method=self.operation.method,
            url=self.url,
            attempts=self._attempt,
            response=response,
        )

    def _note(self, came: object) -> None:
        if _log.isEnabledFor(logging.DEBUG):
            fields = {
                "method": self.operation.method,
                "path": self.operation.path,
                "status": came,
                "duration": now() - self._began,
                "attempt": self._attempt,
            }
            _log.debug(
                "%(method)s %(path)s: %(status)s in %(duration).3f s, attempt %(attempt)d",
                fields,
                extra={"call": fields},
            )


def _leaves_open(status: int) -> bool:
    """Tell whether a request that was answered so may have been carried out all the same."""
    return status >= 500 or status == _REQUEST_TIMEOUT  # noqa: PLR2004 - 5xx


def created_id(error: errors.ContractError) -> str | None:
    """Find the id of a created session in an answer that breaks the contract elsewhere."""
    found = fields_of(parsed(error.body)).get("id")
    return found if isinstance(found, str) and found.strip(".") else None
