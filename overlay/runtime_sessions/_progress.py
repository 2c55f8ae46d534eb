"""What people at a terminal see while a program waits (extra `rich`)."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

from runtime_sessions._contracts import SessionDetails

Show = Callable[[SessionDetails], object]


@contextmanager
def shown(progress: bool | Show) -> Generator[Show]:  # noqa: FBT001 - as `wait` is given it
    """Yield what each look is shown to: a line in the terminal, a caller's function, or nobody."""
    if callable(progress):
        yield progress
    elif progress:
        with _line() as show:
            yield show
    else:
        yield _ignore


@contextmanager
def _line() -> Generator[Show]:
    try:
        from rich.status import Status  # noqa: PLC0415 - an extra
    except ImportError:
        raise ImportError("progress=True needs rich: pip install runtime-sessions[rich]") from None
    with Status("reading the session ...") as status:
        yield lambda details: status.update(in_words(details))


def _ignore(_: SessionDetails) -> None:
    """Show nothing."""


def in_words(details: SessionDetails) -> str:
    """Say how a session is, in one line."""
    said = [f"session {details.id}: {details.state or 'in a state that is not said'}"]
    closes_by = latest_end(details)
    if closes_by is not None:
        said.append(f"closes by {closes_by:%Y-%m-%d %H:%M:%S} UTC")
    if details.accepting_jobs is False:
        said.append("takes no more jobs")
    return ", ".join(said)


def latest_end(details: SessionDetails) -> datetime | None:
    """When a session closes at the latest: its max TTL after its first job; None if not known."""
    started, ttl = details.started_at, details.max_ttl
    if details.state in {"closed", "canceled"} or not isinstance(started, datetime):
        return None
    return started + timedelta(seconds=ttl) if isinstance(ttl, int | float) else None
