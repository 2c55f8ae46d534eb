"""Synchronous twins of asynchronous methods, and the waiting that both do.

Over blocking connections no coroutine here waits for a loop: each runs to its end in one step.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from functools import partial
from importlib import import_module
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")
Method = Callable[Concatenate[Any, P], T]


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits for an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return cast("T", done.value)
    coroutine.close()
    raise RuntimeError("a coroutine waited for an event loop where there is none")


def as_sync(method: Method[P, Coroutine[Any, Any, T]]) -> Method[P, T]:
    return _twin(method, run)


def as_sync_iterator(method: Method[P, AsyncIterator[T]]) -> Method[P, Iterator[T]]:
    return _twin(method, _each)


def _each(items: AsyncIterator[T]) -> Iterator[T]:
    with suppress(StopAsyncIteration):
        while True:
            yield run(cast("Coroutine[Any, Any, T]", anext(items)))  # which can be sent to, too


def _twin(method: Method[P, S], finish: Callable[[S], T]) -> Method[P, T]:
    """Make a method with the name, the words and the signature of its source."""

    def twin(self: object, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return finish(method(self, *args, **kwargs))

    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(twin, name, getattr(method, name).replace("Async", ""))
    signature = inspect.signature(method)
    returned = str(signature.return_annotation).replace("Async", "")
    twin.__signature__ = signature.replace(return_annotation=returned)  # type: ignore[attr-defined]
    return twin


_anyio = partial(import_module, "anyio")  # only who awaits pays for it


class _Clock:
    testing = False
    skipped = 0.0


def set_testing(testing: bool) -> AbstractContextManager[object]:  # noqa: FBT001 - as stamina has it
    """Switch test mode on or off, for good or as a context manager that switches it back.

    In test mode nothing sleeps: what would be slept counts as passed.
    """
    restoring = ExitStack()
    restoring.callback(setattr, _Clock, "testing", _Clock.testing)
    _Clock.testing = testing
    return restoring


def now() -> float:
    """Return seconds that never go back, of no known origin."""
    return time.monotonic() + _Clock.skipped


async def pause(seconds: float, *, blocking: bool) -> None:
    """Let seconds pass, in a thread, or in a task of asyncio or trio."""
    if _Clock.testing:
        _Clock.skipped += seconds
        seconds = 0
    if blocking:
        time.sleep(seconds)  # noqa: ASYNC251 - no task is kept waiting
    else:
        await _anyio().sleep(seconds)


async def in_thread(call: Callable[..., T], *args: object) -> T:
    """Make a call that blocks while the event loop goes on; who is cancelled does not wait."""
    return cast("T", await _anyio().to_thread.run_sync(call, *args, abandon_on_cancel=True))


def shield(*, blocking: bool) -> AbstractContextManager[object]:
    """Keep a cancelled scope of anyio or trio from cancelling what is done inside, too."""
    return nullcontext() if blocking else _anyio().CancelScope(shield=True)
