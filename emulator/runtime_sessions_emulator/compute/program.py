"""What a job computes: from what its program was sent to the result as the service writes it.

Runs in a process of its own (see `worker`), and is the one module that imports Qiskit. Circuits are
read, run and written by Qiskit's own parts; nothing of quantum mechanics is written here.
"""

# pyright: basic, reportMissingImports=false
# mypy: disable-error-code="import-not-found, import-untyped"
# Qiskit is an extra, which is not there where types are checked: what comes from it is Any.
# ruff: noqa: ANN401

import json
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, get_args

import rustworkx
from qiskit import QuantumCircuit, qasm2, qasm3
from qiskit.exceptions import QiskitError
from qiskit.primitives import BackendEstimatorV2, PrimitiveResult, PubResult
from qiskit.primitives.containers.estimator_pub import EstimatorPub
from qiskit.primitives.containers.sampler_pub import SamplerPub
from qiskit.quantum_info import Clifford
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel
from qiskit_aer.primitives import SamplerV2
from qiskit_ibm_runtime import RuntimeDecoder, RuntimeEncoder
from qiskit_ibm_runtime.utils.backend_decoder import properties_from_server_data

#: The code of a job that is not valid to run, in IBM's registry of codes.
INVALID: Final = 1002
#: The code of a job that the backend could not run.
BACKEND_FAILED: Final = 1010
#: What the service's primitives do where nothing is asked for.
_SHOTS: Final = 4096
_PRECISION: Final = 1 / math.sqrt(_SHOTS)


class InvalidJobError(ValueError):
    """What a job was sent is not what its program can run."""


def compute(order: Mapping[str, Any]) -> dict[str, Any]:
    """What comes of a job: a `result`, or a `reason` and a `code`; and its `log`.

    Args:
        order: As `workers` sends it: the `program`, its `params` as they came over the wire, the
            `seed`, the `limit` of entangled qubits, and for noise the backend's `properties`.
    """
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", UserWarning)
        done = _attempted(order)
    log = [f"{warning.category.__name__}: {warning.message}" for warning in warned]
    return {**done, "log": "\n".join(log)}


def _attempted(order: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"result": _PROGRAMS[order["program"]](order)}
    except InvalidJobError as error:
        said = f"Error in the validation process of the job: {error}"
        return {"reason": said, "code": INVALID}
    except (Exception, MemoryError) as error:  # noqa: BLE001 - whatever went wrong, the job failed
        said = f"Error returned at backend level: {type(error).__name__}: {error}"
        return {"reason": said, "code": BACKEND_FAILED}


def _sample(order: Mapping[str, Any]) -> str:
    params = _decoded(order["params"])
    options = params.get("options") or {}
    kind = (options.get("execution") or {}).get("meas_type", "classified")
    if kind != "classified":
        raise InvalidJobError(f"the measurement type {kind!r} is not computed here")
    shots = params.get("shots") or options.get("default_shots") or _SHOTS
    pubs = [_read(SamplerPub.coerce, _pub(sent), shots) for sent in _pubs(params)]
    simulator = _simulator(order, options, [pub.circuit for pub in pubs])
    sampler = SamplerV2.from_backend(simulator, seed=_seed(order, options))
    return _encoded(sampler.run(pubs).result())


def _estimate(order: Mapping[str, Any]) -> str:
    params = _decoded(order["params"])
    options = params.get("options") or {}
    shots = options.get("default_shots")
    usual = 1 / math.sqrt(shots) if shots else _PRECISION
    precision = params.get("precision") or options.get("default_precision") or usual
    pubs = [_read(EstimatorPub.coerce, _pub(sent), precision) for sent in _pubs(params)]
    if any(pub.precision <= 0 for pub in pubs):
        raise InvalidJobError("the precision must be more than 0")
    simulator = _simulator(order, options, [pub.circuit for pub in pubs])
    chosen = {"seed_simulator": _seed(order, options)}
    estimator = BackendEstimatorV2(backend=simulator, options=chosen)
    return _encoded(estimator.run(pubs).result())


def _execute(order: Mapping[str, Any]) -> str:
    # Of the newest clients alone, which have this program.
    from qiskit_ibm_runtime.fake_provider.executor.run_quantum_program import (  # noqa: PLC0415
        run_quantum_program,
    )
    from qiskit_ibm_runtime.options_models.simulator import SimulatorOptions  # noqa: PLC0415
    from qiskit_ibm_runtime.quantum_program.params_converters import (  # noqa: PLC0415
        QUANTUM_PROGRAM_PARAMS_CONVERTERS,
    )

    version = order["params"].get("schema_version")
    converter = QUANTUM_PROGRAM_PARAMS_CONVERTERS.get(version)
    if converter is None:
        known = ", ".join(QUANTUM_PROGRAM_PARAMS_CONVERTERS)
        raise InvalidJobError(f"the schema version is {version!r}, and the known ones are {known}")
    model = _read(converter.model.model_validate, order["params"])
    program, _ = _read(converter.decoder, model)
    if program.meas_level != "classified":
        raise InvalidJobError(f"the measurement level {program.meas_level!r} is not computed here")
    for item in program.items:
        # Read from a text, it lacks what it is run by.
        if hasattr(item, "samplex"):
            item.samplex.finalize()
    simulator = _simulator(order, {}, [item.circuit for item in program.items])
    result = run_quantum_program(simulator, program, SimulatorOptions(seed_simulator=order["seed"]))
    return _executed(version, model.quantum_program, result)


