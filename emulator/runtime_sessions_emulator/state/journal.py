"""The journal: every command is done and kept as one, or not at all."""

import gc
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from attrs import frozen
from sqlalchemy import Connection, bindparam, delete, insert, select

from runtime_sessions_emulator.control.commands import AddFault, Reset, Snapshot, TakeSnapshot
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.core.commands import (
    AddJobRule,
    Answer,
    Command,
    KeepResult,
    SubmitJob,
    TagJob,
)
from runtime_sessions_emulator.core.errors import ServiceError, StateError
from runtime_sessions_emulator.core.service import Held
from runtime_sessions_emulator.state.clock import HeldClock, Moment
from runtime_sessions_emulator.state.codec import (
    FORM,
    Holding,
    dump,
    dump_held,
    load,
    load_computed,
    load_place,
    read,
    read_fault,
    read_rule,
    written,
)
from runtime_sessions_emulator.state.database import HELD, JOURNAL, Database
from runtime_sessions_emulator.state.sessions import Sessions

_LOG: Final = logging.getLogger("runtime_sessions_emulator")

#: What is in the journal where the state was written down: whoever reads it has the same baseline.
CHECKPOINT: Final = "Checkpoint"
#: After how many commands the state is written down at the latest; later where that was much.
_EVERY: Final = 1000
#: How many characters of a state take as long to write as a command takes to be done again.
_AS_A_COMMAND: Final = 1500
#: How many entries are read at a time.
_BATCH: Final = 1000
#: What nobody may do is refused before anything has changed, and is not kept.
_REFUSALS: Final = (LookupError, OverflowError, ServiceError, ValueError)
#: The commands in which a client may say anything.
_FREE: Final = (AddFault, AddJobRule, KeepResult, SubmitJob, TagJob)
#: A signed token, as IAM gives it: which ones it gave is not known here.
_SIGNED: Final = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")


@frozen
class Entry:
    """A command, when it was done, and which one it was."""

    number: int
    moment: Moment
    command: str
    fields: str


class _Row(NamedTuple):
    """One thing that is held: where it stands, whose it is, and what it is; a text as written."""

    place: int
    owner: str
    value: Holding | str


