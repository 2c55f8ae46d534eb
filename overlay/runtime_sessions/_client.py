"""The clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from runtime_sessions import _operations as operations
from runtime_sessions._call import Caller, Retries
from runtime_sessions._errors import SettingsError
from runtime_sessions._http import AsyncClient, Auth, BearerToken, Client, Pool
from runtime_sessions._session import AsyncSessionHandle, Ending, SessionHandle, endings
from runtime_sessions._settings import NO_INSTANCE, Secret, find
from runtime_sessions._twins import Method, P, as_sync, as_sync_iterator
from runtime_sessions_api.classic import AuthenticatedClient
from runtime_sessions_api.classic.types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from datetime import timedelta

    from runtime_sessions._operations import ExtendedDetails, JobPage, SessionDetails
    from runtime_sessions_api.classic.models import Job

HTTPT = TypeVar("HTTPT", Client, AsyncClient)
HandleT = TypeVar("HandleT", AsyncSessionHandle, SessionHandle)


class _Client(Generic[HTTPT, HandleT]):
    """What the two clients share."""

    _kind: type[HTTPT]
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
        """Make a client. Nothing is sent yet; its calls raise a `CallError` when they fail.

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
        token, base_url = Secret(token or ""), Secret(base_url or "")
        seconds = operations.seconds("timeout", timeout)
        ready = auth if isinstance(auth, Auth) else None
        if ready and token:
            raise ValueError("the token is for nothing: this `auth` brings its own")
        url, token, self._instance = find(base_url, token, instance, channel, needed=not ready)
        pool = Pool(self._kind, http_client, auth if isinstance(auth, Auth) else auth(token))
        self._caller = Caller(pool, url, seconds, retries)

    def session(
        self, session_id: str, *, on_exit: Ending = "drain", on_error: Ending = "cancel"
    ) -> HandleT:
        """Pick up a session that exists, such as one of another process. Makes no call.

        Args:
            session_id: The id of the session.
            on_exit: As of `create`.
            on_error: As of `create`.
        """
        ends = endings(on_exit, on_error)
        return self._handle(self._caller, operations.identity(session_id), ends, None)

    def with_options(
        self, *, timeout: float | timedelta | Unset = UNSET, retries: Retries | Unset | None = UNSET
    ) -> Self:
        """Return a client with other options (as of `__init__`) that shares the connections."""
        old = self._caller
        given = old.timeout if isinstance(timeout, Unset) else timeout
        policy = old.retries if isinstance(retries, Unset) else retries
        derived = object.__new__(type(self))
        derived.__dict__.update(self.__dict__)
        seconds = operations.seconds("timeout", given)
        derived._caller = Caller(old.pool, old.base_url, seconds, policy)
        return derived

    @property
    def api(self) -> AuthenticatedClient:
        """The generated client: authenticated, over the same connections, without retries.

        Its functions are in `runtime_sessions_api.classic.api.sessions`.
        """
        caller = self._caller
        return AuthenticatedClient(caller.base_url, **caller.pool.raw_options(caller.timeout))

    def __repr__(self) -> str:
        caller = getattr(self, "_caller", None)  # none, where `__init__` refused to make one
        return f"{type(self).__name__}({caller.base_url if caller else None!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} holds a token and is not pickled: make one in each process")


class AsyncSessionsClient(_Client[AsyncClient, AsyncSessionHandle]):
    """The runtime's sessions, for tasks to share. Close it, or use it in an `async with`."""

    _kind = AsyncClient
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
            ContractError: The answer breaks the contract, but for the id: the session was
                cancelled, or a note on the error says why not.
            CallError: Any other of the tree; no session was created.
        """
        ends = endings(on_exit, on_error)
        payer = self._instance if instance is None else instance
        if payer is None:
            raise SettingsError(NO_INSTANCE)
        created = await self._caller.create(operations.create(backend, payer, mode, max_ttl))
        return self._handle(self._caller, created.id, ends, created)

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
        """Iterate over the pages of its jobs, `page_size` (1 to 200) on each, newest first."""
        return self._caller.pages(session_id, page_size)

    def jobs(self, session_id: str, *, page_size: int = 200) -> AsyncIterator[Job]:
        """Iterate over all its jobs, each once and newest first, holding one page at a time."""
        return self._caller.each_job(self._caller.pages(session_id, page_size))

    async def close(self) -> None:
        """Close the connections. Sessions stay as they are: `cancel` those, or let them drain."""
        await self._caller.pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        await self.close()


def _making_sync(
    method: Method[P, Coroutine[Any, Any, AsyncSessionHandle]],
) -> Method[P, SessionHandle]:
    return as_sync(method)  # type: ignore[arg-type] # pyright: ignore[reportReturnType]


class SessionsClient(_Client[Client, SessionHandle]):
    """The runtime's sessions, for threads to share. Close it, or use it in a `with`."""

    _kind = Client
    _handle = SessionHandle

    create = _making_sync(AsyncSessionsClient.create)
    get = as_sync(AsyncSessionsClient.get)
    extended = as_sync(AsyncSessionsClient.extended)
    update = as_sync(AsyncSessionsClient.update)
    cancel = as_sync(AsyncSessionsClient.cancel)
    pages = as_sync_iterator(AsyncSessionsClient.pages)
    jobs = as_sync_iterator(AsyncSessionsClient.jobs)
    close = as_sync(AsyncSessionsClient.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self.close()
