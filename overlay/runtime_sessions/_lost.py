"""What is known of a create whose outcome is not."""

import email.utils
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from attrs import frozen

from runtime_sessions._errors import OutcomeUnknownError
from runtime_sessions._ledger import LedgerIntent
from runtime_sessions._listing import Summary, Wanted
from runtime_sessions._log import log
from runtime_sessions._words import shown

#: How far off a moment may be that is read from a `Date`: whole seconds, and the way of an answer.
_MARGIN = timedelta(seconds=5)
#: How long after its last attempt a create is no longer under way, and a list shows what it made.
_SETTLED = timedelta(minutes=10)


@frozen
class Clock:
    """A service's clock, as one of its answers shows it.

    Attributes:
        ahead_by: By how much it is ahead of ours.
        stands_still: Whether it is an emulator's, and somebody has to move it.
    """

    ahead_by: timedelta = timedelta()
    stands_still: bool = False


@frozen(kw_only=True)
class LostCreate:
    """What a create asked for, and when; its answer was lost."""

    base_url: str
    """Where the service is."""
    instance: str | None
    """Who pays."""
    backend: str | None
    """The system that was asked for."""
    mode: str
    """The mode that was asked for."""
    begun_at: datetime
    """When the first attempt began, by the clock of this process."""
    given_up_at: datetime
    """When the last attempt ended, by the same clock."""

    def wanted(self, clock: Clock) -> Wanted:
        """Return what to look for, by the clock of the service."""
        # While a clock stands still, ours goes on, and what was made is younger by it than by ours.
        until = datetime.now(UTC) if clock.stands_still else self.given_up_at
        return Wanted(
            mode=self.mode,
            backend=self.backend,
            created_after=self.begun_at + clock.ahead_by - _MARGIN,
            created_before=until + clock.ahead_by + _MARGIN,
            oldest_first=True,
        )

    def may_have_made(self, session: Summary, clock: Clock) -> bool:
        """Tell whether a session may be what it made."""
        wanted = self.wanted(clock)
        if wanted.created_after is None or wanted.created_before is None:
            return False
        is_in_time = wanted.created_after <= session.created_at <= wanted.created_before
        is_on_it = self.backend is None or session.backend_name == self.backend
        return is_in_time and is_on_it and session.mode == self.mode


@frozen(kw_only=True)
class UnansweredCreate:
    """A create in a ledger that was sent, perhaps, by a process that ended without an answer."""

    intent: LedgerIntent
    """What it asked for and when, as the ledger has it; `Ledger.settle` takes its `id`."""
    candidates: tuple[str, ...] | None
    """The ids of the sessions that it may have made and that have not ended; None where the
    contract lists none."""

    @property
    def is_settled(self) -> bool:
        """Whether it is certain that nothing is open that it made."""
        given_up_by = self.intent.given_up_by
        if self.candidates != () or given_up_by is None:
            return False
        return datetime.now(UTC) - given_up_by > _SETTLED

    def warn(self) -> None:
        """Say in the log what it may have made; nothing where that is nothing."""
        backend = self.intent.backend or "any backend"
        begun_at = f"{self.intent.begun_at:%Y-%m-%d %H:%M:%S}Z"
        create = f"a create on {backend} at {begun_at} has no answer"
        if self.candidates is None:
            log.warning("%s: there may be a session that nobody knows of", create)
        elif self.candidates:
            made = ", ".join(map(shown, self.candidates))
            log.warning("%s: it may have made %s", create, made)


def lost_create_of(error: object, base_url: str, instance: str | None) -> LostCreate:
    """Take what an error knows of a create, for a client of the same service and instance."""
    lost = getattr(error, "lost_create", None) if isinstance(error, OutcomeUnknownError) else None
    if not isinstance(lost, LostCreate):
        # It is an error of the right kind, or none: what is wrong is what it tells of.
        raise ValueError(  # noqa: TRY004 - as it says
            f"only a create of unknown outcome has candidates, not {error!r}"
        )
    if (lost.base_url, lost.instance) != (base_url, instance):
        raise ValueError(f"that create was sent to {lost.base_url} for {lost.instance}")
    return lost


def lost_create_from(intent: LedgerIntent) -> LostCreate:
    """Take what a ledger knows of a create."""
    return LostCreate(
        base_url=intent.base_url,
        instance=intent.instance,
        backend=intent.backend,
        mode=intent.mode,
        begun_at=intent.begun_at,
        given_up_at=intent.given_up_by or datetime.now(UTC),
    )


def unanswered_among(
    intent: LedgerIntent, sessions: Sequence[Summary], clock: Clock
) -> UnansweredCreate:
    """Take an intent, and look for what it may have made."""
    lost = lost_create_from(intent)
    made = tuple(session.id for session in sessions if lost.may_have_made(session, clock))
    return UnansweredCreate(intent=intent, candidates=made)


def clock_of(headers: Mapping[str, str]) -> Clock:
    """Return what an answer shows of the clock of who wrote it; as ours where it does not."""
    try:
        said = email.utils.parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return Clock()
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    return Clock(said - datetime.now(UTC), "Emulator-Clock" in headers)
