"""Backends as the official client wants them described: all alike, a short line of qubits.

Not part of the curated contracts: what is here is what the official client asks for before it lets
anybody open a session on a backend.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from runtime_sessions_emulator.contracts.beyond import beyond
from runtime_sessions_emulator.http.document import Operation

_QUBITS: Final = 5
_VERSION: Final = "1.0.0"
_UPDATED: Final = "2026-01-01T00:00:00Z"
_PAIRS: Final = [
    pair for left in range(_QUBITS - 1) for pair in ([left, left + 1], [left + 1, left])
]
_BASIS: Final = ("id", "rz", "sx", "x", "cz")


def _quantity(name: str, value: float, unit: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "date": _UPDATED}


def configuration(name: str) -> dict[str, Any]:
    """What it is made of, and can do."""
    return {
        "backend_name": name,
        "backend_version": _VERSION,
        "n_qubits": _QUBITS,
        "basis_gates": list(_BASIS),
        "gates": [
            {
                "name": gate,
                "parameters": ["theta"] if gate == "rz" else [],
                "qasm_def": f"gate {gate} q {{ U(0,0,0) q; }}",
                "coupling_map": _places(gate),
            }
            for gate in _BASIS
        ],
        "coupling_map": _PAIRS,
        "local": False,
        "simulator": False,
        "conditional": False,
        "open_pulse": False,
        "memory": True,
        "max_shots": 100_000,
        "max_experiments": 300,
        "meas_map": [list(range(_QUBITS))],
        "supported_instructions": [*_BASIS, "measure", "delay", "reset"],
        "supported_features": ["qasm3"],
        "processor_type": {"family": "Emulated", "revision": "1"},
        "online_date": _UPDATED,
        "description": "A description that the emulator serves. Nothing runs on it.",
        "dt": 1.0,
    }


def properties(name: str) -> dict[str, Any]:
    """How well it does it."""
    return {
        "backend_name": name,
        "backend_version": _VERSION,
        "last_update_date": _UPDATED,
        "qubits": [
            [
                _quantity("T1", 200, "us"),
                _quantity("T2", 150, "us"),
                _quantity("readout_error", 0.01),
                _quantity("readout_length", 1000, "ns"),
            ]
            for _ in range(_QUBITS)
        ],
        "gates": [
            {
                "gate": gate,
                "name": gate + "_".join(map(str, place)),
                "qubits": place,
                "parameters": [_quantity("gate_error", 0.001), _quantity("gate_length", 60, "ns")],
            }
            for gate in _BASIS
            for place in _places(gate)
        ],
        "general": [],
    }


def defaults(_: str) -> dict[str, Any]:
    """The pulses that it knows: none."""
    return {}


def status(_: str) -> dict[str, Any]:
    """Whether it is there."""
    return {
        "state": True,
        "status": "active",
        "message": "available",
        "length_queue": 0,
        "backend_version": _VERSION,
    }


def device(name: str) -> dict[str, Any]:
    """How the platform contract lists it."""
    return {
        "name": name,
        "status": {"name": "online"},
        "is_simulator": False,
        "qubits": _QUBITS,
        "queue_length": 0,
        "processor_type": {"family": "Emulated", "revision": "1"},
    }


def _places(gate: str) -> list[list[int]]:
    return _PAIRS if gate == "cz" else [[qubit] for qubit in range(_QUBITS)]


#: What is told of one backend, by the operation that tells it.
DESCRIPTIONS: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = {
    "getBackendConfiguration": configuration,
    "getBackendDefaults": defaults,
    "getBackendProperties": properties,
    "getBackendStatus": status,
}


def _described(name: str, *required: str) -> Operation:
    path = ("backends", None, name.removeprefix("getBackend").lower())
    return beyond(name, "GET", path, answer={"type": "object", "required": list(required)})


LIST_BACKENDS: Final = beyond(
    "listBackends",
    "GET",
    ("backends",),
    answer={
        "type": "object",
        "required": ["devices"],
        "properties": {"devices": {"type": "array", "items": {"type": ["string", "object"]}}},
    },
)
BACKENDS: Final = (
    LIST_BACKENDS,
    _described("getBackendConfiguration", "backend_name", "n_qubits", "gates", "simulator"),
    _described("getBackendDefaults"),
    _described("getBackendProperties", "backend_name", "qubits", "gates"),
    _described("getBackendStatus", "state", "status", "length_queue"),
)
