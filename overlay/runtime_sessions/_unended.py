"""The sessions whose end could not be confirmed."""


class Unended:
    """The ids of sessions that may still be open, as a client and all that derives from it know.

    Threads may share it: each method is one operation of a dict.
    """

    def __init__(self) -> None:
        # A set that keeps its order.
        self._ids: dict[str, None] = {}

    def add(self, session_id: str) -> None:
        """Note that an ending failed."""
        self._ids[session_id] = None

    def strike(self, session_id: str) -> None:
        """Note that a session has ended, or will, after all."""
        self._ids.pop(session_id, None)

    def ids(self) -> tuple[str, ...]:
        """Return the ids, the oldest failure first."""
        return tuple(self._ids)
