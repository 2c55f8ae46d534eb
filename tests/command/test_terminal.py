"""The command on a real terminal, wide and narrow, and what is different without one."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from runtime_sessions import SessionsClient
    from runtime_sessions_emulator import Emulator
    from tests.command.conftest import Shell

CTRL_C = b"\x03"
ASKS = "[y/N]"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PLATFORM = pytest.mark.parametrize("contract", ["platform"])

#: Only what controls the processes on it is a terminal for Ctrl-C, too.
TAKES_THE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def on_terminal(
    shell: Shell,
    *words: str,
    columns: int = 80,
    types: str = "",
    after: str = ASKS,
    **environment: str,
) -> tuple[int, str]:
    """Run the command on a terminal of its own; returns its status, and what it showed.

    Args:
        shell: Who runs it.
        words: What it is told.
        columns: How wide the terminal is.
        types: What is typed, once it is asked for.
        after: What is shown before that.
        environment: What is in the environment beside what the shell has.
    """
    # How wide it is, the terminal says, and not what pytest was told.
    around = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", TAKES_THE_TERMINAL, "-m", "runtime_sessions._command", *words],
        env={**around, "TERM": "xterm-256color", **shell.environment, **environment},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    ) as command:
        os.close(its)
        shown = b""
        pressed = b""
        while True:
            # A Ctrl-C that comes just before Python begins to read, or to sleep, is lost: it is
            # pressed again. Not once it was heeded: a program that ends dies of one that is pressed
            # too often. Of one that says nothing at its end that is known by the time it takes.
            patience = 0.2 if after == ASKS else 5
            is_silent = not select.select([ours], [], [], patience)[0]
            if is_silent and pressed == CTRL_C and b"Aborted!" not in shown:
                os.write(ours, pressed)
            if is_silent:
                continue
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
            if types and after.encode() in shown:
                pressed = types.encode()
                os.write(ours, pressed)
                types = ""
        os.close(ours)
    return command.returncode, shown.decode().replace("\r\n", "\n")


@PLATFORM
@pytest.mark.parametrize("columns", [60, 200])
def test_a_table_fits_and_cuts_no_id(
    shell: Shell, client: SessionsClient, emulator: Emulator, columns: int
) -> None:
    ids = [client.create(backend=emulator.backend, mode="batch").id for _ in range(3)]
    status, shown = on_terminal(shell, "list", columns=columns)
    assert status == 0
    plain = COLOUR.sub("", shown)
    lines = plain.splitlines()
    assert len(lines) == 4
    assert all(len(line) <= columns for line in lines), lines
    assert all(one in plain for one in ids)
    assert ("BACKEND" in plain) is (columns == 200)
    assert COLOUR.search(shown)


@PLATFORM
def test_no_color_is_heeded(shell: Shell, client: SessionsClient, emulator: Emulator) -> None:
    client.create(backend=emulator.backend)
    _, shown = on_terminal(shell, "list", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown)


def test_without_a_terminal_there_is_no_colour_and_nothing_is_cut(
    shell: Shell, client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend, mode="batch")
    with shell.start("show", session.id) as command:
        out, _ = command.communicate()
    assert session.id in out
    assert "\x1b" not in out


@pytest.mark.parametrize("answered", [("y", 0, "closed"), ("n", 3, "open")])
def test_it_asks_on_a_terminal(
    shell: Shell,
    client: SessionsClient,
    emulator: Emulator,
    answered: tuple[str, int, str],
) -> None:
    answer, status, state = answered
    session = client.create(backend=emulator.backend)
    ended, shown = on_terminal(shell, "cancel", session.id, types=f"{answer}\n")
    assert ended == status
    assert "Cancel 1 session? [y/N]" in shown
    assert client.get(session.id).state == state


@PLATFORM
def test_watch_draws_its_table_anew(
    shell: Shell, client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    status, shown = on_terminal(shell, "watch", "--times", "2", "--interval", "1s", columns=200)
    assert status == 0
    assert shown.count(session.id) >= 2
    # It goes up to where the first one began.
    assert "\x1b[1A" in shown or "\x1b[2K" in shown


@PLATFORM
def test_ctrl_c_is_how_watch_ends(shell: Shell, client: SessionsClient, emulator: Emulator) -> None:
    session = client.create(backend=emulator.backend)
    status, shown = on_terminal(
        shell, "watch", "--interval", "10m", types="\x03", after=session.id, columns=200
    )
    assert status == 0
    assert "Aborted" not in shown
    assert "Traceback" not in shown


@PLATFORM
@pytest.mark.parametrize("columns", [60, 200])
def test_whatever_is_shown_of_sessions_and_jobs_fits(
    shell: Shell, client: SessionsClient, emulator: Emulator, columns: int
) -> None:
    session = client.create(backend=emulator.backend, mode="batch", max_ttl=900)
    job = emulator.submit_job(session.id, duration=3600)
    looks = {
        ("show", session.id): [session.id, "active", "15m", emulator.backend],
        ("jobs", session.id): [job, "Running"],
        ("watch", "--times", "1"): [session.id, "in_progress"],
        ("prune", "--older-than", "1s"): [session.id, "in_progress", "old"],
    }
    emulator.advance(2)
    for words, wanted in looks.items():
        # Whoever is asked says no.
        _, shown = on_terminal(shell, *words, columns=columns, types="n\n")
        plain = CONTROL.sub("", shown)
        assert all(one in plain for one in wanted), (words, plain)
        assert all(len(line) <= columns for line in plain.splitlines()), (words, plain)
    assert client.get(session.id).state == "active"


def test_ctrl_c_is_no_traceback(shell: Shell, client: SessionsClient, emulator: Emulator) -> None:
    session = client.create(backend=emulator.backend)
    status, shown = on_terminal(shell, "cancel", session.id, types="\x03")
    assert status == 1
    assert "Traceback" not in shown
    assert client.get(session.id).state == "open"
