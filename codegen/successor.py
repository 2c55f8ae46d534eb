"""Build everything on the other HTTP library, in a copy and an environment of its own, and test it.

What is changed in the copy is what a move would change: the setting of the code generation, and
the dependency in pyproject.toml.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from generate import LIBRARIES, ROOT, setting_of_http_library

COPY = ROOT / ".successor"
ENVIRONMENT = ROOT / ".venv-successor"
PYTHON = ENVIRONMENT / "bin" / "python"

#: What pyproject.toml says of each library.
REQUIREMENTS = {"httpx": "httpx>=0.28,<0.29", "httpx2": "httpx2>=2.16,<3"}
#: What stands on the HTTP library by itself: the overlay and the generated clients.
TESTS = ("tests/overlay", "tests/codegen")
ONLY_ONE = "import sys, runtime_sessions; sys.exit('{other}' in sys.modules and '{other}, too')"


def main() -> int:
    """Copy, set, install, generate, test; returns the exit status of the first that fails."""
    before = setting_of_http_library()
    (after,) = set(LIBRARIES) - {before}
    print(f"{before} -> {after}, in {COPY.name}/")
    copy()
    rewrite("codegen/http_library.toml", f'library = "{before}"', f'library = "{after}"')
    rewrite("pyproject.toml", REQUIREMENTS[before], REQUIREMENTS[after])
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return (
        run(*pip, "--require-hashes", "-r", "requirements/dev.txt")
        or run(*pip, REQUIREMENTS[after])
        or run(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
        or run("codegen/generate.py")
        or run("codegen/unasync.py", "--check")
        or run("-c", ONLY_ONE.format(other=before))
        or run("-m", "pytest", *TESTS)
    )


def copy() -> None:
    """Copy what git knows of, and what it would."""
    shutil.rmtree(COPY, ignore_errors=True)
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)


def rewrite(name: str, before: str, after: str) -> None:
    """Change one thing in a file of the copy, which must be there."""
    file: Path = COPY / name
    content = file.read_text(encoding="utf-8")
    if before not in content:
        raise SystemExit(f"{name} does not hold {before!r}: codegen/successor.py is out of date")
    file.write_text(content.replace(before, after), encoding="utf-8")


def run(*arguments: str) -> int:
    """Run the environment's Python in the copy; returns its exit status."""
    return subprocess.run([PYTHON, *arguments], cwd=COPY, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
