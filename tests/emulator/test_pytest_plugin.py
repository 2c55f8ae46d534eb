"""The fixtures that come with the package."""

import subprocess
import sys

import anyio
import pytest

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


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "jsonschema_rs", "orjson"])
def test_without_the_extra_pytest_starts_and_the_emulator_says_what_is_missing(
    missing: str,
) -> None:
    program = f"""
import sys
sys.modules[{missing!r}] = None
import runtime_sessions_pytest
assert "runtime_sessions_emulator" not in sys.modules
import runtime_sessions_emulator
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "pip install 'runtime-sessions[emulator]'" in run.stderr.splitlines()[-1]
