"""Run every code block of the README and the docs as a test.

Python blocks of one page share a namespace, as they would for a reader who follows it; those of
the README stand alone. One that defines tests is run by pytest, alone. Shell blocks run in bash,
where anything that fails or is left running ends with the block. What a block may name but not
run is looked up instead: a target of the Makefile, an extra of the package.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from shell import told_in_bash
from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, SkipParser

# A shell that starts pytest in the background has it ignore Ctrl-C, and `nohup` a terminal that is
# closed; and so would every program that a test starts and stops by that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

ROOT = Path(__file__).parent
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
#: Files whose tests share what takes long to make: in parallel, all of them go to one process.
SHARING = {
    "tests/codegen/test_edits.py",
    "tests/contract/test_report.py",
    "tests/docs/test_docs_site.py",
    "tests/emulator/test_page.py",
    "tests/emulator/test_pytest_plugin.py",
    "tests/packaging/test_action.py",
    "tests/packaging/test_doors.py",
    "tests/packaging/test_release.py",
    "tests/packaging/test_wheel.py",
}
#: What is installed of ours: by its name, from a checkout, from a wheel.
OURS = r"(?:runtime-sessions|\.|\./runtime_sessions-[\w.]+-py3-none-any\.whl)"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@pytest.hookimpl(optionalhook=True)  # pytest-xdist is not everywhere that these tests are run
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Hand out tests one by one; the blocks of a page stay together, as they share a namespace."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # noqa: PLC0415

    class OneByOne(LoadScopeScheduling):  # type: ignore[misc]  # as xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in SHARING or file.endswith(".md") else nodeid

    return OneByOne(config, log)


def run_python(example: Example) -> None:
    """Run a Python block: its tests if it has any, else as it stands."""
    if not re.search(r"^(async )?def test_", example.parsed, re.MULTILINE):
        if Path(example.path).name == "README.md":
            example.namespace.clear()
        PythonEvaluator()(example)
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_block.py").write_text(example.parsed, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, "-W", "error", "--rootdir", folder, folder],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)


def run_in_bash(example: Example) -> None:
    """Run a shell block, but for the lines that `look_up` answers."""
    script = "\n".join(line for line in example.parsed.splitlines() if not look_up(line))
    if not script.strip():
        return
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        told_in_bash(script, Path(folder), {**os.environ, "PATH": path}, timeout=60)


def look_up(line: str) -> bool:
    """Whether a line is one to be looked up, not run; raises when what it names isn't there."""
    words = line.split("#", maxsplit=1)[0].split()
    if words[:1] == ["make"]:
        for target in words[1:]:
            if "=" not in target and target not in TARGETS:
                raise AssertionError(f"the Makefile has no target {target!r}")
        return True
    if words[:2] == ["pip", "install"]:
        for requirement in (word.strip("'") for word in words[2:]):
            named = re.fullmatch(rf"{OURS}(?:\[([a-z,]+)\])?", requirement)
            if named and named[1] and not set(named[1].split(",")) <= set(EXTRAS):
                raise AssertionError(f"{requirement!r} names an extra that there is not")
        return True
    return False


def parsing_with(parse: Callable[[str], object]) -> Callable[[Example], None]:
    """A check that a block of data parses."""

    def check(example: Example) -> None:
        parse(example.parsed)

    return check


pytest_collect_file = Sybil(
    parsers=[
        SkipParser(),
        CodeBlockParser("python", run_python),
        CodeBlockParser("sh", run_in_bash),
        CodeBlockParser("json", parsing_with(json.loads)),
        CodeBlockParser("toml", parsing_with(tomllib.loads)),
        CodeBlockParser("yaml", parsing_with(yaml.safe_load)),
    ],
    patterns=["README.md", "CONTRIBUTING.md", "docs/*.md"],
    # The doors are followed from an empty folder, with the wheel: tests/packaging/test_doors.py.
    excludes=["docs/start/*.md", "docs/site/*.md"],
).pytest()
