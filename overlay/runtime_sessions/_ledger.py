"""The ledger: which sessions were created and not ended, on disk."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from attrs import asdict, evolve, field, frozen

from runtime_sessions._errors import SettingsError, fields_of
from runtime_sessions._owners import owners_by


@frozen(kw_only=True)
class LedgerEntry:
    """A session that was created, and whose end nobody has confirmed yet."""

    id: str
    """The id of the session."""
    base_url: str
    """Where the service is."""
    contract: str
    """The contract of the client that created it."""
    instance: str | None
    """Who pays."""
    backend: str | None
    """The system on which its jobs run; None when that is not known."""
    mode: str
    """How its jobs run: "dedicated" or "batch"."""
    created_at: datetime
    """When it was written down, by the clock of the process that created it."""
    owner: int = field(repr=False)
    """The process that created it, by a number of its own."""
    is_left: bool = False
    """Whether that process has ended, and so nobody ends the session any more."""


class Ledger:
    """A file in which clients write down what they create, and strike out what has ended.

    Each id is on disk before `create` returns it. It is struck out when its end is confirmed: a
    drain or a cancel that succeeded, or details that show it closed. Several processes may share
    one file, on a disk of the machine; beside it is a file of locks, which tells who is there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a ledger, or begin one.

        Args:
            path: The file. It is made when it is not there.

        Raises:
            SettingsError: It cannot be written.
        """
        self.path = Path(path)
        self._lock = Lock()
        self._read_to = 0
        self._open: dict[tuple[str, str], LedgerEntry] = {}
        try:
            self._append(b"")
            self._owners = owners_by(self.path.with_name(f"{self.path.name}.lock"))
            self._owners.here()
        except OSError as error:
            raise SettingsError(f"the ledger {path} cannot be written: {error.strerror}") from None

    def entries(self) -> tuple[LedgerEntry, ...]:
        """Return the sessions that were created and not ended, the oldest first."""
        with self._lock:
            self._catch_up()
            entries = tuple(self._open.values())
        return tuple(
            evolve(entry, is_left=not self._owners.is_alive(entry.owner)) for entry in entries
        )

    def write(  # noqa: PLR0913 - each by name
        self,
        session_id: str,
        *,
        base_url: str,
        contract: str,
        instance: str | None,
        backend: str | None,
        mode: str,
    ) -> None:
        """Write down a session that was created; it is on disk when this returns.

        Raises:
            OSError: It could not be written.
        """
        entry = LedgerEntry(
            id=session_id,
            base_url=base_url,
            contract=contract,
            instance=instance,
            backend=backend,
            mode=mode,
            created_at=datetime.now(UTC),
            owner=self._owners.here(),
        )
        said = asdict(entry)
        del said["is_left"]
        said["created_at"] = entry.created_at.isoformat(timespec="milliseconds")
        self._append(_line({**said, "open": True}))

    def strike(self, session_id: str, *, base_url: str) -> None:
        """Strike a session out, if it is in here.

        Raises:
            OSError: It could not be written.
        """
        with self._lock:
            self._catch_up()
            is_open = (base_url, session_id) in self._open
        if is_open:
            self._append(_line({"id": session_id, "base_url": base_url, "open": False}))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def _append(self, line: bytes) -> None:
        """Write a line at the end, in one piece, and see to it that it is on disk."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            while line:
                # Short only where the disk is full; the next try then says so.
                line = line[os.write(descriptor, line) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _catch_up(self) -> None:
        """Read what was written since the last time. The last line may still be under way."""
        with self.path.open("rb") as file:
            if file.seek(0, os.SEEK_END) < self._read_to:
                self._read_to = 0
                self._open.clear()
            file.seek(self._read_to)
            *whole, last = file.read().split(b"\n")
        for line in [*whole, last]:
            self._take(fields_of(line))
        self._read_to += sum(len(line) + 1 for line in whole)

    def _take(self, said: Mapping[str, object]) -> None:
        """Take what a line says. One that was cut off says nothing."""
        key = (str(said.get("base_url")), str(said.get("id")))
        if said.get("open") is False:
            self._open.pop(key, None)
        elif said.get("open") is True:
            with suppress(KeyError, TypeError, ValueError):
                self._open[key] = _entry(said)


def _line(said: Mapping[str, object]) -> bytes:
    """Make a line. It begins with its end of line, for the one before may have been cut off."""
    return b"\n" + json.dumps(said).encode()


def _entry(said: Mapping[str, object]) -> LedgerEntry:
    instance, backend, owner = said["instance"], said["backend"], said["owner"]
    if not isinstance(owner, int):
        raise TypeError(owner)
    return LedgerEntry(
        id=str(said["id"]),
        base_url=str(said["base_url"]),
        contract=str(said["contract"]),
        instance=None if instance is None else str(instance),
        backend=None if backend is None else str(backend),
        mode=str(said["mode"]),
        created_at=datetime.fromisoformat(str(said["created_at"])),
        owner=owner,
    )


def ledger_from(given: str | os.PathLike[str] | Ledger | None) -> Ledger | None:
    """Take a ledger, or open the one of a path."""
    if given is None or isinstance(given, Ledger):
        return given
    return Ledger(given)
