from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from httpx_aiohttp import HttpxAiohttpClient
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from runtime_sessions import (
    AsyncSessionsClient,
    ConnectError,
    OutcomeUnknownError,
    Retries,
    ServerError,
    SessionHandle,
    SessionsClient,
)
from runtime_sessions_api.http_library import LIBRARY, httpx
from runtime_sessions_emulator import Emulator, Fault

# What others make for httpx, and not for its successor yet.
ONLY_HTTPX = pytest.mark.skipif(LIBRARY != "httpx", reason="it is made for httpx")
AIOHTTP = [False, pytest.param(True, marks=ONLY_HTTPX)]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def generated(contract: str) -> SimpleNamespace:
    """The client generated from the contract, and its call that reads a session."""
    package = f"runtime_sessions_api.{contract}"
    module = import_module(f"{package}.api.sessions.get_session")
    return SimpleNamespace(
        client=import_module(package).AuthenticatedClient,
        get=module.sync_detailed,
        aget=module.asyncio_detailed,
        always={} if contract == "classic" else {"ibm_api_version": "2026-04-15"},
    )


def test_one_tls_context_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    SessionsClient("https://service.test", token="a-token").close()
    monkeypatch.setattr(ssl, "create_default_context", None)
    SessionsClient("https://other.test", token="a-token").close()


def test_what_derives_from_a_client_shares_its_connections(
    client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    derived = client.with_options(timeout=timedelta(seconds=5), retries=Retries(attempts=2))
    calls: list[Callable[[], Any]] = [
        lambda: client.get(session.id),
        lambda: derived.get(session.id),
        lambda: derived.with_options(timeout=3).session(session.id).details(),
        session.refresh,
    ]
    assert len({str(stream_port(call)) for call in calls}) == 1
    emulator.add_fault(Fault("error", status=503))
    for one, attempts in (
        (derived, 2),
        (derived.with_options(timeout=3), 2),
        (derived.with_options(retries=None), 1),
        (client, 5),
    ):
        with pytest.raises(ServerError) as caught:
            one.get(session.id)
        assert caught.value.attempts == attempts


def test_an_idle_connection_is_given_up_before_the_server_does(
    account: dict[str, Any], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SessionsClient(emulator.url, **account) as client:
        session = client.create(backend=emulator.backend)
        before = stream_port(session.refresh)
        assert stream_port(session.refresh) == before
        monotonic = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: monotonic() + 4.5)
        assert stream_port(session.refresh) != before


def stream_port(call: Callable[[], Any]) -> object:
    """The local port that a call was made from."""
    stream = call().response.extensions["network_stream"]
    return stream.get_extra_info("client_addr")


def test_a_client_of_ones_own_is_used_and_left_open(
    http_kind: type[httpx.Client], emulator: Emulator, connect: Callable[..., SessionsClient]
) -> None:
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json={"id": "s-1", "backend_name": "b", "mode": "batch"})

    headers = {"X-Team": "blue", "User-Agent": "ours/1.0"}
    own = http_kind(transport=httpx.MockTransport(answer), headers=headers)
    client = connect("https://service.test", http_client=own)
    client.create(backend=emulator.backend)
    client.close()
    assert not own.is_closed
    assert seen[0]["X-Team"] == "blue"
    assert seen[0]["User-Agent"] == "runtime-sessions ours/1.0"
    assert seen[0]["Accept"] == "application/json"


def test_a_client_of_the_other_kind_is_refused() -> None:
    wrong: Any = httpx.AsyncClient()
    with pytest.raises(TypeError, match=rf"is an {LIBRARY}\.Client, not AsyncClient"):
        SessionsClient("https://service.test", token="a-token", http_client=wrong)


