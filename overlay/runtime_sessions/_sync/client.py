# Written by codegen/unasync.py from _async/client.py: edit that one, and `make generate`.
"""The client."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NoReturn, Self

from attrs import evolve

from runtime_sessions._arguments import (
    Ending,
    Endings,
    Mode,
    checked_count,
    checked_endings,
    checked_id,
    checked_page_size,
    checked_seconds,
    checked_text,
)
from runtime_sessions._auth import UnusableToken
from runtime_sessions._contracts import (
    CONTRACTS,
    ContractName,
    Created,
    ExtendedDetails,
    Job,
    JobPage,
    SessionDetails,
)
from runtime_sessions._contracts.base import NewSession
from runtime_sessions._errors import (
    CallError,
    ContractError,
    NotFoundError,
    OutcomeUnknownError,
    SessionsError,
    SettingsError,
    UnsupportedError,
    id_in,
)
from runtime_sessions._http import Auth, Client
from runtime_sessions._iam import auth_from
from runtime_sessions._ledger import Ledger, ledger_from
from runtime_sessions._listing import LARGEST_LISTING, Wanted, wanted_from
from runtime_sessions._log import log
from runtime_sessions._lost import (
    LostCreate,
    UnansweredCreate,
    lost_create_of,
)
from runtime_sessions._operations import Operation
from runtime_sessions._retries import Retries
from runtime_sessions._secrets import Secret
from runtime_sessions._settings import find_settings, from_arguments, where_token_is
from runtime_sessions._sync.caller import Caller
from runtime_sessions._sync.connections import Connections
from runtime_sessions._sync.listing import (
    ListedSession,
    candidates,
    listed,
    unanswered,
)
from runtime_sessions._sync.session import SessionHandle
from runtime_sessions._unended import Unended
from runtime_sessions._words import shown
from runtime_sessions_api.client import AuthenticatedClient
from runtime_sessions_api.types import UNSET, Unset


class SessionsClient:
    """The runtime's sessions, for threads to share. Close it, or use it in a `with` block."""

    def __init__(  # noqa: PLR0913 - each by name
        self,
        base_url: str | None = None,
        *,
        token: str | None = None,
        auth: Auth | Callable[[str], Auth] | None = None,
        instance: str | None = None,
        channel: str | None = None,
        account: str | None = None,
        accounts_file: str | os.PathLike[str] | None = None,
        iam_url: str | None = None,
        contract: ContractName | None = None,
        timeout: float | timedelta = 30.0,
        retries: Retries | None = Retries(),  # noqa: B008 - it is frozen
        http_client: Client | None = None,
        answer_limit: int = 16 * 2**20,
        ledger: str | os.PathLike[str] | Ledger | None = None,
    ) -> None:
        """Make a client. Nothing is sent yet; its calls raise a `CallError` when they fail.

        What is not given is taken from `QISKIT_IBM_URL`, `_TOKEN`, `_INSTANCE` and `_CHANNEL`, else
        from the account that the official client saved for the channel; of it come a proxy, too,
        where the environment has none, and whether certificates are verified.

        Args:
            base_url: Where the service is.
            token: Who asks. A saved account's is for its own URL only.
            auth: What the token is: `BearerToken` (else with classic), `AccessToken`, `ApiKey`
                (else with platform); or any `httpx.Auth` object, which needs none.
            instance: Who pays: hub/group/project, where `create` has none; platform: a CRN.
            channel: Which of the saved accounts: "ibm_quantum", ...
            account: Which of them, by its name; it comes before the environment.
            accounts_file: Where they are saved; else in `~/.qiskit/qiskit-ibm.json`.
            iam_url: Who gives tokens for an API key; else `IAM_URL` says, else IBM Cloud's IAM.
            contract: The contract to go by; else URL, channel or account tell, else "classic".
            timeout: How long each step of one attempt (connect, write, read) may take, in seconds.
            retries: When a call is tried again, and until when; None for one attempt.
            http_client: An httpx client of your own to send with: its proxies, certificates,
                limits, hooks and headers hold, its timeout does not, and no redirect is followed.
                It is yours to close.
            answer_limit: How many bytes an answer has at most, decoded; a larger one is not read.
            ledger: Where it is written down what is created, until it has ended: a path, or one
                that clients share.

        Raises:
            SettingsError: No base URL or token is found, or, with platform, no CRN.
        """
        # First of all: no traceback shows them as plain text any more.
        token, base_url = Secret(token or ""), Secret(base_url or "")
        iam_url = None if iam_url is None else Secret(iam_url)
        arguments = from_arguments(
            base_url=base_url,
            token=token,
            instance=instance,
            channel=channel,
            contract=checked_text("contract", contract, CONTRACTS) if contract else None,
            account=account,
            accounts_file=None if accounts_file is None else os.fspath(accounts_file),
        )
        seconds = checked_seconds("timeout", timeout)
        limit = checked_count("answer_limit", answer_limit)
        brings_its_own = isinstance(auth, Auth)
        if brings_its_own and token:
            raise ValueError("the token is for nothing: this `auth` brings its own")
        settings = find_settings(arguments, needs_token=not brings_its_own)
        goes_by = CONTRACTS[settings.contract](settings.instance)
        try:
            who_asks = auth_from(auth or goes_by.token_kind, settings.token, iam_url)
        except UnusableToken as error:
            raise SettingsError(f"{error}: {where_token_is(arguments)}") from None
        book = ledger_from(ledger)
        self._caller = Caller(
            goes_by,
            Connections(http_client, who_asks, goes_by.headers, limit, settings.way),
            settings.base_url,
            seconds,
            retries or Retries(attempts=1),
            Unended(goes_by, settings.base_url, book),
        )

    def create(  # noqa: PLR0913 - each by name
        self,
        *,
        backend: str | None,
        instance: str | None = None,
        mode: Mode = "dedicated",
        max_ttl: float | timedelta | None = None,
        on_exit: Ending = "drain",
        on_error: Ending = "cancel",
    ) -> SessionHandle:
        """Create a session (contract: `createSession`). Handle and log have what is said of it.

        Args:
            backend: The system on which the jobs run; with platform, None for the first job's.
            instance: Who pays, as hub/group/project; else, and with platform, the client's.
            mode: "dedicated", which holds the backend, or "batch", which pays for its jobs alone.
            max_ttl: How long it may run from the start of its first job, in seconds (with platform,
                whole ones); the service's own limit when not given.
            on_exit: What a `with` does at its end: "drain", "cancel" or "leave" the session.
            on_error: The same, when an exception ends it.

        Returns:
            A handle on the session, to be used in a block that ends it.

        Raises:
            SettingsError: No instance is given here or found in the settings; or the ledger cannot
                be written: nothing was created, or what was created was cancelled.
            OutcomeUnknownError: A session may exist whose id nobody knows.
            ContractError: The answer shows an id and no more; that session was cancelled.
            CallError: Any other of the tree; no session was created.
        """
        endings = checked_endings(on_exit, on_error)
        wanted = NewSession(backend=backend, instance=instance, mode=mode, max_ttl=max_ttl)
        operation: Operation[Created] = self._caller.contract.create(wanted)
        unended = self._caller.unended
        begun_at = datetime.now(UTC)
        intent = unended.intend(wanted, self._caller.retries.deadline)
        try:
            created = self._caller.send(operation)
        except OutcomeUnknownError as error:
            error.lost_create = self._lost(wanted, begun_at)
            unended.doubt(intent)
            raise
        except ContractError as error:
            session_id = str(id_in(error.body))
            with suppress(OSError):
                unended.write_down(session_id, wanted, intent)
            self._cancel_what_was_created(session_id, error)
            raise
        except SessionsError:
            unended.settle(intent)
            raise
        except BaseException:
            unended.doubt(intent)
            raise
        try:
            unended.write_down(created.id, wanted, intent)
        except OSError as error:
            failure = SettingsError(f"the ledger cannot be written: {error.strerror}")
            self._cancel_what_was_created(created.id, failure)
            raise failure from error
        return SessionHandle(self._caller, created.id, endings, created)

    def _lost(self, wanted: NewSession, begun_at: datetime) -> LostCreate:
        """Write down what is known of a create whose outcome is not."""
        return LostCreate(
            base_url=self._caller.base_url,
            instance=wanted.instance or self._caller.contract.instance,
            backend=wanted.backend,
            mode=wanted.mode,
            begun_at=begun_at,
            given_up_at=datetime.now(UTC),
        )

    def _cancel_what_was_created(self, session_id: str, error: Exception) -> None:
        """Cancel a session of which nothing but the id can be relied on, or that is not noted."""
        error.add_note(f"session {shown(session_id)} was created: cancelled, or noted why not")
        caller = self._caller.for_a_new_session()
        session = SessionHandle(caller, session_id, Endings("leave", "cancel"))
        session._leave(error)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

    def session(
        self, session_id: str, *, on_exit: Ending = "drain", on_error: Ending = "cancel"
    ) -> SessionHandle:
        """Pick up a session that exists, such as one of another process. Makes no call.

        Args:
            session_id: The id of the session.
            on_exit: What a `with` does at its end: "drain", "cancel" or "leave" the session.
            on_error: The same, when an exception ends it.

        Returns:
            A handle on the session.
        """
        endings = checked_endings(on_exit, on_error)
        return SessionHandle(self._caller, checked_id(session_id), endings)

    def sessions(  # noqa: PLR0913 - each by name
        self,
        *,
        state: str | Iterable[str] | None = None,
        mode: Mode | None = None,
        backend: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        search: str | None = None,
        tags: str | Iterable[str] = (),
        oldest_first: bool = False,
        page_size: int = LARGEST_LISTING,
    ) -> Iterator[ListedSession]:
        """Iterate over the caller's sessions in this instance (platform: `listWorkloads`).

        Each comes once, newest first; one page is held at a time. What is given narrows it down.

        Args:
            state: One or several of "pending" (open, or idle), "in_progress", "completed",
                "canceled" and "failed"; the first two are those that have not ended.
            mode: "dedicated" or "batch".
            backend: The system on which the jobs run.
            created_after: A moment, with its time zone.
            created_before: A moment, with its time zone.
            search: Text in the id or in a tag, of three and more characters.
            tags: Tags, all of which it has.
            oldest_first: Whether the oldest comes first.
            page_size: How many workloads are read at once, 1 to 50.

        Raises:
            UnsupportedError: The client goes by the classic contract.
        """
        wanted = wanted_from(
            state=state,
            mode=mode,
            backend=backend,
            created_after=created_after,
            created_before=created_before,
            search=search,
            tags=tags,
            oldest_first=oldest_first,
        )
        limit = checked_page_size(page_size, LARGEST_LISTING)
        first = self._caller.contract.sessions(wanted, limit=limit, cursors=())
        return listed(self._caller, wanted, first, limit)

    def candidates(self, error: OutcomeUnknownError) -> Iterator[ListedSession]:
        """Look for what a create may have made whose outcome is unknown (platform contract).

        They are the caller's sessions in this instance, on that backend and in that mode, that were
        created while it was tried, by the service's clock; less those that this process created,
        or one that shares the ledger. Nothing is ended: it may be what a colleague has just made.

        Args:
            error: What `create` raised.

        Raises:
            ValueError: It is of no create, or of one for another service or instance.
            UnsupportedError: The client goes by the classic contract.
        """
        lost = lost_create_of(error, self._caller.base_url, self._caller.contract.instance)
        first = self._caller.contract.sessions(Wanted(), limit=1, cursors=())
        return candidates(self._caller, lost, first)

    def get(self, session_id: str) -> SessionDetails:
        """Read a session (contract: `getSession`).

        Returns:
            The details by the client's contract. Times are UTC, lengths of time seconds.

        Raises:
            CallError: The session could not be read.
        """
        operation: Operation[SessionDetails] = self._caller.contract.get(session_id)
        return self._caller.send(operation)

    def extended(self, session_id: str) -> ExtendedDetails:
        """Read a session with its owner and history (classic contract: `getSessionExtended`).

        Raises:
            UnsupportedError: The client goes by another contract.
            CallError: The session could not be read.
        """
        return self._caller.send(self._caller.contract.extended(session_id))

    def update(self, session_id: str, *, accepting_jobs: bool) -> None:
        """Accept new jobs, or refuse them and so drain the session (contract: `updateSession`).

        One that is made to accept jobs no longer ends by itself: it is in the ledger from then on.

        Raises:
            SettingsError: The ledger cannot be written; nothing was done.
            CallError: That could not be done, or is not confirmed.
        """
        operation = self._caller.contract.update(session_id, accepting_jobs=accepting_jobs)
        unended = self._caller.unended
        if accepting_jobs:
            with unended.taking_up(session_id):
                self._caller.send(operation)
        else:
            self._caller.send(operation)
            unended.strike(session_id)

    def cancel(self, session_id: str) -> None:
        """Close a session at once: queued jobs fail (contract: `closeSession`).

        Raises:
            CallError: That could not be done, or is not confirmed.
        """
        self._caller.send(self._caller.contract.close(session_id))
        self._caller.unended.strike(session_id)

    def pages(self, session_id: str, *, page_size: int = 200) -> Iterator[JobPage]:
        """Iterate over the pages of its jobs, newest first, one at a time.

        Args:
            session_id: The id of the session.
            page_size: How many jobs are on each, 1 to 200.
        """
        return self._caller.pages(checked_id(session_id), checked_page_size(page_size))

    def jobs(self, session_id: str, *, page_size: int = 200) -> Iterator[Job]:
        """Iterate over all its jobs, each once and newest first, holding one page at a time.

        Args:
            session_id: The id of the session.
            page_size: How many are read at once, 1 to 200.
        """
        return self._caller.jobs(checked_id(session_id), checked_page_size(page_size))

    def with_options(
        self, *, timeout: float | timedelta | Unset = UNSET, retries: Retries | Unset | None = UNSET
    ) -> Self:
        """Return a client with other options that shares the connections.

        Args:
            timeout: How long each step of one attempt may take, in seconds; else as it is here.
            retries: When a call is tried again; None for one attempt; else as it is here.
        """
        caller = self._caller
        if not isinstance(timeout, Unset):
            caller = evolve(caller, timeout=checked_seconds("timeout", timeout))
        if not isinstance(retries, Unset):
            caller = evolve(caller, retries=retries or Retries(attempts=1))
        derived = object.__new__(type(self))
        derived._caller = caller
        return derived

    def end_left(self) -> tuple[str, ...]:
        """Cancel the sessions in the ledger whose process has ended, as after a crash.

        Those of a process that is still there are left alone, and so are those of other services
        and instances. What cannot be ended is an error in the log and among `unended`, and stays in
        the ledger; so does what the service does not know: it may know it for another token. What
        is `unanswered` is a warning in the log, and nothing of that is ended.

        Returns:
            The ids of the sessions that were cancelled.

        Raises:
            ValueError: The client has no ledger.
        """
        ended: list[str] = []
        for entry in self._caller.unended.left():
            handle = self.session(entry.id)
            try:
                handle.cancel()
            except NotFoundError as error:
                log.warning("session %s stays in the ledger: %s", entry.id, error)
            except CallError:
                # The handle has said so.
                continue
            else:
                ended.append(entry.id)
        try:
            for create in self.unanswered():
                create.warn()
        except CallError as error:
            log.warning("what unanswered creates have made could not be looked for: %s", error)
        return tuple(ended)

    def unanswered(self) -> tuple[UnansweredCreate, ...]:
        """Look for what creates may have made whose process ended before it had an answer.

        The ledger has each create before it is sent. With platform, each comes with the sessions
        that it may have made, like the `candidates` of an error, and that have not ended. Nothing
        is ended: they may be a colleague's. A create that can have made nothing that is still open
        is struck out of the ledger; any other by `Ledger.settle`.

        Raises:
            ValueError: The client has no ledger.
            CallError: The list could not be read.
        """
        intents = self._caller.unended.left_intents()
        if not intents:
            return ()
        try:
            first = self._caller.contract.sessions(Wanted(), limit=1, cursors=())
        except UnsupportedError:
            return tuple(UnansweredCreate(intent=one, candidates=None) for one in intents)
        every = unanswered(self._caller, intents, first)
        for create in every:
            if create.is_settled:
                self._caller.unended.settle(create.intent.id)
        return tuple(create for create in every if not create.is_settled)

    @property
    def base_url(self) -> str:
        """Where the service is, without a slash at its end."""
        return self._caller.base_url

    @property
    def unended(self) -> tuple[str, ...]:
        """The ids of sessions that may still be open: ending them failed, or was interrupted.

        Each is also an error in the log. One that is ended later on is no longer among them.
        """
        return self._caller.unended.ids()

    @property
    def api(self) -> AuthenticatedClient:
        """The generated client: over the same connections, without retries."""
        caller = self._caller
        options = caller.connections.options_of_a_generated_client(caller.timeout)
        return AuthenticatedClient(caller.base_url, **options)

    def close(self) -> None:
        """Close the connections. Sessions stay as they are: `cancel` those, or let them drain."""
        self._caller.connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self.close()

    def __repr__(self) -> str:
        # None, where `__init__` refused to make one.
        caller = getattr(self, "_caller", None)
        return f"{type(self).__name__}({caller.base_url if caller else None!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} holds a token and is not pickled: make one in each process")
