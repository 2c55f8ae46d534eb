"""How calls are made: over shared connections, again when that helps, and by a deadline."""

from __future__ import annotations

import logging
import math
import random
from http import HTTPStatus
from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

from runtime_sessions import _errors as errors
from runtime_sessions import _operations as operations
from runtime_sessions._http import Failure, never_sent
from runtime_sessions._twins import now, pause

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from runtime_sessions._http import Pool, Response
    from runtime_sessions._operations import Created, JobPage, Operation
    from runtime_sessions_api.classic.models import Job

T = TypeVar("T")

log = logging.getLogger("runtime_sessions")

# What a service or a gateway answers for a while and then no longer.
_PASSING = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})


@frozen(kw_only=True)
class Retries:
    """How often and how patiently a call is tried again.

    Reading, updating and closing are tried again on connection errors and on 408, 429, 500, 502
    to 504 and 520 to 524. Creating is tried again only when the service certainly did nothing: no
    connection was made, or 429.

    Attributes:
        attempts: How often a request is made at most, the first time included.
        backoff: Before attempt n+1 the wait is drawn evenly from 0 to `backoff` * 2**(n-1)
            seconds ("full jitter").
        max_backoff: The longest such wait, in seconds.
        max_retry_after: The longest `Retry-After` that is obeyed, in seconds; when the service asks
            for more, the call fails at once.
        deadline: How long a call may take with all attempts and waits, in seconds; None for no end.
        create: Whether creating is tried again like all else, at the risk of a second session.
    """

    attempts: int = 5
    backoff: float = 0.5
    max_backoff: float = 8.0
    max_retry_after: float = 60.0
    deadline: float | None = 120.0
    create: bool = False

    def __attrs_post_init__(self) -> None:
        least = {"attempts": 1, "backoff": 0, "max_backoff": 0, "max_retry_after": 0}
        for name, value in least.items():
            if getattr(self, name) < value:
                raise ValueError(f"{name} is {value} or more, not {getattr(self, name)}")
        if self.deadline is not None and self.deadline <= 0:
            raise ValueError(f"deadline is above 0, or None, not {self.deadline}")


class Caller:
    """Makes calls, for a client and the handles that come from it."""

    def __init__(self, pool: Pool, base_url: str, timeout: float, retries: Retries | None) -> None:
        self.pool = pool
        self.base_url = base_url
        self.timeout = timeout
        self.retries = retries or Retries(attempts=1)

    async def send(self, operation: Operation[T], *, visible: bool = True) -> T:
        """Make a call. A 404 is worth another attempt for a session that is not `visible` yet."""
        call = _Call(operation, self, visible=visible)
        while True:
            request = self.pool.request(operation, call.url, call.begin())
            try:
                response = await self.pool.send(request)
            except Failure as failure:
                problem = call.unanswered(failure)
            except BaseException:
                if not operation.repeatable:
                    log.warning("a create was interrupted: there may be a session to close")
                raise
            else:
                answer = call.answered(response)
                if not isinstance(answer, errors.CallError):
                    return answer
                problem = answer
            await pause(call.wait(problem), blocking=self.pool.blocking)

    async def create(self, operation: Operation[Created]) -> Created:
        """Create a session, and cancel it when all that can be read of the answer is its id."""
        try:
            return await self.send(operation)
        except errors.ContractError as error:
            session_id = error.response and created_id(error.response)
            if session_id:
                fate = "cancelled"
                try:
                    await self.send(operations.close(session_id), visible=False)
                except errors.SessionsError as another:
                    fate = f"may be open: {another}"
                error.add_note(f"session {session_id} was created, and {fate}")
            raise

    def pages(self, session_id: str, size: int, *, visible: bool = True) -> AsyncIterator[JobPage]:
        operations.jobs(session_id, size, 0)  # a wrong argument fails here
        return self._pages(session_id, size, visible)

    async def _pages(self, session_id: str, size: int, visible: bool) -> AsyncIterator[JobPage]:  # noqa: FBT001
        offset, page = 0, None
        while page is None or (page.jobs and offset < page.count):
            page = await self.send(operations.jobs(session_id, size, offset), visible=visible)
            offset += len(page.jobs)
            yield page

    async def each_job(self, pages: AsyncIterator[JobPage]) -> AsyncIterator[Job]:
        # Whenever a job is submitted meanwhile, the others move on by one, to later pages.
        seen: set[str] = set()
        async for page in pages:
            for job in page.jobs:
                if job.id not in seen:
                    seen.add(job.id)
                    yield job


