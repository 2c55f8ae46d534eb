"""What people at a terminal see while a program waits (extra `rich`)."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

from runtime_sessions._contracts import SessionDetails
from runtime_sessions._waiting import FINAL
from runtime_sessions._words import shown

Show = Callable[[SessionDetails], object]


@contextmanager
def showing(progress: bool | Show) -> Generator[Show]:  # noqa: FBT001 - as `wait` is given it
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
        from rich.text import Text  # noqa: PLC0415 - an extra
    except ImportError:
        raise ImportError(
            "progress=True needs rich: pip install 'runtime-sessions[rich]'"
        ) from None
    with Status("reading the session ...") as status:
        yield lambda details: status.update(Text(in_words(details)))


def _ignore(_: SessionDetails) -> None:
    """Show nothing."""


def in_words(details: SessionDetails) -> str:
    """Say how a session is, in one line."""
    state = shown(details.state or "in a state that is not said")
    said = [f"session {shown(details.id)}: {state}"]
    if closes_by := _closes_by(details):
        said.append(f"closes by {closes_by:%Y-%m-%d %H:%M:%S} UTC")
    if details.accepting_jobs is False:
        said.append("takes no more jobs")
    return ", ".join(said)


def _closes_by(details: SessionDetails) -> datetime | None:
    """Return when a session closes at the latest: its max TTL runs from the first job's start."""
    if details.state in FINAL:
        return None
    if not isinstance(details.started_at, datetime):
        return None
    if not isinstance(details.max_ttl, int | float):
        return None
    return details.started_at + timedelta(seconds=details.max_ttl)
