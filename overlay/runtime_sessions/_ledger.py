"""The ledger: which sessions were created and not ended, on disk."""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from attrs import asdict, evolve, field, frozen

from runtime_sessions._errors import SettingsError, fields_of
from runtime_sessions._ledger_file import LedgerFile


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
    mode: str | None
    """How its jobs run: "dedicated" or "batch"; None when that is not known."""
    created_at: datetime
    """When it was written down, by the clock of the process that created it."""
    owner: int = field(repr=False)
    """The process that created it, by a number of its own."""
    is_left: bool = False
    """Whether that process has ended, and so nobody ends the session any more."""


@frozen(kw_only=True)
class LedgerIntent:
    """A create that was going to be sent, and whose answer nobody has written down yet."""

    id: str
    """The name of the intent in its ledger."""
    base_url: str
    """Where the service is."""
    contract: str
    """The contract of the client."""
    instance: str | None
    """Who pays."""
    backend: str | None
    """The system that was asked for."""
    mode: str
    """The mode that was asked for."""
    begun_at: datetime
    """When it was going to be sent, by the clock of the process."""
    given_up_by: datetime | None
    """By when its last attempt had ended, by the same clock; None when that is not known."""
    owner: int = field(repr=False)
    """The process, by a number of its own."""
    is_left: bool = False
    """Whether that process has ended, and so nobody waits for the answer any more."""


