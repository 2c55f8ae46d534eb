# Written by codegen/unasync.py from _async/listing.py: edit that one, and `make generate`.
"""The sessions of an account, as its list shows them."""

from collections.abc import Iterator

from attrs import asdict, field, frozen

from runtime_sessions._arguments import Ending, checked_endings
from runtime_sessions._contracts.platform import WorkloadPage
from runtime_sessions._ledger import LedgerIntent
from runtime_sessions._listing import LARGEST_LISTING, NOT_ENDED, Summary, Wanted
from runtime_sessions._lost import LostCreate, UnansweredCreate, clock_of, unanswered_among
from runtime_sessions._operations import Operation
from runtime_sessions._sync.caller import Caller
from runtime_sessions._sync.session import SessionHandle


@frozen(kw_only=True)
class ListedSession(Summary):
    """A session as the list shows it, which gives a handle. Times are UTC."""

    _caller: Caller = field(alias="caller", repr=False, eq=False)

    def session(self, *, on_exit: Ending = "drain", on_error: Ending = "cancel") -> SessionHandle:
        """Pick the session up. Makes no call.

        Args:
            on_exit: What a `with` does at its end: "drain", "cancel" or "leave" the session.
            on_error: The same, when an exception ends it.

        Returns:
            A handle on the session.
        """
        return SessionHandle(self._caller, self.id, checked_endings(on_exit, on_error))


def listed(
    caller: Caller, wanted: Wanted, first: Operation[WorkloadPage], page_size: int
) -> Iterator[ListedSession]:
    """Read the list of sessions, each once, holding one page at a time."""
    seen: set[str] = set()
    cursors: list[str] = []
    operation = first
    while True:
        page = caller.send(operation)
        for summary in page.summaries():
            if summary.id not in seen:
                seen.add(summary.id)
                yield ListedSession(caller=caller, **asdict(summary))
        if page.next_cursor is None:
            return
        cursors.append(page.next_cursor)
        operation = caller.contract.sessions(wanted, limit=page_size, cursors=cursors)


def candidates(
    caller: Caller, lost: LostCreate, first: Operation[WorkloadPage]
) -> Iterator[ListedSession]:
    """Look for what a create may have made whose answer was lost. The first answer has the time."""
    clock = clock_of((caller.send(first)).response.headers)
    wanted = lost.wanted(clock)
    operation = caller.contract.sessions(wanted, limit=LARGEST_LISTING, cursors=())
    for session in listed(caller, wanted, operation, LARGEST_LISTING):
        if not caller.unended.is_known(session.id):
            yield session


def unanswered(
    caller: Caller, intents: list[LedgerIntent], first: Operation[WorkloadPage]
) -> tuple[UnansweredCreate, ...]:
    """Look for what creates may have made that a ledger has as intents, and that may still cost."""
    clock = clock_of((caller.send(first)).response.headers)
    wanted = Wanted(states=NOT_ENDED)
    operation = caller.contract.sessions(wanted, limit=LARGEST_LISTING, cursors=())
    every = listed(caller, wanted, operation, LARGEST_LISTING)
    found = [session for session in every if not caller.unended.is_known(session.id)]
    return tuple(unanswered_among(intent, found, clock) for intent in intents)
