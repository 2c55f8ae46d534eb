"""What is said of sessions, in words that fit into a terminal."""

from datetime import UTC, datetime

from runtime_sessions._command.spans import in_short

_STYLES = {
    "in_progress": "green",
    "active": "green",
    "pending": "yellow",
    "open": "yellow",
    "inactive": "yellow",
    "completed": "dim",
    "closed": "dim",
    "canceled": "dim",
    "failed": "red",
}


def plain(text: object) -> str:
    """Return text in one line, without what a terminal would obey."""
    line = " ".join(str(text).split())
    return "".join(character if character.isprintable() else "?" for character in line)


def state_in_words(state: str, *, accepting_jobs: bool | None, has_ended: bool) -> str:
    """Say how a session is."""
    words = plain(state) or "not said"
    return f"{words}, draining" if accepting_jobs is False and not has_ended else words


def style_of(state: str) -> str:
    """Return the colour of a state."""
    return _STYLES.get(state.partition(",")[0], "magenta")


def moment(when: datetime | None, *, utc: bool) -> str:
    """Say when, in this place's time or in UTC."""
    if when is None:
        return ""
    if utc:
        return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"


def age(when: datetime | None, now: datetime) -> str:
    """Say for how long something has been."""
    return "" if when is None else in_short((now - when).total_seconds())


def iso(when: datetime | None) -> str | None:
    """Return a moment for a script: RFC 3339, in UTC."""
    if when is None:
        return None
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
