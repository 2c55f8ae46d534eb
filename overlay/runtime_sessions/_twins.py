"""The synchronous twin of an asynchronous method.

Over a blocking pool the coroutines of this library never wait, so that each runs to its end in one
step, and no event loop is needed. The one source of both twins is the coroutine, with its
signature and its words.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

P = ParamSpec("P")
T = TypeVar("T")
Twin = TypeVar("Twin", bound="Callable[..., object]")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("a coroutine waited for an event loop where there is none")


def as_sync(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Any, P], T]:
    """Return the twin of a method."""

    def twin(self: object, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return run(method(self, *args, **kwargs))

    return _described(twin, method)


def as_sync_making(
    kind: type[T],  # noqa: ARG001 - for type checkers: it is `self` that knows what it makes
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, object]],
) -> Callable[Concatenate[Any, P], T]:
    """Return the twin of a method that makes something that has a twin itself."""
    return as_sync(method)  # type: ignore[arg-type] # pyright: ignore[reportReturnType]


def as_sync_iterator(
    method: Callable[Concatenate[Any, P], AsyncIterator[T]],
) -> Callable[Concatenate[Any, P], Iterator[T]]:
    """Return the twin of a method that gives an iterator."""

    def twin(self: object, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return _each(method(self, *args, **kwargs))

    return _described(twin, method)


def _each(items: AsyncIterator[T]) -> Iterator[T]:
    while True:
        try:
            item = run(_next(items))
        except StopAsyncIteration:
            return
        yield item


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)


def _described(twin: Twin, method: Callable[..., object]) -> Twin:
    """Give a twin the name, the words and the signature of its source."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(twin, name, getattr(method, name).replace("Async", ""))
    signature = inspect.signature(method)
    returned = str(signature.return_annotation).replace("Async", "")
    twin.__signature__ = signature.replace(return_annotation=returned)  # type: ignore[attr-defined]
    return twin
