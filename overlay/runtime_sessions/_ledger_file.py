"""The file of a ledger: lines, which several processes write at its end, and read.

Whoever holds the pen may read and write; a process that ends gives it back, however it ends. When
most lines say what no longer matters, the file is written anew beside the old one and takes its
place at once: whoever is killed meanwhile leaves one of the two.
"""

import os
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from runtime_sessions._owners import Owners, owners_by

#: A file that is smaller, in bytes, is never written anew.
_SMALL = 64 * 1024
#: A file is written anew when it has grown to so many times what it was then.
_GROWTH = 2
#: How many bytes tell one file from the one that took its place: both begin with what is random.
_TELLING = 64


@frozen
class News:
    """What was written since the last look.

    Attributes:
        is_anew: Whether that is the whole file, for it is another one than before.
        lines: The lines. The last may be cut off, where its writer was killed.
    """

    is_anew: bool
    lines: list[bytes]


class LedgerFile:
    """The file, as one ledger of this process knows it."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            OSError: It cannot be written.
        """
        # The one that a link leads to: the link stays, when the file is written anew.
        self._path = path.resolve()
        self.owners: Owners = owners_by(self._path.with_name(f"{self._path.name}.lock"))
        self._head = b""
        self._read_to = 0
        self._may_grow_to = _SMALL
        with self.held():
            self.append(b"")

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold the pen. All of the methods below want that."""
        with self.owners.pen():
            yield

    def append(self, text: bytes) -> None:
        """Write a line at the end, and see to it that it is on disk."""
        # It begins with its end of line, for the one before may have been cut off.
        self._write(os.O_APPEND, self._path, b"\n" + text if text else b"")

    def news(self) -> News:
        """Read what was written since the last time."""
        with self._path.open("rb") as file:
            head = file.read(_TELLING)
            size = file.seek(0, os.SEEK_END)
            is_anew = size < self._read_to or not head.startswith(self._head)
            if is_anew:
                self._read_to = 0
            file.seek(self._read_to)
            lines = file.read().split(b"\n")
        self._head, self._read_to = head, size
        return News(is_anew, lines)

    @property
    def has_grown(self) -> bool:
        """Whether it is time to write it anew."""
        return self._path.stat().st_size > self._may_grow_to

    def write_anew(self, texts: Iterable[bytes]) -> None:
        """Let a file with these lines take the place of this one."""
        head = b'{"anew": "%s"}' % secrets.token_hex(16).encode()
        whole = b"\n".join([head, *texts])
        # Where that fails, it is not tried at every line.
        self._may_grow_to = _GROWTH * max(self._path.stat().st_size, _SMALL)
        fresh = self._path.with_name(f"{self._path.name}.new")
        self._write(os.O_TRUNC, fresh, whole)
        fresh.replace(self._path)
        _flush_folder(self._path.parent)
        self._may_grow_to = max(_GROWTH * len(whole), _SMALL)
        # All of it is known.
        self._head, self._read_to = whole[:_TELLING], len(whole)

    def _write(self, how: int, path: Path, text: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
        try:
            while text:
                # Short only where the disk is full; the next try then says so.
                text = text[os.write(descriptor, text) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    """See to it that a file's new name is on disk, where folders can be flushed."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
