"""The emulator's computer: it knows which jobs can be computed, and with what."""

from typing import Any

from runtime_sessions_emulator.compute import PROGRAMS, available
from runtime_sessions_emulator.compute.devices import device
from runtime_sessions_emulator.compute.workers import WORKERS, QueuedComputation
from runtime_sessions_emulator.core.config import Config


class QiskitComputer:
    """Computes jobs with Qiskit, where that is installed."""

    def __init__(self, config: Config) -> None:
        self._noise = config.noise
        self._limit = config.max_entangled_qubits

    def computation(
        self, *, program: str, params: dict[str, Any], backend: str, seed: int
    ) -> QueuedComputation | None:
        """The computation of a job, not yet begun; None where such a job is not computed."""
        if program not in PROGRAMS or not params or not available():
            return None
        order = {
            "program": program,
            "params": params,
            "seed": seed,
            "limit": self._limit,
            "properties": device(backend).properties if self._noise else None,
        }
        return QueuedComputation(WORKERS, order)
