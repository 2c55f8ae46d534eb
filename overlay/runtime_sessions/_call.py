"""One call over all its attempts: what is known of it, and what each answer means."""

from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Generic, TypeVar

from attrs import define, field

from runtime_sessions import _errors as errors
from runtime_sessions._bodies import TooLargeFailure
from runtime_sessions._clock import now
from runtime_sessions._http import (
    EndlessHeadersFailure,
    RequestFailure,
    Response,
    was_never_sent,
)
from runtime_sessions._log import log
from runtime_sessions._masking import masked
from runtime_sessions._operations import Operation
from runtime_sessions._retries import (
    Came,
    Known,
    Retries,
    Tried,
    left_of_call,
    pause_before_next,
    timeout_of_next,
)
from runtime_sessions._words import shown

#: What a proxy answers that does not reach the service, or wants a password.
_OF_PROXIES = frozenset({403, 407, 502, 503, 504})

ResultT = TypeVar("ResultT")
CallErrorT = TypeVar("CallErrorT", bound=errors.CallError)


@define
class Call(Generic[ResultT]):
    """One call.

    Attributes:
        operation: What is asked for.
        url: Where.
        timeout: How long each step of an attempt may take, in seconds.
        policy: When it is tried again.
        was_just_created: Whether its session was just created, and 404 is no last word.
        secrets: What returns the secrets that a server may send back, and nobody is to be shown.
        way_to: What says by which proxy a URL is reached.
        attempts: How many attempts were begun.
        is_doubtful: Whether one of them may have been carried out, for all that is known.
    """

    operation: Operation[ResultT]
    url: str
    timeout: float
    policy: Retries
    was_just_created: bool
    secrets: Callable[[], Collection[str]]
    way_to: Callable[[str], str]
    attempts: int = 0
    is_doubtful: bool = False
    _started: float = field(factory=now)
    _attempt_started: float = 0.0

    def begin_attempt(self) -> float:
        """Begin an attempt; returns its timeout, in seconds."""
        tried = self._tried()
        self.attempts += 1
        self._attempt_started = now()
        return timeout_of_next(self.timeout, tried, self.policy)

    def left(self) -> float | None:
        """Return how long the call may still take, in seconds; None for as long as it takes."""
        return left_of_call(self._tried(), self.policy)

    def result_of(self, response: Response) -> ResultT:
        """Return the result, or raise what is wrong with the answer."""
        self._log_attempt(response.status_code)
        if response.is_success:
            return self._result_of_success(response)
        refusal = self._refusal(response)
        # What a server that fails answers to a create tells nothing of what it did before.
        is_failing = response.is_server_error or response.status_code == HTTPStatus.REQUEST_TIMEOUT
        if self.operation.is_repeatable:
            raise refusal
        self.is_doubtful |= is_failing
        if not self.is_doubtful:
            raise refusal
        reason = f"it may have been carried out, or not: {refusal.args[0]}"
        raise self._error(errors.OutcomeUnknownError, reason, response) from refusal

    def error_of(self, failure: RequestFailure) -> errors.CallError:
        """Return what it means that no answer came, or one that is too large to be read."""
        if isinstance(failure, TooLargeFailure):
            self._log_attempt(failure.response.status_code)
            return self._broken(failure.response, str(failure))
        if isinstance(failure, EndlessHeadersFailure):
            self._log_attempt(failure)
            return self._broken(None, str(failure))
        reason = f"{type(failure).__name__}: {failure}".removesuffix(": ")
        reason = shown(reason, self.secrets())
        self._log_attempt(reason)
        self.is_doubtful |= not was_never_sent(failure)
        error: errors.CallError
        if self.is_doubtful:
            said = f"sent, and no answer came ({reason})"
            error = self._error(errors.OutcomeUnknownError, said)
        else:
            said = f"could not connect ({reason}) {self.way_to(self.url)}"
            error = self._error(errors.ConnectError, said.strip())
        error.__cause__ = failure
        return error

    def pause_after(self, problem: errors.CallError) -> float:
        """Return the seconds until another attempt, or raise the problem when there is none."""
        is_unreadable = isinstance(problem, errors.ContractError) and problem.response is None
        came = Came(
            status=problem.status,
            retry_after=problem.retry_after,
            was_never_sent=isinstance(problem, errors.ConnectError),
            is_unreadable=is_unreadable,
            # What has no body has nothing that could be broken but the status and the headers.
            is_unconfirmed=(is_unreadable or problem.status == HTTPStatus.OK)
            and self.operation.success != HTTPStatus.OK,
        )
        known = Known(
            is_repeatable=self.operation.is_repeatable, was_just_created=self.was_just_created
        )
        pause = pause_before_next(came, known, self._tried(), self.policy)
        if pause is None:
            raise problem
        log.info("%s: again in %.2f s", self.operation, pause)
        return pause

    def warn_of_interruption(self, error: BaseException) -> None:
        """Say that a create was interrupted, if it may have been carried out: a note, and a log."""
        is_unsent = isinstance(error, errors.SettingsError) and not self.is_doubtful
        if not (self.operation.is_repeatable or is_unsent):
            said = "a create was interrupted: there may be a session to close"
            error.add_note(said)
            log.warning(said)

    def _result_of_success(self, response: Response) -> ResultT:
        try:
            if response.status_code == self.operation.success:
                self._refuse_an_id_that_is_a_secret(response)
                return self.operation.read(response)
            violation = f"{response.status_code} where it has {self.operation.success}"
        except ValueError as error:
            violation = str(error)
        raise self._broken(response, violation)

    def _refuse_an_id_that_is_a_secret(self, response: Response) -> None:
        """Raise ValueError for a new session whose id is what was sent to prove who asks.

        Ids are logged, and written into ledgers.
        """
        if not self.operation.is_repeatable:
            session_id = errors.id_in(response.content) or ""
            if masked(session_id, self.secrets()) != session_id:
                raise ValueError("the id of the session is a secret of the client's")

    def _broken(self, response: Response | None, violation: str) -> errors.ContractError:
        """Return the error of an answer that breaks the contract, and that may not be readable."""
        said = f"the answer breaks the contract: {violation}"
        session_id = None if response is None else errors.id_in(response.content)
        is_known = session_id is not None and masked(session_id, self.secrets()) == session_id
        if self.operation.is_repeatable or is_known:
            return self._error(errors.ContractError, said, response)
        return self._error(errors.LostSessionError, said, response)

    def _refusal(self, response: Response) -> errors.StatusError:
        status = 500 if response.is_server_error else response.status_code
        kind = errors.StatusError.kinds.get(status, errors.StatusError)
        # Its words come from the answer; it is given them when it has read them.
        refusal = self._error(kind, response.reason_phrase, response)
        code = "" if refusal.code is None else f" (code {refusal.code})"
        way = ""
        if response.status_code in _OF_PROXIES and (by_proxy := self.way_to(self.url)):
            way = f" ({by_proxy})"
        refusal.args = (f"{response.status_code} {refusal.message}{code}{way}",)
        return refusal

    def _error(
        self, kind: type[CallErrorT], said: str, response: Response | None = None
    ) -> CallErrorT:
        return kind(
            said,
            method=self.operation.method,
            url=self.url,
            attempts=self.attempts,
            response=response,
            secrets=self.secrets(),
        )

    def _tried(self) -> Tried:
        return Tried(attempts=self.attempts, seconds=now() - self._started)

    def _log_attempt(self, came: object) -> None:
        seconds = now() - self._attempt_started
        log.debug("%s: %s in %.3f s, attempt %d", self.operation, came, seconds, self.attempts)
