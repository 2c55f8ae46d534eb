"""What the service says when it says no: error bodies, gateways' HTML and `Retry-After`."""

from __future__ import annotations

import email.utils
import html
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime_sessions._http import Response

_EXCERPT = 200
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)


class Complaint(NamedTuple):
    """An error as the service words it (the contract's `ErrorBody`, first entry)."""

    code: int | str | None = None
    message: str | None = None
    solution: str | None = None
    more_info: str | None = None
    trace: str | None = None


def fields_of(value: object) -> Mapping[str, object]:
    """Take a value of JSON as an object; what is none has no fields."""
    return cast("Mapping[str, object]", value if isinstance(value, dict) else {})


def parsed(body: bytes) -> object:
    """Parse JSON; None when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def complaint_of(response: Response) -> Complaint:
    """Read an error body; of one that is not the contract's, the message is an excerpt."""
    fields = fields_of(parsed(response.content))
    entries = fields.get("errors")
    first = cast("list[object]", entries)[0] if isinstance(entries, list) and entries else None
    entry = fields_of(first)
    code = entry.get("code")
    return Complaint(
        code=code if isinstance(code, int | str) else None,
        message=_text(entry, "message") or _excerpt(response.text),
        solution=_text(entry, "solution"),
        more_info=_text(entry, "more_info"),
        trace=_text(fields, "trace"),
    )


def _text(fields: Mapping[str, object], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


def _excerpt(text: str) -> str | None:
    """Return the first words that a reader of the page would see."""
    seen = " ".join(html.unescape(_UNSEEN.sub(" ", text)).split())
    return (seen[: _EXCERPT - 1] + "…" if len(seen) > _EXCERPT else seen) or None


def retry_after_of(response: Response) -> float | None:
    """Read `Retry-After`, seconds or a date (RFC 9110, 10.2.3); None when absent or malformed."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    until = _date(value)
    if until is None:
        return None
    # By the clock that wrote the date: ours may be wrong, and an emulator's may be elsewhere.
    now = _date(response.headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _date(value: str) -> datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
