"""What waits otherwise in a task than in a thread: a pause, and an ending nobody interrupts.

A function that begins with `async_` is written for `_async/`; its twin, which begins with `sync_`,
takes its place in `_sync/`.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from runtime_sessions._clock import to_sleep

ResultT = TypeVar("ResultT")


async def async_pause(seconds: float) -> None:
    """Let seconds pass, in a task of asyncio or trio."""
    import anyio  # noqa: PLC0415 - only who awaits pays for it

    await anyio.sleep(to_sleep(seconds))


def sync_pause(seconds: float) -> None:
    """Let seconds pass, in a thread."""
    time.sleep(to_sleep(seconds))


def async_shield() -> AbstractContextManager[object]:
    """Keep a cancelled scope of anyio or trio from cancelling what is done inside, too."""
    import anyio  # noqa: PLC0415 - only who awaits pays for it

    return anyio.CancelScope(shield=True)


def sync_shield() -> AbstractContextManager[object]:
    """Do nothing: no scope cancels what is done in a thread."""
    return nullcontext()


async def async_in_thread(call: Callable[..., ResultT], *args: object) -> ResultT:
    """Make a call that blocks while the event loop goes on; who is cancelled does not wait."""
    import anyio.to_thread  # noqa: PLC0415 - only who awaits pays for it

    return await anyio.to_thread.run_sync(call, *args, abandon_on_cancel=True)
