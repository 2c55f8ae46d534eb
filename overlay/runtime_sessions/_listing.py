"""The list of sessions: what is asked for, and what it shows of each."""

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from runtime_sessions._arguments import checked_text

LARGEST_LISTING = 50
"""How many sessions are on a page of the list at most."""

#: What the list calls the modes that `create` knows.
_MODES = {"dedicated": "session", "batch": "batch"}
_WORDS = {word: mode for mode, word in _MODES.items()}

#: The states in the list: those of sessions that cost or may cost, then those of ended ones.
NOT_ENDED = ("pending", "in_progress")
ENDED = ("completed", "canceled", "failed")

#: The service refuses a shorter search.
_SHORTEST_SEARCH = 3


@frozen(kw_only=True)
class Wanted:
    """Which sessions are asked for; what is None, or empty, does not matter."""

    states: tuple[str, ...] = ()
    mode: str | None = None
    backend: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    search: str | None = None
    tags: tuple[str, ...] = ()
    oldest_first: bool = False

    @property
    def listed_mode(self) -> str | None:
        """The mode, as the list calls it."""
        return None if self.mode is None else _MODES[self.mode]


@frozen(kw_only=True)
class Summary:
    """A session as the list shows it. Times are UTC."""

    id: str
    """The id of the session."""
    state: str
    """How it is: pending (open or idle), in_progress, completed, canceled, failed."""
    mode: str
    """How its jobs run: "dedicated" or "batch"."""
    created_at: datetime
    """When it was created."""
    ended_at: datetime | None
    """When it ended; None before that."""
    backend_name: str | None
    """The system on which the jobs run; None when it has none yet."""
    accepting_jobs: bool | None
    """Whether new jobs are taken: one that has not ended and takes none is draining."""
    instance: str
    """Who pays."""
    user_id: str
    """Who created it."""
    charged: float | None
    """For how much time it is charged, in seconds; None when that is not known."""
    tags: tuple[str, ...]
    """Its tags."""

    @property
    def has_ended(self) -> bool:
        """Whether it is over, and costs no more."""
        return self.state in ENDED or self.ended_at is not None


def wanted_from(  # noqa: PLR0913 - each by name
    *,
    state: str | Iterable[str] | None,
    mode: str | None,
    backend: str | None,
    created_after: datetime | None,
    created_before: datetime | None,
    search: str | None,
    tags: str | Iterable[str],
    oldest_first: bool,
) -> Wanted:
    """Take what `sessions` is given, checked."""
    states = _texts(() if state is None else state)
    for one in states:
        checked_text("state", one, [*NOT_ENDED, *ENDED])
    if mode is not None:
        checked_text("mode", mode, _MODES)
    if backend is not None:
        checked_text("backend", backend)
    if search is not None and len(checked_text("search", search)) < _SHORTEST_SEARCH:
        raise ValueError(f"search is text of {_SHORTEST_SEARCH} and more characters: {search!r}")
    return Wanted(
        states=states,
        mode=mode,
        backend=backend,
        created_after=_checked_moment("created_after", created_after),
        created_before=_checked_moment("created_before", created_before),
        search=search,
        tags=tuple(checked_text("a tag", tag) for tag in _texts(tags)),
        oldest_first=oldest_first,
    )


def mode_in_words_of_create(listed: str) -> str:
    """Return the mode by the name that `create` has for it."""
    return _WORDS.get(listed, listed)


def _texts(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _checked_moment(name: str, moment: datetime | None) -> datetime | None:
    """Take a moment. One without a zone is refused: nobody knows whose noon is meant."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{name} is a datetime, not {moment!r}")
    if moment.tzinfo is None:
        raise ValueError(f"{name} is a datetime with a time zone, not {moment!r}")
    return moment
