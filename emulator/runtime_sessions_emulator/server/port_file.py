"""The file that tells scripts where a server listens, for as long as it does."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def announced(url: str, file: Path) -> Generator[None]:
    """Write where the server is, and take that back in the end.

    The first line is the URL, the second the id of the process: a server that was killed leaves its
    file behind, and whoever finds one can tell whether its server is still there.

    Raises:
        OSError: The file cannot be written.
    """
    text = f"{url}\npid {os.getpid()}\n"
    # Whoever waits for the file must never read half of it.
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    try:
        yield
    finally:
        # By now it may be that of another server, which was started later with the same file.
        if _read(file) == text:
            file.unlink(missing_ok=True)


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return None
