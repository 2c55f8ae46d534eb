"""The database that a state is kept in: its tables, and how it is reached.

SQLAlchemy's core speaks to both engines, so that there is one journal and not two. What differs is
here: how a database is opened, and how one process at a time adds to it.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Identity,
    MetaData,
    StaticPool,
    Table,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from runtime_sessions_emulator.core.errors import StateError

TABLES: Final = MetaData()
#: What the state was begun with.
ABOUT: Final = Table(
    "about", TABLES, Column("name", Text, primary_key=True), Column("value", Text, nullable=False)
)
#: Every command, in the order in which they were done.
JOURNAL: Final = Table(
    "journal",
    TABLES,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("wall", BigInteger, nullable=False),
    Column("command", Text, nullable=False),
    Column("fields", Text, nullable=False),
)
#: What the service held after one of them, so that a start need not do all of them again.
HELD: Final = Table(
    "held",
    TABLES,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("value", Text, nullable=False),
)
#: What clients sent, where several processes answer them.
REQUESTS: Final = Table(
    "requests",
    TABLES,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("record", Text, nullable=False),
)

#: For how long another process may take for its command, and for how long this one may be silent in
#: the middle of its own until the database gives up on it.
_PATIENCE: Final = (
    "-c lock_timeout=10s -c idle_in_transaction_session_timeout=10s -c statement_timeout=60s"
)


class Database:
    """The database of a state, and one connection to it. Only one thread at a time may use it.

    Args:
        url: `sqlite:FILE`, or `postgresql://USER@HOST/DATABASE`.
        new: Whether a file is made where there is none.

    Attributes:
        shared: Whether other processes may add to it too.
        name: What it is called in messages: the URL without a password.

    Raises:
        StateError: There is no such kind of database, or what it needs is not installed.
    """

    def __init__(self, url: str, *, new: bool = True) -> None:
        scheme, _, rest = url.partition(":")
        self.shared: Final = scheme in {"postgresql", "postgres"}
        try:
            if scheme == "sqlite" and rest:
                self.name = f"sqlite:{_path(rest)}"
                self._engine = _sqlite(_path(rest))
            elif self.shared:
                self._engine = _postgresql(f"postgresql+psycopg:{rest}")
                self.name = self._engine.url.set(drivername="postgresql").render_as_string()
            else:
                raise StateError(
                    f"{scheme or url!r} is no kind of state: sqlite:FILE, or postgresql://..."
                )
        except (ArgumentError, NoSuchModuleError, ValueError):
            raise StateError("The URL of the state cannot be read.") from None
        self._connection: Connection | None = None
        marks = ", ".join(["%s" if self.shared else "?"] * len(JOURNAL.columns))
        self._insert = f"INSERT INTO journal VALUES ({marks})"  # noqa: S608 - marks alone
        if not (new or self.shared or _path(rest).exists()):
            raise StateError(f"The state {self.name} is out of reach: there is no such file")

    @contextmanager
    def transaction(self, *, alone: bool = True) -> Generator[Connection]:
        """A transaction, which all is done in or nothing; `alone`, no other process adds meanwhile.

        Raises:
            StateError: The database is out of reach, full, or used by another process.
        """
        try:
            connection = self._connected()
            if connection.in_transaction():
                yield connection
                return
            with connection.begin():
                if alone and self.shared:
                    connection.execute(text("LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE"))
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as error:
            self.close()
            raise StateError(f"The state {self.name} is out of reach: {_said(error)}") from error

    def append(self, entry: tuple[int, int, int, str, str]) -> None:
        """Add an entry to the journal: to the transaction that is under way, or in one of its own.

        It is what is done most often, and goes to the driver at once.

        Raises:
            StateError: As `transaction`.
        """
        try:
            driver: Any = self._connected().connection.driver_connection
            driver.execute(self._insert, entry)
        except Exception as error:
            self.close()
            raise StateError(f"The state {self.name} is out of reach: {_said(error)}") from error

    def prepare(self) -> None:
        """Make the tables that are not there. Raises StateError as `transaction`."""
        with self.transaction(alone=False) as connection:
            if self.shared:
                # Of two processes that begin at once, one would make what the other has made.
                connection.execute(text("SELECT pg_advisory_xact_lock(7083101)"))
            TABLES.create_all(connection)

    def close(self) -> None:
        """Let go of the connection; the next transaction makes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
        self._engine.dispose()

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection


def _path(rest: str) -> Path:
    return Path(rest.removeprefix("//")).expanduser()


def _sqlite(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": 2},
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: object) -> None:  # noqa: ANN401 - sqlite3's own
        # Python's module would begin transactions by itself, at moments of its own.
        connection.isolation_level = None
        # One process has the file for as long as it runs: two would not know of each other.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=WAL")
        # What was committed outlives the process, however it ends. Only if the whole computer goes
        # down may the last commands be gone; a write to the disk for each takes milliseconds.
        connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    del connect, begin
    return engine


def _postgresql(url: str) -> Engine:
    try:
        return create_engine(
            url,
            poolclass=StaticPool,
            connect_args={"connect_timeout": 5, "options": _PATIENCE},
        )
    except ModuleNotFoundError as error:
        raise StateError(
            f"PostgreSQL needs {error.name}: pip install 'runtime-sessions[postgresql]'"
        ) from None


def _said(error: Exception) -> str:
    """What the database said, in one line and without what was asked of it."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    first = (said.strip().splitlines() or ["it said nothing"])[0]
    if "database is locked" in first:
        return "another process uses it. End that one, or name another file"
    return first