def _executed(version: str, sent: Any, result: Any) -> str:
    """The result of an executor as it travels, by the schema of the version that was sent."""
    name = version.removeprefix("v").replace(".", "_")
    schema = import_module(f"ibm_quantum_schemas.executor.version_{name}")
    item = schema.QuantumProgramResultItemModel
    _, tensor = get_args(item.model_fields["results"].annotation)
    # The oldest version has neither of these, nor metadata of an item.
    kept = {
        name: getattr(sent, name)
        for name in ("passthrough_data", "semantic_role")
        if name in schema.QuantumProgramResultModel.model_fields
    }
    metadata = schema.ItemMetadataModel() if hasattr(schema, "ItemMetadataModel") else None
    data = [
        item(
            results={name: tensor.from_numpy(array) for name, array in one.items()},
            metadata=metadata,
        )
        for one in result
    ]
    model = schema.QuantumProgramResultModel(
        data=data, metadata=schema.MetadataModel(chunk_timing=[]), **kept
    )
    return str(model.model_dump_json())


_PROGRAMS: Final = {"sampler": _sample, "estimator": _estimate, "executor": _execute}


def _decoded(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a primitive was sent, as the objects that the client made it from."""
    decoded: dict[str, Any] = _read(json.loads, json.dumps(params), cls=RuntimeDecoder)
    if decoded.get("version", 2) != 2:  # noqa: PLR2004 - the version of the primitives
        raise InvalidJobError(f"primitives of version {decoded['version']} are not computed here")
    return decoded


def _pubs(params: Mapping[str, Any]) -> list[Any]:
    pubs = params.get("pubs")
    if not isinstance(pubs, list) or not pubs:
        raise InvalidJobError("there are no pubs")
    return pubs


def _pub(sent: Any) -> Any:
    """A pub whose circuit is one, also where it came as OpenQASM."""
    circuit, *more = sent if isinstance(sent, (list, tuple)) else [sent]
    if isinstance(circuit, str) and "OPENQASM" in circuit:
        language = qasm2 if "OPENQASM 2" in circuit else qasm3
        circuit = _read(language.loads, circuit)
    if not isinstance(circuit, QuantumCircuit):
        raise InvalidJobError(f"{type(circuit).__name__} is no circuit")
    return (circuit, *more)


def _read(read: Any, *sent: Any, **how: Any) -> Any:
    """What is read; whatever goes wrong with it, it was not as it has to be."""
    try:
        return read(*sent, **how)
    except Exception as error:
        raise InvalidJobError(f"{type(error).__name__}: {error}") from error


def _seed(order: Mapping[str, Any], options: Mapping[str, Any]) -> int:
    """The seed that the job names, or that which the emulator has for it."""
    named = (options.get("simulator") or {}).get("seed_simulator")
    return int(order["seed"] if named is None else named)


def _simulator(
    order: Mapping[str, Any], options: Mapping[str, Any], circuits: Iterable[QuantumCircuit]
) -> AerSimulator:
    """What runs the circuits, which are within the limit, or the job is none that can be run."""
    noise = (options.get("simulator") or {}).get("noise_model")
    if order["properties"] is not None and noise is None:
        noise = _noise(json.dumps(order["properties"]))
    for circuit in circuits:
        _hold_to_limit(circuit, order["limit"], noisy=noise is not None)
    # One thread: what is counted then does not depend on how many processors there are.
    simulator = AerSimulator(
        noise_model=noise, seed_simulator=_seed(order, options), max_parallel_threads=1
    )
    # A circuit is as wide as its device; the qubits that it leaves alone cost nothing.
    simulator.set_max_qubits(10_000)
    return simulator


@cache
def _noise(properties: str) -> NoiseModel:
    """The noise of a device, by how well it does what it does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        described = properties_from_server_data(json.loads(properties))
        return NoiseModel.from_backend_properties(described)


def _hold_to_limit(circuit: QuantumCircuit, limit: int, *, noisy: bool) -> None:
    most = max((len(group) for group in _entangled(circuit)), default=0)
    if most > limit and (noisy or not _is_clifford(circuit)):
        raise InvalidJobError(
            f"{most} qubits are entangled with each other, and the emulator computes at most "
            f"{limit}: raise max_entangled_qubits in its configuration, or entangle fewer"
        )


def _entangled(circuit: QuantumCircuit) -> Iterator[set[int]]:
    """The groups of qubits that instructions bring together."""
    places = {qubit: place for place, qubit in enumerate(circuit.qubits)}
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(len(places)))
    for instruction in circuit.data:
        if instruction.operation.name != "barrier":
            first, *others = [places[qubit] for qubit in instruction.qubits] or [0]
            graph.add_edges_from_no_data([(first, other) for other in others])
    yield from rustworkx.connected_components(graph)


def _is_clifford(circuit: QuantumCircuit) -> bool:
    """Whether a circuit is of those that are cheap however many qubits they entangle."""
    try:
        Clifford(circuit.remove_final_measurements(inplace=False))
    except (QiskitError, TypeError, ValueError):
        return False
    return True


def _encoded(result: PrimitiveResult[Any]) -> str:
    """A result as it travels, without how long it took, which is never twice the same."""
    pubs = [_without_times(pub) for pub in result]
    return json.dumps(PrimitiveResult(pubs, metadata={"version": 2}), cls=RuntimeEncoder)


def _without_times(pub: PubResult) -> PubResult:
    kept = {name: value for name, value in pub.metadata.items() if name != "simulator_metadata"}
    return type(pub)(pub.data, metadata=kept)
