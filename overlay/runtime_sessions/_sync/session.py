# Written by codegen/unasync.py from _async/session.py: edit that one, and `make generate`.
"""Handles on one session."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import NoReturn, Self, TypeVar

from runtime_sessions._arguments import (
    Ending,
    Endings,
    checked_page_size,
    checked_seconds,
)
from runtime_sessions._clock import now
from runtime_sessions._contracts import (
    Created,
    ExtendedDetails,
    Job,
    JobPage,
    PlatformDetails,
    SessionDetails,
)
from runtime_sessions._errors import WaitTimeoutError
from runtime_sessions._http import Response
from runtime_sessions._log import log
from runtime_sessions._operations import Operation
from runtime_sessions._pauses import sync_pause, sync_shield
from runtime_sessions._progress import shown
from runtime_sessions._sync.caller import Caller
from runtime_sessions._waiting import (
    FINAL,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    goal_of,
    longer,
    with_jitter,
)
from runtime_sessions_api.classic.models import Message

ResultT = TypeVar("ResultT")


class SessionHandle:
    """A session that exists, as `create` and `session` of a client give it.

    In a `with` block it is ended on leaving: drained, or cancelled when an exception leaves
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
        caller: Caller,
        session_id: str,
        endings: Endings,
        created: Created | None = None,
    ) -> None:
        self._caller = caller
        self._endings = endings
        self._details: SessionDetails | None = None
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
            log.warning("session %s: %s", self.id, message.data)

    def details(self) -> SessionDetails:
        """Return the session as it was when last read; reads it where no answer has shown it.

        Returns:
            The details by the client's contract. Times are UTC, lengths of time seconds.

        Raises:
            CallError: The session could not be read.
        """
        return self._details or self._read()

    def refresh(self) -> SessionDetails:
        """Read the session anew (contract: `getSession`).

        Returns:
            The details by the client's contract. Times are UTC, lengths of time seconds.

        Raises:
            CallError: The session could not be read.
        """
        return self._read()

    def extended(self) -> ExtendedDetails:
        """Read the session with its owner and history (classic contract: `getSessionExtended`).

        Raises:
            UnsupportedError: The client goes by another contract.
            CallError: The session could not be read.
        """
        return self._send(self._caller.contract.extended(self.id))

    def pages(self, *, page_size: int = 200) -> Iterator[JobPage]:
        """Iterate over the pages of its jobs, newest first, one at a time.

        Args:
            page_size: How many jobs are on each, 1 to 200.
        """
        return self._caller.pages(self.id, checked_page_size(page_size))

    def jobs(self, *, page_size: int = 200) -> Iterator[Job]:
        """Iterate over all its jobs, each once and newest first, holding one page at a time.

        Args:
            page_size: How many are read at once, 1 to 200.
        """
        return self._caller.jobs(self.id, checked_page_size(page_size))

    def drain(self) -> None:
        """Refuse new jobs; it closes when those it has are done (contract: `updateSession`).

        Raises:
            CallError: That could not be done, or is not confirmed.
        """
        self._end("drain")

    def cancel(self) -> None:
        """Close at once: queued jobs fail, a running one ends (contract: `closeSession`).

        Raises:
            CallError: That could not be done, or is not confirmed.
        """
        self._end("cancel")

    def wait(
        self,
        until: str | Iterable[str] | Callable[[SessionDetails], object] = FINAL,
        *,
        timeout: float | timedelta | None = None,
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
            WaitTimeoutError: The time is up.
            SessionEndedError: The session ended in a state that is none of those.
            CallError: A look failed, with all its retries.
        """
        goal = goal_of(until)
        limit = None if timeout is None else checked_seconds("timeout", timeout)
        started = now()
        pause = FIRST_PAUSE
        with shown(progress) as show:
            while True:
                details = self._read()
                show(details)
                if goal.is_reached(details):
                    return details
                goal.check_reachable(details)
                left = LONGEST_PAUSE if limit is None else limit - (now() - started)
                if left <= 0:
                    raise WaitTimeoutError(f"session {self.id} is {details.state} after {limit} s")
                sync_pause(min(with_jitter(pause), left))
                pause = longer(pause)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._leave(error)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} is not pickled: pick it up by `client.session({self.id!r})`")

    def _send(self, operation: Operation[ResultT]) -> ResultT:
        result = self._caller.send(operation)
        self._caller = self._caller.for_a_known_session()
        return result

    def _read(self) -> SessionDetails:
        operation: Operation[SessionDetails] = self._caller.contract.get(self.id)
        details = self._send(operation)
        self._details = details
        return details

    def _end(self, ending: Ending) -> None:
        contract = self._caller.contract
        if ending == "drain":
            self._send(contract.update(self.id, accepting_jobs=False))
        elif ending == "cancel":
            self._send(contract.close(self.id))

    def _leave(self, error: BaseException | None) -> None:
        """End the session, whoever cancels meanwhile; a failure is a note on what went before."""
        try:
            with sync_shield():
                self._end(self._endings.after(error))
        except Exception as failure:
            if error is None:
                raise
            error.add_note(f"session {self.id} may still be open: {failure}")
            log.error("session %s may still be open: %s", self.id, failure)
