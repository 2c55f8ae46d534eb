"""Moments and choices, as they are read and as they are shown."""

from datetime import UTC, datetime
from typing import Any


def moment(text: object) -> float | None:
    """Seconds since the epoch of a timestamp, UTC where no zone stands; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def shown(at: float | None) -> str:
    """A moment as text, the other way round than `moment` reads it."""
    return (
        "absent"
        if at is None
        else datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
    )


def either(values: list[Any]) -> str:
    """The choice between values as text, each of them once."""
    return " or ".join(dict.fromkeys(str(value) for value in values))
