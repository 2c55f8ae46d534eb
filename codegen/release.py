"""Look whether a release can be made of what is here. It changes nothing, and publishes nothing.

    make release-check VERSION=0.1.0
    make release-check VERSION=0.1.0 PYTHONS="python3.11 python3.12 python3.13 python3.14"

Each thing that is in the way is told; the tag is then one command away, and all else is the work
of `.github/workflows/release.yml`, which begins with this.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import readme_renderer.markdown
from metadata import with_whole_links

ROOT = Path(__file__).parents[1]
CHANGELOG: Final = "CHANGELOG.md"
#: What a wheel may weigh, in KiB, and hold: an order of magnitude is noticed, not a line.
MOST_KIB, LEAST_FILES, MOST_FILES = 700, 250, 500
PACKAGES: Final = frozenset(
    {
        "runtime_sessions",
        "runtime_sessions_api",
        "runtime_sessions_contract",
        "runtime_sessions_emulator",
        "runtime_sessions_pytest",
    }
)
#: What an import may cost: a factor of the time of an import of httpx, which the first of them has.
#: The others import what they need when it is asked for. Each is a quarter more than was measured.
MOST_OF_HTTPX: Final = {
    "runtime_sessions": 2.0,
    "runtime_sessions_emulator": 0.45,
    "runtime_sessions_contract": 0.45,
}
#: How often each import is timed; whatever else the machine does can only make one slower.
IMPORTS: Final = 5
USE = """
import runtime_sessions, runtime_sessions_contract, runtime_sessions_emulator
assert {version!r} == runtime_sessions.__version__, runtime_sessions.__version__
from runtime_sessions import SessionsClient
from runtime_sessions_emulator import Emulator
with Emulator() as emulator, SessionsClient(emulator.url, token=emulator.token) as client:
    with client.create(backend="ibmq_wellington", instance="hub/group/project") as session:
        assert client.get(session.id).state == "open"
    assert client.get(session.id).state == "closed"
"""
COMMANDS: Final = ("runtime-sessions", "runtime-sessions-contract", "runtime-sessions-emulator")


class InTheWayError(Exception):
    """Something is in the way of a release."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release to be.

    Attributes:
        version: What it will be called.
        pythons: The interpreters to try it with.
        dist: Where the distributions are built.
    """

    version: str
    pythons: tuple[str, ...]
    dist: Path


def main(arguments: Sequence[str]) -> int:
    """Look at all of it, whatever is wrong first; returns how many things are in the way."""
    parser = argparse.ArgumentParser(description="Look whether a release can be made.")
    parser.add_argument("version", help="such as 0.1.0")
    parser.add_argument("--python", action="append", default=[], help="an interpreter to try")
    said = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        pythons = tuple(said.python or [sys.executable])
        release = Release(said.version.removeprefix("v"), pythons, Path(folder) / "dist")
        return sum(not passes(check, release) for check in CHECKS)


def passes(check: Callable[[Release], str], release: Release) -> bool:
    """Make one check, and tell what it came to."""
    name = check.__name__.replace("_", " ")
    try:
        print(f"ok   {name}: {check(release)}")
    except InTheWayError as error:
        print(f"NOT  {name}: {error}")
        return False
    return True


def the_tree_is_clean(_: Release) -> str:
    """Everything is committed: a tag is of a commit."""
    changed = told_by("git", "status", "--porcelain").splitlines()
    if changed:
        raise InTheWayError(f"{len(changed)} files differ from the commit, such as {changed[0]}")
    return told_by("git", "rev-parse", "--short", "HEAD").strip()


def the_version_is_new(release: Release) -> str:
    """It has three numbers, and nobody has used it."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", release.version):
        raise InTheWayError(f"{release.version} is not three numbers")
    here = told_by("git", "tag", "--list", f"v{release.version}", "--points-at", "HEAD").strip()
    if told_by("git", "tag", "--list", f"v{release.version}").strip() and not here:
        raise InTheWayError(f"v{release.version} is the tag of another commit")
    return f"v{release.version}{', tagged' if here else ''}"


