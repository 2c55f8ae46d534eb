from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from runtime_sessions import SessionsClient, set_testing
from runtime_sessions_emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKEND = "ibmq_wellington"
INSTANCE = "hub/group/project"


@pytest.fixture(scope="session")
def _emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(_emulator: Emulator) -> Emulator:
    httpx.post(f"{_emulator.url}/_emulator/reset").raise_for_status()
    return _emulator


@pytest.fixture
def client(emulator: Emulator) -> Iterator[SessionsClient]:
    with SessionsClient(emulator.url, token=emulator.token, instance=INSTANCE) as client:
        yield client


@pytest.fixture(autouse=True)
def _no_sleep() -> Iterator[None]:
    with set_testing(True):
        yield
