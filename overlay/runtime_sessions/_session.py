"""Handles on one session."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Literal, NoReturn, Self, TypeVar, get_args

from attrs import evolve

from runtime_sessions._call import Caller, log
from runtime_sessions._contracts import Created, ExtendedDetails, Job, JobPage, SessionDetails
from runtime_sessions._errors import SessionEndedError, WaitTimeoutError
from runtime_sessions._http import Response
from runtime_sessions._operations import Operation, seconds, text
from runtime_sessions._twins import as_sync, as_sync_iterator, now, pause, run, shield
from runtime_sessions_api.classic.models import Message

T = TypeVar("T")
Ending = Literal["drain", "cancel", "leave"]
Endings = tuple[Ending, Ending]

_FINAL = frozenset({"closed", "canceled"})
_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 1.0, 1.5, 30.0


class _Handle:
    """What the two share: `id`, what create said, as `messages`, and its `response`, or None."""

    def __init__(
        self, caller: Caller, session_id: str, ends: Endings, created: Created | None = None
    ) -> None:
        # One just created may not be found for a moment.
        self._caller = evolve(caller, visible=False) if created else caller
        self._ends = ends
        known = created if isinstance(created, SessionDetails) else None
        self._details: SessionDetails | None = known
        self.id = session_id
        self.messages: tuple[Message, ...] = tuple(getattr(created, "messages", None) or ())
        self.response: Response | None = created.response if created else None
        for message in self.messages:
            log.warning("session %s: %s", session_id, message.data)

    async def _send(self, operation: Operation[T]) -> T:
        result = await self._caller.send(operation)
        if not self._caller.visible:
            self._caller = evolve(self._caller, visible=True)
        return result

    async def _read(self) -> SessionDetails:
        details: SessionDetails = await self._send(self._caller.contract.get(self.id))
        self._details = details
        return details

    async def _end(self, ending: Ending) -> None:
        if ending == "drain":
            await self._send(self._caller.contract.update(self.id, accepting_jobs=False))
        elif ending == "cancel":
            await self._send(self._caller.contract.close(self.id))

    async def _leave(self, error: BaseException | None) -> None:
        try:
            with shield(blocking=self._caller.pool.blocking):
                await self._end(self._ends[error is not None])
        except Exception as another:
            if error is None:
                raise
            error.add_note(f"session {self.id} may still be open: {another}")
            log.error("session %s may still be open: %s", self.id, another)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} is not pickled: pick it up by `client.session({self.id!r})`")


class AsyncSessionHandle(_Handle):
    """A session that exists, as `create` and `session` of a client give it.

    In an `async with` it is ended on leaving: drained, or cancelled when an exception leaves it, or
    as `on_exit` and `on_error` say. An error while ending it becomes a note on that exception.
    """

    async def details(self) -> SessionDetails:
        """Return the session as it was when last read; reads it where no answer has shown it."""
        return self._details or await self._read()

    async def refresh(self) -> SessionDetails:
        """Read the session anew (contract: `getSession`)."""
        return await self._read()

    async def extended(self) -> ExtendedDetails:
        """Read the session with its owner and history (classic contract: `getSessionExtended`)."""
        return await self._send(self._caller.contract.extended(self.id))

    def pages(self, *, page_size: int = 200) -> AsyncIterator[JobPage]:
        """Iterate over the pages of its jobs, newest first, `page_size` (1 to 200) on each."""
        return self._caller.pages(self.id, page_size)

    def jobs(self, *, page_size: int = 200) -> AsyncIterator[Job]:
        """Iterate over all its jobs, newest first, `page_size` (1 to 200) read at once."""
        return self._caller.each_job(self._caller.pages(self.id, page_size))

    async def drain(self) -> None:
        """Refuse new jobs; it closes when those it has are done (contract: `updateSession`)."""
        await self._end("drain")

    async def cancel(self) -> None:
        """Close at once: queued jobs fail, a running one ends (contract: `closeSession`)."""
        await self._end("cancel")

    async def wait(
        self,
        until: str | Iterable[str] | Callable[[SessionDetails], object] = tuple(_FINAL),
        *,
        timeout: float | timedelta | None = None,  # noqa: ASYNC109 - of both twins
        progress: bool | Callable[[SessionDetails], object] = False,
    ) -> SessionDetails:
        """Wait until the session is in a state; looks after 1 s, then ever more rarely, to 30 s.

        Args:
            until: A state, several, or a function of the details; closed or cancelled if not given.
            timeout: How long to wait, in seconds; None for as long as it takes.
            progress: True for a line in the terminal (extra `rich`), or a function of each look.

        Raises:
            WaitTimeoutError: The time is up.
            SessionEndedError: The session ended in a state that is none of those.
            CallError: A look failed, with all its retries.
        """
        states = () if callable(until) else (until,) if isinstance(until, str) else tuple(until)
        for state in () if callable(until) else states or ("",):
            text("until", state)
        limit = None if timeout is None else seconds("timeout", timeout)
        started, longest = now(), _FIRST_PAUSE
        with ExitStack() as stack:
            show = _line(stack) if progress is True else progress or None
            while True:
                details = await self._read()
                if show:
                    show(details)
                if until(details) if callable(until) else details.state in states:
                    return details
                if states and details.state in _FINAL:
                    wanted = " or ".join(states)
                    raise SessionEndedError(f"session {self.id} is {details.state}, never {wanted}")
                left = _LONGEST_PAUSE if limit is None else limit - (now() - started)
                if left <= 0:
                    raise WaitTimeoutError(f"session {self.id} is {details.state} after {limit} s")
                wait = random.uniform(longest / 2, longest)  # noqa: S311 - jitter is no secret
                await pause(min(wait, left), blocking=self._caller.pool.blocking)
                longest = min(longest * _GROWTH, _LONGEST_PAUSE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        await self._leave(error)


class SessionHandle(_Handle):
    """A session that exists, as `AsyncSessionHandle` has it, for a `with` without `async`."""

    details = as_sync(AsyncSessionHandle.details)
    refresh = as_sync(AsyncSessionHandle.refresh)
    extended = as_sync(AsyncSessionHandle.extended)
    pages = as_sync_iterator(AsyncSessionHandle.pages)
    jobs = as_sync_iterator(AsyncSessionHandle.jobs)
    drain = as_sync(AsyncSessionHandle.drain)
    cancel = as_sync(AsyncSessionHandle.cancel)
    wait = as_sync(AsyncSessionHandle.wait)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        run(self._leave(error))


def endings(on_exit: Ending, on_error: Ending) -> Endings:
    text("on_exit", on_exit, [*get_args(Ending)])
    text("on_error", on_error, [*get_args(Ending)])
    return on_exit, on_error


def _line(stack: ExitStack) -> Callable[[SessionDetails], object]:
    try:
        from rich.status import Status  # noqa: PLC0415 - an extra
    except ImportError:
        raise ImportError("progress=True needs rich: pip install runtime-sessions[rich]") from None
    line = stack.enter_context(Status("reading the session ..."))
    return lambda details: line.update(
        f"session {details.id}: {details.state or 'in a state that is not said'}"
        + _ends_by(details)
        + (", takes no more jobs" if details.accepting_jobs is False else "")
    )


def _ends_by(details: SessionDetails) -> str:
    """When a session closes at the latest, if its time runs: the first job's start and max TTL."""
    started, ttl = details.started_at, details.max_ttl
    if details.state in {"closed", "canceled"} or not isinstance(started, datetime):
        return ""
    if not isinstance(ttl, int | float):
        return ""
    return f", closes by {started + timedelta(seconds=ttl):%Y-%m-%d %H:%M:%S} UTC"
