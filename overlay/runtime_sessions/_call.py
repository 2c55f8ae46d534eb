"""How calls are made: over shared connections, again when that helps, and by a deadline."""

import logging
import math
import random
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Generic, TypeVar

from attrs import define, field, frozen
from attrs.validators import ge, gt, optional

from runtime_sessions import _errors as errors
from runtime_sessions._contracts import Contract, Job, JobPage
from runtime_sessions._http import Failure, Pool, Response, never_sent
from runtime_sessions._operations import Operation, identity
from runtime_sessions._twins import now, pause

T = TypeVar("T")

log = logging.getLogger("runtime_sessions")


@frozen(kw_only=True)
class Retries:
    """How often and how patiently a call is tried again.

    Reading, updating and closing are tried again on connection errors and on 408, 429, 500, 502
    to 504 and 520 to 524; creating only when the service certainly did nothing: no connection was
    made, or 429. Before attempt n+1 the wait is drawn evenly from 0 to `backoff` * 2**(n-1).

    Attributes:
        attempts: How often a request is made at most, the first time included.
        backoff, max_backoff: What the wait is drawn from, and the most that is, in seconds.
        max_retry_after: The longest `Retry-After` that is obeyed, in seconds.
        deadline: How long a call may take with all attempts and waits, in seconds; None: no end.
        create: Whether creating is tried again like all else, at the risk of a second session.
    """

    attempts: int = field(default=5, validator=ge(1))
    backoff: float = field(default=0.5, validator=ge(0))
    max_backoff: float = field(default=8.0, validator=ge(0))
    max_retry_after: float = field(default=60.0, validator=ge(0))
    deadline: float | None = field(default=120.0, validator=optional(gt(0)))  # type: ignore[arg-type]
    create: bool = False


@frozen
class Caller:
    """Makes calls by a contract. What is not `visible` was just created: 404 is no last word."""

    contract: Contract
    pool: Pool
    base_url: str
    timeout: float
    retries: Retries
    visible: bool = True

    async def send(self, operation: Operation[T]) -> T:
        """Make a call, with all its attempts."""
        call = _Call(operation, self, self.base_url + operation.path)
        while True:
            request = self.pool.request(operation.request, self.base_url, call.begin())
            try:
                return call.answered(await self.pool.send(request))
            except Failure as failure:
                problem = call.unanswered(failure)
            except errors.CallError as refusal:
                problem = refusal
            except BaseException as error:
                unsent = isinstance(error, errors.SettingsError) and not call.doubtful
                if not (operation.repeatable or unsent):
                    log.warning("a create was interrupted: there may be a session to close")
                raise
            await pause(call.wait(problem), blocking=self.pool.blocking)

    def pages(self, session_id: str, size: int) -> AsyncIterator[JobPage]:
        """Read page by page. A wrong argument fails here."""
        if not isinstance(size, int) or size not in range(1, 201):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"page_size is a whole number from 1 to 200, not {size!r}")
        return self._pages(identity(session_id), size)

    async def _pages(self, session_id: str, size: int) -> AsyncIterator[JobPage]:
        offset, count, jobs = 0, math.inf, True
        while jobs and offset < count:
            operation = self.contract.jobs(session_id, limit=size, offset=offset)
            page: JobPage = await self.send(operation)
            # Where there is no count, an empty page is the last.
            jobs, count = bool(page.jobs), page.count or math.inf
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


@define
class _Call(Generic[T]):
    """One call, over all its attempts. Doubtful: one may have been carried out, for all we know."""

    operation: Operation[T]
    caller: Caller
    url: str
    attempt: int = 0
    doubtful: bool = False
    started: float = field(factory=now)
    began: float = 0.0

    def begin(self) -> float:
        """Begin an attempt; returns its timeout, which the deadline may shorten."""
        self.attempt += 1
        self.began = now()
        left = (self.caller.retries.deadline or math.inf) - (self.began - self.started)
        return min(self.caller.timeout, max(left, 0.001))

    def answered(self, response: Response) -> T:
        """Return the result, or raise what is wrong with the answer."""
        status = response.status_code
        self.log(status)
        if response.is_success:
            try:
                if status == self.operation.success:
                    return self.operation.read(response)
                violation = f"{status} where it has {self.operation.success}"
            except ValueError as error:
                violation = str(error)
            made = errors.fields_of(response.content).get("id")
            lost = not (self.operation.repeatable or (isinstance(made, str) and made.strip(".")))
            broken = errors.LostSessionError if lost else errors.ContractError
            raise self.error(broken, f"the answer breaks the contract: {violation}", response)
        kind = errors.StatusError.kinds.get(500 if response.is_server_error else status)
        refusal = self.error(kind or errors.StatusError, response.reason_phrase, response)
        code = "" if refusal.code is None else f" (code {refusal.code})"
        refusal.args = (f"{status} {refusal.message}{code}",)
        # What a server that fails answers to a create tells nothing of what it did before.
        failing = response.is_server_error or status == HTTPStatus.REQUEST_TIMEOUT
        self.doubtful |= failing and not self.operation.repeatable
        if self.operation.repeatable or not self.doubtful:
            raise refusal
        text = f"it may have been carried out, or not: {refusal.args[0]}"
        raise self.error(errors.OutcomeUnknownError, text, response) from refusal

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

    def wait(self, problem: errors.CallError) -> float:
        """Return the seconds until another attempt, or raise when there is none."""
        status, retries = problem.status, self.caller.retries
        # What has no body has nothing that could be broken but the status: not confirmed.
        unconfirmed = status == HTTPStatus.OK != self.operation.success
        passing = status is None or status in errors.PASSING or unconfirmed
        undone = isinstance(problem, errors.ConnectError) or status == HTTPStatus.TOO_MANY_REQUESTS
        early = status == HTTPStatus.NOT_FOUND and not self.caller.visible
        if not (undone or early or (passing and (self.operation.repeatable or retries.create))):
            raise problem
        asked = problem.retry_after
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
        what = f"{self.operation.method} {self.operation.path}"
        log.debug("%s: %s in %.3f s, attempt %d", what, came, now() - self.began, self.attempt)
