"""Fixtures for pytest, there as soon as the package is installed.

Time stands still in them until a test moves it. Whoever wants it otherwise, or other users,
instances and limits, overrides `runtime_sessions_emulator_options`.

A package of its own, because pytest imports it in every run: it must not take the emulator's time
to import, nor need what only the emulator needs.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from runtime_sessions_api.http_library import httpx
    from runtime_sessions_emulator import Emulator

Options = Mapping[str, Any]


def _emulator(options: Options) -> "Emulator":
    from runtime_sessions_emulator import Emulator  # noqa: PLC0415 - see above

    return Emulator(**options)


@pytest.fixture(scope="session")
def runtime_sessions_emulator_options() -> Options:
    """The arguments of `Emulator` in the other fixtures; to be overridden."""
    return {"virtual_clock": True}


@pytest.fixture(scope="session")
def runtime_sessions_emulator_session(
    runtime_sessions_emulator_options: Options,
) -> Iterator["Emulator"]:
    """An emulator over HTTP, one for all tests: what a test leaves behind the next one finds."""
    with _emulator(runtime_sessions_emulator_options) as emulator:
        yield emulator


@pytest.fixture
def runtime_sessions_emulator(runtime_sessions_emulator_options: Options) -> Iterator["Emulator"]:
    """An emulator over HTTP, a new one for each test."""
    with _emulator(runtime_sessions_emulator_options) as emulator:
        yield emulator


@pytest.fixture
def runtime_sessions_emulator_in_process(runtime_sessions_emulator_options: Options) -> "Emulator":
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
