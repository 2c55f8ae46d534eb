"""The sessions whose end could not be confirmed, and those whose end is still to come."""

from runtime_sessions._contracts import Contract
from runtime_sessions._contracts.base import NewSession
from runtime_sessions._ledger import Ledger, LedgerEntry
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

    def write_down(self, session_id: str, wanted: NewSession) -> None:
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
        )

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
        entries = self._ledger.entries() if self._ledger else ()
        return any((entry.base_url, entry.id) == session for entry in entries)

    def ids(self) -> tuple[str, ...]:
        """Return the ids, the oldest failure first."""
        return tuple(self._ids)

    def left(self) -> list[LedgerEntry]:
        """Return what processes that are no more have left open, of this service and instance."""
        if self._ledger is None:
            raise ValueError("this client has no ledger: SessionsClient(..., ledger=path)")
        # By the classic contract a token may close whatever it may see, whoever pays.
        payers = {self._contract.instance} if self._contract.name == "platform" else None
        return [
            entry
            for entry in self._ledger.entries()
            if entry.is_left
            and entry.base_url == self._base_url
            and (payers is None or entry.instance in payers)
        ]
