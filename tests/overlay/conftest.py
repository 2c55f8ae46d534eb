"""Every test that takes `client` or `connect` is run with both twins, and by both contracts."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Self, cast

import pytest

from runtime_sessions import (
    AsyncListedSession,
    AsyncSessionHandle,
    AsyncSessionsClient,
    BearerToken,
    PlatformDetails,
    SessionsClient,
    set_testing,
)
from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import ContractName, Emulator

if TYPE_CHECKING:
    from pathlib import Path

CONTRACTS: list[ContractName] = ["classic", "platform"]
Connect = Callable[..., SessionsClient]
Answer = Callable[[httpx.Request], httpx.Response]
Mocked = Callable[..., SessionsClient]


class Blocking:
    """An asynchronous client or handle, each of its coroutines run to its end."""

    def __init__(
        self,
        twin: AsyncSessionsClient | AsyncSessionHandle | AsyncListedSession,
        runner: asyncio.Runner,
    ) -> None:
        self._twin = twin
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._twin, name)
        if not callable(value) or isinstance(value, type):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._blocking(value(*args, **kwargs))

        return call

    def __enter__(self) -> Self:
        self._runner.run(cast("AsyncSessionHandle", self._twin).__aenter__())
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._runner.run(cast("AsyncSessionHandle", self._twin).__aexit__(kind, error, trace))

    def __repr__(self) -> str:
        return repr(self._twin)

    def _blocking(self, result: Any) -> Any:
        if isinstance(result, Coroutine):
            result = self._runner.run(result)
        if isinstance(result, AsyncIterator):
            return self._each(result)
        if isinstance(result, AsyncSessionsClient | AsyncSessionHandle | AsyncListedSession):
            return Blocking(result, self._runner)
        return result

    def _each(self, items: AsyncIterator[Any]) -> Iterator[Any]:
        async def following() -> Any:
            return await anext(items)

        while True:
            try:
                item = self._runner.run(following())
            except StopAsyncIteration:
                return
            yield self._blocking(item)


class RawServer:
    """A server that sends the bytes that a test gives it, for each request or without one."""

    def __init__(self) -> None:
        #: What each request is answered with; the last one stays. None hangs up.
        self.answers: list[bytes | Callable[[socket.socket, bytes], object] | None] = []
        self.requests: list[bytes] = []
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in [self._listener, *self._connections]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError), connection.makefile("rb") as lines:
            while request := _read_request(lines):
                with self._lock:
                    self.requests.append(request)
                    answer = self.answers[0]
                    if len(self.answers) > 1:
                        del self.answers[0]
                if answer is None:
                    return
                if callable(answer):
                    answer(connection, request)
                else:
                    connection.sendall(answer)


def _read_request(lines: Any) -> bytes:
    """Read a request; empty when the client hung up."""
    head = b""
    while line := lines.readline():
        head += line
        if line == b"\r\n":
            break
    lengths = [
        int(line.split(b":")[1])
        for line in head.splitlines()
        if line.lower().startswith(b"content-length:")
    ]
    body: bytes = lines.read(sum(lengths))
    return head + body


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def emulators() -> Iterator[dict[str, Emulator]]:
    """One for each contract, for whoever resets it."""
    with ExitStack() as stack:
        yield {
            contract: stack.enter_context(Emulator(contract=contract, virtual_clock=True))
            for contract in CONTRACTS
        }


@pytest.fixture(params=CONTRACTS)
def contract(request: pytest.FixtureRequest) -> ContractName:
    name: ContractName = request.param
    return name


@pytest.fixture
def emulator(emulators: dict[str, Emulator], contract: ContractName) -> Emulator:
    emulator = emulators[contract]
    emulator.reset()
    return emulator


@pytest.fixture
def account(emulators: dict[str, Emulator], contract: ContractName) -> dict[str, Any]:
    """What a client is given beside a URL."""
    own = emulators[contract]
    return {
        "token": own.token,
        "auth": BearerToken,
        "instance": own.instance,
        "contract": contract,
    }


@pytest.fixture(params=["sync", "async"])
def twin(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Make clients, given no more than a test gives them; they are closed after it."""
    clients: list[SessionsClient] = []
    with asyncio.Runner() as runner:

        def make(*args: Any, **options: Any) -> SessionsClient:
            if request.param == "sync":
                client = SessionsClient(*args, **options)
            else:
                blocking = Blocking(AsyncSessionsClient(*args, **options), runner)
                client = cast("SessionsClient", blocking)
            clients.append(client)
            return client

        yield make
        for client in clients:
            client.close()


@pytest.fixture
def http_kind(request: pytest.FixtureRequest, twin: Connect) -> type[httpx.Client]:
    """The httpx client that is under a twin."""
    del twin
    asynchronous = "async" in request.node.callspec.params.values()
    return cast("type[httpx.Client]", httpx.AsyncClient) if asynchronous else httpx.Client


@pytest.fixture
def connect(twin: Connect, account: dict[str, Any]) -> Connect:
    """Make clients that go by the contract."""

    def make(*args: Any, **options: Any) -> SessionsClient:
        return twin(*args, **account | options)

    return make


@pytest.fixture
def client(connect: Connect, emulator: Emulator) -> SessionsClient:
    return connect(emulator.url)


@pytest.fixture
def mocked(connect: Connect, http_kind: type[httpx.Client]) -> Mocked:
    """Make a client that is answered by a function, for what no wire can bring about."""

    def make(answer: Answer, **options: Any) -> SessionsClient:
        http_client = http_kind(transport=httpx.MockTransport(answer))
        return connect("https://service.test/runtime", http_client=http_client, **options)

    return make


@pytest.fixture
def reason(contract: ContractName) -> Callable[[SessionsClient, str], str]:
    """Say why a session is in its state, by where the contract has that."""

    def why(client: SessionsClient, session_id: str) -> str:
        if contract == "classic":
            return str(client.extended(session_id).status_reason)
        details = client.get(session_id)
        assert isinstance(details, PlatformDetails)
        return str(details.state_reason)

    return why


@pytest.fixture
def list_jobs(contract: ContractName) -> str:
    """The operation by which a session's jobs are listed."""
    return {"classic": "listSessionJobs", "platform": "listJobs"}[contract]


@pytest.fixture(autouse=True)
def _no_sleep() -> Iterator[None]:
    with set_testing(True):
        yield


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep out what the machine has saved or set."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("TOKEN", "URL", "INSTANCE", "CHANNEL"):
        monkeypatch.delenv(f"QISKIT_IBM_{name}", raising=False)
    monkeypatch.delenv("IAM_URL", raising=False)