def test_a_client_of_the_other_library_is_refused_with_a_sentence() -> None:
    # As the successor has them, or the predecessor: what counts is where its classes are from.
    other = "httpx2" if LIBRARY == "httpx" else "httpx"
    kind = type("Client", (), {"__module__": f"{other}._client"})
    for client in (SessionsClient, AsyncSessionsClient):
        wrong: Any = kind()
        with pytest.raises(TypeError, match=f"not one of {other}: .* stands on {LIBRARY}, and"):
            client("https://service.test", token="a-token", http_client=wrong)


def test_the_generated_client_is_within_reach(
    generated: SimpleNamespace, account: dict[str, Any], emulator: Emulator
) -> None:
    with SessionsClient(emulator.url, **account) as client:
        session = client.create(backend=emulator.backend)
        assert isinstance(client.api, generated.client)
        raw = generated.get(session.id, client=client.api, **generated.always)
        assert raw.parsed.to_dict() == session.details().to_dict()
        other = client.api.with_headers({"X-Team": "blue"})
        raw = generated.get("none", client=other, **generated.always)
        assert raw.status_code == 404
        assert raw.parsed.errors[0].message
        client.api.get_httpx_client().close()
        assert session.refresh().state == "open"


def test_a_synchronous_client_works_where_a_loop_runs(
    account: dict[str, Any], emulator: Emulator
) -> None:
    async def main() -> list[str]:
        with SessionsClient(emulator.url, **account) as client:
            session = client.create(backend=emulator.backend)
            ids = [emulator.submit_job(session.id) for _ in range(3)]
            assert next(session.jobs(page_size=2)).id == ids[-1]
            return [job.id for job in session.jobs(page_size=2)][::-1] + ids

    found = asyncio.run(main())
    assert found[:3] == found[3:]


