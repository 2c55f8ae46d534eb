"""The action and the hooks: their steps are run as a forge would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import Any

import pytest
import yaml
from clones import Clone

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
#: The steps that are scripts.
INSTALL, HOLD = (step for step in ACTION["runs"]["steps"] if "run" in step)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MADE_UP = "a-fault-of-the-servers"


@dataclass
class Job:
    """A job of a forge that uses the action."""

    folder: Path
    inputs: Mapping[str, str]
    outputs: dict[str, str] = field(default_factory=dict[str, str])
    said: str = ""

    def expanded(self, text: str) -> str:
        """A text with what its expressions stand for."""

        def value(found: re.Match[str]) -> str:
            kind, *path = found[1].strip().split(".")
            if kind == "inputs":
                return self.inputs.get(path[0], str(ACTION["inputs"][path[0]].get("default", "")))
            assert kind == "steps"
            return self.outputs[f"{path[0]}.{path[2]}"]

        return re.sub(r"\$\{\{(.*?)\}\}", value, text)

    def run(self, steps: list[dict[str, Any]]) -> int:
        """Run steps that are scripts, up to the first that fails; returns its status."""
        self.outputs["python.python-path"] = sys.executable
        for step in steps:
            assert step["shell"] == "bash"
            output = self.folder / "output"
            output.touch()
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607 - as the forge does
                cwd=self.folder,
                env=self.environment(step, output),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            self.said += done.stdout + done.stderr
            for line in output.read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition("=")
                self.outputs[f"{step.get('id', '')}.{name}"] = value
            if done.returncode:
                return done.returncode
        return 0

    def environment(self, step: Mapping[str, Any], output: Path) -> dict[str, str]:
        given = {name: self.expanded(str(value)) for name, value in step.get("env", {}).items()}
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            # What is installed anew is what is ours; the rest is here already.
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONPATH": sysconfig.get_path("purelib"),
            **given,
        }

    @property
    def summary(self) -> str:
        return (self.folder / "summary.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a job in which the suite was installed, by the step that does it."""
    folder = tmp_path_factory.mktemp("installed")
    job = Job(folder, {})
    assert job.run([INSTALL]) == 0, job.said
    return folder / "runtime-sessions"


def hold(folder: Path, installed: Path, inputs: Mapping[str, str]) -> tuple[int, Job]:
    """Run the step that comes after the installation, which is the same for every server."""
    folder.mkdir(exist_ok=True)
    (folder / "runtime-sessions").symlink_to(installed)
    job = Job(folder, inputs)
    return job.run([HOLD]), job


@pytest.fixture
def port() -> int:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def with_a_fault(port: int) -> str:
    """A command for a server that is wrong."""
    url = f"http://127.0.0.1:{port}/_emulator"
    fault = '{"kind": "missing_field", "operation": "createSession", "field": "id"}'
    return (
        f"runtime-sessions-emulator --port {port} & "
        f"until curl --silent --fail {url}/health; do sleep 0.1; done; "
        f"curl --silent --json '{fault}' {url}/faults; wait"
    )


def test_the_action_tells_of_a_server_whether_it_holds(
    tmp_path: Path, installed: Path, port: int
) -> None:
    inputs = {
        "url": f"http://127.0.0.1:{port}",
        "command": f"runtime-sessions-emulator --port {port}",
        "token": "emulator-token",
        "other-token": "emulator-token-2",
        "only": "race",
    }
    status, job = hold(tmp_path / "right", installed, inputs)
    assert status == 0, job.said
    assert job.outputs["run.status"] == "0"
    assert {"report.html", "junit.xml", "calls.har"} <= {
        each.name for each in Path(job.outputs["run.report"]).iterdir()
    }
    assert "holds to the contract" in job.summary
    with socket() as again:  # nothing is left running
        assert again.connect_ex(("127.0.0.1", port))

    inputs["command"] = with_a_fault(port)
    status, wrong = hold(tmp_path / "wrong", installed, inputs)
    assert status == 1, wrong.said
    assert wrong.outputs["run.status"] == "1"
    assert "breaks the contract" in wrong.summary
    texts = [wrong.said, wrong.summary, job.said, job.summary]
    assert not any("emulator-token" in text for text in texts)


def test_a_server_that_does_not_start_is_no_verdict(
    tmp_path: Path, installed: Path, port: int
) -> None:
    command, url = f"echo {MADE_UP}; false", f"http://127.0.0.1:{port}"
    inputs = {"url": url, "command": command, "token": "a-token"}
    status, job = hold(tmp_path, installed, inputs)
    assert status == 2, job.said
    assert "Nothing answers" in job.summary
    assert MADE_UP in (tmp_path / "runtime-sessions-server.txt").read_text(encoding="utf-8")


def test_the_action_pastes_no_input_into_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("file", [ROOT / "action.yml", *WORKFLOWS], ids=lambda file: file.name)
def test_what_is_used_is_pinned_to_a_commit(file: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", file.read_text(encoding="utf-8"))
    assert used
    for action, comment in used:
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+(\.\d+)+", comment), f"{action} does not say its version"


def hooks() -> dict[str, dict[str, Any]]:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    return {hook["id"]: hook for hook in yaml.safe_load(text)}


def test_developers_have_the_hooks_that_others_have() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (local,) = yaml.safe_load(text)["repos"]
    mine = {hook["id"]: hook for hook in local["hooks"]}
    assert {name: mine[name] for name in hooks()} == hooks()
    assert mine["lint"]["entry"] == "make lint"


def test_every_contract_sets_the_hooks_off() -> None:
    contracts = tomllib.loads((ROOT / "codegen" / "contracts.toml").read_text(encoding="utf-8"))
    named = [each for each in str(contracts).split("'") if each.endswith(".yaml")]
    assert named
    for hook in hooks().values():
        for name in named:
            assert re.search(hook["files"], name), f"{name} does not set off {hook['id']}"


def commit_with(clone: Clone, hook: str) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does: its entry, in the repository."""
    return subprocess.run(
        ["bash", "-c", hooks()[hook]["entry"]],  # noqa: S607 - whichever bash is there
        cwd=clone.folder,
        env={**os.environ, "PATH": f"{clone.commands}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_hooks_tell_of_a_changed_contract(clone: Clone) -> None:
    assert commit_with(clone, "runtime-sessions-breaking").returncode == 0
    contract = clone.folder / "openapi.yaml"
    before = contract.read_text(encoding="utf-8")
    assert "operationId: getSession\n" in before
    contract.write_text(before.replace("operationId: getSession\n", "operationId: fetchSession\n"))
    behind = commit_with(clone, "runtime-sessions-generate")
    assert behind.returncode
    broken = commit_with(clone, "runtime-sessions-breaking")
    assert broken.returncode, broken.stdout + broken.stderr
    assert "the name getSession is fetchSession now" in broken.stdout
