"""The sessions whose end could not be confirmed, and those whose end is still to come."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from runtime_sessions._contracts import Contract
from runtime_sessions._contracts.base import NewSession
from runtime_sessions._errors import SettingsError, StatusError
from runtime_sessions._ledger import Ledger, LedgerEntry, LedgerIntent
from runtime_sessions._log import log

#: The sessions that this process has created, by whichever client: each with where its service is.
_CREATED_HERE: set[tuple[str, str]] = set()


class Unended:
    """The ids of sessions that may still be open, as a client and all that derives from it know.

    Threads may share it: each method is one operation of a dict, and a ledger has a lock.
    """

    def __init__(self, contract: Contract, base_url: str, ledger: Ledger | None) -> None:
        self._contract = contract
        self._base_url = base_url
        self._ledger = ledger
        # A set that keeps its order.
        self._ids: dict[str, None] = {}

    def intend(self, wanted: NewSession, deadline: float | None) -> str | None:
        """Write down in the ledger, if there is one, that a create is going to be sent.

        Returns:
            The name of the intent; None without a ledger.

        Raises:
            SettingsError: It could not be written.
        """
        if self._ledger is None:
            return None
        given_up_by = None
        if deadline is not None:
            given_up_by = datetime.now(UTC) + timedelta(seconds=deadline)
        try:
            return self._ledger.intend(
                base_url=self._base_url,
                contract=self._contract.name,
                instance=wanted.instance or self._contract.instance,
                backend=wanted.backend,
                mode=wanted.mode,
                given_up_by=given_up_by,
            )
        except OSError as error:
            raise _unwritable(error) from error

    def doubt(self, intent: str | None) -> None:
        """Note that an intended create has ended, and that nobody knows what came of it."""
        now = datetime.now(UTC)
        self._about_an_intent(intent, lambda ledger, name: ledger.doubt(name, now))

    def settle(self, intent: str | None) -> None:
        """Note that nothing came of an intended create."""
        self._about_an_intent(intent, lambda ledger, name: ledger.settle(name))

    def _about_an_intent(self, intent: str | None, say: Callable[[Ledger, str], None]) -> None:
        if self._ledger is None or intent is None:
            return
        try:
            say(self._ledger, intent)
        except OSError as error:
            log.warning("what came of a create is not written into the ledger: %s", error)

    def write_down(self, session_id: str, wanted: NewSession, intent: str | None) -> None:
        """Remember that a session was created; in the ledger, if there is one.

        Raises:
            OSError: It could not be written.
        """
        _CREATED_HERE.add((self._base_url, session_id))
        if self._ledger is None:
            return
        # A file, in an event loop: it takes a moment, and nobody may come between.
        self._ledger.write(
            session_id,
            base_url=self._base_url,
            contract=self._contract.name,
            instance=wanted.instance or self._contract.instance,
            backend=wanted.backend,
            mode=wanted.mode,
            intent=intent,
        )

    @contextmanager
    def taking_up(self, session_id: str) -> Generator[None]:
        """Write a session down that is made to accept jobs again: it no longer ends by itself.

        It is struck out again where the service refuses that.

        Raises:
            SettingsError: It could not be written.
        """
        if self._ledger is None or self._is_somebodys(session_id):
            yield
            return
        try:
            self._ledger.write(
                session_id,
                base_url=self._base_url,
                contract=self._contract.name,
                instance=self._contract.instance,
                backend=None,
                mode=None,
            )
        except OSError as error:
            raise _unwritable(error) from error
        try:
            yield
        except StatusError:
            self.strike(session_id)
            raise

    def _is_somebodys(self, session_id: str) -> bool:
        """Tell whether a session is in the ledger, and its process is still there."""
        entries = self._ledger.entries() if self._ledger else ()
        session = (self._base_url, session_id)
        return any((one.base_url, one.id) == session and not one.is_left for one in entries)

    def add(self, session_id: str) -> None:
        """Note that an ending failed."""
        self._ids[session_id] = None

    def strike(self, session_id: str) -> None:
        """Note that a session has ended, or will, after all."""
        self._ids.pop(session_id, None)
        if self._ledger is None:
            return
        try:
            self._ledger.strike(session_id, base_url=self._base_url)
        except OSError as error:
            log.warning("session %s is not struck out of the ledger: %s", session_id, error)

    def is_known(self, session_id: str) -> bool:
        """Tell whether this process created a session, or one that shares the ledger."""
        session = (self._base_url, session_id)
        if session in _CREATED_HERE:
            return True
        return self._ledger is not None and self._ledger.has(session_id, base_url=self._base_url)

    def ids(self) -> tuple[str, ...]:
        """Return the ids, the oldest failure first."""
        return tuple(self._ids)

    def left(self) -> list[LedgerEntry]:
        """Return what processes that are no more have left open, of this service and instance."""
        return [one for one in self._book().entries() if one.is_left and self._is_ours(one)]

    def left_intents(self) -> list[LedgerIntent]:
        """Return the creates of processes that are no more whose answer nobody wrote down."""
        return [one for one in self._book().intents() if one.is_left and self._is_ours(one)]

    def _book(self) -> Ledger:
        if self._ledger is None:
            raise ValueError("this client has no ledger: SessionsClient(..., ledger=path)")
        return self._ledger

    def _is_ours(self, noted: LedgerEntry | LedgerIntent) -> bool:
        """Tell whether what is noted is of this service, and of an instance that can be seen."""
        # By the classic contract a token may close whatever it may see, whoever pays.
        is_seen = self._contract.name == "classic" or noted.instance == self._contract.instance
        return is_seen and noted.base_url == self._base_url


def _unwritable(error: OSError) -> SettingsError:
    return SettingsError(f"the ledger cannot be written: {error.strerror}")
