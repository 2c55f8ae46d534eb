"""A block of a page, run in a shell as its reader would."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def told_in_bash(
    script: str, folder: Path, environment: Mapping[str, str], *, timeout: float
) -> str:
    """Run a script, which has to succeed; what it leaves running ends with it.

    Returns:
        What it has printed.
    """
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607 - whichever bash is there
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as shell,
    ):
        try:
            status = shell.wait(timeout=timeout)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
        output.seek(0)
        told = output.read()
    assert status == 0, f"exit status {status} of:\n{script}\n{told}"
    return told
