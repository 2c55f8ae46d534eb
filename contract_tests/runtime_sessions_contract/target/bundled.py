"""The bundled emulator as a target."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager

from runtime_sessions import ContractName
from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.target.target import CannotRunError, Target


@contextmanager
def bundled(contract: Contract) -> Generator[Target]:
    """The bundled emulator, as a process of its own."""
    command = [sys.executable, "-m", "runtime_sessions_emulator", "--port", "0", "--virtual-clock"]
    command += ["--contract", contract.name]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,  # noqa: S603 - our own program
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            url = re.search(r"http://[^\s/)]+", line)
            if url is None:
                said.seek(0)
                raise CannotRunError(
                    f"The emulator did not start: {' '.join(command)} said {line}{said.read()}"
                )
            yield emulator_target(url[0], contract.name)
        finally:
            process.terminate()


def emulator_target(url: str, contract: ContractName = "classic") -> Target:
    """The bundled emulator as a target, when it is served at a URL."""
    # Not before it is needed: a server of somebody else's is held to a contract without it.
    from runtime_sessions_emulator import Emulator  # noqa: PLC0415

    return Target.emulator(Emulator(contract=contract), url)
