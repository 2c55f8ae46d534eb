"""The wheel as a user gets it: built, installed into an environment of its own, used there."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USE = """
import importlib.metadata, pathlib, sys
import runtime_sessions
from runtime_sessions import SessionsClient
from runtime_sessions_emulator import Emulator

assert sys.prefix in runtime_sessions.__file__, runtime_sessions.__file__
with Emulator() as emulator, SessionsClient(emulator.url, token=emulator.token) as client:
    with client.create(backend="ibmq_wellington", instance="hub/group/project") as session:
        assert client.get(session.id).state == "open"
    assert client.get(session.id).state == "closed"
print(importlib.metadata.version("runtime-sessions"))
"""


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it, which sees the dependencies of this one.

    Not this one's `.pth` files, so that what is installed here from the checkout stays out.
    """
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--no-deps", "--no-index", wheel)
    (site,) = (folder / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def test_wheel_holds_five_typed_packages_and_the_contract(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    packages = {name.split("/")[0] for name in names if not name.startswith("runtime_sessions-")}
    assert packages == {
        "runtime_sessions",
        "runtime_sessions_api",
        "runtime_sessions_contract",
        "runtime_sessions_emulator",
        "runtime_sessions_pytest",
    }
    assert {f"{package}/py.typed" for package in packages} <= set(names)
    assert "runtime_sessions_api/classic.openapi.json" in names
    assert "runtime_sessions_api/semantics.json" in names


def test_overlay_talks_to_the_emulator(environment: Path) -> None:
    assert run(environment / "bin" / "python", "-W", "error", "-c", USE).strip() == "0.1.0"


@pytest.mark.parametrize(
    "command", ["runtime-sessions", "runtime-sessions-contract", "runtime-sessions-emulator"]
)
def test_command_helps(environment: Path, command: str) -> None:
    assert "usage" in run(environment / "bin" / command, "--help").lower()


@pytest.mark.parametrize(
    ("package", "missing", "extra"),
    [
        ("runtime_sessions_contract", "schemathesis", "contract"),
        ("runtime_sessions_emulator", "uvicorn", "emulator"),
    ],
)
def test_without_its_extra_a_package_says_what_to_install(
    environment: Path, package: str, missing: str, extra: str
) -> None:
    # None stands for a module that is not there.
    script = f"import sys; sys.modules[{missing!r}] = None; from {package} import *"
    done = subprocess.run(
        [environment / "bin" / "python", "-c", script], capture_output=True, text=True, check=False
    )
    assert f"pip install 'runtime-sessions[{extra}]'" in done.stderr


def test_without_its_extra_the_command_says_what_to_install(environment: Path) -> None:
    script = "import sys; sys.modules['click'] = None; "
    script += "from runtime_sessions._command.__main__ import main; main()"
    done = subprocess.run(
        [environment / "bin" / "python", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "The command needs click and rich: pip install 'runtime-sessions[cli]'\n"
    )


def test_who_imports_the_library_does_not_import_its_command(environment: Path) -> None:
    script = "import sys, runtime_sessions; print('runtime_sessions._command' in sys.modules)"
    assert run(environment / "bin" / "python", "-c", script).strip() == "False"
