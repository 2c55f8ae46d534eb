"""Every test that takes `client` or `connect` is run with both twins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Self, cast

import httpx
import pytest

from runtime_sessions import (
    AsyncSessionHandle,
    AsyncSessionsClient,
    SessionsClient,
    set_testing,
)
from runtime_sessions_emulator import Emulator

if TYPE_CHECKING:
    from pathlib import Path

INSTANCE = "hub/group/project"

Connect = Callable[..., SessionsClient]
Answer = Callable[[httpx.Request], httpx.Response]
Mocked = Callable[..., SessionsClient]


class Blocking:
    """An asynchronous client or handle, each of its coroutines run to its end."""

    def __init__(
        self, twin: AsyncSessionsClient | AsyncSessionHandle, runner: asyncio.Runner
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
        self._runner.run(self._twin.__aenter__())
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._runner.run(self._twin.__aexit__(kind, error, trace))

    def __repr__(self) -> str:
        return repr(self._twin)

    def _blocking(self, result: Any) -> Any:
        if isinstance(result, Coroutine):
            result = self._runner.run(result)
        if isinstance(result, AsyncIterator):
            return self._each(result)
        if isinstance(result, AsyncSessionsClient | AsyncSessionHandle):
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
            yield item


@pytest.fixture(scope="session")
def _emulator() -> Iterator[Emulator]:
    with Emulator(virtual_clock=True) as emulator:
        yield emulator


@pytest.fixture
def emulator(_emulator: Emulator) -> Emulator:
    _emulator.reset()
    return _emulator


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Make clients, which are closed after the test."""
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
def client(connect: Connect, emulator: Emulator) -> SessionsClient:
    return connect(emulator.url, token=emulator.token, instance=INSTANCE)


@pytest.fixture
def mocked(connect: Connect, request: pytest.FixtureRequest) -> Mocked:
    """Make a client that is answered by a function, for what no wire can bring about."""
    kind = httpx.Client if "[sync" in request.node.name else httpx.AsyncClient

    def make(answer: Answer, **options: Any) -> SessionsClient:
        http_client = kind(transport=httpx.MockTransport(answer))
        options = {"token": "a-token", "instance": INSTANCE, "http_client": http_client, **options}
        return connect("https://service.test/runtime", **options)

    return make


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
