from collections.abc import Iterator
from typing import Any

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator
from runtime_sessions_emulator.core.computation import Computed


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


class Computation:
    """A computation that is done when the test says so."""

    def __init__(self) -> None:
        self.outcome: Computed | None = None
        self.begun = self.stopped = 0

    def begin(self) -> None:
        self.begun += 1

    def stop(self) -> None:
        self.stopped += 1


class Computer:
    """Computes jobs in name only."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.made: list[Computation] = []

    def computation(self, **asked: Any) -> Computation | None:
        self.asked.append(asked)
        if not asked["params"]:
            return None
        self.made.append(Computation())
        return self.made[-1]


@pytest.fixture
def stand_in() -> Computer:
    return Computer()


@pytest.fixture
def computer(emulator: Emulator, stand_in: Computer) -> Iterator[Computer]:
    before = emulator._service._computer
    emulator._service._computer = stand_in
    yield stand_in
    emulator._service._computer = before
