"""The processes that compute jobs, with a stand-in for what computes: no Qiskit is needed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from runtime_sessions_emulator import Emulator
from runtime_sessions_emulator.compute import computer
from runtime_sessions_emulator.compute.workers import QueuedComputation, Workers

#: A worker that does what its orders say, instead of computing.
STAND_IN = """
import json, os, sys, time
from runtime_sessions_emulator.compute.worker import read_frame, write_frame

while (order := read_frame(sys.stdin.buffer)) is not None:
    order = json.loads(order)
    if "touch" in order:
        with open(order["touch"], "a") as file:
            file.write(f"{os.getpid()}\\n")
    if order.get("hangs"):
        time.sleep(600)
    if order.get("dies"):
        os._exit(7)
    done = {"reason": "No", "code": 1002} if order.get("fails") else {"result": order["name"]}
    write_frame(sys.stdout.buffer, json.dumps({**done, "log": "said"}).encode())
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "stand_in.py"
    path.write_text(textwrap.dedent(STAND_IN))
    return path


@pytest.fixture
def workers(script: Path) -> Iterator[Workers]:
    made = Workers(2, [sys.executable, str(script)], patience=0.01)
    yield made
    made.close()


def eventually(happened: Callable[[], object]) -> None:
    """Wait for what another process does."""
    waited = threading.Event()
    for _ in range(3000):
        if happened():
            return
        waited.wait(0.01)
    raise AssertionError("It did not happen within half a minute.")


def begun(workers: Workers, name: str = "it", **order: Any) -> QueuedComputation:
    computation = QueuedComputation(workers, {"name": name, **order})
    computation.begin()
    return computation


def known(computation: QueuedComputation) -> Any:
    eventually(lambda: computation.outcome)
    return computation.outcome


def test_what_is_computed_is_known_with_its_log(workers: Workers) -> None:
    outcome = known(begun(workers, "counts"))
    assert (outcome.result, outcome.failure, outcome.log) == ("counts", None, "said")


def test_a_job_that_cannot_be_run_fails_with_its_code(workers: Workers) -> None:
    outcome = known(begun(workers, fails=True))
    assert outcome.result is None
    assert (outcome.failure.status, outcome.failure.reason, outcome.failure.code) == (
        "Failed",
        "No",
        1002,
    )


def test_more_jobs_than_processes_are_computed_in_their_order(
    workers: Workers, tmp_path: Path
) -> None:
    many = [begun(workers, f"{n}", touch=str(tmp_path / "log")) for n in range(12)]
    assert [known(computation).result for computation in many] == [f"{n}" for n in range(12)]
    pids = (tmp_path / "log").read_text().split()
    assert len(pids) == 12
    assert len(set(pids)) <= 2


def test_a_process_that_ends_in_the_middle_is_a_failure_and_not_the_last(workers: Workers) -> None:
    outcome = known(begun(workers, dies=True))
    assert outcome.failure.code == 1010
    assert "ended with 7" in outcome.failure.reason
    assert known(begun(workers, "next")).result == "next"


def test_what_is_stopped_computes_no_more_and_makes_room(workers: Workers, tmp_path: Path) -> None:
    log = tmp_path / "log"
    hanging = [begun(workers, hangs=True, touch=str(log)) for _ in range(2)]
    eventually(lambda: log.exists() and len(log.read_text().split()) == 2)
    waiting = begun(workers, "queued")
    for computation in hanging:
        computation.stop()
    assert known(waiting).result == "queued"
    for pid in log.read_text().split():
        eventually(partial(_is_gone, int(pid)))
    assert [computation.outcome for computation in hanging] == [None, None]


def test_what_is_stopped_in_the_queue_is_never_begun(workers: Workers, tmp_path: Path) -> None:
    first = [begun(workers, hangs=True, touch=str(tmp_path / "log")) for _ in range(2)]
    eventually((tmp_path / "log").exists)
    queued = begun(workers, "never", touch=str(tmp_path / "never"))
    queued.stop()
    for computation in first:
        computation.stop()
    assert known(begun(workers, "after")).result == "after"
    assert not (tmp_path / "never").exists()


def test_what_was_stopped_can_begin_anew(workers: Workers, tmp_path: Path) -> None:
    computation = begun(workers, "again", touch=str(tmp_path / "log"), hangs=True)
    eventually((tmp_path / "log").exists)
    computation.stop()
    computation.order["hangs"] = False
    computation.begin()
    computation.begin()
    assert known(computation).result == "again"
    assert len((tmp_path / "log").read_text().split()) == 2


def test_what_is_known_is_not_computed_again(workers: Workers, tmp_path: Path) -> None:
    computation = begun(workers, touch=str(tmp_path / "log"))
    known(computation)
    computation.begin()
    computation.stop()
    assert known(begun(workers, "other")).result == "other"
    assert len((tmp_path / "log").read_text().split()) == 1
    assert computation.outcome is not None


def test_one_process_is_enough_for_many_short_jobs(script: Path, tmp_path: Path) -> None:
    workers = Workers(2, [sys.executable, str(script)], patience=600)
    many = [begun(workers, f"{n}", touch=str(tmp_path / "log")) for n in range(12)]
    assert [known(computation).result for computation in many] == [f"{n}" for n in range(12)]
    assert len(set((tmp_path / "log").read_text().split())) == 1
    workers.close()


def test_no_process_begins_before_a_job_is_to_be_computed(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = Workers(1, [sys.executable, str(script)])
    monkeypatch.setattr(computer, "WORKERS", workers)
    monkeypatch.setattr(computer, "available", lambda: True)
    with Emulator(contract="platform", virtual_clock=True) as emulator, emulator.client() as client:
        backend = emulator.backend
        client.get("/backends")
        for part in ("configuration", "properties", "defaults", "status"):
            client.get(f"/backends/{backend}/{part}")
        client.get("/instances/usage")
        session = client.post("/sessions", json={"mode": "batch", "backend": backend}).json()["id"]
        job = {"program_id": "sampler", "backend": backend, "session_id": session}
        client.post("/jobs", json=job).raise_for_status()
        client.post("/jobs", json={**job, "program_id": "noise-learner", "params": {"a": 1}})
        before = workers._threads
        client.post("/jobs", json={**job, "params": {"a": 1}}).raise_for_status()
        assert (before, workers._threads) == (0, 1)
    workers.close()


def test_closing_ends_all_processes(script: Path, tmp_path: Path) -> None:
    workers = Workers(1, [sys.executable, str(script)])
    begun(workers, hangs=True, touch=str(tmp_path / "log"))
    eventually(lambda: (tmp_path / "log").exists() and (tmp_path / "log").read_text())
    workers.close()
    assert _is_gone(int((tmp_path / "log").read_text()))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal here")
def test_a_process_ends_when_whoever_began_it_is_gone() -> None:
    program = textwrap.dedent("""
        import subprocess, sys, threading
        from runtime_sessions_emulator.compute import workers
        worker = workers.Worker(workers._WORKER)
        print(worker._process.pid, flush=True)
        threading.Event().wait()
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not _is_gone(child)
        parent.kill()
    eventually(lambda: _is_gone(child))


def test_without_what_computes_a_job_fails_and_nobody_hangs() -> None:
    workers = Workers(1, [sys.executable, "-c", "raise SystemExit(3)"])
    outcome = known(begun(workers))
    assert outcome.failure.code == 1010
    workers.close()


def _is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has taken leave of yet has."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
