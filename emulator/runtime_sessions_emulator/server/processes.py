"""Several processes that serve on one socket: each that ends by itself is begun anew."""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

#: Who ends within so many seconds of its beginning has served nobody.
SOON: Final = 1.0
#: So often in a row each process may end so soon, one with another.
TRIES: Final = 3
#: Somebody ended it, and not what it does.
_KILLED: Final = frozenset({signal.SIGKILL, signal.SIGTERM})


class Deaths:
    """How many processes in a row ended by themselves as soon as they were begun.

    Args:
        most: How many are too many: the next one would end so, too.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._in_a_row = 0

    def are_too_many(self, status: int, lived: float) -> bool:
        """Count one more, and tell whether that is the last.

        Args:
            status: How it ended, as `os.wait` tells it.
            lived: How long it was there, in seconds.
        """
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _KILLED:
            return False
        self._in_a_row = self._in_a_row + 1 if lived < SOON else 0
        return self._in_a_row >= self._most


def serve_by(workers: int, serve: Callable[[], None]) -> None:
    """Have so many processes serve, until this one is told to stop.

    A process that is killed has answered for what it did, and the others go on. When this one ends,
    in whatever way, so do they.

    Args:
        workers: How many there are.
        serve: What each of them does, until it is told to stop.

    Raises:
        SystemExit: They end as soon as they are begun, again and again.
    """
    # Who reads the one end learns that the other is gone, with all who had it.
    alive, held = os.pipe()
    running = {_begun(alive, held, serve): time.monotonic() for _ in range(workers)}

    def stop(_: int, __: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stopping.append(True)
        for process in running:
            os.kill(process, signal.SIGTERM)

    stopping: list[bool] = []
    deaths = Deaths(TRIES * workers)
    is_in_vain = False
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while running:
        ended, status = os.wait()
        lived = time.monotonic() - running.pop(ended)
        if stopping:
            continue
        if deaths.are_too_many(status, lived):
            is_in_vain = True
            stop(signal.SIGTERM, None)
        else:
            running[_begun(alive, held, serve)] = time.monotonic()
    if is_in_vain:
        sys.exit(
            f"The processes that serve end within {SOON:g} s of their beginning, each of them "
            f"{TRIES} times in a row: none is begun any more. What each ended of stands above."
        )


def _begun(alive: int, held: int, serve: Callable[[], None]) -> int:
    """A process that serves; its id."""
    process = os.fork()
    if not process:
        os.close(held)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, signal.SIG_DFL)
        threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
        _serve_and_end(serve)
    return process


def _end_with(alive: int) -> None:
    """End this process when that one is gone which began it."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _serve_and_end(serve: Callable[[], None]) -> NoReturn:
    status = 1
    try:
        serve()
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr, flush=True)  # noqa: T201 - as Python would
    except BaseException:  # noqa: BLE001 - it ends with this process, and nobody else tells of it
        traceback.print_exc()
    finally:
        # What the process that began this one would do at its end is not for this one to do.
        os._exit(status)
