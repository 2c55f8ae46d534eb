"""The processes that serve on one socket: each that ends by itself is begun anew, within reason."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runtime_sessions_emulator.server.processes import SOON, TRIES, Deaths

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a system that forks no processes")

#: A program whose processes write down that they were begun, and then do something else. However
#: busy the computer is, they end soon.
PROGRAM = """
import os, signal, sys
from runtime_sessions_emulator.server import processes

processes.SOON = 1000.0

def serve():
    log = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.write(log, b"\\n")
    which = os.lseek(log, 0, os.SEEK_CUR)
    {serve}

processes.serve_by({workers}, serve)
"""


def run(begun: Path, workers: int, serve: str) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(workers=workers, serve=serve)
    return subprocess.run(
        [sys.executable, "-c", program, str(begun)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize(
    ("serve", "said"),
    [
        ("raise OSError('no way')", "OSError: no way\n"),
        ("sys.exit('no way')", "no way\n"),
        ("sys.exit(3)", ""),
        ("os.abort()", ""),
        ("pass", ""),
    ],
)
def test_those_that_end_at_once_are_not_begun_for_ever(
    tmp_path: Path, serve: str, said: str
) -> None:
    done = run(tmp_path / "begun", 1, serve)
    assert done.returncode == 1
    whole, _, last = done.stderr.rpartition("The processes that serve end within ")
    assert last.endswith("What each ended of stands above.\n")
    assert whole.count(said or "\n") == (TRIES if said else 0)
    assert (tmp_path / "begun").stat().st_size == TRIES


def test_the_others_end_with_the_last_that_is_begun(tmp_path: Path) -> None:
    # Two of them live on until they are told to stop.
    done = run(tmp_path / "begun", 3, "signal.pause() if which < 3 else sys.exit(3)")
    assert done.returncode == 1
    assert (tmp_path / "begun").stat().st_size == 2 + 3 * TRIES


def test_who_is_killed_is_begun_anew_however_often(tmp_path: Path) -> None:
    kill = f"os.kill(os.getpid() if which < {3 * TRIES} else os.getppid(), signal."
    done = run(
        tmp_path / "begun",
        1,
        f"{kill}SIGKILL if which < {3 * TRIES} else signal.SIGTERM); signal.pause()",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "begun").stat().st_size == 3 * TRIES


def test_one_that_served_for_a_while_ends_the_row() -> None:
    failed, killed = 3 << 8, signal.SIGKILL
    deaths = Deaths(2)
    assert not deaths.are_too_many(failed, 0.0)
    assert not deaths.are_too_many(failed, SOON)
    assert not deaths.are_too_many(failed, 0.0)
    assert not deaths.are_too_many(killed, 0.0)
    assert deaths.are_too_many(failed, 0.0)