class _Call(Generic[T]):
    """One call, over all its attempts."""

    def __init__(self, operation: Operation[T], caller: Caller, *, visible: bool) -> None:
        self.operation = operation
        self.caller = caller
        self.visible = visible
        self.url = caller.base_url + operation.path
        self.attempt = 0
        self.started = self.began = now()
        # Whether an attempt so far may have been carried out without our knowing.
        self.doubtful = False

    def begin(self) -> float:
        """Begin an attempt; returns its timeout, which the deadline may shorten."""
        self.attempt += 1
        self.began = now()
        left = (self.caller.retries.deadline or math.inf) - (self.began - self.started)
        return min(self.caller.timeout, max(left, 0.001))

    def answered(self, response: Response) -> T | errors.CallError:
        """Return the result, or what is wrong with the answer."""
        status = response.status_code
        self.log(status)
        if status == self.operation.success:
            try:
                return self.operation.read(response)
            except ValueError as violation:
                return self.broken(response, str(violation))
        if response.is_success:
            return self.broken(response, f"{status} where it has {self.operation.success}")
        kind = errors.STATUS_ERRORS.get(status, errors.StatusError)
        refusal = self.error(kind, response.reason_phrase, response)
        code = "" if refusal.code is None else f" (code {refusal.code})"
        refusal.args = (f"{status} {refusal.message}{code}",)
        if self.operation.repeatable:
            return refusal
        # What a server that fails answers to a create tells nothing of what it did before.
        self.doubtful |= response.is_server_error or status == HTTPStatus.REQUEST_TIMEOUT
        if not self.doubtful:
            return refusal
        text = f"it may have been carried out, or not: {refusal.args[0]}"
        unknown = self.error(errors.OutcomeUnknownError, text, response)
        unknown.__cause__ = refusal
        return unknown

    def unanswered(self, failure: Failure) -> errors.CallError:
        """Return what it means that no answer came."""
        reason = f"{type(failure).__name__}: {failure}".removesuffix(": ")
        self.log(reason)
        self.doubtful |= not never_sent(failure)
        kind = errors.OutcomeUnknownError if self.doubtful else errors.ConnectError
        what = "sent, and no answer came" if self.doubtful else "could not connect"
        error = self.error(kind, f"{what} ({reason})")
        error.__cause__ = failure
        return error

    def broken(self, response: Response, text: str) -> errors.ContractError:
        """Make the error of an answer that breaks the contract."""
        lost = not self.operation.repeatable and created_id(response) is None
        kind = errors.LostSessionError if lost else errors.ContractError
        return self.error(kind, f"the answer breaks the contract: {text}", response)

    def wait(self, problem: errors.CallError) -> float:
        """Return the seconds until another attempt, or raise when there is none."""
        status, retries = problem.status, self.caller.retries
        # What has no body has nothing that could be broken but the status: not confirmed.
        unconfirmed = status == HTTPStatus.OK != self.operation.success
        passing = status is None or status in _PASSING or unconfirmed
        undone = isinstance(problem, errors.ConnectError) or status == HTTPStatus.TOO_MANY_REQUESTS
        early = status == HTTPStatus.NOT_FOUND and not self.visible
        if not (undone or early or (passing and (self.operation.repeatable or retries.create))):
            raise problem
        asked = errors.retry_after_of(problem.response)
        # Jitter is added to what is asked, too: others were told the same time.
        longest = retries.backoff * 2.0 ** (min(self.attempt, 64) - 1 if asked is None else 0)
        wait = (asked or 0.0) + random.uniform(0, min(longest, retries.max_backoff))  # noqa: S311
        late = now() + wait >= self.started + (retries.deadline or math.inf)
        if late or self.attempt >= retries.attempts or (asked or 0.0) > retries.max_retry_after:
            raise problem
        log.info("%s %s: again in %.2f s", self.operation.method, self.operation.path, wait)
        return wait

    def error(
        self, kind: type[errors.CallErrorT], text: str, response: Response | None = None
    ) -> errors.CallErrorT:
        method = self.operation.method
        return kind(text, method=method, url=self.url, attempts=self.attempt, response=response)

    def log(self, came: object) -> None:
        if log.isEnabledFor(logging.DEBUG):
            duration, method, path = now() - self.began, self.operation.method, self.operation.path
            log.debug("%s %s: %s in %.3f s, attempt %d", method, path, came, duration, self.attempt)


def created_id(response: Response) -> str | None:
    """Find the id of a created session in an answer that breaks the contract elsewhere."""
    found = errors.fields_of(errors.json_of(response.content)).get("id")
    return found if isinstance(found, str) and found.strip(".") else None
