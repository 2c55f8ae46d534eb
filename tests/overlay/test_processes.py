"""A pool belongs to its process, and to its event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from httpx_aiohttp import HttpxAiohttpClient

from runtime_sessions import AsyncSessionsClient, SettingsError
from runtime_sessions_api.http_library import LIBRARY, httpx

if TYPE_CHECKING:
    from runtime_sessions_emulator import Emulator

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
ONLY_HTTPX = pytest.mark.skipif(LIBRARY != "httpx", reason="it is made for httpx")
AIOHTTP = [False, pytest.param(True, marks=ONLY_HTTPX)]

SYNCHRONOUS = """
import json, os, sys
from runtime_sessions import BearerToken, SessionsClient

url, options = json.loads(sys.argv[1])
client = SessionsClient(url, **options, auth=BearerToken)
sessions = [client.create(backend=sys.argv[2]) for _ in range(2)]

def work():
    for number in range(20):
        session = sessions[number % 2]
        assert session.refresh().id == session.id
    with client.create(backend=sys.argv[2]):
        pass
"""
ASYNCHRONOUS = """
import asyncio, json, os, sys
from runtime_sessions import AsyncSessionsClient, BearerToken

url, options = json.loads(sys.argv[1])
client = AsyncSessionsClient(url, **options, auth=BearerToken)

async def create():
    return [await client.create(backend=sys.argv[2]) for _ in range(2)]

async def read():
    for number in range(20):
        session = sessions[number % 2]
        assert (await session.refresh()).id == session.id
    async with await client.create(backend=sys.argv[2]):
        pass

def work():
    asyncio.run(read())

sessions = asyncio.run(create())
"""
FORKING = """
children = []
for _ in range(3):
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    children.append(child)
work()
for child in children:
    assert os.waitpid(child, 0)[1] == 0
print(json.dumps([session.id for session in sessions]))
"""


def run(script: str, emulator: Emulator, account: dict[str, Any]) -> Any:
    """Run a program, which forks; this process has threads, and does not."""
    options = {key: value for key, value in account.items() if key != "auth"}
    arguments = [json.dumps([emulator.url, options]), str(emulator.backend)]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@FORKS
@pytest.mark.parametrize("script", [SYNCHRONOUS, ASYNCHRONOUS], ids=["sync", "async"])
def test_processes_that_are_forked_have_connections_of_their_own(
    emulator: Emulator, account: dict[str, Any], script: str
) -> None:
    kept = run(script + FORKING, emulator, account)
    sessions = emulator.sessions()
    assert len(sessions) == 2 + 4
    assert {one["id"] for one in sessions if one["state"] != "closed"} == set(kept)


GIVEN = """
import httpx
given = httpx.Client()
client = SessionsClient(url, **options, auth=BearerToken, http_client=given)
client.get(sessions[0].id)
from runtime_sessions import SettingsError
if not os.fork():
    try:
        client.create(backend=sys.argv[2])
    except SettingsError as error:
        os._exit(0 if "another process" in str(error) else 2)
    os._exit(1)
print(os.wait()[1])
"""


@FORKS
@ONLY_HTTPX
def test_a_client_of_ones_own_is_refused_there(emulator: Emulator, account: dict[str, Any]) -> None:
    assert run(SYNCHRONOUS + GIVEN, emulator, account) == 0
    assert len(emulator.sessions()) == 2


IN_A_BLOCK = """
with client.create(backend=sys.argv[2]) as session:
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
        assert session.refresh().state == "open"
        print(json.dumps(session.id))
if not child:
    os._exit(0)
"""


@FORKS
def test_a_process_that_is_forked_in_a_block_does_not_end_it(
    emulator: Emulator, account: dict[str, Any]
) -> None:
    session_id = run(SYNCHRONOUS + IN_A_BLOCK, emulator, account)
    (state,) = [one["state"] for one in emulator.sessions() if one["id"] == session_id]
    assert state == "closed"


LOOPS = """
async def use():
    async with await client.create(backend=sys.argv[2]) as session:
        assert (await session.refresh()).id == session.id

for _ in range(3):
    asyncio.run(use())
asyncio.run(client.close())
try:
    asyncio.run(use())
except RuntimeError as error:
    assert "closed" in str(error)
    print(json.dumps([session.id for session in sessions]))
"""


def test_each_event_loop_has_connections_of_its_own(
    emulator: Emulator, account: dict[str, Any]
) -> None:
    # In a program of its own: connections that are left in a loop that is over warn.
    kept = run(ASYNCHRONOUS + LOOPS, emulator, account)
    sessions = emulator.sessions()
    assert len(sessions) == 2 + 3
    assert {one["id"] for one in sessions if one["state"] != "closed"} == set(kept)


@pytest.mark.parametrize("aiohttp", AIOHTTP)
def test_a_client_of_ones_own_is_refused_in_another_loop(
    emulator: Emulator, account: dict[str, Any], *, aiohttp: bool
) -> None:
    async def first(own: Any) -> AsyncSessionsClient:
        client = AsyncSessionsClient(emulator.url, **account, http_client=own)
        await client.create(backend=emulator.backend)
        await own.aclose()
        return client

    async def second(client: AsyncSessionsClient) -> None:
        with pytest.raises(SettingsError, match="another process or event loop"):
            await client.create(backend=emulator.backend)

    client = asyncio.run(first(HttpxAiohttpClient() if aiohttp else httpx.AsyncClient()))
    asyncio.run(second(client))
    assert len(emulator.sessions()) == 1
    with contextlib.suppress(RuntimeError):
        asyncio.run(client.close())


SIGTERM = """
import signal
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
with client.create(backend=sys.argv[2]) as session:
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pause()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no SIGTERM here")
def test_the_three_lines_of_the_docs_make_an_end_of_sigterm(
    emulator: Emulator, account: dict[str, Any]
) -> None:
    lines = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))"
    assert lines in (Path(__file__).parents[2] / "docs/client.md").read_text(encoding="utf-8")
    options = {key: value for key, value in account.items() if key != "auth"}
    arguments = [json.dumps([emulator.url, options]), str(emulator.backend)]
    script = SYNCHRONOUS.partition("sessions =")[0] + SIGTERM
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 143, done.stderr
    assert [one["state"] for one in emulator.sessions()] == ["closed"]
