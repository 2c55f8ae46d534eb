"""Several processes that serve on one socket: each that ends by itself is begun anew."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn


def serve_by(workers: int, serve: Callable[[], None]) -> None:
    """Have so many processes serve, until this one is told to stop.

    A process that is killed has answered for what it did, and the others go on. When this one ends,
    in whatever way, so do they.

    Args:
        workers: How many there are.
        serve: What each of them does, until it is told to stop.
    """
    # Who reads the one end learns that the other is gone, with all who had it.
    alive, held = os.pipe()
    running = {_begun(alive, held, serve) for _ in range(workers)}

    def stop(_: int, __: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stopping.append(True)
        for process in running:
            os.kill(process, signal.SIGTERM)

    stopping: list[bool] = []
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while running:
        ended, _ = os.wait()
        running.discard(ended)
        if not stopping:
            running.add(_begun(alive, held, serve))


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
    finally:
        # What the process that began this one would do at its end is not for this one to do.
        os._exit(status)
