"""Write the synchronous half of the overlay from the asynchronous one, or check that it is so."""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from generate import ROOT, RUFF_OPTIONS, GenerateError, difference, run_module

OVERLAY = ROOT / "overlay" / "runtime_sessions"
SOURCE = OVERLAY / "_async"
TARGET = OVERLAY / "_sync"

HEADER = "# Written by codegen/unasync.py from _async/{name}: edit that one, and `make generate`.\n"
INIT = '"""The synchronous half, which codegen/unasync.py makes of `_async`."""\n'

#: What is written otherwise in synchronous code, each a pattern of whole words.
REPLACEMENTS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\ban `async with` block", "a `with` block"),
        (r"\basync (def|with|for)\b", r"\1"),
        (r"\bawait ", ""),
        (r"\b__aenter__\b", "__enter__"),
        (r"\b__aexit__\b", "__exit__"),
        (r"\baclose\b", "close"),
        (r"\baread\b", "read"),
        (r"\b__aiter__\b", "__iter__"),
        (r"\banext\b", "next"),
        (r"\basend\b", "send"),
        (r"\bathrow\b", "throw"),
        (r"\bStopAsyncIteration\b", "StopIteration"),
        (r"\bhandle_async_request\b", "handle_request"),
        (r"\bAsync([A-Z]\w*)", r"\1"),
        (r"\basync_(\w+)", r"sync_\1"),
        (r"\b_async\b", "_sync"),
        (r"\bfor tasks to share\b", "for threads to share"),
        (r"  # noqa: ASYNC\d+ - .*", ""),
    )
)


def main() -> int:
    """Write or check; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; print the diff and exit with 1 when _sync/ is out of date",
    )
    check: bool = parser.parse_args().check
    try:
        with tempfile.TemporaryDirectory(dir=OVERLAY, prefix=".scratch-") as folder:
            fresh = Path(folder)
            write(fresh)
            diff = "".join(differences(fresh))
            if diff and not check:
                replace(TARGET, fresh)
    except GenerateError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if diff and check:
        sys.stdout.write(diff)
        print(
            "\n_sync/ is not what _async/ gives: run `make generate` and commit what it writes.",
            file=sys.stderr,
        )
        return 1
    print("_sync/ was written anew." if diff else "_sync/ is up to date.")
    return 0


def differences(fresh: Path) -> Iterator[str]:
    """Yield what is not as it is made."""
    name = "overlay/runtime_sessions/_sync"
    return difference(TARGET, fresh, name=name, stale="is written by nothing")


def write(folder: Path) -> None:
    """Write the synchronous half into an empty folder, formatted as the rest of the overlay is."""
    for file in sorted(SOURCE.glob("*.py")):
        content = HEADER.format(name=file.name) + synchronous(file.read_text(encoding="utf-8"))
        (folder / file.name).write_text(content, encoding="utf-8")
    (folder / "__init__.py").write_text(INIT, encoding="utf-8")
    settings = ["--line-length", "100"]
    names = [file.name for file in sorted(folder.glob("*.py"))]
    first_party = 'lint.isort.known-first-party = ["runtime_sessions", "runtime_sessions_api"]'
    sorting = ["check", "--fix-only", "--select", "I", "--config", first_party]
    run_module(["ruff", *sorting, *RUFF_OPTIONS, *settings, *names], cwd=folder)
    run_module(["ruff", "format", *RUFF_OPTIONS, *settings, *names], cwd=folder)


def synchronous(source: str) -> str:
    """Turn asynchronous source text into what does the same without an event loop."""
    for pattern, replacement in REPLACEMENTS:
        source = pattern.sub(replacement, source)
    return source


def replace(target: Path, fresh: Path) -> None:
    """Make a folder hold what another one holds, and no other module."""
    target.mkdir(exist_ok=True)
    for stale in target.glob("*.py"):
        stale.unlink()
    for file in fresh.glob("*.py"):
        file.replace(target / file.name)


if __name__ == "__main__":
    sys.exit(main())