class Journal:
    """Keeps what is done in a database, and does again what is there.

    Args:
        emulation: What the commands are done to.
        clock: The clock of that.
        database: Where they are kept.
        fresh: What makes another emulation of the same kind, in which nothing has happened.
    """

    def __init__(
        self,
        emulation: Emulation,
        clock: HeldClock,
        database: Database,
        fresh: Callable[[], "tuple[Emulation, HeldClock]"],
    ) -> None:
        self._service = emulation.service
        self._faults = emulation.faults
        self._snapshots = emulation.snapshots
        self._clock = clock
        self._database = database
        self._fresh = fresh
        users = emulation.service.config.users
        secrets = {secret for user in users for secret in user.secrets}
        # As they stand in a JSON text.
        self._secrets = [dump(secret)[1:-1] for secret in secrets]
        self._number = 0
        #: At which command each snapshot was taken.
        self._taken: dict[str, int] = {}
        #: What was written down last, by kind and id.
        self._written: dict[tuple[str, str], _Row] = {}
        self._places = 0
        self._due = _EVERY
        #: Whether what is in memory may be otherwise than what is kept.
        self._stale = True
        self._emulation = emulation
        self._snapshots.remember = self._remember

    @property
    def number(self) -> int:
        """The number of the last command that was done."""
        return self._number

    def do(self, command: Command[Answer]) -> Answer:
        """Do a command; once this returns, it is kept.

        Raises:
            StateError: The database is out of reach, and whether the command was done is not known.
        """
        with self._service.lock:
            self._freshen()
            command = self._without_secrets(command)
            if self._database.shared:
                with self._database.transaction() as connection:
                    self._follow(connection)
                    answer = self._do(command)
            else:
                # Nobody else adds to it, and one entry is a transaction by itself.
                answer = self._do(command)
            self._stale = False
            if self._number >= self._due:
                self._check()
            return answer

    def _do(self, command: Command[Answer]) -> Answer:
        """Do a command and add it to the journal: until then memory is not to be relied on."""
        moment = self._clock.moment()
        self._stale = True
        with self._clock.held(moment):
            try:
                answer = self._service.fold(command)
            except _REFUSALS:
                self._stale = False
                raise
            done = command.done(answer)
        if done is not None:
            self._append(moment, type(done).__name__, written(done))
            self._note(done)
        return answer

    def catch_up(self) -> None:
        """Do what others have done meanwhile. Raises StateError as `do`."""
        with self._service.lock:
            self._freshen()
            if self._database.shared:
                with self._database.transaction(alone=False) as connection:
                    self._follow(connection)

    def close(self) -> None:
        """Let go of the database, so that others may have it; it is taken up again when needed."""
        with self._service.lock:
            self._stale = True
            self._database.close()

    def _append(self, moment: Moment, command: str, fields: str) -> None:
        self._number += 1
        self._database.append((self._number, moment.at, moment.wall, command, fields))

    def _note(self, command: Command[Any]) -> None:
        if isinstance(command, Reset | TakeSnapshot):
            names = self._snapshots.taken
            self._taken = {name: self._taken.get(name, self._number) for name in names}

    def _without_secrets(self, command: Command[Answer]) -> Command[Answer]:
        """The command as it may be kept: what is done is what will be done again."""
        if type(command) not in _FREE:
            return command
        text = kept = written(command)
        for secret in self._secrets:
            kept = kept.replace(secret, "***")
        kept = _SIGNED.sub("***", kept)
        if kept == text:
            return command
        redacted: Command[Answer] = read(type(command).__name__, kept)
        return redacted

    def _freshen(self) -> None:
        """Read the state anew, if what is in memory may be otherwise."""
        if not self._stale:
            return
        # What is read stays: to look through it for what could go would take as long as to read it.
        collecting = gc.isenabled()
        gc.disable()
        try:
            with self._database.transaction() as connection:
                self._load(connection)
        finally:
            if collecting:
                gc.enable()
        self._stale = False

    def _load(self, connection: Connection) -> None:
        """Be as what is kept says: as it was written down, and what was done since."""
        # Not at this moment, which is another with each start.
        with self._clock.held(Moment(0, 0)):
            self._service.reset()
        self._faults.reset()
        self._snapshots.taken.clear()
        self._taken = {}
        self._written = {}
        self._number = self._places = 0
        rest = connection.execute(select(HELD.c.value).where(HELD.c.kind == "rest")).scalar()
        if rest is not None:
            self._take_up(connection, load(rest))
        self._due = self._number + _EVERY
        self._follow(connection)

    def _take_up(self, connection: Connection, rest: dict[str, Any]) -> None:
        """Be as it was when the state was written down."""
        if rest["form"] != FORM:
            return
        sessions: dict[str, Any] = {}
        jobs: dict[str, Any] = {}
        job_ids: dict[str, list[str]] = {user.id: [] for user in self._service.config.users}
        results: dict[str, Any] = {}
        # By kind, because there may be very many sessions: what all have is not read for each.
        held = select(HELD.c.id, HELD.c.place, HELD.c.value).order_by(HELD.c.place)
        for name, place, text in connection.execute(held.where(HELD.c.kind == "session")).all():
            sessions[name] = text
            self._written["session", name] = _Row(place, "", text)
        owned = held.add_columns(HELD.c.owner)
        for name, place, text, owner in connection.execute(owned.where(HELD.c.kind == "job")).all():
            jobs[name] = load_place(text)
            job_ids[owner].append(name)
            self._written["job", name] = _Row(place, owner, jobs[name])
        for name, place, text in connection.execute(held.where(HELD.c.kind == "result")).all():
            results[name] = load_computed(text)
            self._written["result", name] = _Row(place, "", results[name])
        self._places = max((row.place for row in self._written.values()), default=0)
        moment = Moment(*rest["moment"])
        with self._clock.held(moment):
            self._service.load(
                Held(
                    now=moment.at,
                    random=_read_dice(rest["random"]),
                    sessions=Sessions(sessions),
                    jobs=jobs,
                    job_ids=job_ids,
                    job_rules=[read_rule(text) for text in rest["rules"]],
                    results=results,
                    computations={},
                    below=rest["below"],
                )
            )
        dice, count, faults, passed = rest["faults"]
        self._faults.load(
            (
                _read_dice(dice),
                count,
                {name: read_fault(text) for name, text in faults},
                {(name, user): tuple(times) for name, user, times in passed},
            )
        )
        self._taken = dict(rest["snapshots"])
        self._snapshots.taken.update(dict.fromkeys(self._taken))
        self._number = rest["number"]

    def _follow(self, connection: Connection) -> None:
        """Do again what is kept and was not done here."""
        if not self._database.shared and not self._stale:
            return
        for entry in entries(connection, after=self._number):
            if entry.moment.at < self._service.looked and not self._stale:
                # Somebody was told here what came of time, and another did this at a moment before.
                self._stale = True
                self._load(connection)
                break
            self._stale = True
            self._redo(entry)
            self._stale = False

    def _redo(self, entry: Entry) -> None:
        """Do a command again."""
        if entry.command == CHECKPOINT:
            self._number = entry.number
            self._changes()
            return
        command = redo(self._emulation, self._clock, entry)
        self._number = entry.number
        self._note(command)

    def _remember(self, name: str) -> Snapshot:
        """A snapshot that was taken before this process began: what was done until then, again."""
        emulation, clock = self._fresh()
        with self._database.transaction() as connection:
            for entry in entries(connection, until=self._taken[name]):
                if entry.command != CHECKPOINT:
                    redo(emulation, clock, entry)
        return emulation.service.save(), emulation.faults.save()

    def _check(self) -> None:
        """Write the state down, so that the next start need not do again what led to it."""
        try:
            with self._database.transaction() as connection:
                self._follow(connection)
                if self._number < self._due:
                    return
                self._stale = True
                moment = self._clock.moment()
                self._append(moment, CHECKPOINT, "{}")
                self._write_down(connection, moment)
            self._stale = False
        except StateError as error:
            # What was done is kept all the same; the next start takes longer.
            _LOG.warning("The state could not be written down: %s", error)
            self._due = self._number + _EVERY

    def _write_down(self, connection: Connection, moment: Moment) -> None:
        removed, added = self._changes()
        rows: list[dict[str, Any]] = [
            {
                "kind": kind,
                "id": name,
                "place": row.place,
                "owner": row.owner,
                # A session that nobody has looked at is as it was written.
                "value": row.value if isinstance(row.value, str) else dump_held(row.value),
            }
            for (kind, name), row in added.items()
        ]
        rows.append(
            {"kind": "rest", "id": "", "place": 0, "owner": "", "value": dump(self._rest(moment))}
        )
        gone = [{"k": kind, "i": name} for kind, name in {*removed, *added, ("rest", "")}]
        connection.execute(
            delete(HELD).where(HELD.c.kind == bindparam("k"), HELD.c.id == bindparam("i")), gone
        )
        connection.execute(insert(HELD), rows)
        size = sum(len(row["value"]) for row in rows)
        self._due = self._number + max(_EVERY, size // _AS_A_COMMAND)

    def _changes(self) -> tuple[set[tuple[str, str]], dict[tuple[str, str], _Row]]:
        """What is no longer held that was written down, and what is to be written anew."""
        before, self._written = self._written, {}
        added: dict[tuple[str, str], _Row] = {}
        lasts: dict[str, int] = {}
        for key, owner, value in self._held():
            row = before.get(key)
            # Their order is that of their places. After a reset the dice give the same ids, and may
            # give a new one before one that was there.
            if row is None or row.place < lasts.get(key[0], 0):
                self._places += 1
                row = added[key] = _Row(self._places, owner, value)
            elif row.value is not value or row.owner != owner:
                row = added[key] = row._replace(owner=owner, value=value)
            lasts[key[0]] = row.place
            self._written[key] = row
        self._due = self._number + _EVERY
        return before.keys() - self._written.keys(), added

    def _held(self) -> Iterator[tuple[tuple[str, str], str, Holding | str]]:
        """All that is held, in a row: what it is, whose, and what is to be written of it."""
        held = self._service.save()
        sessions = held.sessions
        raw = sessions.as_held() if isinstance(sessions, Sessions) else dict(sessions)
        for name, session in raw.items():
            yield ("session", name), "", session
        owners = {job: user for user, ids in held.job_ids.items() for job in ids}
        for name, place in held.jobs.items():
            yield ("job", name), owners[name], place
        for name, computed in held.results.items():
            yield ("result", name), "", computed

    def _rest(self, moment: Moment) -> dict[str, Any]:
        held = self._service.save()
        dice, count, faults, passed = self._faults.save()
        return {
            "form": FORM,
            "number": self._number,
            "moment": [moment.at, moment.wall],
            "random": held.random,
            "rules": [dump(rule) for rule in held.job_rules],
            "faults": [
                dice,
                count,
                [[name, dump(fault)] for name, fault in faults.items()],
                [[*which, times] for which, times in passed.items()],
            ],
            "snapshots": self._taken,
            "below": held.below,
        }


def redo(emulation: Emulation, clock: HeldClock, entry: Entry) -> Command[Any]:
    """Do a command again, at its moment, and give it.

    Raises:
        StateError: It cannot be done in this state: the journal is not what this version wrote.
    """
    service = emulation.service
    service.reliving = True
    try:
        command = read(entry.command, entry.fields)
        with clock.held(entry.moment):
            service.fold(command)
    except _REFUSALS as error:
        raise StateError(
            f"Command {entry.number}, {entry.command}, cannot be done again: {error}"
        ) from error
    finally:
        service.reliving = False
    return command


def entries(connection: Connection, *, after: int = 0, until: int | None = None) -> Iterator[Entry]:
    """What is in the journal after a command, at most to another, in order."""
    columns = (
        JOURNAL.c.number,
        JOURNAL.c.at,
        JOURNAL.c.wall,
        JOURNAL.c.command,
        JOURNAL.c.fields,
    )
    asked = select(*columns).where(JOURNAL.c.number > bindparam("number"))
    if until is not None:
        asked = asked.where(JOURNAL.c.number <= until)
    asked = asked.order_by(JOURNAL.c.number).limit(_BATCH)
    number = after
    while True:
        rows = connection.execute(asked, {"number": number}).all()
        for number, at, wall, command, fields in rows:
            yield Entry(number, Moment(at, wall), command, fields)
        if len(rows) < _BATCH:
            return


def _read_dice(state: list[Any]) -> tuple[Any, ...]:
    version, numbers, rest = state
    return version, tuple(numbers), rest