def the_changelog_has_it(release: Release) -> str:
    """A section with its date, something in it, and nothing left over above it."""
    text = (ROOT / CHANGELOG).read_text(encoding="utf-8")
    when, section = section_of(text, release.version)
    if not re.search(r"^- ", section, re.MULTILINE):
        raise InTheWayError(f"the section of {release.version} says nothing")
    left = text.partition("## [Unreleased]")[2].partition("\n## [")[0]
    if re.search(r"^- ", left, re.MULTILINE):
        raise InTheWayError("something is still written under [Unreleased]")
    if when > datetime.now(UTC).date():
        raise InTheWayError(f"{when} is not here yet")
    return str(when)


def section_of(text: str, version: str) -> tuple[date, str]:
    """The date of a version's section of the changelog, and what it says.

    Raises:
        InTheWayError: There is none, or it has no date.
    """
    found = re.search(
        rf"^## \[{re.escape(version)}\](?: - (\S+))?\n(.*?)(?=^## \[|^\[|\Z)",
        text,
        re.MULTILINE | re.DOTALL,
    )
    if found is None:
        raise InTheWayError(f"{CHANGELOG} has no section [{version}]")
    try:
        return date.fromisoformat(str(found[1])), found[2]
    except ValueError:
        raise InTheWayError(f"the section [{version}] has no date, as 2026-11-27") from None


def what_breaks_is_named(release: Release) -> str:
    """What breaks in a contract since the last release has an entry, **Breaking:**."""
    tags = told_by("git", "tag", "--list", "v*", "--sort=-version:refname").split()
    before = [tag for tag in tags if tag != f"v{release.version}"]
    if not before:
        return "there is no release that anything could break"
    done = ran(sys.executable, "codegen/breaking.py", before[0])
    if done.returncode:
        raise InTheWayError(f"since {before[0]}: {(done.stdout + done.stderr).strip()}")
    return f"since {before[0]}"


def the_distributions_are_built(release: Release) -> str:
    """The wheel, and the source distribution from which it can be built again."""
    build(release, ROOT)
    (wheel,), (source,) = release.dist.glob("*.whl"), release.dist.glob("*.tar.gz")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        (unpacked,) = Path(folder).iterdir()
        again = Release(release.version, (), Path(folder) / "dist")
        build(again, unpacked, "--target", "wheel")
        (rebuilt,) = again.dist.glob("*.whl")
        if names_in(rebuilt) != names_in(wheel):
            raise InTheWayError("the wheel of the source distribution holds something else")
    return f"{wheel.name}, {source.name}"


def build(release: Release, where: Path, *options: str) -> None:
    """Build distributions of a version, whatever git says of it: its tag comes after this."""
    done = ran(
        sys.executable,
        "-m",
        "hatchling",
        "build",
        *options,
        "--directory",
        release.dist,
        where=where,
        SETUPTOOLS_SCM_PRETEND_VERSION=release.version,
    )
    if done.returncode:
        raise InTheWayError(f"hatchling says: {(done.stdout + done.stderr).strip()[-400:]}")


def names_in(wheel: Path) -> list[str]:
    """What a wheel holds."""
    with zipfile.ZipFile(wheel) as archive:
        return sorted(archive.namelist())


def the_wheel_holds_what_it_should(release: Release) -> str:
    """Five typed packages, no test, and about as much as before."""
    wheel = built(release, "*.whl")
    names, weight = names_in(wheel), wheel.stat().st_size / 1024
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    strange = tops ^ PACKAGES
    if strange:
        raise InTheWayError(f"{', '.join(sorted(strange))}: should it be there?")
    for package in PACKAGES:
        if f"{package}/py.typed" not in names:
            raise InTheWayError(f"{package} has no py.typed")
    tests = [name for name in names if "/tests/" in name or "test_" in name.rpartition("/")[2]]
    if tests:
        raise InTheWayError(f"it holds tests: {tests[0]}")
    if weight > MOST_KIB or not LEAST_FILES <= len(names) <= MOST_FILES:
        raise InTheWayError(f"{weight:.0f} KiB in {len(names)} files: is that meant?")
    return f"{weight:.0f} KiB in {len(names)} files"


def built(release: Release, pattern: str) -> Path:
    """One of the distributions.

    Raises:
        InTheWayError: It was not built.
    """
    found = list(release.dist.glob(pattern))
    if not found:
        raise InTheWayError("nothing was built")
    return found[0]


