"""How calls are made: with the options of a client, over the connections it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from runtime_sessions import _operations as operations
from runtime_sessions._call import Call, created_id
from runtime_sessions._clock import pause
from runtime_sessions._errors import ContractError, SessionsError
from runtime_sessions._http import Failure, raw_options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from runtime_sessions._http import Pool
    from runtime_sessions._operations import Created, JobPage, Operation
    from runtime_sessions._retry import Retries
    from runtime_sessions_api.classic.models import Job

T = TypeVar("T")


class Caller:
    """Makes calls. Written as coroutines for both clients: over a blocking pool they never wait."""

    def __init__(self, pool: Pool, base_url: str, timeout: float, retries: Retries) -> None:
        self.pool = pool
        self.base_url = base_url
        self.timeout = timeout
        self.retries = retries

    async def send(self, operation: Operation[T], *, visible: bool = True) -> T:
        """Make a call, with retries. `visible` as `Call` has it."""
        call = Call(operation, self.base_url, self.timeout, self.retries, visible=visible)
        while True:
            request = self.pool.request(
                operation.method,
                call.url,
                timeout=call.begin(),
                params=operation.params,
                json=operation.body,
            )
            try:
                response = await self.pool.send(request)
            except Failure as failure:
                seconds = call.failed(failure)
            except BaseException:
                call.interrupted()
                raise
            else:
                wait = call.answered(response)
                if wait is None:
                    return call.result(response)
                seconds = wait
            await pause(seconds, blocking=self.pool.blocking)

    async def create(self, operation: Operation[Created]) -> Created:
        """Create a session, and cancel it when all that can be read of the answer is its id."""
        try:
            return await self.send(operation)
        except ContractError as error:
            session_id = created_id(error)
            if session_id is not None:
                try:
                    await self.send(operations.close(session_id), visible=False)
                except SessionsError as another:
                    error.add_note(f"session {session_id} was created and may be open: {another}")
                else:
                    error.add_note(f"session {session_id} was created, and cancelled")
            raise

    def pages(self, session_id: str, page_size: int) -> AsyncIterator[JobPage]:
        """Check the arguments, then iterate over the pages of jobs."""
        operations.jobs(session_id, page_size, 0)
        return self._pages(session_id, page_size)

    async def _pages(self, session_id: str, page_size: int) -> AsyncIterator[JobPage]:
        offset = 0
        while True:
            page = await self.send(operations.jobs(session_id, page_size, offset))
            yield page
            offset += len(page.jobs)
            if not page.jobs or offset >= page.count:
                return

    def jobs(self, session_id: str, page_size: int) -> AsyncIterator[Job]:
        """Check the arguments, then iterate over the jobs."""
        return _each_once(self.pages(session_id, page_size))

    def raw_options(self) -> dict[str, Any]:
        """Return the arguments of a generated client that sends through the same pool."""
        return {"base_url": self.base_url, **raw_options(self.pool, self.timeout)}


async def _each_once(pages: AsyncIterator[JobPage]) -> AsyncIterator[Job]:
    """Iterate over the jobs of pages that shift by a job whenever one is submitted meanwhile."""
    seen: set[str] = set()
    async for page in pages:
        fresh = [job for job in page.jobs if job.id not in seen]
        if not fresh:
            return
        for job in fresh:
            seen.add(job.id)
            yield job
