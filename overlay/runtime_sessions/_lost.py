"""What is known of a create whose outcome is not."""

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from attrs import frozen

from runtime_sessions._errors import OutcomeUnknownError
from runtime_sessions._listing import Wanted

#: How far off a moment may be that is read from a `Date`: whole seconds, and the way of an answer.
_MARGIN = timedelta(seconds=5)


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

    def wanted(self, skew: timedelta) -> Wanted:
        """Return what to look for, by a clock of the service that is ahead by so much."""
        return Wanted(
            mode=self.mode,
            backend=self.backend,
            created_after=self.begun_at + skew - _MARGIN,
            created_before=self.given_up_at + skew + _MARGIN,
            oldest_first=True,
        )


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


def skew_of(headers: Mapping[str, str]) -> timedelta:
    """Return by how much the clock that wrote an answer is ahead of ours; none where unknown."""
    try:
        said = email.utils.parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return timedelta()
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    return said - datetime.now(UTC)
