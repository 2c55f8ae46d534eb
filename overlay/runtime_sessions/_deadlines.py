"""The end of a call, which holds whatever the server does: also for one that sends a byte at times.

The timeouts of the HTTP library are each for one step, and begin anew with every byte. A task is
cancelled at the deadline. A thread cannot be: there each connection asks before each step how much
of the time is left, which the HTTP library's `trace` extension lets it be taught.

A function that begins with `async_` is written for `_async/`; its twin, which begins with `sync_`,
takes its place in `_sync/`.
"""

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from runtime_sessions._http import ReadTimeout, Request

#: A step's own timeout knows better what was going on: it goes first.
_MARGIN = 0.02


class DeadlineFailure(ReadTimeout):
    """The time of the call is up."""


@contextmanager
def async_deadline(seconds: float | None) -> Generator[None]:
    """Let what is done inside take so long at most; None for as long as it takes."""
    if seconds is None:
        yield
        return
    import anyio  # noqa: PLC0415 - only who awaits pays for it

    with anyio.move_on_after(max(0.0, seconds) + _MARGIN) as scope:
        yield
    if scope.cancelled_caught:
        raise DeadlineFailure("the deadline of the call has passed")


@contextmanager
def sync_deadline(seconds: float | None) -> Generator[None]:
    """Let what is done inside take so long at most; None for as long as it takes."""
    before = _thread.end
    _thread.end = None if seconds is None else time.monotonic() + max(0.0, seconds)
    try:
        yield
    finally:
        _thread.end = before


def async_teach(request: Request) -> None:
    """Do nothing: a task is cancelled."""


def sync_teach(request: Request) -> None:
    """Let the connection that a request is sent over know of the deadline."""
    request.extensions["trace"] = _taught


class _Thread(threading.local):
    #: When the call that the thread is in has to end, by the clock that never goes back.
    end: float | None = None


_thread = _Thread()


def _left(timeout: float | None) -> float | None:
    """Return the timeout of a step, in seconds, which the deadline may shorten."""
    if _thread.end is None:
        return timeout
    left = _thread.end - time.monotonic()
    if left <= 0:
        raise DeadlineFailure("the deadline of the call has passed")
    return left if timeout is None else min(timeout, left)


def _taught(event: str, info: dict[str, Any]) -> None:
    """Take part in what a connection does, as the HTTP library tells of it."""
    if event.endswith(".send_request_headers.started"):
        # From here on the connection does by itself what is to be done.
        info["request"].extensions.pop("trace", None)
    elif event.endswith("connect_tcp.started"):
        info["timeout"] = _for_each_address(info)
    elif event.endswith(".complete") and hasattr(info["return_value"], "get_extra_info"):
        _teach_stream(info["return_value"])


def _for_each_address(info: dict[str, Any]) -> float | None:
    """Return the timeout for each of the addresses of a name: one after the other is tried."""
    left = _left(info["timeout"])
    if left is None:
        return None
    try:
        addresses = socket.getaddrinfo(info["host"], info["port"], type=socket.SOCK_STREAM)
    except OSError:
        return left
    return left / len(addresses)


def _teach_stream(stream: Any) -> None:  # noqa: ANN401 - a network stream of the HTTP library
    """Let a stream ask before each step how much time is left."""
    read: Callable[..., bytes] = stream.read
    write: Callable[..., None] = stream.write

    def read_in_time(max_bytes: int, timeout: float | None = None) -> bytes:
        return read(max_bytes, _left(timeout))

    def write_in_time(buffer: bytes, timeout: float | None = None) -> None:
        write(buffer, _left(timeout))

    stream.read = read_in_time
    stream.write = write_in_time
