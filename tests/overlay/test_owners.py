"""Who is there, and whose turn it is: by the locks of this system, and as Windows has them."""

from __future__ import annotations

import errno
import importlib.util
import os
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from runtime_sessions import _owners

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

fcntl = pytest.importorskip("fcntl")

HOLDS = """
import fcntl, sys
file = open(sys.argv[1], "r+b")
for byte in sys.argv[2:]:
    fcntl.lockf(file, fcntl.LOCK_EX, 1, int(byte))
print("holds", flush=True)
sys.stdin.read()
"""


def locking(descriptor: int, mode: int, count: int) -> None:
    """Do as Windows does: lock bytes from where the file is, in the first two gigabytes alone."""
    place = os.lseek(descriptor, 0, os.SEEK_CUR)
    if place + count > 2**31 - 1:
        raise OSError(errno.EINVAL, "Invalid argument")
    how = {0: fcntl.LOCK_UN, 2: fcntl.LOCK_EX | fcntl.LOCK_NB}[mode]
    fcntl.lockf(descriptor, how, count, place)


@pytest.fixture(params=["here", "as on Windows"])
def module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, as it is here or as it would be on Windows."""
    if request.param == "here":
        return _owners
    monkeypatch.setattr(sys, "platform", "win32")
    windows = SimpleNamespace(locking=locking, LK_UNLCK=0, LK_NBLCK=2)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    assert _owners.__file__
    spec = importlib.util.spec_from_file_location("_owners_on_windows", _owners.__file__)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def holding(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start a process that holds some bytes of the file of locks."""

    def start(*held: int) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", HOLDS, str(tmp_path / "locks"), *map(str, held)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "holds\n"
        return process

    return start


def test_who_is_there_is_told_from_who_is_not(
    module: ModuleType, tmp_path: Path, holding: Callable[..., subprocess.Popen[str]]
) -> None:
    owners = module.Owners(tmp_path / "locks")
    assert owners.is_alive(owners.here())
    assert owners.here() == owners.here()
    with holding(7) as other:
        assert owners.is_alive(7)
        assert not owners.is_alive(8)
        other.kill()
    assert not owners.is_alive(7)


def test_no_number_is_beyond_what_can_be_locked(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Largest:
        def randrange(self, end: int) -> int:
            return end - 1

    monkeypatch.setattr(module.random, "SystemRandom", Largest)
    owners = module.Owners(tmp_path / "locks")
    with owners.pen():
        assert owners.is_alive(owners.here())


def test_the_pen_is_waited_for(
    module: ModuleType,
    tmp_path: Path,
    holding: Callable[..., subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owners = module.Owners(tmp_path / "locks")
    with owners.pen():
        pass
    with holding(module._PEN) as other:
        pauses: list[float] = []

        def killing(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                other.kill()
                other.wait()

        monkeypatch.setattr(module.time, "sleep", killing)
        with owners.pen():
            assert len(pauses) >= 3
        monkeypatch.setattr(module, "_PATIENCE", 0)
    with holding(module._PEN) as other:
        with pytest.raises(TimeoutError, match="another process has it"), owners.pen():
            pass
        other.kill()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_has_the_pen_of_no_thread(module: ModuleType, tmp_path: Path) -> None:
    owners = module.owners_by(tmp_path / "locks")
    with owners.pen():
        child = os.fork()
        if child == 0:
            # It would wait for ever for a lock that a thread holds which it was forked without.
            os._exit(0 if owners._pen.acquire(blocking=False) else 1)
        assert os.waitpid(child, 0)[1] == 0
