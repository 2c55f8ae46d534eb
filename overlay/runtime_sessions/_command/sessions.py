"""Sessions as the command shows them, wherever it knows them from."""

from collections.abc import Iterator
from datetime import datetime

from attrs import asdict, frozen

from runtime_sessions import (
    CallError,
    Ledger,
    LedgerEntry,
    ListedSession,
    NotFoundError,
    SessionDetails,
    SessionsClient,
)
from runtime_sessions._command.output import Column, Row
from runtime_sessions._command.words import age, iso, moment, plain, state_in_words

#: The states of details in which a session costs no more.
CLOSED = ("closed", "canceled")

COLUMNS = [
    Column("ID", is_needed=True),
    Column("STATE", is_needed=True),
    Column("AGE"),
    Column("MODE"),
    Column("BACKEND"),
    Column("CHARGED"),
    Column("CREATED"),
]


@frozen(kw_only=True)
class Shown:
    """A session, as a row and as a part of a document."""

    id: str
    state: str
    mode: str | None
    backend: str | None
    created_at: datetime | None
    ended_at: datetime | None
    accepting_jobs: bool | None
    charged_seconds: float | None

    @property
    def has_ended(self) -> bool:
        """Whether it costs no more."""
        return self.ended_at is not None or self.state in CLOSED

    def row(self, now: datetime, *, utc: bool) -> Row:
        """Return it as a row of a table."""
        state = state_in_words(
            self.state, accepting_jobs=self.accepting_jobs, has_ended=self.has_ended
        )
        charged = "" if self.charged_seconds is None else f"{self.charged_seconds:g} s"
        return [
            self.id,
            state,
            age(self.created_at, self.ended_at or now),
            plain(self.mode or ""),
            plain(self.backend or ""),
            charged,
            moment(self.created_at, utc=utc),
        ]

    def document(self) -> dict[str, object]:
        """Return it as a script reads it."""
        return {
            **asdict(self),
            "created_at": iso(self.created_at),
            "ended_at": iso(self.ended_at),
        }


def from_list(listed: ListedSession) -> Shown:
    """Take a session of the list."""
    return Shown(
        id=listed.id,
        state=listed.state,
        mode=listed.mode,
        backend=listed.backend_name,
        created_at=listed.created_at,
        ended_at=listed.ended_at,
        accepting_jobs=listed.accepting_jobs,
        charged_seconds=listed.charged,
    )


def from_details(details: SessionDetails) -> Shown:
    """Take a session that was read."""
    accepting = details.accepting_jobs
    return Shown(
        id=details.id,
        state=str(details.state or ""),
        mode=str(details.mode) if details.mode else None,
        backend=details.backend_name,
        created_at=details.created_at or None,
        ended_at=details.closed_at or None,
        accepting_jobs=accepting if isinstance(accepting, bool) else None,
        charged_seconds=details.elapsed_time or None,
    )


def _from_entry(entry: LedgerEntry, state: str) -> Shown:
    return Shown(
        id=entry.id,
        state=state,
        mode=entry.mode,
        backend=entry.backend,
        created_at=entry.created_at,
        ended_at=None,
        accepting_jobs=None,
        charged_seconds=None,
    )


def entries_here(ledger: str, client: SessionsClient) -> list[LedgerEntry]:
    """Return what a ledger has of this service."""
    return [entry for entry in Ledger(ledger).entries() if entry.base_url == client.base_url]


def from_ledger(client: SessionsClient, ledger: str) -> Iterator[Shown]:
    """Read each session in a ledger; one that cannot be read is shown as it is written down."""
    for entry in entries_here(ledger, client):
        try:
            yield from_details(client.session(entry.id).refresh())
        except NotFoundError:
            yield _from_entry(entry, "not found")
        except CallError as error:
            yield _from_entry(entry, f"unknown: {error.message}")
