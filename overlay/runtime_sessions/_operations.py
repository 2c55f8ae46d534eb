"""An operation of a contract: what is sent, and what its answer is read as."""

from collections.abc import Callable
from copy import copy
from typing import Any, Generic, Self, TypeVar, cast

from runtime_sessions._answers import AnswerForm
from runtime_sessions._errors import is_usable_id
from runtime_sessions._http import Response
from runtime_sessions_api.types import RequestArguments

ResultT_co = TypeVar("ResultT_co", covariant=True)


class Operation(Generic[ResultT_co]):
    """A request by a contract, and the form of its 200; without one, it is answered with 204.

    An answer is about the session that was asked for. It is not, where a connection is shared that
    should not be, or a cache stands between: the answer of another call would be taken for its own.
    """

    def __init__(
        self,
        request: RequestArguments,
        form: AnswerForm[Any] | None,
        session_id: str | None = None,
    ) -> None:
        self.request = request
        self.method = request["method"].upper()
        self.path = request["url"]
        self.success = 200 if form else 204
        #: Made twice, it does what it does once.
        self.is_repeatable = self.method != "POST"
        self._form = form
        self._session_id = session_id
        #: Who is shown an answer before it is read.
        self.watcher: Callable[[Response], object] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def watched_by(self, watcher: Callable[[Response], object]) -> Self:
        """Return the same operation, whose answers are shown to a watcher before they are read."""
        watched = copy(self)
        watched.watcher = watcher
        return watched

    def read(self, response: Response) -> ResultT_co:
        """Read an answer; a ValueError says where it breaks the contract."""
        if self.watcher is not None:
            self.watcher(response)
        if self._form is None:
            return cast("ResultT_co", None)
        result: ResultT_co = self._form.read(response)
        for session_id in self._form.sessions_in(result):
            # Without a call for each of the jobs on a page, which as a rule are of one session.
            if session_id != self._session_id:
                self._check(session_id)
        return result

    def _check(self, session_id: object) -> None:
        """Check that an answer is about the session asked for, or about one that can be used."""
        if not isinstance(session_id, str):
            return
        if self._session_id is None and not is_usable_id(session_id):
            raise ValueError(f"no session can have the id {session_id!r}")
        if self._session_id not in {None, session_id}:
            raise ValueError(f"it is about session {session_id!r}")
