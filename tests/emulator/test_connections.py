"""Connections of those who send no requests."""

import logging
import os
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import anyio
import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, Fault
from runtime_sessions_emulator.server import protocol


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heads of requests that have a twentieth of a second."""
    monkeypatch.setattr(protocol, "HEAD_TIME", 0.05)


@pytest.fixture
def emulator(impatient: None) -> Iterator[Emulator]:
    del impatient  # before the server begins
    with Emulator(virtual_clock=True) as emulator:
        yield emulator


def connected(emulator: Emulator) -> socket.socket:
    where = urlsplit(emulator.url)
    return socket.create_connection((where.hostname or "", where.port or 0), timeout=10)


REQUEST = b"GET /_emulator/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.mark.parametrize("begun", [b"", b"GET", REQUEST])
def test_a_head_that_does_not_come_ends_the_connection(emulator: Emulator, begun: bytes) -> None:
    with connected(emulator) as connection:
        connection.sendall(begun)
        assert connection.recv(1024) == b""


def test_so_it_does_after_an_answer(emulator: Emulator) -> None:
    with connected(emulator) as connection:
        connection.sendall(REQUEST + b"\r\n")
        assert connection.recv(1024).startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET / HT")
        while connection.recv(1024):
            pass


def test_an_answer_that_takes_longer_is_not_cut_off(emulator: Emulator) -> None:
    emulator.add_fault(Fault("delay", seconds=0.2))
    with emulator.client() as client:
        assert client.get("/sessions/x").status_code == 404


@pytest.mark.parametrize(
    ("sent", "hint"), [(b"\x16\x03\x01\x02\x00", "TLS"), (b"SSH-2.0-x\r\n\r\n", "what is not HTTP")]
)
def test_what_is_not_http_is_logged_with_its_sender(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, sent: bytes, hint: str
) -> None:
    with caplog.at_level(logging.WARNING), connected(emulator) as connection:
        host, port = connection.getsockname()
        connection.sendall(sent)
        assert connection.recv(1024).startswith(b"HTTP/1.1 400")
    (record,) = caplog.records
    assert record.getMessage().startswith(f"{host}:{port} sent what is not HTTP")
    assert hint in record.getMessage()


# Python warns of forks beside threads; that a child does nothing but wait is the case here.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_that_outlives_the_emulator_keeps_nobody_waiting() -> None:
    with Emulator() as emulator:
        where = urlsplit(emulator.url)
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(write)
            os.read(read, 1)  # until the parent is done
            os._exit(0)
        os.close(read)
    try:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((where.hostname or "", where.port or 0), timeout=10)
    finally:
        os.close(write)
        os.waitpid(child, 0)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_delay_in_process_is_waited_for_in_any_event_loop(backend: str) -> None:
    emulator = Emulator(virtual_clock=True)
    emulator.add_fault(Fault("delay", seconds=0.01))

    async def call() -> httpx.Response:
        async with emulator.async_client() as client:
            return await client.get("/sessions/x")

    assert anyio.run(call, backend=backend).status_code == 404


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="Linux acknowledges late")
def test_a_body_that_waits_for_its_head_to_be_acknowledged_does_not_wait_long() -> None:
    body = b'{"seconds": 1}'
    head = (
        b"POST /_emulator/clock/advance HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 14\r\n\r\n"
    )
    took: list[float] = []
    with Emulator(virtual_clock=True) as emulator, connected(emulator) as connection:
        for _ in range(10):
            begun = time.perf_counter()
            connection.sendall(head)
            connection.sendall(body)
            answer = b""
            # It may come in parts: its body ends with this.
            while not answer.endswith(b"}"):
                part = connection.recv(1024)
                assert part, answer
                answer += part
            assert answer.startswith(b"HTTP/1.1 200")
            took.append(time.perf_counter() - begun)
    # The least that a system takes which acknowledges late. The first is acknowledged at once.
    assert min(took[3:]) < 0.04
