"""Fixtures for pytest, there as soon as the package is installed.

Time stands still in them until a test moves it. Whoever wants it otherwise, or other users,
instances and limits, overrides `runtime_sessions_emulator_options`.

A package of its own, because pytest imports it in every run: it must not take the emulator's time
to import, nor need what only the emulator needs.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypedDict

import pytest

if TYPE_CHECKING:
    from runtime_sessions import AsyncSessionsClient, SessionsClient
    from runtime_sessions_api.http_library import httpx
    from runtime_sessions_emulator import Config, ContractName, Emulator


class EmulatorOptions(TypedDict, total=False):
    """What `runtime_sessions_emulator_options` may say: the arguments of `Emulator`."""

    config: "Config | None"
    contract: "ContractName"
    seed: int
    virtual_clock: bool
    within: "Emulator | None"


def _emulator(options: EmulatorOptions) -> "Emulator":
    from runtime_sessions_emulator import Emulator  # noqa: PLC0415 - see above

    return Emulator(**options)


def _emulator_of(contract: "ContractName", options: EmulatorOptions) -> "Emulator":
    """An emulator of a contract. A configuration is for the contract that it was made for."""
    fitting: EmulatorOptions = {**options, "contract": contract}
    if options.get("contract", "classic") != contract:
        fitting["config"] = None
    return _emulator(fitting)


def _account(emulator: "Emulator") -> dict[str, Any]:
    """What a client of the library is told, so that it is the emulator's first user."""
    from runtime_sessions import BearerToken  # noqa: PLC0415 - see above

    return {
        "base_url": emulator.url,
        "token": emulator.token,
        "auth": BearerToken,
        "instance": emulator.instance,
        "contract": emulator.contract,
    }


@pytest.fixture(scope="session")
def runtime_sessions_emulator_options() -> EmulatorOptions:
    """The arguments of `Emulator` in the other fixtures; to be overridden."""
    return {"virtual_clock": True}


@pytest.fixture(scope="session")
def runtime_sessions_emulator_server() -> Iterator["Emulator"]:
    """A server for all tests, on which the emulator of each can be: `within`, in the options.

    With pytest-xdist, each of its processes has one.
    """
    with _emulator({}) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def runtime_sessions_emulator_session(
    runtime_sessions_emulator_options: EmulatorOptions,
) -> Iterator["Emulator"]:
    """An emulator over HTTP, one for all tests: what a test leaves behind the next one finds."""
    with _emulator(runtime_sessions_emulator_options) as emulator:
        yield emulator


@pytest.fixture
def runtime_sessions_emulator(
    runtime_sessions_emulator_options: EmulatorOptions,
) -> Iterator["Emulator"]:
    """An emulator over HTTP, a new one for each test."""
    with _emulator(runtime_sessions_emulator_options) as emulator:
        yield emulator


@pytest.fixture
def runtime_sessions_sleeping_emulator(
    runtime_sessions_emulator: "Emulator",
) -> Iterator["Emulator"]:
    """An emulator over HTTP whose time passes as the library's clients sleep.

    A client that waits does not really sleep: the emulator's clock moves on instead, so that what
    is waited for comes at once.
    """
    from runtime_sessions import set_testing  # noqa: PLC0415 - see above

    with set_testing(True, sleep=runtime_sessions_emulator.advance):
        yield runtime_sessions_emulator


@pytest.fixture
def runtime_sessions_emulator_in_process(
    runtime_sessions_emulator_options: EmulatorOptions,
) -> "Emulator":
    """An emulator without a server, a new one for each test; its `client` calls it."""
    return _emulator(runtime_sessions_emulator_options)


@pytest.fixture
def runtime_sessions_client(
    runtime_sessions_emulator_in_process: "Emulator",
) -> Iterator["httpx.Client"]:
    """A client of the emulator in process, with the first user's token."""
    with runtime_sessions_emulator_in_process.client() as client:
        yield client


@pytest.fixture
def runtime_sessions_async_client(
    runtime_sessions_emulator_in_process: "Emulator",
) -> "httpx.AsyncClient":
    """As `runtime_sessions_client`, for async tests; enter it with `async with`."""
    return runtime_sessions_emulator_in_process.async_client()


@pytest.fixture
def runtime_sessions_classic_emulator(
    runtime_sessions_emulator_options: EmulatorOptions,
) -> Iterator["Emulator"]:
    """An emulator of the classic contract over HTTP, a new one for each test."""
    with _emulator_of("classic", runtime_sessions_emulator_options) as emulator:
        yield emulator


