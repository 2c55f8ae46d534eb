"""The sessions of an account, as its list shows them."""

from collections.abc import AsyncIterator

from attrs import asdict, field, frozen

from runtime_sessions._arguments import Ending, checked_endings
from runtime_sessions._async.caller import AsyncCaller
from runtime_sessions._async.session import AsyncSessionHandle
from runtime_sessions._contracts.platform import WorkloadPage
from runtime_sessions._ledger import LedgerIntent
from runtime_sessions._listing import LARGEST_LISTING, NOT_ENDED, Summary, Wanted
from runtime_sessions._lost import LostCreate, UnansweredCreate, clock_of, unanswered_among
from runtime_sessions._operations import Operation


@frozen(kw_only=True)
class AsyncListedSession(Summary):
    """A session as the list shows it, which gives a handle. Times are UTC."""

    _caller: AsyncCaller = field(alias="caller", repr=False, eq=False)

    def session(
        self, *, on_exit: Ending = "drain", on_error: Ending = "cancel"
    ) -> AsyncSessionHandle:
        """Pick the session up. Makes no call.

        Args:
            on_exit: What a `with` does at its end: "drain", "cancel" or "leave" the session.
            on_error: The same, when an exception ends it.

        Returns:
            A handle on the session.
        """
        return AsyncSessionHandle(self._caller, self.id, checked_endings(on_exit, on_error))


async def listed(
    caller: AsyncCaller, wanted: Wanted, first: Operation[WorkloadPage], page_size: int
) -> AsyncIterator[AsyncListedSession]:
    """Read the list of sessions, each once, holding one page at a time."""
    seen: set[str] = set()
    cursors: list[str] = []
    operation = first
    while True:
        page = await caller.send(operation)
        for summary in page.summaries():
            if summary.id not in seen:
                seen.add(summary.id)
                yield AsyncListedSession(caller=caller, **asdict(summary))
        if page.next_cursor is None:
            return
        cursors.append(page.next_cursor)
        operation = caller.contract.sessions(wanted, limit=page_size, cursors=cursors)


async def candidates(
    caller: AsyncCaller, lost: LostCreate, first: Operation[WorkloadPage]
) -> AsyncIterator[AsyncListedSession]:
    """Look for what a create may have made whose answer was lost. The first answer has the time."""
    clock = clock_of((await caller.send(first)).response.headers)
    wanted = lost.wanted(clock)
    operation = caller.contract.sessions(wanted, limit=LARGEST_LISTING, cursors=())
    async for session in listed(caller, wanted, operation, LARGEST_LISTING):
        if not caller.unended.is_known(session.id):
            yield session


async def unanswered(
    caller: AsyncCaller, intents: list[LedgerIntent], first: Operation[WorkloadPage]
) -> tuple[UnansweredCreate, ...]:
    """Look for what creates may have made that a ledger has as intents, and that may still cost."""
    clock = clock_of((await caller.send(first)).response.headers)
    wanted = Wanted(states=NOT_ENDED)
    operation = caller.contract.sessions(wanted, limit=LARGEST_LISTING, cursors=())
    every = listed(caller, wanted, operation, LARGEST_LISTING)
    found = [session async for session in every if not caller.unended.is_known(session.id)]
    return tuple(unanswered_among(intent, found, clock) for intent in intents)