def the_readme_is_rendered(release: Release) -> str:
    """As the index renders it, with links that lead somewhere from there."""
    wheel = built(release, "*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    text = metadata.partition("\n\n")[2]
    if "Project-URL: Source" not in metadata:
        # Nobody here knows where the project lives: what a forge builds leads there.
        text = with_whole_links(text, "https://forge.example", release.version)
    page = readme_renderer.markdown.render(text)
    if not page:
        raise InTheWayError("the index would show it as plain text")
    near = [
        link for link in re.findall(r'href="([^"]+)"', page) if not re.match(r"https?:|#", link)
    ]
    if near:
        raise InTheWayError(f"{near[0]} leads nowhere from the index")
    return f"{page.count('<h2')} sections"


def each_python_can_use_it(release: Release) -> str:
    """The wheel and the source distribution, in fresh environments."""
    told: list[str] = []
    for python in release.pythons:
        if shutil.which(python) is None:
            raise InTheWayError(f"{python} is not here")
        for pattern in ("*.whl", "*.tar.gz"):
            with tempfile.TemporaryDirectory() as folder:
                install(built(release, pattern), python, Path(folder))
        told.append(told_by(python, "--version").strip())
    return ", ".join(told)


def install(distribution: Path, python: str, folder: Path) -> None:
    """Install a distribution with all that users need, and use it.

    Raises:
        InTheWayError: It cannot be installed or used.
    """
    version = re.split(r"-|\.tar", distribution.name)[1]
    for command in (
        (python, "-m", "venv", folder),
        (
            folder / "bin" / "python",
            *("-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            f"{distribution}[cli,contract]",
        ),
        (folder / "bin" / "python", "-W", "error", "-c", USE.format(version=version)),
        *((folder / "bin" / name, "--help") for name in COMMANDS),
    ):
        done = ran(*command, where=folder)
        if done.returncode:
            said = (done.stdout + done.stderr).strip()[-400:]
            raise InTheWayError(f"{python}, {distribution.name}: {said}")


def imports_are_quick(_: Release) -> str:
    """An import of each package, beside one of httpx: in processes of their own, in turns."""
    seconds = dict.fromkeys(("httpx", *MOST_OF_HTTPX), float("inf"))
    with tempfile.TemporaryDirectory() as cache:
        for package in seconds:
            # The first import writes the byte code.
            seconds_of(package, cache)
        for _turn in range(IMPORTS):
            for package, least in seconds.items():
                seconds[package] = min(least, seconds_of(package, cache))
    factors = {package: seconds[package] / seconds["httpx"] for package in MOST_OF_HTTPX}
    slow = [name for name, factor in factors.items() if factor > MOST_OF_HTTPX[name]]
    told = ", ".join(f"{name} {factor:.2f}" for name, factor in factors.items())
    if slow:
        raise InTheWayError(f"times of httpx: {told}")
    return f"times of httpx: {told}"


def seconds_of(package: str, cache: str) -> float:
    """How long an import takes, in seconds of the processor, with byte code in a folder."""
    script = (
        f"import time; at = time.process_time(); import {package}; print(time.process_time() - at)"
    )
    # Empty: byte code is written whatever is set here.
    done = ran(
        *(sys.executable, "-X", f"pycache_prefix={cache}", "-c", script),
        PYTHONDONTWRITEBYTECODE="",
    )
    if done.returncode:
        raise InTheWayError(done.stderr.strip())
    return float(done.stdout)


CHECKS: tuple[Callable[[Release], str], ...] = (
    the_tree_is_clean,
    the_version_is_new,
    the_changelog_has_it,
    what_breaks_is_named,
    the_distributions_are_built,
    the_wheel_holds_what_it_should,
    the_readme_is_rendered,
    imports_are_quick,
    each_python_can_use_it,
)


def ran(
    *command: str | Path, where: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program, at the top of the repository unless somebody says where."""
    return subprocess.run(  # noqa: S603 - programs of ours, and interpreters that the caller names
        command,
        cwd=where or ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def told_by(*command: str | Path) -> str:
    """What a program prints that has to succeed."""
    done = ran(*command)
    if done.returncode:
        raise InTheWayError(done.stderr.strip())
    return done.stdout


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
