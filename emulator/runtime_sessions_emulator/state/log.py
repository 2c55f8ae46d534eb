"""The log of requests, where several processes answer them."""

import json
import logging
from collections.abc import Iterator
from threading import RLock
from typing import Any, Final

from sqlalchemy import delete, insert, select, text

from runtime_sessions_emulator.core.errors import StateError
from runtime_sessions_emulator.http.log import KEPT, Entry, Log
from runtime_sessions_emulator.state.database import REQUESTS, Database

_LOG: Final = logging.getLogger("runtime_sessions_emulator")
#: After how many requests those are forgotten that are too many.
_SWEEP: Final = 500


class SharedLog(Log):
    """The newest requests to all processes, oldest first, as they are shown: without tokens.

    Args:
        secrets: What must not be shown.
        database: Where they are kept.
        lock: Who holds it has the database alone.
    """

    def __init__(self, secrets: frozenset[str], database: Database, lock: RLock) -> None:
        super().__init__(secrets)
        self._database = database
        self._lock = lock

    def clear(self) -> None:
        """Forget all requests; the numbers start anew."""
        with self._lock, self._database.transaction(alone=False) as connection:
            connection.execute(text("TRUNCATE requests RESTART IDENTITY"))

    def add(self, entry: Entry, at: int) -> None:
        """Write down a request that was answered."""
        super().add(entry, at)
        shown = self._view(self._records.pop())
        try:
            with self._lock, self._database.transaction(alone=False) as connection:
                # Nobody who is answered is told that it is in the log: it need not be on the disk.
                connection.execute(text("SET LOCAL synchronous_commit = off"))
                added = insert(REQUESTS).returning(REQUESTS.c.number)
                number: int = connection.execute(added, {"record": json.dumps(shown)}).scalar_one()
                if number % _SWEEP == 0:
                    connection.execute(delete(REQUESTS).where(REQUESTS.c.number <= number - KEPT))
        except StateError as error:
            _LOG.warning("A request is not in the log: %s", error)

    def views(self, since: int, **wanted: object) -> Iterator[dict[str, Any]]:
        """The requests after that number that are as wanted, where it isn't None."""
        asked = select(REQUESTS.c.number, REQUESTS.c.record).where(REQUESTS.c.number > since)
        with self._lock, self._database.transaction(alone=False) as connection:
            rows = connection.execute(asked.order_by(REQUESTS.c.number)).all()
        for number, record in rows[-KEPT:]:
            shown: dict[str, Any] = {**json.loads(record), "number": number}
            if all(value is None or shown[name] == value for name, value in wanted.items()):
                yield shown