@pytest.fixture
def runtime_sessions_platform_emulator(
    runtime_sessions_emulator_options: EmulatorOptions,
) -> Iterator["Emulator"]:
    """An emulator of the platform contract over HTTP, a new one for each test."""
    with _emulator_of("platform", runtime_sessions_emulator_options) as emulator:
        yield emulator


@pytest.fixture
def runtime_sessions_classic(
    runtime_sessions_classic_emulator: "Emulator",
) -> Iterator["SessionsClient"]:
    """A `SessionsClient` of `runtime_sessions_classic_emulator`, as its first user."""
    from runtime_sessions import SessionsClient  # noqa: PLC0415 - see above

    with SessionsClient(**_account(runtime_sessions_classic_emulator)) as client:
        yield client


@pytest.fixture
def runtime_sessions_platform(
    runtime_sessions_platform_emulator: "Emulator",
) -> Iterator["SessionsClient"]:
    """A `SessionsClient` of `runtime_sessions_platform_emulator`, as its first user."""
    from runtime_sessions import SessionsClient  # noqa: PLC0415 - see above

    with SessionsClient(**_account(runtime_sessions_platform_emulator)) as client:
        yield client


@pytest.fixture
def runtime_sessions_async_classic(
    runtime_sessions_classic_emulator: "Emulator",
) -> "AsyncSessionsClient":
    """As `runtime_sessions_classic`, for async tests; enter it with `async with`."""
    from runtime_sessions import AsyncSessionsClient  # noqa: PLC0415 - see above

    return AsyncSessionsClient(**_account(runtime_sessions_classic_emulator))


@pytest.fixture
def runtime_sessions_async_platform(
    runtime_sessions_platform_emulator: "Emulator",
) -> "AsyncSessionsClient":
    """As `runtime_sessions_platform`, for async tests; enter it with `async with`."""
    from runtime_sessions import AsyncSessionsClient  # noqa: PLC0415 - see above

    return AsyncSessionsClient(**_account(runtime_sessions_platform_emulator))


@pytest.fixture
def runtime_sessions_environment(
    runtime_sessions_emulator: "Emulator", monkeypatch: pytest.MonkeyPatch
) -> "Emulator":
    """The emulator that a program finds which makes its own client from the environment.

    The variables are those that the library and the official client read: `QISKIT_IBM_URL`,
    `_TOKEN`, `_INSTANCE` and `_CHANNEL`, and `IAM_URL` where the contract has IAM.
    """
    emulator = runtime_sessions_emulator
    monkeypatch.setenv("QISKIT_IBM_URL", emulator.url)
    monkeypatch.setenv("QISKIT_IBM_INSTANCE", emulator.instance)
    if emulator.contract == "platform":
        monkeypatch.setenv("QISKIT_IBM_CHANNEL", "ibm_quantum_platform")
        monkeypatch.setenv("QISKIT_IBM_TOKEN", emulator.api_key or emulator.token)
        monkeypatch.setenv("IAM_URL", emulator.iam_url)
    else:
        monkeypatch.setenv("QISKIT_IBM_CHANNEL", "ibm_quantum")
        monkeypatch.setenv("QISKIT_IBM_TOKEN", emulator.token)
    return emulator


@pytest.fixture
def runtime_sessions_qiskit_emulator(
    runtime_sessions_emulator_options: EmulatorOptions,
) -> Iterator["Emulator"]:
    """An emulator over HTTP of the contract of the official client that is installed.

    Unless a configuration says otherwise, jobs take no time: they have ended once they are
    submitted, and `JobRule(duration=...)` makes one that runs.
    """
    from attrs import evolve  # noqa: PLC0415 - see above

    from runtime_sessions_emulator import default_config  # noqa: PLC0415
    from runtime_sessions_emulator.qiskit import contract_of_client  # noqa: PLC0415

    contract = contract_of_client()
    # It is the client's proxy, which has no path.
    options: EmulatorOptions = {
        "contract": contract,
        **runtime_sessions_emulator_options,
        "within": None,
    }
    if options["contract"] != contract or "config" not in options:
        options["contract"] = contract
        options["config"] = evolve(default_config(contract), job_duration=0)
    with _emulator(options) as emulator:
        yield emulator


@pytest.fixture
def runtime_sessions_qiskit_service(
    runtime_sessions_qiskit_emulator: "Emulator", monkeypatch: pytest.MonkeyPatch
) -> Any:  # noqa: ANN401 - a type of the official client
    """A `QiskitRuntimeService` whose every call stays on `runtime_sessions_qiskit_emulator`."""
    from runtime_sessions_emulator.qiskit import environment, service  # noqa: PLC0415

    # So that the process has the environment back that it had.
    for name, value in environment(runtime_sessions_qiskit_emulator).items():
        monkeypatch.setenv(name, value)
    return service(runtime_sessions_qiskit_emulator)