class Ledger:
    """A file in which clients write down what they create, and strike out what has ended.

    Each create is on disk before it is sent, as an intent, and each id before `create` returns it.
    It is struck out when its end is confirmed: a drain or a cancel that succeeded, or details that
    show it closed. Several processes may share one file, on a disk of the machine; beside it is a
    file of locks, which tells who is there. What was struck out is dropped when it is most of the
    file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a ledger, or begin one.

        Args:
            path: The file. It is made when it is not there.

        Raises:
            SettingsError: It cannot be written.
        """
        self.path = Path(path)
        self._open: dict[tuple[str, str], LedgerEntry] = {}
        self._intents: dict[str, LedgerIntent] = {}
        try:
            self._file = LedgerFile(self.path)
            self._owners = self._file.owners
            self._owners.here()
        except OSError as error:
            raise SettingsError(f"the ledger {path} cannot be written: {error.strerror}") from None

    def entries(self) -> tuple[LedgerEntry, ...]:
        """Return the sessions that were created and not ended, the oldest first."""
        with self._file.held():
            self._catch_up()
            entries = tuple(self._open.values())
        return tuple(
            evolve(entry, is_left=not self._owners.is_alive(entry.owner)) for entry in entries
        )

    def intents(self) -> tuple[LedgerIntent, ...]:
        """Return the creates of which nobody wrote down what came of them, the oldest first.

        While a process is still there, its creates may be under way.
        """
        with self._file.held():
            self._catch_up()
            intents = tuple(self._intents.values())
        return tuple(
            evolve(intent, is_left=not self._owners.is_alive(intent.owner)) for intent in intents
        )

    def has(self, session_id: str, *, base_url: str) -> bool:
        """Tell whether a session is in here."""
        with self._file.held():
            self._catch_up()
            return (base_url, session_id) in self._open

    def intend(  # noqa: PLR0913 - each by name
        self,
        *,
        base_url: str,
        contract: str,
        instance: str | None,
        backend: str | None,
        mode: str,
        given_up_by: datetime | None = None,
    ) -> str:
        """Write down that a create is going to be sent; it is on disk when this returns.

        Returns:
            The name of the intent: for `write`, `doubt` or `settle`, when the answer is known.

        Raises:
            OSError: It could not be written.
        """
        intent = LedgerIntent(
            id=secrets.token_hex(16),
            base_url=base_url,
            contract=contract,
            instance=instance,
            backend=backend,
            mode=mode,
            begun_at=datetime.now(UTC),
            given_up_by=given_up_by,
            owner=self._owners.here(),
        )
        self._write(_line_of_intent(intent))
        return intent.id

    def doubt(self, intent_id: str, given_up_by: datetime) -> None:
        """Write down that a create has ended, and that no answer tells what came of it.

        Raises:
            OSError: It could not be written.
        """
        with self._file.held():
            self._catch_up()
            intent = self._intents.get(intent_id)
            if intent is not None:
                self._append(_line_of_intent(evolve(intent, given_up_by=given_up_by)))

    def settle(self, intent_id: str) -> None:
        """Strike an intent out, if it is in here: what came of it is known, or does not matter.

        Raises:
            OSError: It could not be written.
        """
        with self._file.held():
            self._catch_up()
            if intent_id in self._intents:
                self._append(_line({"intent": intent_id, "open": False}))

    def write(  # noqa: PLR0913 - each by name
        self,
        session_id: str,
        *,
        base_url: str,
        contract: str,
        instance: str | None,
        backend: str | None,
        mode: str | None,
        intent: str | None = None,
    ) -> None:
        """Write down a session that was created; it is on disk when this returns.

        Args:
            session_id: The id of the session.
            base_url: Where the service is.
            contract: The contract of the client.
            instance: Who pays.
            backend: The system on which its jobs run.
            mode: How its jobs run.
            intent: What `intend` returned for it, which is struck out with the same line.

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
        self._write(_line_of_entry(entry, intent))

    def strike(self, session_id: str, *, base_url: str) -> None:
        """Strike a session out, if it is in here.

        Raises:
            OSError: It could not be written.
        """
        with self._file.held():
            self._catch_up()
            if (base_url, session_id) in self._open:
                self._append(_line({"id": session_id, "base_url": base_url, "open": False}))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def _write(self, line: bytes) -> None:
        with self._file.held():
            self._append(line)

    def _append(self, line: bytes) -> None:
        """Write a line, and what still matters anew when most of the file no longer does."""
        self._file.append(line)
        # What was to be written is on disk. Whoever writes next tries again.
        with suppress(OSError):
            if self._file.has_grown:
                self._catch_up()
                self._file.write_anew(
                    [
                        *map(_line_of_entry, self._open.values()),
                        *map(_line_of_intent, self._intents.values()),
                    ]
                )

    def _catch_up(self) -> None:
        """Read what was written since the last time."""
        news = self._file.news()
        if news.is_anew:
            self._open.clear()
            self._intents.clear()
        for line in news.lines:
            self._take(fields_of(line))

    def _take(self, said: Mapping[str, object]) -> None:
        """Take what a line says. One that was cut off says nothing."""
        intent, is_open = str(said.get("intent")), said.get("open")
        key = (str(said.get("base_url")), str(said.get("id")))
        with suppress(KeyError, TypeError, ValueError):
            if "id" not in said and is_open is True:
                self._intents[intent] = _intent(said)
            elif is_open is True:
                self._open[key] = _entry(said)
                self._intents.pop(intent, None)
            elif is_open is False:
                self._open.pop(key, None)
                self._intents.pop(intent, None)


def _line(said: Mapping[str, object]) -> bytes:
    return json.dumps(said).encode()


def _line_of_entry(entry: LedgerEntry, intent: str | None = None) -> bytes:
    said = asdict(entry)
    del said["is_left"]
    said["created_at"] = entry.created_at.isoformat(timespec="milliseconds")
    if intent is not None:
        said["intent"] = intent
    return _line({**said, "open": True})


def _line_of_intent(intent: LedgerIntent) -> bytes:
    said = {"intent": intent.id, **asdict(intent)}
    del said["id"], said["is_left"]
    said["begun_at"] = intent.begun_at.isoformat(timespec="milliseconds")
    if intent.given_up_by is not None:
        said["given_up_by"] = intent.given_up_by.isoformat(timespec="milliseconds")
    return _line({**said, "open": True})


def _entry(said: Mapping[str, object]) -> LedgerEntry:
    return LedgerEntry(
        id=str(said["id"]),
        base_url=str(said["base_url"]),
        contract=str(said["contract"]),
        instance=_text_or_none(said["instance"]),
        backend=_text_or_none(said["backend"]),
        mode=_text_or_none(said["mode"]),
        created_at=datetime.fromisoformat(str(said["created_at"])),
        owner=_number(said["owner"]),
    )


def _intent(said: Mapping[str, object]) -> LedgerIntent:
    given_up_by = _text_or_none(said["given_up_by"])
    return LedgerIntent(
        id=str(said["intent"]),
        base_url=str(said["base_url"]),
        contract=str(said["contract"]),
        instance=_text_or_none(said["instance"]),
        backend=_text_or_none(said["backend"]),
        mode=str(said["mode"]),
        begun_at=datetime.fromisoformat(str(said["begun_at"])),
        given_up_by=None if given_up_by is None else datetime.fromisoformat(given_up_by),
        owner=_number(said["owner"]),
    )


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value


def ledger_from(given: str | os.PathLike[str] | Ledger | None) -> Ledger | None:
    """Take a ledger, or open the one of a path."""
    if given is None or isinstance(given, Ledger):
        return given
    return Ledger(given)
