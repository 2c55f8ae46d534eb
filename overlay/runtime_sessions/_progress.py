"""What people at a terminal see while a program waits (extra `rich`)."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

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
    if isinstance(details.active_ttl, int | float):
        said.append(f"may be active for {details.active_ttl:.0f} s")
    if details.accepting_jobs is False:
        said.append("takes no more jobs")
    return ", ".join(said)