def test_a_client_that_a_script_never_closes_is_no_noise(contract: str, emulator: Emulator) -> None:
    code = (
        "from runtime_sessions import BearerToken, SessionsClient\n"
        f"client = SessionsClient({emulator.url!r}, token='-', auth=BearerToken, "
        f"contract={contract!r}, instance={emulator.instance!r})\n"
        "print(type(client).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("SessionsClient\n", "")


def test_the_generated_client_is_within_reach_of_tasks(
    generated: SimpleNamespace, account: dict[str, Any], emulator: Emulator
) -> None:
    async def main() -> None:
        async with AsyncSessionsClient(emulator.url, **account) as client:
            session = await client.create(backend=emulator.backend)
            raw = await generated.aget(session.id, client=client.api, **generated.always)
            assert raw.parsed.id == session.id

    asyncio.run(main())


def test_each_attempt_is_logged(
    emulator: Emulator, client: SessionsClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "runtime_sessions"):
        client.create(backend=emulator.backend)
    (record,) = caplog.records
    assert record.name == "runtime_sessions"
    assert record.getMessage().startswith("POST /sessions: 200 in 0.")
    assert record.getMessage().endswith(" s, attempt 1")


@ONLY_HTTPX
def test_opentelemetry_sees_the_calls(
    emulator: Emulator, connect: Callable[..., SessionsClient]
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    try:
        connect(emulator.url).create(backend=emulator.backend)
    finally:
        HTTPXClientInstrumentor().uninstrument()
    (span,) = exporter.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["http.method"] == "POST"
    assert span.attributes["http.status_code"] == 200
    assert emulator.token not in span.to_json()


def test_threads_share_a_client(account: dict[str, Any], emulator: Emulator) -> None:
    def work(_: int) -> str:
        with client.create(backend=emulator.backend) as session:
            assert session.details().id == session.id
        return session.id

    with (
        SessionsClient(emulator.url, **account) as client,
        ThreadPoolExecutor(16) as threads,
    ):
        ids = list(threads.map(work, range(30)))
    assert len(set(ids)) == 30
    assert {session["state"] for session in emulator.sessions()} == {"closed"}


@pytest.mark.parametrize("aiohttp", AIOHTTP)
def test_tasks_share_a_client(
    account: dict[str, Any], emulator: Emulator, *, aiohttp: bool
) -> None:
    async def main() -> None:
        async with contextlib.AsyncExitStack() as stack:
            own = await stack.enter_async_context(HttpxAiohttpClient()) if aiohttp else None
            client = await stack.enter_async_context(
                AsyncSessionsClient(emulator.url, **account, http_client=own)
            )

            async def work() -> str:
                async with await client.create(backend=emulator.backend) as session:
                    assert (await session.details()).id == session.id
                return session.id

            ids = await asyncio.gather(*(work() for _ in range(30)))
            assert len(set(ids)) == 30

    asyncio.run(main())
    assert {session["state"] for session in emulator.sessions()} == {"closed"}


@pytest.fixture
def hanging() -> Iterator[tuple[str, int]]:
    """A server that takes a request and hangs up, and counts."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65536)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()


@pytest.mark.parametrize("aiohttp", AIOHTTP)
def test_a_create_that_is_hung_up_on_is_unknown(
    account: dict[str, Any], emulator: Emulator, hanging: tuple[str, int], *, aiohttp: bool
) -> None:
    async def create(url: str) -> None:
        async with contextlib.AsyncExitStack() as stack:
            own = await stack.enter_async_context(HttpxAiohttpClient()) if aiohttp else None
            options = {**account, "http_client": own, "retries": Retries(attempts=2)}
            async with AsyncSessionsClient(url, **options) as client:
                await client.create(backend=emulator.backend)

    with pytest.raises(OutcomeUnknownError) as caught:
        asyncio.run(create(f"http://127.0.0.1:{hanging[1]}"))
    assert caught.value.attempts == 1
    with pytest.raises(ConnectError) as refused:
        asyncio.run(create("http://127.0.0.1:1"))
    assert refused.value.attempts == 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_task_ends_its_session(
    account: dict[str, Any], emulator: Emulator, backend: str
) -> None:
    async def main() -> None:
        async with AsyncSessionsClient(emulator.url, **account) as client:
            with anyio.move_on_after(0.3) as scope:
                async with await client.create(backend=emulator.backend):
                    await anyio.sleep(60)
            assert scope.cancelled_caught

    anyio.run(main, backend=backend)
    (session,) = emulator.sessions()
    assert session["state"] == "closed"


def test_a_create_that_is_interrupted_is_reported(
    account: dict[str, Any], emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.add_fault(Fault("delay", seconds=0.5))

    async def main() -> None:
        async with AsyncSessionsClient(emulator.url, **account) as client:
            await asyncio.wait_for(client.create(backend=emulator.backend), 0.1)

    with pytest.raises(TimeoutError), caplog.at_level(logging.WARNING, "runtime_sessions"):
        asyncio.run(main())
    assert "a create was interrupted" in caplog.text


def test_a_forgotten_client_warns(account: dict[str, Any], emulator: Emulator) -> None:
    client = SessionsClient(emulator.url, **account)
    derived = client.with_options(timeout=5)
    session = client.session("s-1")
    del client
    gc.collect()
    del derived
    gc.collect()
    handles = [session]
    del session
    with pytest.warns(ResourceWarning, match="a client was not closed"):
        forget(handles)


def forget(handles: list[SessionHandle]) -> None:
    handles.clear()
    gc.collect()


def test_a_client_is_closed_once_and_for_all(
    account: dict[str, Any], client: SessionsClient, emulator: Emulator
) -> None:
    client.get(client.create(backend=emulator.backend).id)
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.get("s-1")
    with SessionsClient(emulator.url, **account) as another:
        assert repr(another) == f"SessionsClient('{emulator.url}')"
        assert repr(another.session("s-1")) == "SessionHandle('s-1')"


def test_a_second_client_reads_no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    # That is what a client costs: `make bench-client` measures what is left.
    SessionsClient("https://service.test", token="a-token").close()
    read: list[str] = []
    for reads in ("load_verify_locations", "load_default_certs"):
        monkeypatch.setattr(ssl.SSLContext, reads, lambda *_, **__: read.append("certificates"))
    SessionsClient("https://service.test", token="a-token").close()
    assert not read
