"""A session around any program: it is ended whatever happens to the program, or to the command."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from runtime_sessions import Ledger
from runtime_sessions_emulator import Fault

if TYPE_CHECKING:
    from pathlib import Path

    from runtime_sessions_emulator import Emulator
    from tests.command.conftest import Shell

SAYS_ITS_SESSION = "import os; print(os.environ['RUNTIME_SESSIONS_ID'], flush=True)"
WAITS = f"{SAYS_ITS_SESSION}; import time; time.sleep(60)"
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def run(shell: Shell, emulator: Emulator, program: str, *options: str) -> subprocess.Popen[str]:
    words = ("run", "--backend", emulator.backend, "--yes", *options)
    return shell.start(*words, "--", sys.executable, "-c", program, stdin=subprocess.PIPE)


def end_of(emulator: Emulator) -> tuple[str, str]:
    """Return the state of the only session, and by which call it was ended."""
    (session,) = emulator.sessions()
    operations = [entry["operation"] for entry in emulator.requests()]
    ended_by = [name for name in operations if name in {"updateSession", "closeSession"}]
    return session["state"], ended_by[-1]


def test_the_program_finds_its_session_and_it_is_drained(shell: Shell, emulator: Emulator) -> None:
    program = f"{SAYS_ITS_SESSION}; print(os.environ['ELSEWHERE'])"
    program += f"; print(os.environ['{emulator.backend}_QRMI_IBM_QCS_SESSION_ID'])"
    with run(shell, emulator, program, "--env", "ELSEWHERE", "--max-ttl", "15m") as command:
        out, _ = command.communicate()
    (session,) = emulator.sessions()
    assert out.split() == [session["id"]] * 3
    assert command.returncode == 0
    assert end_of(emulator) == ("closed", "updateSession")


def test_its_exit_status_is_passed_on_and_the_session_cancelled(
    shell: Shell, emulator: Emulator
) -> None:
    with run(shell, emulator, "raise SystemExit(7)") as command:
        command.communicate()
    assert command.returncode == 7
    assert end_of(emulator) == ("closed", "closeSession")


def test_options_of_the_program_are_its_own(shell: Shell, emulator: Emulator) -> None:
    words = ["run", "--yes", "--backend", emulator.backend, sys.executable, "--version"]
    with shell.start(*words) as command:
        out, _ = command.communicate()
    assert out.startswith("Python 3")
    assert command.returncode == 0


@pytest.mark.parametrize("sign", SIGNALS)
def test_a_signal_ends_the_program_and_then_the_session(
    shell: Shell, emulator: Emulator, sign: signal.Signals
) -> None:
    with run(shell, emulator, WAITS) as command:
        assert command.stdout is not None
        command.stdout.readline()
        command.send_signal(sign)
        command.communicate(timeout=20)
    # A Python program ends by SIGINT with 130 or by the signal itself: both are 128 + 2.
    assert command.returncode == 128 + sign
    assert end_of(emulator) == ("closed", "closeSession")


@pytest.mark.parametrize("sign", SIGNALS)
def test_a_signal_while_the_session_is_created_ends_it_and_runs_nothing(
    shell: Shell, emulator: Emulator, sign: signal.Signals
) -> None:
    emulator.add_fault(Fault("delay", seconds=1.5, after=True, operation="createSession"))
    with run(shell, emulator, SAYS_ITS_SESSION) as command:
        until = time.monotonic() + 10
        while not emulator.sessions() and time.monotonic() < until:
            time.sleep(0.01)
        command.send_signal(sign)
        out, _ = command.communicate(timeout=20)
    assert out == ""
    assert command.returncode == 128 + sign
    assert end_of(emulator) == ("closed", "closeSession")


def test_a_program_that_is_not_there_creates_nothing(shell: Shell, emulator: Emulator) -> None:
    result = shell("run", "--yes", "--backend", emulator.backend, "--", "no-such-program")
    assert result.exit_code == 127
    assert "nothing was created" in result.stderr
    assert emulator.sessions() == []


@pytest.mark.skipif(shutil.which("nohup") is None, reason="there is no nohup here")
def test_what_is_ignored_stays_so(shell: Shell, emulator: Emulator) -> None:
    program = f"{SAYS_ITS_SESSION}; input(); print('went on')"
    words = ["run", "--backend", emulator.backend, "--yes", "--", sys.executable, "-c", program]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [str(shutil.which("nohup")), sys.executable, "-m", "runtime_sessions._command", *words],
        env={**os.environ, **shell.environment},
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
    ) as command:
        assert command.stdout is not None
        command.stdout.readline()
        command.send_signal(signal.SIGHUP)
        out, _ = command.communicate("\n")
    assert out == "went on\n"
    assert command.returncode == 0
    assert end_of(emulator) == ("closed", "updateSession")


def test_there_is_no_document_of_a_program(shell: Shell, emulator: Emulator) -> None:
    result = shell("run", "--json", "--yes", "--backend", emulator.backend, "--", "true")
    assert result.exit_code == 2
    assert emulator.sessions() == []


def test_what_cannot_be_ended_is_said(shell: Shell, emulator: Emulator) -> None:
    for operation in ("updateSession", "closeSession"):
        emulator.add_fault(Fault("error", status=403, operation=operation))
    with run(shell, emulator, "pass") as command:
        _, err = command.communicate()
    assert command.returncode == 3
    (session,) = emulator.sessions()
    assert f"session {session['id']} may still be open" in err


def test_after_kill_9_a_prune_of_the_ledger_ends_it(
    shell: Shell, emulator: Emulator, tmp_path: Path
) -> None:
    shell.environment["RUNTIME_SESSIONS_LEDGER"] = ledger = str(tmp_path / "ledger")
    with run(shell, emulator, f"{SAYS_ITS_SESSION}; import sys; sys.stdin.read()") as command:
        assert command.stdout is not None
        session = command.stdout.readline().strip()
        assert shell.json("prune")["sessions"] == []
        command.kill()
    (entry,) = Ledger(ledger).entries()
    assert entry.is_left
    assert shell.json("prune", "--yes")["sessions"][0]["id"] == session
    assert [one["state"] for one in emulator.sessions()] == ["closed"]
    assert Ledger(ledger).entries() == ()
