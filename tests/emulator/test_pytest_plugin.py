"""The fixtures that come with the package."""

import subprocess
import sys

import anyio
import pytest

from runtime_sessions import AsyncSessionsClient, SessionsClient
from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator

BODY = {"backend": "ibmq_wellington", "instance": "hub/group/project"}
pytest_plugins = ["pytester"]


@pytest.mark.parametrize("_", range(2))
def test_one_for_each_test(runtime_sessions_emulator: Emulator, _: int) -> None:
    with runtime_sessions_emulator.client() as client:
        assert runtime_sessions_emulator.sessions() == []
        client.post("/sessions", json=BODY).raise_for_status()


@pytest.mark.parametrize("number", range(2))
def test_one_for_all_tests(runtime_sessions_emulator_session: Emulator, number: int) -> None:
    with runtime_sessions_emulator_session.client() as client:
        assert len(runtime_sessions_emulator_session.sessions()) == number
        client.post("/sessions", json=BODY).raise_for_status()


def test_in_process(
    runtime_sessions_client: httpx.Client, runtime_sessions_emulator_in_process: Emulator
) -> None:
    session = runtime_sessions_client.post("/sessions", json=BODY).json()["id"]
    runtime_sessions_emulator_in_process.submit_job(session, duration=5)
    assert runtime_sessions_client.get(f"/sessions/{session}").json()["state"] == "active"


def test_in_process_and_async(runtime_sessions_async_client: httpx.AsyncClient) -> None:
    async def main() -> int:
        async with runtime_sessions_async_client as client:
            return (await client.post("/sessions", json=BODY)).status_code

    assert anyio.run(main) == 200


def test_options_can_be_overridden(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from runtime_sessions_emulator import Config

        @pytest.fixture(scope="session")
        def runtime_sessions_emulator_options():
            return {"config": Config(backends=("mine",)), "seed": 3}

        def test_it(runtime_sessions_client):
            body = {"backend": "mine", "instance": "hub/group/project"}
            assert runtime_sessions_client.post("/sessions", json=body).status_code == 200
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_clients_of_both_contracts(
    runtime_sessions_classic: SessionsClient,
    runtime_sessions_classic_emulator: Emulator,
    runtime_sessions_platform: SessionsClient,
    runtime_sessions_platform_emulator: Emulator,
) -> None:
    for client, emulator in [
        (runtime_sessions_classic, runtime_sessions_classic_emulator),
        (runtime_sessions_platform, runtime_sessions_platform_emulator),
    ]:
        session = client.create(backend=emulator.backend, max_ttl=60)
        emulator.submit_job(session.id, duration=3600)
        emulator.advance(60)
        assert session.refresh().state == "closed"


def test_async_clients_of_both_contracts(
    runtime_sessions_async_classic: AsyncSessionsClient,
    runtime_sessions_async_platform: AsyncSessionsClient,
) -> None:
    async def main(client: AsyncSessionsClient, backend: str) -> str:
        async with client:
            session = await client.create(backend=backend)
            await session.cancel()
            return str((await session.refresh()).state)

    assert anyio.run(main, runtime_sessions_async_classic, "ibmq_wellington") == "closed"
    assert anyio.run(main, runtime_sessions_async_platform, "ibm_backend") == "closed"


def test_time_that_passes_as_a_client_sleeps(
    runtime_sessions_sleeping_emulator: Emulator,
) -> None:
    emulator = runtime_sessions_sleeping_emulator
    with SessionsClient(emulator.url, token=emulator.token) as client:
        session = client.create(backend=emulator.backend, instance=emulator.instance)
        emulator.submit_job(session.id, duration=3600)
        assert session.wait("inactive").state == "inactive"


@pytest.mark.parametrize("contract", ["classic", "platform"])
def test_a_program_finds_the_emulator_in_its_environment(
    pytester: pytest.Pytester, contract: str
) -> None:
    pytester.makepyfile(
        f"""
        import pytest
        from runtime_sessions import SessionsClient

        @pytest.fixture(scope="session")
        def runtime_sessions_emulator_options():
            return {{"contract": {contract!r}, "virtual_clock": True}}

        def program():
            with SessionsClient() as client:
                client.create(backend=None if {contract!r} == "platform" else "ibm-tenerife")

        def test_it(runtime_sessions_environment):
            program()
            (session,) = runtime_sessions_environment.sessions()
            assert session["state"] == "open"
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_configuration_is_for_its_own_contract(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from runtime_sessions_emulator import Config

        @pytest.fixture(scope="session")
        def runtime_sessions_emulator_options():
            return {"config": Config(backends=("mine",))}

        def test_it(runtime_sessions_classic_emulator, runtime_sessions_platform_emulator):
            assert runtime_sessions_classic_emulator.backend == "mine"
            assert runtime_sessions_platform_emulator.backend == "ibm_backend"
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


SHARED = """
import pytest
from runtime_sessions import SessionsClient

@pytest.fixture(scope="session")
def runtime_sessions_emulator_options(runtime_sessions_emulator_server):
    return {"virtual_clock": True, "within": runtime_sessions_emulator_server}

@pytest.mark.parametrize("_", range(5))
def test_it(
    runtime_sessions_emulator,
    runtime_sessions_emulator_server,
    runtime_sessions_classic,
    runtime_sessions_platform,
    runtime_sessions_platform_emulator,
    _,
):
    server = runtime_sessions_emulator_server.url
    assert runtime_sessions_emulator.url.startswith(server)
    with runtime_sessions_emulator.client() as client:
        body = {"backend": "ibmq_wellington", "instance": "hub/group/project"}
        # The first of every world has the same id: its seed is the same.
        assert client.post("/sessions", json=body).json()["id"] == "ydr1c2qvvf57p69jg9xg"
    session = runtime_sessions_platform.create(backend="ibm_backend")
    runtime_sessions_platform_emulator.advance(1800)
    assert session.refresh().state == "closed"
    assert len(runtime_sessions_platform_emulator.sessions()) == 1
    assert len(runtime_sessions_emulator.sessions()) == 1
    assert runtime_sessions_emulator_server.sessions() == []

def test_another(runtime_sessions_environment):
    with SessionsClient() as client:
        client.create(backend="ibm-tenerife")
    assert len(runtime_sessions_environment.sessions()) == 1
"""


@pytest.mark.parametrize("processes", [[], ["-n", "2"]], ids=["one", "xdist"])
def test_all_can_be_on_one_server(pytester: pytest.Pytester, processes: list[str]) -> None:
    pytester.makepyfile(SHARED)
    pytester.runpytest_subprocess("-p", "no:cacheprovider", *processes).assert_outcomes(passed=6)


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "jsonschema_rs", "orjson"])
def test_without_the_extra_pytest_starts_and_the_emulator_says_what_is_missing(
    missing: str,
) -> None:
    program = f"""
import sys
sys.modules[{missing!r}] = None
import runtime_sessions_pytest
assert "runtime_sessions_emulator" not in sys.modules
from runtime_sessions_emulator import Emulator
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "pip install 'runtime-sessions[emulator]'" in run.stderr.splitlines()[-1]
