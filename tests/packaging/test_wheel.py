"""The wheel as a user gets it: built, installed into an environment of its own, used there."""

from __future__ import annotations

import subprocess
import tomllib
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., str]
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


def test_what_the_repository_needs_is_no_extra(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (each for each in archive.namelist() if each.endswith("/METADATA"))
    metadata = Parser().parsestr(archive.read(name).decode())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert metadata.get_all("Provides-Extra") == sorted(project["optional-dependencies"])


def test_overlay_talks_to_the_emulator(run: Run, environment: Path, wheel: Path) -> None:
    told = run(environment / "bin" / "python", "-W", "error", "-c", USE).strip()
    assert told == wheel.name.split("-")[1]


@pytest.mark.parametrize(
    "package", ["runtime_sessions", "runtime_sessions_contract", "runtime_sessions_emulator"]
)
def test_each_package_tells_its_version(
    run: Run, environment: Path, wheel: Path, package: str
) -> None:
    script = f"import {package}; print({package}.__version__)"
    told = run(environment / "bin" / "python", "-c", script).strip()
    assert told == wheel.name.split("-")[1]


@pytest.mark.parametrize(
    "command", ["runtime-sessions", "runtime-sessions-contract", "runtime-sessions-emulator"]
)
def test_command_helps(run: Run, environment: Path, command: str) -> None:
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


def test_who_imports_the_library_does_not_import_its_command(run: Run, environment: Path) -> None:
    script = "import sys, runtime_sessions; print('runtime_sessions._command' in sys.modules)"
    assert run(environment / "bin" / "python", "-c", script).strip() == "False"
