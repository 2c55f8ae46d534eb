"""The emulator without a server."""

import subprocess
import sys

import anyio
import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, Fault, FaultKind

BODY = {"backend": "ibmq_wellington", "instance": "hub/group/project"}


def test_sync() -> None:
    emulator = Emulator()
    with emulator.client() as client, emulator.client(emulator.other_token) as other:
        session = client.post("/sessions", json=BODY).json()["id"]
        assert client.get(f"/sessions/{session}").json()["state"] == "open"
        assert other.get(f"/sessions/{session}").status_code == 404
        answer = client.put(f"/sessions/{session}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PATCH")
    with pytest.raises(RuntimeError, match="with"):
        _ = emulator.url


def test_async() -> None:
    async def main() -> None:
        emulator = Emulator()
        async with emulator.async_client() as client:
            session = (await client.post("/sessions", json=BODY)).json()["id"]
            assert (await client.delete(f"/sessions/{session}/close")).status_code == 204
            assert emulator.sessions()[0]["state"] == "closed"

    anyio.run(main)


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.TRUNCATED])
def test_a_connection_that_is_cut_off_is_a_transport_error(kind: FaultKind) -> None:
    emulator = Emulator()
    with emulator.client() as client:
        session = client.post("/sessions", json=BODY).json()["id"]
        emulator.add_fault(Fault(kind))
        with pytest.raises(httpx.TransportError):
            client.get(f"/sessions/{session}")


def test_over_http_within_the_block() -> None:
    with Emulator() as emulator, emulator.client() as client:
        assert client.base_url.port
        assert client.get("/sessions/x").status_code == 404


def test_a_client_that_nobody_closes_keeps_no_program_from_ending() -> None:
    program = """
from runtime_sessions_emulator import Emulator
client = Emulator().client()
print(client.get("/sessions/x").status_code)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert run.stdout == "404\n"


def test_sync_within_async() -> None:
    async def main() -> int:
        with Emulator().client() as client:
            return client.get("/sessions/x").status_code

    assert anyio.run(main) == 404
