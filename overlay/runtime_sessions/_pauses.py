"""What waits otherwise in a task than in a thread: a pause, and an ending nobody interrupts.

A function that begins with `async_` is written for `_async/`; its twin, which begins with `sync_`,
takes its place in `_sync/`.
"""

import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from runtime_sessions._clock import to_sleep

ArgumentT = TypeVar("ArgumentT")


async def async_pause(seconds: float) -> None:
    """Let seconds pass, in a task of asyncio or trio."""
    import anyio  # noqa: PLC0415 - only who awaits pays for it

    await anyio.sleep(to_sleep(seconds))


def sync_pause(seconds: float) -> None:
    """Let seconds pass, in a thread."""
    time.sleep(to_sleep(seconds))


async def async_to_the_end(
    end: Callable[[ArgumentT], Coroutine[Any, Any, None]],
    ending: ArgumentT,
    if_interrupted: ArgumentT,  # noqa: ARG001 - of both halves
) -> BaseException | None:
    """End something, whoever cancels meanwhile and however often.

    Returns:
        The cancellation that is still to be raised, if there was one.
    """
    import anyio  # noqa: PLC0415 - only who awaits pays for it

    # This keeps out the scopes of anyio and trio; tasks of asyncio are cancelled by others, too.
    cancellation: BaseException | None = None
    with anyio.CancelScope(shield=True):
        if _is_in_asyncio():
            cancellation = await _in_a_task_of_its_own(end(ending))
        else:
            await end(ending)
    return cancellation


def _is_in_asyncio() -> bool:
    import asyncio  # noqa: PLC0415 - only who awaits pays for it

    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


async def _in_a_task_of_its_own(work: Coroutine[Any, Any, None]) -> BaseException | None:
    import asyncio  # noqa: PLC0415 - only who awaits pays for it

    task = asyncio.ensure_future(work)
    cancellation: BaseException | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancellation = error
    try:
        task.result()
    except Exception as failure:
        if cancellation is not None:
            raise cancellation from failure
        raise
    return cancellation


def sync_to_the_end(
    end: Callable[[ArgumentT], None], ending: ArgumentT, if_interrupted: ArgumentT
) -> BaseException | None:
    """End something; when that is interrupted, as by Ctrl-C, once more and otherwise.

    Returns:
        The interruption that is still to be raised, if there was one.
    """
    try:
        end(ending)
    except Exception:
        raise
    except BaseException as interruption:  # noqa: BLE001 - it is raised by the caller
        interrupted_by = interruption
    else:
        return None
    # No longer while that is handled: what fails now would come of it, and it of what fails.
    try:
        end(if_interrupted)
    except Exception as failure:
        raise interrupted_by from failure
    return interrupted_by
