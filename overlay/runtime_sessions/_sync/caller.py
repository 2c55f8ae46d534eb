# Written by codegen/unasync.py from _async/caller.py: edit that one, and `make generate`.
"""Calls: made over shared connections, again when that helps, and by a deadline."""

from collections.abc import Iterator
from typing import TypeVar

from attrs import evolve, frozen

from runtime_sessions._call import Call
from runtime_sessions._contracts import Contract, Job, JobPage
from runtime_sessions._errors import CallError
from runtime_sessions._http import RequestFailure
from runtime_sessions._operations import Operation
from runtime_sessions._pauses import sync_pause
from runtime_sessions._retries import Retries, for_an_ending
from runtime_sessions._sync.connections import Connections
from runtime_sessions._unended import Unended

ResultT = TypeVar("ResultT")


@frozen
class Caller:
    """Makes calls by a contract.

    Attributes:
        contract: The contract.
        connections: What the calls go over.
        base_url: Where the service is.
        timeout: How long each step of an attempt may take, in seconds.
        retries: When a call is tried again.
        unended: The sessions that may still be open.
        was_just_created: Whether the session in question was just created, and may not be found
            for a moment.
    """

    contract: Contract
    connections: Connections
    base_url: str
    timeout: float
    retries: Retries
    unended: Unended
    was_just_created: bool = False

    def for_a_new_session(self) -> "Caller":
        """Return a caller for a session that was just created."""
        return evolve(self, was_just_created=True)

    def for_a_known_session(self) -> "Caller":
        """Return a caller for a session that the service was seen to know."""
        return evolve(self, was_just_created=False) if self.was_just_created else self

    def for_an_ending(self) -> "Caller":
        """Return a caller that does not give up before the deadline."""
        return evolve(self, retries=for_an_ending(self.retries))

    def send(self, operation: Operation[ResultT]) -> ResultT:
        """Make a call, with all its attempts."""
        call = Call(
            operation,
            self.base_url + operation.path,
            self.timeout,
            self.retries,
            self.was_just_created,
            self.connections.secrets,
            self.connections.way_to,
        )
        while True:
            timeout = call.begin_attempt()
            request = self.connections.request(operation.request, self.base_url, timeout)
            try:
                response = self.connections.send(request, call.left())
                return call.result_of(response)
            except RequestFailure as failure:
                problem = call.error_of(failure)
            except CallError as refusal:
                problem = refusal
            except BaseException as error:
                call.warn_of_interruption(error)
                raise
            sync_pause(call.pause_after(problem))

    def pages(self, session_id: str, page_size: int) -> Iterator[JobPage]:
        """Read the pages of a session's jobs, one after the other."""
        offset = 0
        while True:
            operation: Operation[JobPage] = self.contract.jobs(
                session_id, limit=page_size, offset=offset
            )
            page = self.send(operation)
            yield page
            offset += len(page.jobs)
            # Where there is no count, an empty page is the last.
            is_last = not page.jobs or (page.count and offset >= page.count)
            if is_last:
                return

    def jobs(self, session_id: str, page_size: int) -> Iterator[Job]:
        """Read the jobs of a session, each once.

        Whenever a job is submitted meanwhile, the others move on by one, to later pages.
        """
        seen: set[str] = set()
        for page in self.pages(session_id, page_size):
            for job in page.jobs:
                if job.id not in seen:
                    seen.add(job.id)
                    yield job
