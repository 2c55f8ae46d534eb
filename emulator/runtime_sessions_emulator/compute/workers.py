"""The processes that compute jobs: as many side by side as there are processors, begun when needed.

The first begins with the first job, the next ones where jobs wait for longer than one takes to
begin: most tests have many short jobs, for which one is enough.

A computation that is stopped takes its process with it: nothing else ends one that is in the middle
of a simulation. The next one then begins another process.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from runtime_sessions_emulator.compute.worker import read_frame, write_frame
from runtime_sessions_emulator.core.computation import Computed
from runtime_sessions_emulator.core.job import JobStatus, Outcome

# A file and no module, which would bring the whole server along. Without -P what lies beside it
# could stand in for a library.
_WORKER: Final = (sys.executable, "-P", str(Path(__file__).with_name("worker.py")))
#: For how long there is a queue until another process begins, in seconds.
_PATIENCE: Final = 2.0
_PROCESSES: Final = max(1, min(4, os.cpu_count() or 1))
#: The code of a job that its backend could not run, in IBM's registry of codes.
_BACKEND_FAILED: Final = 1010
#: How the parts of a worker that use several threads are told to use one: the workers are several.
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "QISKIT_PARALLEL": "0"}


class QueuedComputation:
    """The computation of a job by one of the workers.

    Args:
        workers: Who computes it.
        order: What `program.compute` is to be called with.
    """

    def __init__(self, workers: "Workers", order: dict[str, Any]) -> None:
        self.order: Final = order
        #: What it was last begun with; None: it is neither queued nor under way.
        self.ticket: object | None = None
        #: In which process it is under way.
        self.worker: Worker | None = None
        self._workers = workers
        self._outcome: Computed | None = None

    @property
    def outcome(self) -> Computed | None:
        """What came of it; None while that is not known."""
        return self._outcome

    def begin(self) -> None:
        """Compute, unless it is under way or done."""
        self._workers.begin(self)

    def stop(self) -> None:
        """Compute no more; unless it is done, it can begin anew."""
        self._workers.stop(self)

    def finish(self, outcome: Computed) -> None:
        """Make the outcome known."""
        self._outcome = outcome


class Worker:
    """A process that computes one job after the other."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, on a module of ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ONE_THREAD},
        )

    def compute(self, order: dict[str, Any]) -> dict[str, Any] | None:
        """What comes of an order; None where the process did not live to tell."""
        process = self._process
        if process.stdin is None or process.stdout is None:
            return None
        try:
            write_frame(process.stdin, json.dumps(order).encode())
            answer = read_frame(process.stdout)
        except (OSError, ValueError):
            return None
        done: dict[str, Any] | None = None if answer is None else json.loads(answer)
        return done

    def kill(self) -> None:
        """End the process, whatever it is doing; the thread that waits for it cleans up."""
        self._process.kill()

    def clean_up(self) -> int:
        """End the process if it has not ended, and leave nothing of it; give its exit status."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            # What was not yet sent cannot be sent any more.
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        return self._process.wait()


class Workers:
    """The workers of this process; all emulators share them, because they take seconds to begin.

    Args:
        processes: How many there are at most.
        command: What begins one.
        patience: For how long there is a queue until another one begins, in seconds.
    """

    def __init__(
        self,
        processes: int = _PROCESSES,
        command: Sequence[str] = _WORKER,
        patience: float = _PATIENCE,
    ) -> None:
        self.lock: Final = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._processes = processes
        self._command = command
        self._patience = patience
        self._timer: threading.Timer | None = None
        self._queue: deque[QueuedComputation] = deque()
        self._threads = 0
        self._idle = 0
        self._closed = False
        self._alive: set[Worker] = set()

    def begin(self, computation: QueuedComputation) -> None:
        """Queue a computation, unless it is queued, under way or done."""
        with self.lock:
            if computation.ticket is not None or computation.outcome is not None:
                return
            computation.ticket = object()
            self._queue.append(computation)
            if not self._threads:
                self._begin_process()
            self._watch_queue()
            self._changed.notify()

    def _watch_queue(self) -> None:
        """See to it that another process begins, if there is still a queue after a while."""
        is_too_long = self._idle < len(self._queue) and not self._closed
        if is_too_long and self._timer is None and self._threads < self._processes:
            self._timer = threading.Timer(self._patience, self._queue_is_old)
            self._timer.daemon = True
            self._timer.start()

    def _queue_is_old(self) -> None:
        with self.lock:
            self._timer = None
            if self._idle < len(self._queue) and not self._closed:
                self._begin_process()
            self._watch_queue()

    def _begin_process(self) -> None:
        self._threads += 1
        name = f"runtime-sessions-compute-{self._threads}"
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def stop(self, computation: QueuedComputation) -> None:
        """Take a computation out of the queue, or end its process."""
        with self.lock:
            if computation in self._queue:
                self._queue.remove(computation)
            computation.ticket = None
            if computation.worker is not None:
                computation.worker.kill()
                computation.worker = None

    def close(self) -> None:
        """End all processes, for good."""
        with self.lock:
            self._closed = True
            self._queue.clear()
            if self._timer is not None:
                self._timer.cancel()
            self._changed.notify_all()
            alive = list(self._alive)
        for worker in alive:
            worker.kill()
            worker.clean_up()

    def _work(self) -> None:
        """Compute what is queued, one after the other, with a process of this thread's own."""
        worker: Worker | None = None
        while True:
            with self.lock:
                if self._closed:
                    return
                if worker is None:
                    worker = Worker(self._command)
                    self._alive.add(worker)
            computation, ticket = self._next()
            if computation is None:
                return
            with self.lock:
                if computation.ticket is not ticket:
                    continue
                computation.worker = worker
            done = worker.compute(computation.order)
            with self.lock:
                stopped = computation.ticket is not ticket
                if not stopped:
                    computation.ticket = computation.worker = None
            status = 0
            # Whoever stopped it has ended the process, perhaps a moment too late.
            if stopped or done is None:
                status = worker.clean_up()
                with self.lock:
                    self._alive.discard(worker)
                worker = None
            if not stopped:
                computation.finish(_outcome(done, status))

    def _next(self) -> tuple[QueuedComputation | None, object | None]:
        """What is to be computed, and what it was begun with; None when all is to end."""
        with self._changed:
            self._idle += 1
            while not self._queue and not self._closed:
                self._changed.wait()
            self._idle -= 1
            if self._closed:
                return None, None
            computation = self._queue.popleft()
            return computation, computation.ticket


def _outcome(done: dict[str, Any] | None, status: int) -> Computed:
    if done is None:
        said = f"Error returned at backend level: the computing process ended with {status}"
        return Computed(failure=Outcome(JobStatus.FAILED, said, _BACKEND_FAILED))
    if "result" in done:
        return Computed(result=done["result"], log=done["log"])
    failure = Outcome(JobStatus.FAILED, done["reason"], done["code"])
    return Computed(failure=failure, log=done["log"])


WORKERS: Final = Workers()
atexit.register(WORKERS.close)
