"""What backends are: snapshots of real devices, or else all alike, a short line of qubits.

The snapshots ship with the official client, and are read without importing it.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from attrs import frozen

_QUBITS: Final = 5
_VERSION: Final = "1.0.0"
_UPDATED: Final = "2026-01-01T00:00:00Z"
_PAIRS: Final = [
    pair for left in range(_QUBITS - 1) for pair in ([left, left + 1], [left + 1, left])
]
_BASIS: Final = ("id", "rz", "sx", "x", "cz")
#: What stands before a device's own name in the name of a backend: IBM's, and the client's.
_PREFIXES: Final = ("ibm_", "ibmq_", "fake_")


@frozen
class Device:
    """What a backend is, each part as the service tells it.

    Attributes:
        configuration: What it is made of, and can do.
        properties: How well it does it.
        defaults: The pulses that it knows.
    """

    configuration: Mapping[str, Any]
    properties: Mapping[str, Any]
    defaults: Mapping[str, Any]


@cache
def device(backend: str) -> Device:
    """What a backend is: the device that it is called after, such as `ibm_brisbane`.

    Where the client is not installed, or ships no snapshot of such a device, it is a short line of
    qubits, whatever it is called.
    """
    folder = _folder(backend)
    if folder is None:
        return Device(_line_configuration(backend), _line_properties(backend), {})
    return Device(
        # The device may have had another name where the snapshot was taken.
        configuration={**_part(folder, "conf"), "backend_name": backend},
        properties={**_part(folder, "props"), "backend_name": backend},
        defaults=_part(folder, "defs"),
    )


def _folder(backend: str) -> Path | None:
    for prefix in _PREFIXES:
        name = backend.removeprefix(prefix)
        if name != backend and name.isidentifier():
            found = [place / name for place in _places()]
            return next((path for path in found if _file(path, "conf").is_file()), None)
    return None


@cache
def _places() -> tuple[Path, ...]:
    """Where the client has its snapshots; nowhere if it is not installed."""
    client = find_spec("qiskit_ibm_runtime")
    places = (client and client.submodule_search_locations) or ()
    return tuple(Path(place) / "fake_provider" / "backends" for place in places)


def _file(folder: Path, kind: str) -> Path:
    return folder / f"{kind}_{folder.name}.json"


def _part(folder: Path, kind: str) -> dict[str, Any]:
    path = _file(folder, kind)
    if not path.is_file():
        return {}
    part: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return part


def _quantity(name: str, value: float, unit: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "date": _UPDATED}


def _line_configuration(name: str) -> dict[str, Any]:
    """What the short line is made of, and can do."""
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
                "coupling_map": _spots(gate),
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
        "description": "A description that the emulator serves, of no real device.",
        "dt": 1.0,
    }


def _line_properties(name: str) -> dict[str, Any]:
    """How well the short line does it."""
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
            for place in _spots(gate)
        ],
        "general": [],
    }


def _spots(gate: str) -> list[list[int]]:
    return _PAIRS if gate == "cz" else [[qubit] for qubit in range(_QUBITS)]
