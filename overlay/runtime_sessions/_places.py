"""What belongs to one process, and to one event loop of it: connections, and locks.

Two processes that share a connection read each other's answers, and a connection of a loop that is
over cannot be used. So each process, and each loop, has what is made for it alone.

A function that begins with `async_` is written for `_async/`; its twin, which begins with `sync_`,
takes its place in `_sync/`.
"""

import os
from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

ThingT = TypeVar("ThingT")


class _AnyThread:
    """The place of all threads of a process."""


_ANY_THREAD = _AnyThread()
#: What a process got from the one that it was forked from. To let go of it could close, or write
#: to, what is still in use over there.
_OF_OTHER_PROCESSES: list[object] = []


def async_place() -> object:
    """Return the event loop of asyncio or trio that runs here."""
    import asyncio  # noqa: PLC0415 - only who awaits pays for it

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        token: object = import_module("trio").lowlevel.current_trio_token()
        return token


def sync_place() -> object:
    """Return what stands for all threads."""
    return _ANY_THREAD


class OneForEachPlace(Generic[ThingT]):
    """One thing for each place, made when it is first asked for there."""

    def __init__(self, make: Callable[[], ThingT]) -> None:
        self._make = make
        self._process = os.getpid()
        self._lock = Lock()
        self._things: WeakKeyDictionary[Any, ThingT] = WeakKeyDictionary()

    def at(self, place: object) -> ThingT:
        """Return the thing of a place."""
        self._leave_others_alone()
        thing = self._things.get(place)
        return self._made_at(place) if thing is None else thing

    def _made_at(self, place: object) -> ThingT:
        with self._lock:
            thing = self._things.get(place)
            if thing is None:
                thing = self._things[place] = self._make()
            return thing

    def take(self, place: object) -> ThingT | None:
        """Return the thing of a place, if there is one, and forget all."""
        self._leave_others_alone()
        thing = self._things.get(place)
        self._things.clear()
        return thing

    def _leave_others_alone(self) -> None:
        if self._process == os.getpid():
            return
        _OF_OTHER_PROCESSES.append(self._things)
        self._things = WeakKeyDictionary()
        # A thread that is not in this process may have held it.
        self._lock = Lock()
        self._process = os.getpid()
