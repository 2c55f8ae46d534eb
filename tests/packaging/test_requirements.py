"""What the metadata asks for: versions without published vulnerabilities, and nothing of ours."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = PYPROJECT["project"]
PUBLISHED: dict[str, list[str]] = {
    "": PROJECT["dependencies"],
    **PROJECT["optional-dependencies"],
}
#: The first version without the vulnerability, and which that is.
MENDED = {
    "aiohttp": ("3.14.3", "CVE-2026-69244"),
    "orjson": ("3.11.6", "CVE-2025-67221"),
    "pyjwt": ("2.13.0", "CVE-2026-32597, CVE-2026-48522 to CVE-2026-48526"),
    "starlette": ("1.3.1", "CVE-2026-48710, -48817, -48818, -54282, -54283"),
    "urllib3": ("2.7.0", "CVE-2026-44431, CVE-2026-44432"),
}
#: What speaks HTTP by way of a library that has its own bound, because it has had vulnerabilities.
BROUGHT = {
    "httpx-aiohttp": "aiohttp",
    "qiskit-ibm-runtime": "urllib3",
    "schemathesis": "urllib3",
}


def requirements() -> list[tuple[str, Requirement]]:
    """Everything that is published, with the extra that it is in."""
    return [(extra, Requirement(text)) for extra, texts in PUBLISHED.items() for text in texts]


def lower_bound(requirement: Requirement) -> Version:
    bounds = [
        Version(each.version) for each in requirement.specifier if each.operator in {">=", "=="}
    ]
    assert bounds, f"{requirement} has no lower bound"
    return max(bounds)


@pytest.mark.parametrize("name", MENDED)
def test_no_version_with_a_known_vulnerability_is_admitted(name: str) -> None:
    mended, vulnerability = MENDED[name]
    named = [each for _, each in requirements() if each.name == name]
    assert named, f"{name} is no longer required: take it out of the table"
    for requirement in named:
        assert lower_bound(requirement) >= Version(mended), f"{requirement}: {vulnerability}"


@pytest.mark.parametrize(("library", "beneath"), BROUGHT.items())
def test_what_a_library_brings_along_is_bounded_beside_it(library: str, beneath: str) -> None:
    for extra, texts in PUBLISHED.items():
        names = {Requirement(text).name for text in texts}
        if library in names:
            assert beneath in names, f"[{extra}] has {library} without a bound for {beneath}"


def test_every_requirement_has_a_lower_bound() -> None:
    for _, requirement in requirements():
        if requirement.name != PROJECT["name"]:
            lower_bound(requirement)


def test_what_the_repository_is_worked_on_with_is_not_published() -> None:
    extras = {"aiohttp", "cli", "contract", "emulator", "postgresql", "qiskit", "rich", "state"}
    assert set(PUBLISHED) == {"", *extras}
    assert "pytest>=9.0" in PYPROJECT["dependency-groups"]["dev"]


#: What package indexes are called before their top-level domain; with it, it would be an address.
INDEXES = ("pypi", "pythonhosted", "npmjs")


def test_no_file_names_a_package_index_by_its_address() -> None:
    address = re.compile(rf"({'|'.join(INDEXES)})\.(org|com)".encode())
    tracked = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git is there
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    files = [ROOT / name.decode() for name in tracked.stdout.split(b"\0") if name]
    assert files
    assert [file for file in files if file.is_file() and address.search(file.read_bytes())] == []
