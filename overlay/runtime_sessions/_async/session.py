"""Handles on one session."""

import os
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import timedelta
from typing import NoReturn, Self, TypeVar

from runtime_sessions._arguments import (
    Ending,
    Endings,
    checked_page_size,
    checked_seconds,
    is_failure,
)
from runtime_sessions._async.caller import AsyncCaller
from runtime_sessions._clock import now
from runtime_sessions._contracts import (
    Created,
    ExtendedDetails,
    Job,
    JobPage,
    PlatformDetails,
    SessionDetails,
)
from runtime_sessions._errors import CallError, NotFoundError, WaitTimeoutError
from runtime_sessions._http import Response
from runtime_sessions._log import log
from runtime_sessions._operations import Operation
from runtime_sessions._pauses import async_pause, async_to_the_end
from runtime_sessions._progress import showing
from runtime_sessions._waiting import (
    FINAL,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    StandingClock,
    goal_of,
    longer,
    with_jitter,
)
from runtime_sessions._words import shown
from runtime_sessions_api.classic.models import Message

ResultT = TypeVar("ResultT")


class AsyncSessionHandle:
    """A session that exists, as `create` and `session` of a client give it.

    In an `async with` block it is ended on leaving: drained, or cancelled when an exception leaves
    it, or as `on_exit` and `on_error` say. An error while ending it becomes a note on that
    exception.
    """

    id: str
    """The id of the session."""
    messages: tuple[Message, ...]
    """What the service said when it was created, such as a warning (classic contract)."""
    response: Response | None
    """The answer to its creation; None for a session that was picked up."""

    def __init__(
        self,
        caller: AsyncCaller,
        session_id: str,
        endings: Endings,
        created: Created | None = None,
    ) -> None:
        self._caller = caller
        self._endings = endings
        self._details: SessionDetails | None = None
        self._has_ended = False
        self._entered_in = 0
        self.id = session_id
        self.messages = ()
        self.response = None
        if created is not None:
            self._begin_with(created)

    def _begin_with(self, created: Created) -> None:
        # One just created may not be found for a moment.
        self._caller = self._caller.for_a_new_session()
        self.response = created.response
        if isinstance(created, PlatformDetails):
            self._details = created
        else:
            self.messages = tuple(created.messages or ())
        for message in self.messages:
            said = shown(message.data, self._caller.connections.secrets())
            log.warning("session %s: %s", shown(self.id), said)

    async def details(self) -> SessionDetails:
        """Return the session as it was when last read; reads it where no answer has shown it.

        Returns:
            The details by the client's contract. Times are UTC, lengths of time seconds.

        Raises:
            CallError: The session could not be read.
        """
        return self._details or await self._read()

    async def refresh(self) -> SessionDetails:
        """Read the session anew (contract: `getSession`).

        Returns:
            The details by the client's contract. Times are UTC, lengths of time seconds.

        Raises:
            CallError: The session could not be read.
        """
        return await self._read()

    async def extended(self) -> ExtendedDetails:
        """Read the session with its owner and history (classic contract: `getSessionExtended`).

        Raises:
            UnsupportedError: The client goes by another contract.
            CallError: The session could not be read.
        """
        return await self._send(self._caller.contract.extended(self.id))

    def pages(self, *, page_size: int = 200) -> AsyncIterator[JobPage]:
        """Iterate over the pages of its jobs, newest first, one at a time.

        Args:
            page_size: How many jobs are on each, 1 to 200.
        """
        return self._caller.pages(self.id, checked_page_size(page_size))

    def jobs(self, *, page_size: int = 200) -> AsyncIterator[Job]:
        """Iterate over all its jobs, each once and newest first, holding one page at a time.

        Args:
            page_size: How many are read at once, 1 to 200.
        """
        return self._caller.jobs(self.id, checked_page_size(page_size))

    async def drain(self) -> None:
        """Refuse new jobs; it closes when those it has are done (contract: `updateSession`).

        Tried until the deadline of the retries, not for some attempts.

        Raises:
            CallError: That could not be done, or is not confirmed: see the client's `unended`.
        """
        with self._told_if_open():
            await self._end("drain")

    async def cancel(self) -> None:
        """Close at once: queued jobs fail, a running one ends (contract: `closeSession`).

        Tried until the deadline of the retries, not for some attempts.

        Raises:
            CallError: That could not be done, or is not confirmed: see the client's `unended`.
        """
        with self._told_if_open():
            await self._end("cancel")

    async def wait(
        self,
        until: str | Iterable[str] | Callable[[SessionDetails], object] = FINAL,
        *,
        timeout: float | timedelta | None = None,  # noqa: ASYNC109 - of both halves
        progress: bool | Callable[[SessionDetails], object] = False,
    ) -> SessionDetails:
        """Wait until the session is in a state; looks after 1 s, then ever more rarely, to 30 s.

        Args:
            until: A state, several, or a function of the details; closed or cancelled if not given.
            timeout: How long to wait, in seconds; None for as long as it takes.
            progress: True for a line in the terminal (extra `rich`), or a function of each look.

        Returns:
            The details as they were at the last look.

        Raises:
            WaitTimeoutError: The time is up, or it is an emulator's, and stands still.
            SessionEndedError: The session ended in a state that is none of those.
            CallError: A look failed, with all its retries.
        """
        goal = goal_of(until)
        limit = None if timeout is None else checked_seconds("timeout", timeout)
        started = now()
        pause = FIRST_PAUSE
        clock = StandingClock(self.id)
        with showing(progress) as show:
            while True:
                details = await self._read(watcher=clock.look_at)
                show(details)
                if goal.is_reached(details):
                    return details
                goal.check_reachable(details)
                left = LONGEST_PAUSE if limit is None else limit - (now() - started)
                if left <= 0:
                    state = shown(str(details.state))
                    raise WaitTimeoutError(f"session {shown(self.id)} is {state} after {limit} s")
                await async_pause(min(with_jitter(pause), left))
                pause = longer(pause)

    async def __aenter__(self) -> Self:
        self._entered_in = os.getpid()
        return self

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        # A process that was forked inside of the block has its end before it, too.
        if self._entered_in == os.getpid():
            await self._leave(error)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} is not pickled: pick it up by `client.session({self.id!r})`")

    async def _send(self, operation: Operation[ResultT]) -> ResultT:
        result = await self._caller.send(operation)
        self._caller = self._caller.for_a_known_session()
        return result

    async def _read(self, watcher: Callable[[Response], object] | None = None) -> SessionDetails:
        operation: Operation[SessionDetails] = self._caller.contract.get(self.id)
        if watcher is not None:
            operation = operation.watched_by(watcher)
        details = await self._send(operation)
        self._details = details
        if details.state in FINAL:
            self._caller.unended.strike(self.id)
        return details

    async def _end(self, ending: Ending) -> None:
        """End the session; where no answer confirms it, see whether it has ended all the same."""
        contract = self._caller.contract
        operation = {
            "drain": contract.update(self.id, accepting_jobs=False),
            "cancel": contract.close(self.id),
        }[ending]
        try:
            await self._caller.for_an_ending().send(operation)
        except CallError as failure:
            if not await self._is_seen_to_end(ending, failure):
                raise
            log.info("session %s ended, as its details show: %s", shown(self.id), failure)
        self._caller = self._caller.for_a_known_session()
        self._caller.unended.strike(self.id)
        self._has_ended = True

    async def _is_seen_to_end(self, ending: Ending, failure: CallError) -> bool:
        """Tell whether the details show that an ending was carried out, which has failed."""
        if failure.status is None or isinstance(failure, NotFoundError):
            return False
        try:
            details = await self._read()
        except CallError:
            return False
        is_draining = details.accepting_jobs is False
        return details.state in FINAL or (ending == "drain" and is_draining)

    async def _end_block(self, ending: Ending) -> None:
        """End the session as a block does: one that cannot be drained is ended as by an error."""
        if ending == "leave":
            # On purpose: it is nobody's to end.
            self._caller.unended.strike(self.id)
            return
        try:
            await self._end(ending)
        except CallError as failure:
            is_reached = failure.status is not None and not isinstance(failure, NotFoundError)
            if (ending, self._endings.on_error) != ("drain", "cancel") or not is_reached:
                raise
            # What fails in this is handled in there: a failure raised while it is would be the
            # context of itself, and whoever follows what an error came of would never end.
            if await self._can_be_cancelled():
                said = f"session {shown(self.id)} was cancelled, for it could not be drained"
                failure.add_note(said)
            raise

    async def _can_be_cancelled(self) -> bool:
        """Cancel the session, and tell whether that could be done."""
        try:
            await self._end("cancel")
        except CallError:
            return False
        return True

    async def _leave(self, error: BaseException | None) -> None:
        """End the session, whoever cancels meanwhile; a failure is a note on what went before."""
        ending = self._endings.after(error)
        try:
            with self._told_if_open():
                interruption = await async_to_the_end(
                    self._end_block, ending, self._endings.on_error
                )
        except Exception as failure:
            if error is None or not is_failure(error):
                raise
            error.add_note(f"session {shown(self.id)} may still be open: {failure}")
            return
        if interruption is not None:
            raise interruption

    @contextmanager
    def _told_if_open(self) -> Generator[None]:
        """Tell of the session whose ending fails, whatever the reason: it may cost for hours."""
        self._has_ended = False
        try:
            yield
        except BaseException as failure:
            if not self._has_ended:
                self._tell(failure)
            raise

    def _tell(self, failure: BaseException) -> None:
        was_never_seen = isinstance(failure, NotFoundError) and self.response is None
        if was_never_seen:
            return
        self._caller.unended.add(self.id)
        said = f"session {shown(self.id)} may still be open"
        failure.add_note(said)
        log.error("%s: %s", said, str(failure) or type(failure).__name__)
