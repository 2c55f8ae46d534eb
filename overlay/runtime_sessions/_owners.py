"""Which of the processes that share a file are still there, and whose turn it is with the file.

Each process holds a lock on one byte, drawn at random, of a file of locks. The system lets go of it
when the process ends, however it ends; a process id would be given to another one sooner or later.
One more byte is the pen: who holds it may read and write the file that all share.
"""

import os
import random
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

#: Each process draws its byte from so many: two hardly ever have the same. None of them is ever
#: written. Windows locks no byte beyond 2**31.
_BYTES = 2**30
#: The byte of the pen, which no process draws.
_PEN = _BYTES
#: How long the pen is waited for, in seconds; who has it needs some milliseconds.
_PATIENCE = 10.0
_PAUSE = 0.001

if sys.platform == "win32":
    import msvcrt

    def _hold(descriptor: int, byte: int) -> None:
        os.lseek(descriptor, byte, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _let_go(descriptor: int, byte: int) -> None:
        os.lseek(descriptor, byte, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    def _is_held(descriptor: int, byte: int) -> bool:
        try:
            _hold(descriptor, byte)
        except OSError:
            return True
        _let_go(descriptor, byte)
        return False

else:
    import fcntl

    def _hold(descriptor: int, byte: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)

    def _let_go(descriptor: int, byte: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, byte)

    def _is_held(descriptor: int, byte: int) -> bool:
        try:
            # Shared: two that ask at once are not in each other's way.
            fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, byte)
        except OSError:
            return True
        _let_go(descriptor, byte)
        return False


class Owners:
    """The processes that share a file of locks, each with a number, the place of its byte."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        self._process = 0
        self._number = 0
        self.forget_threads()

    def forget_threads(self) -> None:
        """Be as in a process of one thread, such as one that was just forked."""
        self._lock = Lock()
        self._pen = Lock()

    def here(self) -> int:
        """Return the number of this process, which holds its byte from now on."""
        with self._lock:
            # One that was forked has no locks of the one that it was forked from.
            if self._process != os.getpid():
                number = random.SystemRandom().randrange(_BYTES)
                _hold(self._descriptor, number)
                self._process, self._number = os.getpid(), number
            return self._number

    def is_alive(self, number: int) -> bool:
        """Tell whether the process with a number has not ended."""
        with self._lock:
            is_this_one = self._process == os.getpid() and self._number == number
            return is_this_one or _is_held(self._descriptor, number)

    @contextmanager
    def pen(self) -> Generator[None]:
        """Keep all others waiting, of this process and of any other, until the block ends.

        Raises:
            OSError: Another process had the pen for too long, such as one that was stopped.
        """
        until = time.monotonic() + _PATIENCE
        with self._pen:
            while True:
                try:
                    _hold(self._descriptor, _PEN)
                    break
                except OSError as error:
                    if time.monotonic() > until:
                        raise TimeoutError(error.errno, "another process has it") from None
                    time.sleep(_PAUSE)
            try:
                yield
            finally:
                _let_go(self._descriptor, _PEN)


_ALL: dict[Path, Owners] = {}
_ALL_LOCK = Lock()


def owners_by(file: Path) -> Owners:
    """Return the owners by a file of locks: the same for all of a process.

    A process that closes a file loses all its locks on it, whoever else of it has it open: so there
    is one for each file, which stays open.
    """
    with _ALL_LOCK:
        file = file.resolve()
        if file not in _ALL:
            _ALL[file] = Owners(file)
        return _ALL[file]


def _forget_threads() -> None:
    """Free what the threads held that a process was forked without."""
    for owners in _ALL.values():
        owners.forget_threads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
