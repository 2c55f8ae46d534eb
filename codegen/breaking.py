"""Say what a change of a contract breaks, for whom, and what version that makes."""

from __future__ import annotations

import argparse
import io
import itertools
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from compare import Change, CompareError, compare

ROOT = Path(__file__).resolve().parents[1]


class BreakingError(Exception):
    """What went wrong, and what to do about it."""


def main() -> int:
    """Give the verdict; returns the exit status. A crash is no verdict, and has status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that has no arrows shows them escaped.
            stream.reconfigure(errors="backslashreplace")
    try:
        return verdict()
    except (BreakingError, CompareError) as error:
        print(f"error: {error}", file=sys.stderr)
    except Exception as error:  # noqa: BLE001 - Python's own status 1 would say that it breaks
        print(
            f"error: the contracts could not be compared: {type(error).__name__}: {error}. "
            "This says nothing about what breaks.",
            file=sys.stderr,
        )
    return 2


def verdict() -> int:
    """Compare every contract with what it was; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Exit status: 0, nothing breaks or the changelog says so; 1, something breaks and "
        "the changelog does not say so; 2, there is nothing to compare with, or no way to compare.",
    )
    parser.add_argument("base", help="the git revision to compare with, such as v1.0.0 or main")
    base: str = parser.parse_args().base
    table = tomllib.loads((ROOT / "codegen" / "contracts.toml").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    notes = breaking_notes(changelog, git("show", f"{base}:CHANGELOG.md") or "")
    unnoted: list[Change] = []
    for file in table.values():
        before, after = at_revision(base, file), parsed((ROOT / file).read_text("utf-8"), file)
        # A contract that was not there has nobody yet whom it could break.
        changes = compare(before, after, (f"{base}:{file}", file)) if before else []
        unnoted += [c for c in changes if breaks(c) and not noted(c, notes)]
        print(report(file, base, before, after, changes))
    if unnoted:
        subjects = ", ".join(dict.fromkeys(f"`{change.subject}`" for change in unnoted))
        print(
            f"\nCHANGELOG.md does not say what breaks: write an entry that begins with "
            f"**Breaking:** under [Unreleased] and names {subjects}.",
            file=sys.stderr,
        )
    return 1 if unnoted else 0


def at_revision(base: str, file: str) -> dict[str, Any]:
    """The contract as it was at a git revision; empty where it was not there yet."""
    if git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None:
        raise BreakingError(f"{base!r} is no revision of this repository: BASE takes a tag, a "
                            "branch or a commit")  # fmt: skip
    text = git("show", f"{base}:{file}")
    return {} if text is None else parsed(text, f"{base}:{file}")


def git(*arguments: str) -> str | None:
    """What git prints, or None where it fails."""
    done = subprocess.run(  # noqa: S603 - git, with arguments that cannot be options
        ["git", *arguments],  # noqa: S607 - whichever git is there
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.stdout if done.returncode == 0 else None


def parsed(text: str, name: str) -> dict[str, Any]:
    """The contract that a text holds."""
    # Here, so that an interpreter without it has no status of its own.
    import yaml  # noqa: PLC0415

    try:
        # By way of JSON, where all keys are texts.
        document = json.loads(json.dumps(yaml.safe_load(text)))
    except yaml.YAMLError as error:
        raise BreakingError(f"{name} is not YAML:\n{error}") from error
    except TypeError as error:
        raise BreakingError(f"{name} holds what JSON cannot: {error}") from error
    if not isinstance(document, dict):
        raise BreakingError(f"{name} is not an OpenAPI document")
    from faults import of_schemas, of_structure  # noqa: PLC0415 - as above

    wrong = next(itertools.chain(of_structure(document), of_schemas(document)), None)
    if wrong:
        place = "/".join(map(str, wrong.pointer)) or "the top"
        raise BreakingError(f"{name} cannot be compared: at {place}, {wrong.what}")
    return document


def breaking_notes(changelog: str, before: str = "") -> list[str]:
    """The entries that are about something that breaks, of what was not released before.

    `before`: the changelog as it was then.
    """
    released = re.findall(r"^## \[(\d[^]]*)\]", before, re.MULTILINE)
    sections = re.findall(r"^## \[([^]]+)\].*\n((?:(?!## ).*\n?)*)", changelog, re.MULTILINE)
    entries = (
        entry
        for version, text in sections
        if version not in released
        for entry in re.split(r"^- ", text, flags=re.MULTILINE)
    )
    return [entry for entry in entries if entry.startswith("**Breaking:**")]


def breaks(change: Change) -> bool:
    """Whether a change breaks anybody."""
    return change.breaks_clients or change.breaks_servers


def noted(change: Change, notes: list[str]) -> bool:
    """Whether an entry names what a change is about."""
    return any(f"`{change.subject}`" in note for note in notes)


def report(
    file: str, base: str, before: dict[str, Any], after: dict[str, Any], changes: list[Change]
) -> str:
    """What changed in one contract, as people read it."""
    if before == after:
        return f"{file}: as it was at {base}."
    if not before:
        return f"{file}: not there at {base}."
    labels = {
        (True, True): "breaks clients and servers",
        (True, False): "breaks clients",
        (False, True): "breaks servers",
        (False, False): "breaks nobody",
    }
    rows = [(labels[c.breaks_clients, c.breaks_servers], c.where, c.what) for c in changes]
    wide = max((len(label) for label, _, _ in rows), default=0)
    lines = [f"{file} since {base}:"]
    lines += [f"  {label:<{wide}}  {where}: {what}" for label, where, what in rows]
    if not rows:
        lines.append("  only prose")
    was, now = before["info"]["version"], after["info"]["version"]
    proposed = next_version(was, changes)
    lines.append(
        f"  version {was} → {proposed}" + ("" if now == proposed else f" (the file says {now})")
    )
    return "\n".join(lines)


def next_version(version: str, changes: list[Change]) -> str:
    """The next version by Semantic Versioning: before 1.0.0, what breaks counts as minor."""
    numbers = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", str(version), re.ASCII)
    if numbers is None:
        raise BreakingError(f"the version {version!r} is not three numbers, such as 1.0.0")
    major, minor, patch = map(int, numbers.groups())
    if any(map(breaks, changes)) and major:
        return f"{major + 1}.0.0"
    if changes:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


if __name__ == "__main__":
    sys.exit(main())
