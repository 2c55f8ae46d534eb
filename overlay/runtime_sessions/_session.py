"""A handle on one session."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NoReturn, Self

from runtime_sessions import _operations as operations
from runtime_sessions._clock import pause, shield
from runtime_sessions._errors import SessionsError
from runtime_sessions._life import Waiting
from runtime_sessions._progress import Progress
from runtime_sessions._twins import as_sync, as_sync_iterator, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from datetime import timedelta
    from types import TracebackType

    from runtime_sessions._caller import Caller
    from runtime_sessions._http import Response
    from runtime_sessions._life import Endings
    from runtime_sessions._operations import Created, ExtendedDetails, JobPage, SessionDetails
    from runtime_sessions_api.classic.models import Job, Message

_log = logging.getLogger("runtime_sessions")


class _Handle:
    """What the two handles share.

    Attributes:
        id: The id of the session.
        messages: What the service said when it created the session; empty for one picked up.
        response: The answer to create; None for one picked up.
    """

    id: str
    messages: tuple[Message, ...]
    response: Response | None

    def __init__(
        self, caller: Caller, session_id: str, endings: Endings, created: Created | None = None
    ) -> None:
        self._caller = caller
        self._endings = endings
        self._details: SessionDetails | None = None
        # One just created may not be found for a moment: see `Call`.
        self._visible = created is None
        self.id = session_id
        self.messages = tuple(created.messages or ()) if created else ()
        self.response = created.response if created else None
        for message in self.messages:
            _log.warning("session %s: %s", session_id, message.data)

    async def _read(self) -> SessionDetails:
        self._details = await self._caller.send(operations.get(self.id), visible=self._visible)
        self._visible = True
        return self._details

    async def _update(self, *, accepting_jobs: bool) -> None:
        operation = operations.update(self.id, accepting_jobs=accepting_jobs)
        await self._caller.send(operation, visible=self._visible)

    async def _close(self) -> None:
        await self._caller.send(operations.close(self.id), visible=self._visible)

    async def _leave(self, error: BaseException | None) -> None:
        """End the session as the end of a `with` does."""
        ending = self._endings.chosen(error)
        try:
            with shield(blocking=self._caller.pool.blocking):
                if ending == "drain":
                    await self._update(accepting_jobs=False)
                elif ending == "cancel":
                    await self._close()
        except SessionsError as another:
            if error is None:
                raise
            error.add_note(f"session {self.id} may still be open: {another}")
            _log.error("session %s may still be open: %s", self.id, another)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} belongs to a client and is not pickled: take its id, and pick "
            "the session up by `client.session(id)`"
        )


class AsyncSessionHandle(_Handle):
    """A session that exists, as `create` and `session` of a client give it.

    In an `async with` it is ended on leaving: drained, or cancelled when an exception leaves it, or
    as `on_exit` and `on_error` say. An error while ending it never hides that exception; it
    becomes a note on it.

    Attributes:
        id: The id of the session.
        messages: What the service said when it created the session; empty for one picked up.
        response: The answer to create; None for one picked up.
    """

    async def details(self) -> SessionDetails:
        """Return the session as it was when last read; reads it the first time."""
        return self._details or await self._read()

    async def refresh(self) -> SessionDetails:
        """Read the session anew (contract: `getSession`)."""
        return await self._read()

    async def extended(self) -> ExtendedDetails:
        """Read the session with its owner and history (contract: `getSessionExtended`)."""
        return await self._caller.send(operations.extended(self.id), visible=self._visible)

    def pages(self, *, page_size: int = 200) -> AsyncIterator[JobPage]:
        """Iterate over the pages of its jobs, newest first, `page_size` (1 to 200) on each."""
        return self._caller.pages(self.id, page_size)

    def jobs(self, *, page_size: int = 200) -> AsyncIterator[Job]:
        """Iterate over all its jobs, newest first, `page_size` (1 to 200) read at once."""
        return self._caller.jobs(self.id, page_size)

    async def drain(self) -> None:
        """Refuse new jobs; it closes when those it has are done (contract: `updateSession`).

        The official client calls this `close()`.
        """
        await self._update(accepting_jobs=False)

    async def resume(self) -> None:
        """Accept new jobs again, if it has not closed yet (contract: `updateSession`)."""
        await self._update(accepting_jobs=True)

    async def cancel(self) -> None:
        """Close at once: queued jobs fail, a running one ends (contract: `closeSession`).

        The official client calls this `cancel()`, too.
        """
        await self._close()

    async def wait(
        self,
        until: str | Iterable[str] | Callable[[SessionDetails], bool] = ("closed", "canceled"),
        *,
        timeout: float | timedelta | None = None,  # noqa: ASYNC109 - of both twins
        progress: bool | Callable[[SessionDetails], object] = False,
    ) -> SessionDetails:
        """Wait until the session is in a state; looks after 1 s, then ever more rarely, to 30 s.

        Args:
            until: A state, several, or a function of the details that tells whether to stop.
            timeout: How long to wait, in seconds; None for as long as it takes.
            progress: True for a line in the terminal (needs the extra `rich`), or a function that
                is called with the details at each look.

        Raises:
            WaitTimeoutError: The time is up.
            SessionEndedError: The session ended in a state that is none of those.
            CallError: A look failed, with all its retries.
        """
        waiting = Waiting(self.id, until, timeout)
        with Progress(progress) as show:
            while True:
                details = await self._read()
                show(details)
                if waiting.over(details):
                    return details
                await pause(waiting.pause(details), blocking=self._caller.pool.blocking)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._leave(error)


class SessionHandle(_Handle):
    """A session that exists, as `create` and `session` of a client give it.

    In a `with` it is ended on leaving: drained, or cancelled when an exception leaves it, or as
    `on_exit` and `on_error` say. An error while ending it never hides that exception; it becomes a
    note on it.

    Attributes:
        id: The id of the session.
        messages: What the service said when it created the session; empty for one picked up.
        response: The answer to create; None for one picked up.
    """

    details = as_sync(AsyncSessionHandle.details)
    refresh = as_sync(AsyncSessionHandle.refresh)
    extended = as_sync(AsyncSessionHandle.extended)
    pages = as_sync_iterator(AsyncSessionHandle.pages)
    jobs = as_sync_iterator(AsyncSessionHandle.jobs)
    drain = as_sync(AsyncSessionHandle.drain)
    resume = as_sync(AsyncSessionHandle.resume)
    cancel = as_sync(AsyncSessionHandle.cancel)
    wait = as_sync(AsyncSessionHandle.wait)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        run(self._leave(error))
