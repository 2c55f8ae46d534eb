"""The command against the emulator of each contract: in process, and as a program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from runtime_sessions import BearerToken, SessionsClient
from runtime_sessions._command.cli import cli
from runtime_sessions_emulator import ContractName, Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTRACTS: list[ContractName] = ["classic", "platform"]


class Shell:
    """Somebody at a prompt, whose environment says where the emulator is."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *words: str, answer: str | None = None) -> Result:
        """Run the command in this process; there is no terminal."""
        environment: dict[str, str | None] = {**self.environment}
        return CliRunner().invoke(cli, words, env=environment, input=answer)

    def json(self, *words: str) -> Any:
        """Run the command with `--json`; returns its document."""
        result = self(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """Run the command as a program."""
        started: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-m", "runtime_sessions._command", *words],
            env={**os.environ, **self.environment},
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
        return started


@pytest.fixture(scope="session")
def emulators() -> Iterator[dict[str, Emulator]]:
    with ExitStack() as stack:
        yield {contract: stack.enter_context(Emulator(contract=contract)) for contract in CONTRACTS}


@pytest.fixture(params=CONTRACTS)
def contract(request: pytest.FixtureRequest) -> ContractName:
    name: ContractName = request.param
    return name


@pytest.fixture
def emulator(emulators: dict[str, Emulator], contract: ContractName) -> Emulator:
    emulator = emulators[contract]
    emulator.reset()
    return emulator


@pytest.fixture
def shell(emulator: Emulator, contract: ContractName, tmp_path: Path) -> Shell:
    environment: dict[str, str] = {
        "HOME": str(tmp_path),
        "QISKIT_IBM_URL": emulator.url,
        "QISKIT_IBM_TOKEN": emulator.token,
        "QISKIT_IBM_INSTANCE": str(emulator.instance),
        "TZ": "America/New_York",
    }
    if contract == "platform":
        environment |= {
            "QISKIT_IBM_TOKEN": str(emulator.api_key),
            "QISKIT_IBM_CHANNEL": "ibm_quantum_platform",
            "IAM_URL": str(emulator.iam_url),
        }
    return Shell(environment)


@pytest.fixture
def client(emulator: Emulator, contract: ContractName) -> Iterator[SessionsClient]:
    """What a program of the same user has."""
    with SessionsClient(
        emulator.url,
        token=emulator.token,
        auth=BearerToken,
        instance=emulator.instance,
        contract=contract,
    ) as client:
        yield client


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know of no session, as a new process does: the emulators give ids anew."""
    monkeypatch.setattr("runtime_sessions._unended._CREATED_HERE", set())
