"""Each shell completes the command, as a person meets it: the Tab key on a terminal."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.command.conftest import Shell

#: In the place of the command: it completes as that does, and else writes down what it is told.
STAND_IN = """#!/bin/sh
if [ -n "$_RUNTIME_SESSIONS_COMPLETE" ]; then
    exec '{python}' -m runtime_sessions._command "$@"
fi
printf '%s\\n' "$@" > '{told}.new'
mv '{told}.new' '{told}'
"""
#: Only what controls the processes on it is a terminal for a shell.
TAKES_THE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
READY = "ready> "
#: How each shell is started with a file that it reads, and what stands in that before the script.
SHELLS = {
    "bash": (["bash", "--noprofile", "--rcfile", "{file}", "-i"], f"PS1='{READY}'\n"),
    "zsh": (["zsh", "-i"], f"autoload -U compinit; compinit -u; PS1='{READY}'\n"),
    "fish": (
        ["fish", "--no-config", "--private", "--init-command", "source {file}", "-i"],
        f"function fish_prompt; printf '{READY}'; end\n",
    ),
}


def shown_until(terminal: int, text: bytes, until: float) -> bool:
    """Read what a shell shows, until a text is among it."""
    shown = b""
    while text not in shown and time.monotonic() < until:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 65536)
    return text in shown


def told_after(name: str, script: str, typed: str, folder: Path) -> list[str]:
    """Type into a shell that has a completion; returns what the command was told then."""
    told = folder / "told"
    command = folder / "bin" / "runtime-sessions"
    command.parent.mkdir()
    command.write_text(STAND_IN.format(python=sys.executable, told=told))
    command.chmod(0o755)
    words, first = SHELLS[name]
    file = folder / ".zshrc"
    file.write_text(first + script)
    around = {name: value for name, value in os.environ.items() if name not in {"ENV", "BASH_ENV"}}
    around |= {
        "HOME": str(folder),
        "ZDOTDIR": str(folder),
        "TERM": "xterm",
        "PATH": f"{command.parent}:{os.environ['PATH']}",
    }
    ours, its = pty.openpty()
    until = time.monotonic() + 30
    with subprocess.Popen(
        [sys.executable, "-c", TAKES_THE_TERMINAL, *(word.format(file=file) for word in words)],
        env=around,
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    ) as shell:
        os.close(its)
        try:
            assert shown_until(ours, READY.encode(), until)
            os.write(ours, f"runtime-sessions {typed}\t\n".encode())
            while not told.exists() and time.monotonic() < until:
                # What it shows has to be read, or it stops.
                shown_until(ours, b"\0", time.monotonic() + 0.05)
        finally:
            shell.kill()
    os.close(ours)
    return told.read_text().split()


@pytest.mark.parametrize("contract", ["platform"])
@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("pru", ["prune"]),
        ("prune --old", ["prune", "--older-than"]),
        ("list --state in_", ["list", "--state", "in_progress"]),
    ],
)
def test_the_tab_key_completes(
    shell: Shell, tmp_path: Path, name: str, typed: str, completed: list[str]
) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"needs {name}: apt-get install {name}")
    script = shell("completion", name)
    assert script.exit_code == 0
    assert told_after(name, script.stdout, typed, tmp_path) == completed
