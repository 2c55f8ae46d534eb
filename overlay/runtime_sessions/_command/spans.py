"""Lengths of time, as they are typed and shown: 90s, 15m, 1h30m."""

import re
from datetime import timedelta

import click

_SPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_HOUR, _MINUTE = 3600, 60


class SpanType(click.ParamType[timedelta]):
    """A length of time. Nothing vaguer than hours, minutes and seconds is taken."""

    name = "span"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Take text as a length of time."""
        if isinstance(value, timedelta):
            return value
        found = _SPAN.fullmatch(str(value))
        if found is None or not any(found.groups()):
            self.fail(f"{value!r} is no length of time: 90s, 15m or 1h30m", param, ctx)
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        try:
            span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError:
            self.fail(f"{value!r} is too long", param, ctx)
        if not span:
            self.fail("a length of time is above zero", param, ctx)
        return span


SPAN = SpanType()


def in_short(seconds: float) -> str:
    """Return a length of time as it would be typed, in its two largest units."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // _HOUR, whole % _HOUR // _MINUTE, whole % _MINUTE
    if hours:
        return f"{hours}h{minutes}m" if minutes else f"{hours}h"
    if minutes:
        return f"{minutes}m{rest}s" if rest else f"{minutes}m"
    return f"{rest}s"
