"""What all three commands have in common, before they do anything."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

COMMANDS = ["runtime_sessions", "runtime_sessions_contract", "runtime_sessions_emulator"]

#: A library that the commands take, in whose import somebody presses Ctrl-C. The HTTP library of
#: the client has a command, too, and does without click.
INTERRUPTED = """
import os, signal, sys
if __name__ == "click" and "runtime_sessions._command" not in sys.modules:
    raise ImportError("not here")
os.kill(os.getpid(), signal.SIGINT)
"""


def run(package: str, *arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", package, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(path), "HOME": str(path)},
    )


@pytest.mark.parametrize("package", COMMANDS)
def test_the_version_is_told(package: str, tmp_path: Path) -> None:
    done = run(package, "--version", path=tmp_path)
    said = f"runtime-sessions {version('runtime-sessions')}\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")


@pytest.mark.parametrize(
    ("asked", "library", "status", "said"),
    [
        (["runtime_sessions", "--help"], "click", 1, "Aborted!\n"),
        (["runtime_sessions_contract", "--help"], "rich", 130, "Interrupted.\n"),
        # What makes its calls is imported when it is known that they are wanted.
        (["runtime_sessions_contract"], "hypothesis", 130, "Interrupted.\n"),
        (["runtime_sessions_emulator", "--help"], "uvicorn", 130, "Interrupted.\n"),
    ],
)
def test_ctrl_c_while_it_is_imported_is_no_traceback(
    asked: list[str], library: str, status: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / f"{library}.py").write_text(INTERRUPTED)
    done = run(*asked, path=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", said)


@pytest.mark.parametrize("library", ["uvicorn", "orjson", "jwt", "httptools", "starlette"])
def test_the_emulator_says_what_is_not_installed(library: str, tmp_path: Path) -> None:
    (tmp_path / f"{library}.py").write_text(
        f"raise ModuleNotFoundError('No module named {library}.parts', name='{library}.parts')"
    )
    done = run("runtime_sessions_emulator", "--port", "0", path=tmp_path)
    said = f"The emulator needs {library}: pip install 'runtime-sessions[emulator]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
