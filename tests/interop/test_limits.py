"""What the emulator cannot do, as docs/qiskit.md lists it: each row is tried, none is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from runtime_sessions_emulator import Emulator, JobRule, default_config

pytest.importorskip("qiskit_ibm_runtime", reason="`make interop` installs it, and runs this")
pytest.importorskip("qiskit_aer", reason="`make interop` installs it, and runs this")
if int(version("qiskit_ibm_runtime").split(".")[1]) < 51:
    pytest.skip("the page speaks of the newest client", allow_module_level=True)

from qiskit import QuantumCircuit  # type: ignore[import-not-found]
from qiskit.quantum_info import SparsePauliOp  # type: ignore[import-not-found]
from qiskit.transpiler import (  # type: ignore[import-not-found]
    generate_preset_pass_manager,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime import (  # type: ignore[import-not-found]
    EstimatorV2,  # pyright: ignore[reportMissingImports]
    SamplerV2,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime.exceptions import (  # type: ignore[import-not-found]
    IBMInputValueError,  # pyright: ignore[reportMissingImports]
    RuntimeJobFailureError,  # pyright: ignore[reportMissingImports]
)

from runtime_sessions_emulator.qiskit import environment, service

PAGE = Path(__file__).parents[2] / "docs" / "qiskit.md"
Check = Callable[[Any, Any], None]


def listed() -> list[str]:
    """The first cells of the page's table."""
    table = re.search(
        r"<!-- limits: begin.*?-->(.*?)<!-- limits: end -->", PAGE.read_text(), re.DOTALL
    )
    assert table
    _, _, *rows = table[1].strip().splitlines()
    return [row.split("|")[1].strip() for row in rows]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    config = evolve(default_config("platform"), job_duration=0, backends=("ibm_fez",))
    with Emulator(config, contract="platform", virtual_clock=True) as running:
        yield running


@pytest.fixture
def ibm(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in environment(emulator).items():
        monkeypatch.setenv(name, value)
    return service(emulator)


def prepared(ibm: Any) -> Any:
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return generate_preset_pass_manager(1, backend=ibm.backend("ibm_fez")).run(circuit)


def other_programs(ibm: Any, circuit: Any) -> None:
    from qiskit_ibm_runtime.noise_learner import (  # type: ignore[import-not-found]  # noqa: PLC0415
        NoiseLearner,  # pyright: ignore[reportMissingImports]
    )

    job = NoiseLearner(mode=ibm.backend("ibm_fez")).run([circuit])
    assert str(job.status()) == "DONE"
    with pytest.raises(Exception, match=r"404.*does not compute .*noise-learner"):
        job.result()


def other_programs_by_a_rule(ibm: Any, circuit: Any) -> None:
    other_programs(ibm, circuit)
    config = evolve(default_config("platform"), job_duration=0, backends=("ibm_fez",))
    with Emulator(config, contract="platform") as said, said.client() as client:
        said.add_job_rule(JobRule(program_id="noise-learner", result={"said": 1}))
        job = {"program_id": "noise-learner", "backend": "ibm_fez", "params": {}}
        job_id = client.post("/jobs", json=job).json()["id"]
        assert client.get(f"/jobs/{job_id}/results").json() == {"said": 1}


def other_measurements(ibm: Any, circuit: Any) -> None:
    sampler = SamplerV2(mode=ibm.backend("ibm_fez"))
    sampler.options.execution.meas_type = "kerneled"
    with pytest.raises(RuntimeJobFailureError, match=r"1002.*kerneled"):
        sampler.run([circuit]).result()


def options_without_effect(ibm: Any, circuit: Any) -> None:
    plain, twirled = (SamplerV2(mode=ibm.backend("ibm_fez")) for _ in range(2))
    twirled.options.twirling.enable_gates = True
    twirled.options.dynamical_decoupling.enable = True
    for sampler in (plain, twirled):
        sampler.options.simulator.seed_simulator = 5
    first, second = (
        sampler.run([circuit]).result()[0].data.meas.get_counts() for sampler in (plain, twirled)
    )
    assert first == second
    observable = SparsePauliOp("ZZ").apply_layout(circuit.layout)
    bare = circuit.remove_final_measurements(inplace=False)
    plain, mitigated = (EstimatorV2(mode=ibm.backend("ibm_fez")) for _ in range(2))
    mitigated.options.resilience_level = 2
    mitigated.options.twirling.enable_gates = True
    mitigated.options.dynamical_decoupling.enable = True
    for estimator in (plain, mitigated):
        estimator.options.simulator.seed_simulator = 5
    values = [
        float(estimator.run([(bare, observable)]).result()[0].data.evs)
        for estimator in (plain, mitigated)
    ]
    assert values[0] == values[1]


def fractional_gates(ibm: Any, _: Any) -> None:
    with pytest.raises(IBMInputValueError, match="fractional"):
        ibm.backend("ibm_fez", use_fractional_gates=True)


def old_properties(ibm: Any, _: Any) -> None:
    backend = ibm.backend("ibm_fez")
    then = backend.properties(datetime=datetime(2020, 1, 1, tzinfo=UTC))
    assert then.last_update_date == backend.properties().last_update_date


def pending_jobs(ibm: Any, circuit: Any) -> None:
    backend = ibm.backend("ibm_fez")
    SamplerV2(mode=backend).run([circuit])
    assert backend.status().pending_jobs == 0


def mock_backends(ibm: Any, circuit: Any) -> None:
    assert [backend.name for backend in ibm.backends(include_mocks=True)] == ["ibm_fez"]
    with pytest.raises(Exception, match="dry_run"):
        SamplerV2(mode=ibm.backend("ibm_fez")).run([circuit], dry_run=True)


def execution_spans(ibm: Any, circuit: Any) -> None:
    result = SamplerV2(mode=ibm.backend("ibm_fez")).run([circuit]).result()
    assert "execution" not in result.metadata


def private_jobs(ibm: Any, circuit: Any) -> None:
    sampler = SamplerV2(mode=ibm.backend("ibm_fez"))
    sampler.options.environment.private = True
    job = sampler.run([circuit])
    assert job.private
    assert job.result() is not None
    assert job.result() is not None
    assert job.inputs["pubs"]


CHECKS: dict[str, Check] = {
    "other programs, such as `noise-learner`": other_programs_by_a_rule,
    "`meas_type` other than `classified`": other_measurements,
    "options of `SamplerV2` and `EstimatorV2` about twirling, "
    "dynamical decoupling and resilience": options_without_effect,
    "`use_fractional_gates=True` on a device without them": fractional_gates,
    "`backend.properties(datetime=…)`": old_properties,
    "`backend.status().pending_jobs`": pending_jobs,
    "`include_mocks=True`, and `dry_run=True`": mock_backends,
    "`execution_spans` in the metadata of a result": execution_spans,
    "`private=True`": private_jobs,
}


def test_every_row_is_tried() -> None:
    assert listed() == list(CHECKS)


@pytest.mark.parametrize("row", CHECKS)
@pytest.mark.filterwarnings("ignore")
def test_the_row_is_true(row: str, ibm: Any) -> None:
    CHECKS[row](ibm, prepared(ibm))
