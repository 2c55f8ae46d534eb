"""Synchronous twins of asynchronous methods, and the waiting that both do.

Over blocking connections the coroutines of this library never wait for an event loop: each runs to
its end in one step, and is the one source of both twins, with its signature and words.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator
    from contextlib import AbstractContextManager

P = ParamSpec("P")
T = TypeVar("T")
Method = Callable[Concatenate[Any, P], T]
Twin = TypeVar("Twin", bound=Callable[..., object])


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits for an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("a coroutine waited for an event loop where there is none")


def as_sync(method: Method[P, Coroutine[Any, Any, T]]) -> Method[P, T]:
    def twin(self: object, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return run(method(self, *args, **kwargs))

    return _described(twin, method)


def as_sync_iterator(method: Method[P, AsyncIterator[T]]) -> Method[P, Iterator[T]]:
    def twin(self: object, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return _each(method(self, *args, **kwargs))

    return _described(twin, method)


def _each(items: AsyncIterator[T]) -> Iterator[T]:
    async def following() -> T:
        return await anext(items)

    while True:
        try:
            item = run(following())
        except StopAsyncIteration:
            return
        yield item


def _described(twin: Twin, method: Callable[..., object]) -> Twin:
    """Give a twin the name, the words and the signature of its source."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(twin, name, getattr(method, name).replace("Async", ""))
    signature = inspect.signature(method)
    returned = str(signature.return_annotation).replace("Async", "")
    twin.__signature__ = signature.replace(return_annotation=returned)  # type: ignore[attr-defined]
    return twin


class _Clock:
    testing = False
    skipped = 0.0


def set_testing(testing: bool) -> AbstractContextManager[object]:  # noqa: FBT001 - as stamina has it
    """Switch test mode on or off, for good or as a context manager that switches it back.

    In test mode nothing sleeps: what would be slept counts as passed, so deadlines come as ever.
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
        import anyio  # noqa: PLC0415 - only who awaits pays for it

        await anyio.sleep(seconds)


def shield(*, blocking: bool) -> AbstractContextManager[object]:
    """Keep a cancelled scope of anyio or trio from cancelling what is done inside, too."""
    if blocking:
        return nullcontext()
    import anyio  # noqa: PLC0415 - as above

    return anyio.CancelScope(shield=True)
