"""Backends as the official client wants them described.

Not part of the curated contracts: what is here is what the official client asks for before it lets
anybody open a session on a backend.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from runtime_sessions_emulator.compute.devices import device
from runtime_sessions_emulator.contracts.beyond import VERSION, beyond
from runtime_sessions_emulator.http.document import Operation


def configuration(name: str) -> dict[str, Any]:
    """What it is made of, and can do."""
    return dict(device(name).configuration)


def properties(name: str) -> dict[str, Any]:
    """How well it does it."""
    return dict(device(name).properties)


def defaults(name: str) -> dict[str, Any]:
    """The pulses that it knows."""
    return dict(device(name).defaults)


def status(name: str) -> dict[str, Any]:
    """Whether it is there."""
    return {
        "state": True,
        "status": "active",
        "message": "available",
        "length_queue": 0,
        "backend_version": device(name).configuration["backend_version"],
    }


def listed(name: str) -> dict[str, Any]:
    """How the platform contract lists it."""
    described = device(name).configuration
    view: dict[str, Any] = {
        "name": name,
        "status": {"name": "online", "reason": "available"},
        "is_simulator": False,
        "qubits": described["n_qubits"],
        "queue_length": 0,
    }
    # The oldest devices have neither.
    if described.get("processor_type"):
        view["processor_type"] = described["processor_type"]
    if described.get("clops_h"):
        view["clops"] = {"type": "hardware-aware", "value": described["clops_h"]}
    return view


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
    headers=VERSION,
)
BACKENDS: Final = (
    LIST_BACKENDS,
    _described("getBackendConfiguration", "backend_name", "n_qubits", "gates", "simulator"),
    _described("getBackendDefaults"),
    _described("getBackendProperties", "backend_name", "qubits", "gates"),
    _described("getBackendStatus", "state", "status", "length_queue"),
)
