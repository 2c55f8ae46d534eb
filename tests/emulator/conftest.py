from collections.abc import Iterator

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator


@pytest.fixture(scope="session")
def served() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def emulator(served: Emulator) -> Emulator:
    served.reset()
    return served


@pytest.fixture
def client(emulator: Emulator) -> Iterator[httpx.Client]:
    with emulator.client() as connected:
        yield connected
