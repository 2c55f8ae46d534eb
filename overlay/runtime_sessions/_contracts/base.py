"""What each contract has to say: its operations, and who pays."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from attrs import frozen

from runtime_sessions._auth import BearerToken
from runtime_sessions._listing import Wanted
from runtime_sessions._operations import Operation


@frozen(kw_only=True)
class NewSession:
    """What `create` is asked for, as it is given.

    Attributes:
        backend: The system on which the jobs run.
        instance: Who pays; None for the client's.
        mode: How the jobs run: "dedicated" or "batch".
        max_ttl: How long the session may run, in seconds; None for the service's own limit.
    """

    backend: str | None
    instance: str | None
    mode: str
    max_ttl: float | timedelta | None


class BaseContract(ABC):
    """A contract, for one client: its operations, each with its arguments checked."""

    #: The name of the contract, of the package generated from it, and of its document.
    name: ClassVar[str]
    #: What a token is when nobody says so.
    token_kind: ClassVar[type[BearerToken]]

    def __init__(self, instance: str | None) -> None:
        """Take who pays; a SettingsError says what is wrong with it."""
        self.instance = instance

    @property
    def headers(self) -> Mapping[str, str]:
        """What every call carries beside what proves who asks."""
        return {}

    @abstractmethod
    def create(self, wanted: NewSession) -> Operation[Any]:
        """Create a session (contract: `createSession`)."""

    @abstractmethod
    def get(self, session_id: str) -> Operation[Any]:
        """Read a session (contract: `getSession`)."""

    @abstractmethod
    def extended(self, session_id: str) -> Operation[Any]:
        """Read a session with its owner and history (contract: `getSessionExtended`)."""

    @abstractmethod
    def update(self, session_id: str, *, accepting_jobs: bool) -> Operation[None]:
        """Accept new jobs, or refuse them (contract: `updateSession`)."""

    @abstractmethod
    def close(self, session_id: str) -> Operation[None]:
        """Close a session at once (contract: `closeSession`)."""

    @abstractmethod
    def jobs(self, session_id: str, *, limit: int, offset: int) -> Operation[Any]:
        """Read a page of a session's jobs (contracts: `listSessionJobs`, `listJobs`)."""

    @abstractmethod
    def sessions(self, wanted: Wanted, *, limit: int, cursors: Sequence[str]) -> Operation[Any]:
        """Read a page of the list of sessions: the one that the last of the cursors leads to."""


def checked_flag(accepting_jobs: bool) -> bool:  # noqa: FBT001 - the only argument
    """Take True or False. What is merely true-like is refused: "no" is."""
    if not isinstance(accepting_jobs, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"accepting_jobs is True or False, not {accepting_jobs!r}")
    return accepting_jobs


def id_of(session: Any) -> tuple[object]:  # noqa: ANN401 - any model of a session
    """Return the id of a session, for the form of an answer that shows one."""
    return (session.id,)


def ids_in(page: Any) -> list[object]:  # noqa: ANN401 - any model of a page
    """Return the ids of the sessions whose jobs are on a page; UNSET where a job does not say."""
    return [job.session_id for job in page.jobs]
