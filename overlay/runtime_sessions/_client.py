"""The clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, Self, TypeVar

from attrs import evolve

from runtime_sessions._call import Caller, Retries
from runtime_sessions._contracts import CONTRACTS, ExtendedDetails, Job, JobPage, SessionDetails
from runtime_sessions._errors import ContractError, LostSessionError, fields_of
from runtime_sessions._http import AsyncClient, Auth, Client, Pool, Secret
from runtime_sessions._operations import identity, seconds, text
from runtime_sessions._session import AsyncSessionHandle, Ending, SessionHandle, endings
from runtime_sessions._settings import find
from runtime_sessions._twins import Method, P, as_sync, as_sync_iterator
from runtime_sessions_api.classic.types import UNSET, Unset

if TYPE_CHECKING:
    from runtime_sessions._contracts import GeneratedClient

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
        auth: Auth | Callable[[str], Auth] | None = None,
        instance: str | None = None,
        channel: str | None = None,
        contract: Literal["classic", "platform"] | None = None,
        timeout: float | timedelta = 30.0,
        retries: Retries | None = Retries(),  # noqa: B008 - it is frozen
        http_client: HTTPT | None = None,
    ) -> None:
        """Make a client. Nothing is sent yet; its calls raise a `CallError` when they fail.

        What is not given is taken from `QISKIT_IBM_URL`, `_TOKEN`, `_INSTANCE` and `_CHANNEL`, else
        from the account that `~/.qiskit/qiskit-ibm.json` has for the channel.

        Args:
            base_url: Where the service is.
            token: Who asks. A saved account's is for its own URL only.
            auth: What the token is: `BearerToken` (else with classic), `AccessToken`, `ApiKey`
                (else with platform); or any `httpx.Auth` object, which needs none.
            instance: Who pays: hub/group/project, where `create` has none; platform: a CRN.
            channel: Which of the saved accounts: "ibm_quantum", ...
            contract: The generation of the API; else URL, channel or account tell, else "classic".
            timeout: How long each step of one attempt (connect, write, read) may take, in seconds.
            retries: When a call is tried again, and until when; None for one attempt.
            http_client: An httpx client of your own to send with: its proxies, certificates,
                limits, hooks and headers hold, its timeout does not. It is yours to close.

        Raises:
            SettingsError: No base URL or token is found, or, with platform, no CRN.
            ImportError: An `ApiKey` needs the extra `iam`.
        """
        token, base_url = Secret(token or ""), Secret(base_url or "")
        span = seconds("timeout", timeout)
        known = text("contract", contract, [*CONTRACTS]) if contract else None
        ready = isinstance(auth, Auth)
        if ready and token:
            raise ValueError("the token is for nothing: this `auth` brings its own")
        name, url, token, payer = find(base_url, token, instance, channel, known, needed=not ready)
        by = CONTRACTS[name](payer)
        flow = auth if isinstance(auth, Auth) else (auth or by.token_form)(token)
        pool = Pool(self._kind, http_client, flow, by.headers)
        self._caller = Caller(by, pool, url, span, retries or Retries(attempts=1))

    def session(
        self, session_id: str, *, on_exit: Ending = "drain", on_error: Ending = "cancel"
    ) -> HandleT:
        """Pick up a session that exists, such as one of another process. Makes no call."""
        ends = endings(on_exit, on_error)
        return self._handle(self._caller, identity(session_id), ends)

    def with_options(
        self, *, timeout: float | timedelta | Unset = UNSET, retries: Retries | Unset | None = UNSET
    ) -> Self:
        """Return a client with other options (as of `__init__`) that shares the connections."""
        old = self._caller
        given = old.timeout if isinstance(timeout, Unset) else seconds("timeout", timeout)
        policy = old.retries if isinstance(retries, Unset) else retries or Retries(attempts=1)
        derived = object.__new__(type(self))
        derived._caller = evolve(old, timeout=given, retries=policy)
        return derived

    @property
    def api(self) -> GeneratedClient:
        """The contract's generated client: over the same connections, without retries."""
        caller = self._caller
        package = import_module(f"runtime_sessions_api.{caller.contract.name}")
        make: type[GeneratedClient] = package.AuthenticatedClient
        return make(caller.base_url, **caller.pool.raw_options(caller.timeout))

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
        backend: str | None,
        instance: str | None = None,
        mode: str = "dedicated",
        max_ttl: float | timedelta | None = None,
        on_exit: Ending = "drain",
        on_error: Ending = "cancel",
    ) -> AsyncSessionHandle:
        """Create a session (contract: `createSession`). Handle and log have what is said of it.

        Args:
            backend: The system on which the jobs run; with platform, None for the first job's.
            instance: Who pays, as hub/group/project; else, and with platform, the client's.
            mode: "dedicated", which holds the backend, or "batch", which pays for its jobs alone.
            max_ttl: How long it may run from the start of its first job, in seconds (with platform,
                whole ones); the service's own limit when not given.
            on_exit: What a `with` does at its end: "drain", "cancel" or "leave" the session.
            on_error: The same, when an exception ends it.

        Raises:
            SettingsError: No instance is given here or found in the settings.
            OutcomeUnknownError: A session may exist whose id nobody knows.
            ContractError: The answer shows an id and no more; that session was cancelled.
            CallError: Any other of the tree; no session was created.
        """
        ends = endings(on_exit, on_error)
        caller = self._caller
        operation = caller.contract.create(backend, instance, mode, max_ttl)
        try:
            created = await caller.send(operation)
        except ContractError as error:
            if not isinstance(error, LostSessionError):
                session_id = str(fields_of(error.body)["id"])
                error.add_note(f"session {session_id} was created: cancelled, or noted why not")
                handle = self._handle(
                    evolve(caller, visible=False), session_id, ("leave", "cancel")
                )
                await handle._leave(error)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            raise
        return self._handle(caller, created.id, ends, created)

    async def get(self, session_id: str) -> SessionDetails:
        """Read a session (contract: `getSession`)."""
        return await self._caller.send(self._caller.contract.get(session_id))

    async def extended(self, session_id: str) -> ExtendedDetails:
        """Read a session with its owner and history (classic contract: `getSessionExtended`)."""
        return await self._caller.send(self._caller.contract.extended(session_id))

    async def update(self, session_id: str, *, accepting_jobs: bool) -> None:
        """Accept new jobs, or refuse them and so drain the session (contract: `updateSession`)."""
        await self._caller.send(
            self._caller.contract.update(session_id, accepting_jobs=accepting_jobs)
        )

    async def cancel(self, session_id: str) -> None:
        """Close a session at once: queued jobs fail (contract: `closeSession`)."""
        await self._caller.send(self._caller.contract.close(session_id))

    def pages(self, session_id: str, *, page_size: int = 200) -> AsyncIterator[JobPage]:
        """Iterate over the pages of its jobs, `page_size` (1 to 200) on each, newest first."""
        return self._caller.pages(session_id, page_size)

    def jobs(self, session_id: str, *, page_size: int = 200) -> AsyncIterator[Job]:
        """Iterate over all its jobs, each once and newest first, holding one page at a time."""
        return self._caller.each_job(self._caller.pages(session_id, page_size))

    async def close(self) -> None:
        """Close the connections. Sessions stay as they are: `cancel` those, or let them drain."""
        await self._caller.pool.end()

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
