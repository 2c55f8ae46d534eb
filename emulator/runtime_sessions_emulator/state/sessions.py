"""Sessions that are read from what is written when somebody looks at them."""

from collections.abc import Iterator, MutableMapping
from typing import Self

from runtime_sessions_emulator.core.life import Session
from runtime_sessions_emulator.state.codec import load_session


class Sessions(MutableMapping[str, Session]):
    """Sessions by their ids, each as it was written until somebody looks at it.

    A start with a hundred thousand sessions would take seconds, if each of them was made then.
    """

    def __init__(self, held: dict[str, Session | str]) -> None:
        self._held = held

    def __getitem__(self, name: str) -> Session:
        found = self._held[name]
        if isinstance(found, str):
            found = self._held[name] = load_session(found)
        return found

    def __setitem__(self, name: str, session: Session) -> None:
        self._held[name] = session

    def __delitem__(self, name: str) -> None:
        del self._held[name]

    def __contains__(self, name: object) -> bool:
        return name in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __copy__(self) -> Self:
        return type(self)(dict(self._held))

    def as_held(self) -> dict[str, Session | str]:
        """The sessions, each as it is held."""
        return self._held
