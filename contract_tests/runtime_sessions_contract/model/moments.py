"""Timestamps, read and written; choices between values, written."""

from datetime import UTC, datetime
from typing import Any


def moment(text: object) -> float | None:
    """A timestamp in seconds since the epoch (UTC if it names no zone); None if it is none."""
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def shown(at: float | None) -> str:
    """A moment as a timestamp in UTC, or "absent"."""
    return (
        "absent"
        if at is None
        else datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
    )


def either(values: list[Any]) -> str:
    """The values as text, each of them once, with "or" between them."""
    return " or ".join(dict.fromkeys(str(value) for value in values))
