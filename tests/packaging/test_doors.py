"""The four doors, as a stranger goes through them: an empty folder, and nothing but the wheel."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from clones import Clone
from shell import told_in_bash

ROOT = Path(__file__).parents[2]
START = ROOT / "docs" / "start"
#: What is expected to be there after a door was gone through, and to be said on the way.
DOORS = {
    "test-my-program": "3 passed",
    "write-a-client": "closed\n",
    "hold-a-server": "report.html",
}


def steps(page: str) -> Iterator[tuple[str, str]]:
    """The blocks of a page: files to save, by their names, and lines for a shell."""
    text = (START / f"{page}.md").read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        language, block = found.groups()
        before = text[: found.start()].rstrip()
        if language == "python":
            named = re.search(r"`(\w+\.py)`:$", before)
            assert named, f"{page}: nobody says where this is to be saved:\n{block}"
            yield named[1], block
        else:
            # What is installed here is the wheel under test.
            lines = block.splitlines()
            yield "", "\n".join(line for line in lines if not line.startswith("pip install"))


def follow(page: str, folder: Path, path: str) -> str:
    """Do what a page says, in a folder; returns all that was printed."""
    said = ""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "COV_CORE", "COVERAGE_"))
    }
    for name, block in steps(page):
        if name:
            (folder / name).write_text(block, encoding="utf-8")
            continue
        environment = {**clean, "PATH": f"{path}{os.pathsep}{clean['PATH']}"}
        said += told_in_bash(block, folder, environment, timeout=120)
    return said


@pytest.fixture
def path(environment: Path) -> str:
    """Where the commands of the wheel are, and a pytest that knows its fixtures."""
    command = environment / "bin" / "pytest"
    if not command.exists():
        python = environment / "bin" / "python"
        command.write_text(f'#!/bin/sh\nexec {python} -m pytest -p no:cacheprovider "$@"\n')
        command.chmod(0o755)
    return str(environment / "bin")


@pytest.mark.parametrize("page", DOORS)
def test_a_door_leads_to_a_first_success(page: str, path: str, tmp_path: Path) -> None:
    assert DOORS[page] in follow(page, tmp_path, path)


def test_the_door_to_the_contract_leads_through_a_clone(clone: Clone) -> None:
    said = follow("change-the-contract", clone.folder, str(clone.commands))
    assert "openapi.yaml" in said
    assert "generated/runtime_sessions_api/classic" in said
    assert "infos" in said


@pytest.mark.parametrize("page", [*DOORS, "change-the-contract"])
def test_a_door_is_one_screen_and_linked_from_the_readme(page: str) -> None:
    text = (START / f"{page}.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 85
    assert f"docs/start/{page}.md" in (ROOT / "README.md").read_text(encoding="utf-8")
