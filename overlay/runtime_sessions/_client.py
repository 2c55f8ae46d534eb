"""The clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NoReturn, Self, TypeVar

from runtime_sessions import _operations as operations
from runtime_sessions._caller import Caller
from runtime_sessions._http import Auth, BearerToken, Pool, open_async_client, open_client
from runtime_sessions._life import Ending, Endings
from runtime_sessions._retry import NO_RETRIES, Retries
from runtime_sessions._session import AsyncSessionHandle, SessionHandle
from runtime_sessions._settings import Secret, find, instance_of
from runtime_sessions._twins import as_sync, as_sync_iterator, as_sync_making
from runtime_sessions_api.classic import AuthenticatedClient
from runtime_sessions_api.classic.types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import timedelta
    from types import TracebackType

    from runtime_sessions._http import AsyncHTTPClient, HTTPClient
    from runtime_sessions._operations import ExtendedDetails, JobPage, SessionDetails
    from runtime_sessions_api.classic.models import Job

HTTPT = TypeVar("HTTPT", "HTTPClient", "AsyncHTTPClient")
HandleT = TypeVar("HandleT", AsyncSessionHandle, SessionHandle)


class _Client(Generic[HTTPT, HandleT]):
    """What the two clients share."""

    _open: Callable[[], HTTPT]
    _handle: type[HandleT]

    def __init__(  # noqa: PLR0913 - each by name
        self,
        base_url: str | None = None,
        *,
        token: str | None = None,
        auth: Auth | Callable[[str], Auth] = BearerToken,
        instance: str | None = None,
        channel: str | None = None,
        timeout: float | timedelta = 30.0,
        retries: Retries | None = Retries(),  # noqa: B008 - it is frozen
        http_client: HTTPT | None = None,
    ) -> None:
        """Make a client. Nothing is sent yet.

        Args:
            base_url: Where the service is; else `QISKIT_IBM_URL`, else the saved account's.
            token: Who asks; else `QISKIT_IBM_TOKEN`, else the saved account's, for its own URL.
            auth: The form the token is sent in, `BearerToken` or `AccessToken`; or any `httpx.Auth`
                object, which needs no token.
            instance: Who pays, as hub/group/project, where `create` does not say; else
                `QISKIT_IBM_INSTANCE`, else the saved account's.
            channel: Which of the saved accounts in `~/.qiskit/qiskit-ibm.json`; else
                `QISKIT_IBM_CHANNEL`, else "ibm_quantum".
            timeout: How long each step of one attempt (connect, write, read) may take, in seconds.
            retries: When a call is tried again, and until when; None for one attempt.
            http_client: An httpx client of your own to send with: its proxies, certificates,
                limits, hooks and headers hold, its timeout does not. It is yours to close.

        Raises:
            SettingsError: No base URL or token is found, or the URL is none.
        """
        token = Secret(token or "")
        seconds = operations.seconds("timeout", timeout)
        if isinstance(auth, Auth):
            if token:
                raise ValueError("the token is for nothing: this `auth` brings its own")
            settings = find(base_url, token, instance, channel, token_needed=False)
        else:
            settings = find(base_url, token, instance, channel, token_needed=True)
            auth = auth(settings.token)
        pool = Pool(http_client or self._open(), auth, owned=http_client is None)
        self._caller = Caller(pool, settings.base_url, seconds, retries or NO_RETRIES)
        self._instance = settings.instance

    def session(
        self, session_id: str, *, on_exit: Ending = "drain", on_error: Ending = "cancel"
    ) -> HandleT:
        """Pick up a session that exists, such as one of another process. Makes no call.

        Args:
            session_id: The id of the session.
            on_exit: What a `with` does at its end: "drain", "cancel" or "leave" the session.
            on_error: The same, when an exception ends it.
        """
        endings = Endings(on_exit, on_error)
        return self._handle(self._caller, operations.identity(session_id), endings)

    def with_options(
        self, *, timeout: float | timedelta | Unset = UNSET, retries: Retries | Unset | None = UNSET
    ) -> Self:
        """Return a client with other options that shares the connections. Closing one closes all.

        Args:
            timeout: How long each step of one attempt may take, in seconds.
            retries: When a call is tried again; None for one attempt.
        """
        now = self._caller
        seconds = (
            now.timeout if isinstance(timeout, Unset) else operations.seconds("timeout", timeout)
        )
        policy = now.retries if isinstance(retries, Unset) else retries or NO_RETRIES
        derived = object.__new__(type(self))
        derived.__dict__.update(self.__dict__)
        derived._caller = Caller(now.pool, now.base_url, seconds, policy)
        return derived

    @property
    def api(self) -> AuthenticatedClient:
        """The generated client: authenticated, over the same connections, without retries.

        Its functions are in `runtime_sessions_api.classic.api.sessions`.
        """
        return AuthenticatedClient(**self._caller.raw_options())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._caller.base_url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} holds connections and a token and is not pickled: make one in "
            "each process, and pick up a session there by `client.session(id)`"
        )


class AsyncSessionsClient(_Client["AsyncHTTPClient", AsyncSessionHandle]):
    """The runtime's sessions, for tasks to share. Close it, or use it in an `async with`.

    Every call raises an error of the tree under `CallError`; and ValueError or TypeError, before
    anything is sent, for a wrong argument.
    """

    _open = staticmethod(open_async_client)
    _handle = AsyncSessionHandle

    async def create(  # noqa: PLR0913 - each by name
        self,
        *,
        backend: str,
        instance: str | None = None,
        mode: str = "dedicated",
        max_ttl: float | timedelta | None = None,
        on_exit: Ending = "drain",
        on_error: Ending = "cancel",
    ) -> AsyncSessionHandle:
        """Create a session (contract: `createSession`).

        What the service says of it is in the handle's `messages`, and logged as warnings.

        Args:
            backend: The name of the system on which the jobs run.
            instance: Who pays, as hub/group/project; the client's when not given.
            mode: "dedicated", one job at a time, or "batch", several side by side.
            max_ttl: How long the session may run from the start of its first job, in seconds; the
                service's own limit when not given.
            on_exit: What a `with` does at its end: "drain", "cancel" or "leave" the session.
            on_error: The same, when an exception ends it.

        Raises:
            SettingsError: No instance is given here or found in the settings.
            OutcomeUnknownError: A session may exist whose id nobody knows. It is not tried again,
                unless `Retries(create=True)`.
            LostSessionError: The same, for an answer that breaks the contract.
            ContractError: The answer breaks the contract, but for the id: the session was
                cancelled, or a note on the error says why not.
            CallError: Any other of the tree; no session was created.
        """
        endings = Endings(on_exit, on_error)
        payer = instance_of(instance, self._instance)
        created = await self._caller.create(operations.create(backend, payer, mode, max_ttl))
        return self._handle(self._caller, created.id, endings, created)

    async def get(self, session_id: str) -> SessionDetails:
        """Read a session (contract: `getSession`)."""
        return await self._caller.send(operations.get(session_id))

    async def extended(self, session_id: str) -> ExtendedDetails:
        """Read a session with its owner and history (contract: `getSessionExtended`)."""
        return await self._caller.send(operations.extended(session_id))

    async def update(self, session_id: str, *, accepting_jobs: bool) -> None:
        """Accept new jobs, or refuse them and so drain the session (contract: `updateSession`)."""
        await self._caller.send(operations.update(session_id, accepting_jobs=accepting_jobs))

    async def cancel(self, session_id: str) -> None:
        """Close a session at once: queued jobs fail (contract: `closeSession`)."""
        await self._caller.send(operations.close(session_id))

    def pages(self, session_id: str, *, page_size: int = 200) -> AsyncIterator[JobPage]:
        """Iterate over the pages of a session's jobs, newest first (contract: `listSessionJobs`).

        Args:
            session_id: The id of the session.
            page_size: How many jobs a page has at most, 1 to 200.
        """
        return self._caller.pages(session_id, page_size)

    def jobs(self, session_id: str, *, page_size: int = 200) -> AsyncIterator[Job]:
        """Iterate over all jobs of a session, newest first, holding one page at a time.

        Each comes once, also when new jobs push the others onto later pages meanwhile.

        Args:
            session_id: The id of the session.
            page_size: How many jobs are read at once, 1 to 200.
        """
        return self._caller.jobs(session_id, page_size)

    async def close(self) -> None:
        """Close the connections. Sessions stay as they are: `cancel` those, or let them drain."""
        await self._caller.pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


class SessionsClient(_Client["HTTPClient", SessionHandle]):
    """The runtime's sessions, for threads to share. Close it, or use it in a `with`.

    Every call raises an error of the tree under `CallError`; and ValueError or TypeError, before
    anything is sent, for a wrong argument.
    """

    _open = staticmethod(open_client)
    _handle = SessionHandle

    create = as_sync_making(SessionHandle, AsyncSessionsClient.create)
    get = as_sync(AsyncSessionsClient.get)
    extended = as_sync(AsyncSessionsClient.extended)
    update = as_sync(AsyncSessionsClient.update)
    cancel = as_sync(AsyncSessionsClient.cancel)
    pages = as_sync_iterator(AsyncSessionsClient.pages)
    jobs = as_sync_iterator(AsyncSessionsClient.jobs)
    close = as_sync(AsyncSessionsClient.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
