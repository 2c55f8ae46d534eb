"""A whole program of the official client, unmodified, from its first call to its results.

`make interop` runs this in environments of their own, one for each version. The program is the
service's: only the service object comes from the emulator.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import pytest
from attrs import evolve

from runtime_sessions_emulator import Emulator, Fault, JobRule, default_config

pytest.importorskip("qiskit_ibm_runtime", reason="`make interop` installs it, and runs this")
pytest.importorskip("qiskit_aer", reason="`make interop` installs it, and runs this")

from qiskit import QuantumCircuit  # type: ignore[import-not-found]
from qiskit.quantum_info import SparsePauliOp  # type: ignore[import-not-found]
from qiskit.transpiler import (  # type: ignore[import-not-found]
    generate_preset_pass_manager,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime import (  # type: ignore[import-not-found]
    Batch,  # pyright: ignore[reportMissingImports]
    EstimatorV2,  # pyright: ignore[reportMissingImports]
    QiskitRuntimeService,  # pyright: ignore[reportMissingImports]
    SamplerV2,  # pyright: ignore[reportMissingImports]
    Session,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime.exceptions import (  # type: ignore[import-not-found]
    RuntimeInvalidStateError,  # pyright: ignore[reportMissingImports]
    RuntimeJobFailureError,  # pyright: ignore[reportMissingImports]
    RuntimeJobMaxTimeoutError,  # pyright: ignore[reportMissingImports]
)

from runtime_sessions_emulator.qiskit import contract_of_client, service, written

PLATFORM = contract_of_client() == "platform"
MINOR = int(version("qiskit-ibm-runtime").split(".")[1])
#: Some versions in between have no way to delete a job.
HAS_DELETE = hasattr(QiskitRuntimeService, "delete_job")
#: The first ones for the platform say themselves that they do not know what was used.
HAS_USAGE = not PLATFORM or MINOR >= 41
#: A device whose snapshot ships with every version of the client.
BACKEND = "ibm_brisbane"
Circuits = tuple[Any, Any, Any]


@pytest.fixture
def emulator(
    runtime_sessions_emulator_options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Emulator]:
    config = evolve(
        default_config(contract_of_client()), job_duration=0, backends=(BACKEND, "ibm_backend")
    )
    options = {**runtime_sessions_emulator_options, "contract": contract_of_client()}
    for name in ("IAM_URL", "NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    # A proxy of the environment, where nobody listens, changes nothing.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Emulator(config, **options) as running:
        yield running


@pytest.fixture
def ibm(emulator: Emulator) -> Any:
    return service(emulator)


@pytest.fixture(scope="module")
def bell() -> Callable[[Any], Circuits]:
    """A Bell pair as the backend wants it: without measurements, with, and what to expect of it."""
    made: dict[str, Circuits] = {}

    def of(backend: Any) -> Circuits:
        if backend.name not in made:
            pair = QuantumCircuit(2)
            pair.h(0)
            pair.cx(0, 1)
            measured = pair.copy()
            measured.measure_all()
            manager = generate_preset_pass_manager(1, backend=backend)
            laid_out = manager.run(pair)
            correlation = SparsePauliOp("ZZ").apply_layout(laid_out.layout)
            made[backend.name] = laid_out, manager.run(measured), correlation
        return made[backend.name]

    return of


def counted(job: Any) -> dict[str, int]:
    counts: dict[str, int] = job.result()[0].data.meas.get_counts()
    return counts


def test_a_whole_program(ibm: Any, emulator: Emulator, bell: Callable[[Any], Circuits]) -> None:
    backend = ibm.least_busy(min_num_qubits=100)
    assert (backend.name, backend.num_qubits) == (BACKEND, 127)
    pair, measured, correlation = bell(backend)

    with Session(backend=backend, max_time="10m") as session:
        sampled = SamplerV2(mode=session).run([measured], shots=1000)
        counts = counted(sampled)
        assert set(counts) == {"00", "11"}
        assert sum(counts.values()) == 1000
        estimated = EstimatorV2(mode=session).run([(pair, correlation)])
        assert estimated.result()[0].data.evs == pytest.approx(1)
        assert session.details()["state"] == "active"
    assert session.status() == "Closed"

    # Read again by its id, and asked for all that it tells.
    again = ibm.job(sampled.job_id())
    assert counted(again) == counts
    assert [shots for _, _, shots in again.inputs["pubs"]] == [1000]
    assert set(sampled.metrics()["timestamps"]) == {"created", "running", "finished"}
    assert sampled.usage() == 0
    assert sampled.logs() == ""
    sampled.update_tags(["bell", "kept"])
    assert [job.job_id() for job in ibm.jobs(job_tags=["bell"])] == [sampled.job_id()]

    with Batch(backend=backend) as batch:
        jobs = [SamplerV2(mode=batch).run([measured]) for _ in range(3)]
    assert [set(counted(job)) for job in jobs] == [{"00", "11"}] * 3
    of_the_batch = ibm.jobs(session_id=batch.session_id, program_id="sampler", pending=False)
    assert {job.job_id() for job in of_the_batch} == {job.job_id() for job in jobs}

    emulator.add_job_rule(JobRule(duration=60, times=1))
    cancelled = SamplerV2(mode=backend).run([measured])
    cancelled.cancel()
    assert "CANCELLED" in str(cancelled.status())
    with pytest.raises(RuntimeInvalidStateError):
        cancelled.result()
    if HAS_DELETE:
        ibm.delete_job(cancelled.job_id())
        assert cancelled.job_id() not in [job.job_id() for job in ibm.jobs()]
    if HAS_USAGE:
        assert ibm.usage()
    assert [asked["path"] for asked in emulator.requests() if asked["status"] >= 400] == []


def test_the_same_seed_gives_the_same_counts(
    ibm: Any, emulator: Emulator, bell: Callable[[Any], Circuits]
) -> None:
    backend = ibm.backend(BACKEND)
    measured = bell(backend)[1]

    def twice() -> list[dict[str, int]]:
        emulator.reset()
        jobs = [SamplerV2(mode=backend).run([measured]) for _ in range(2)]
        return [counted(job) for job in jobs]

    first = twice()
    assert first[0] != first[1]
    assert twice() == first


def test_a_device_with_its_noise(bell: Callable[[Any], Circuits]) -> None:
    config = evolve(
        default_config(contract_of_client()), job_duration=0, backends=(BACKEND,), noise=True
    )
    with Emulator(config, contract=contract_of_client(), virtual_clock=True) as noisy:
        backend = service(noisy).backend(BACKEND)
        counts = counted(SamplerV2(mode=backend).run([bell(backend)[1]]))
    assert set(counts) == {"00", "01", "10", "11"}
    assert counts["00"] + counts["11"] > 3600


def test_a_backend_that_is_no_real_device(ibm: Any, bell: Callable[[Any], Circuits]) -> None:
    backend = ibm.backend("ibm_backend")
    assert backend.num_qubits == 5
    assert set(counted(SamplerV2(mode=backend).run([bell(backend)[1]]))) == {"00", "11"}


def test_too_many_entangled_qubits_are_a_failure_that_says_so() -> None:
    config = evolve(
        default_config(contract_of_client()),
        job_duration=0,
        backends=(BACKEND,),
        max_entangled_qubits=3,
    )
    with Emulator(config, contract=contract_of_client(), virtual_clock=True) as small:
        backend = service(small).backend(BACKEND)
        manager = generate_preset_pass_manager(1, backend=backend)

        def chain(length: int, angle: float) -> Any:
            made = QuantumCircuit(length)
            made.rx(angle, 0)
            for qubit in range(length - 1):
                made.cx(qubit, qubit + 1)
            made.measure_all()
            return manager.run(made)

        assert counted(SamplerV2(mode=backend).run([chain(3, 0.4)]))
        job = SamplerV2(mode=backend).run([chain(4, 0.4)])
        with pytest.raises(RuntimeJobFailureError, match=r"1002.*4 qubits .* at most 3"):
            job.result()
        # What only Clifford gates entangle is cheap.
        clifford = chain(60, 0)
        assert counted(SamplerV2(mode=backend).run([clifford])) == {"0" * 60: 4096}


def test_what_a_program_does_not_take_is_a_failure_with_a_code(
    ibm: Any, emulator: Emulator
) -> None:
    with emulator.client() as client:
        body = {"program_id": "sampler", "backend": BACKEND, "params": {"pubs": [["no", None]]}}
        whose = (
            {}
            if PLATFORM
            else dict(zip(("hub", "group", "project"), ("hub", "group", "project"), strict=True))
        )
        job_id = client.post("/jobs", json={**body, **whose}).json()["id"]
        state = client.get(f"/jobs/{job_id}").json()["state"]
        assert (state["status"], state["reason_code"]) == ("Failed", 1002)
        assert client.get(f"/jobs/{job_id}/results").status_code == 204
    with pytest.raises(RuntimeJobFailureError, match=r"1002.*is no circuit"):
        ibm.job(job_id).result()


def test_rules_say_how_jobs_go(
    ibm: Any, emulator: Emulator, bell: Callable[[Any], Circuits]
) -> None:
    backend = ibm.backend(BACKEND)
    measured = bell(backend)[1]
    sampler = SamplerV2(mode=backend)
    counts = counted(sampler.run([measured]))
    emulator.add_job_rule(
        JobRule(outcome="failed", reason="The device is calibrated", reason_code=1517, times=1)
    )
    with pytest.raises(RuntimeJobFailureError, match="1517; The device is calibrated"):
        sampler.run([measured]).result()
    emulator.add_job_rule(JobRule(outcome="ran_too_long", times=1))
    with pytest.raises(RuntimeJobMaxTimeoutError, match="1305"):
        sampler.run([measured]).result()
    result = sampler.run([measured]).result()
    emulator.add_job_rule(JobRule(result=written(result), times=1))
    assert counted(sampler.run([measured])) == result[0].data.meas.get_counts() != counts


def test_jobs_of_a_session_that_is_cancelled(
    ibm: Any, emulator: Emulator, bell: Callable[[Any], Circuits]
) -> None:
    backend = ibm.backend(BACKEND)
    measured = bell(backend)[1]
    emulator.add_job_rule(JobRule(duration=60))
    session = Session(backend=backend)
    jobs = [SamplerV2(mode=session).run([measured]) for _ in range(6)]
    session.cancel()
    with pytest.raises(RuntimeJobFailureError, match="1217" if PLATFORM else "4001"):
        jobs[-1].result()
    # Those that ran when it was closed run on, and give what they give.
    assert "RUNNING" in str(jobs[0].status())
    emulator.advance(60)
    assert set(counted(jobs[0])) == {"00", "11"}


def test_a_submission_that_is_refused_for_its_rate(
    ibm: Any, emulator: Emulator, bell: Callable[[Any], Circuits]
) -> None:
    backend = ibm.backend(BACKEND)
    measured = bell(backend)[1]
    emulator.add_fault(Fault("rate_limit", operation="submitJob", per_minute=2, retry_after=0))
    sampler = SamplerV2(mode=backend)
    for _ in range(2):
        sampler.run([measured])
    with pytest.raises(Exception, match="429"):
        sampler.run([measured])
    emulator.advance(60)
    sampler.run([measured])


def test_nothing_leaves_the_machine(ibm: Any, emulator: Emulator) -> None:
    client = ibm._api_client if hasattr(ibm, "_api_client") else ibm._active_api_client
    for url in ("https://quantum.cloud.ibm.com/api/v1/jobs", "http://quantum.cloud.ibm.com/"):
        with pytest.raises(Exception, match=r"(?i)proxy|403"):
            client._session.get(url, bare=True, headers={}, params={})
    refused = emulator.requests(status=403)
    assert {asked["path"].partition(":")[0] for asked in refused} == {"quantum.cloud.ibm.com"}
    assert {asked["method"] for asked in refused} >= {"CONNECT", "GET"}


def test_a_server_imports_nothing_of_qiskit() -> None:
    program = """
import sys
from runtime_sessions_emulator import Emulator
with Emulator(contract="platform", virtual_clock=True) as emulator, emulator.client() as client:
    job = {"program_id": "sampler", "backend": emulator.backend, "params": {"pubs": "none"}}
    job_id = client.post("/jobs", json=job).json()["id"]
    emulator.advance(10)
    # A process begins for it, which may take a while.
    print(client.get(f"/jobs/{job_id}", timeout=120).json()["state"]["reason_code"])
    print(sorted(name for name in sys.modules if name.startswith("qiskit")))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    # It was computed, as far as that could be.
    assert done.stdout == "1002\n[]\n"


@pytest.mark.skipif(not PLATFORM, reason="what only the platform contract has")
def test_the_instances_of_an_account(ibm: Any, emulator: Emulator) -> None:
    assert {found["crn"]: found["plan"] for found in ibm.instances()} == {
        emulator.instance: "standard",
        emulator.open_instance: "open",
    }
    assert service(emulator, instance="open")._account.instance == emulator.open_instance
    found = service(emulator, instance=None)
    assert found.backend(BACKEND).name == BACKEND


@pytest.mark.skipif(MINOR < 50, reason="before 0.50 the client has no such primitives")
def test_the_primitives_that_prepare_their_programs_themselves(
    ibm: Any, emulator: Emulator, bell: Callable[[Any], Circuits]
) -> None:
    from qiskit_ibm_runtime.executor_estimator import (  # type: ignore[import-not-found]  # noqa: PLC0415
        Estimator,  # pyright: ignore[reportMissingImports]
    )
    from qiskit_ibm_runtime.executor_sampler import (  # type: ignore[import-not-found]  # noqa: PLC0415
        Sampler,  # pyright: ignore[reportMissingImports]
    )

    backend = ibm.backend(BACKEND)
    pair, measured, correlation = bell(backend)
    with Session(backend) as session:
        assert set(counted(Sampler(mode=session).run([measured]))) == {"00", "11"}
        estimated = Estimator(mode=session).run([(pair, correlation)]).result()
    assert estimated[0].data.evs == pytest.approx(1, abs=0.05)
    programs = [asked["body"]["program_id"] for asked in emulator.requests(operation="submitJob")]
    assert programs == ["executor", "executor"]


@pytest.mark.skipif(not PLATFORM, reason="what only the platform contract has")
@pytest.mark.skipif(not HAS_USAGE, reason="before 0.41 the client refuses usage() on this channel")
def test_an_instance_that_has_used_all_that_it_may(
    bell: Callable[[Any], Circuits],
) -> None:
    config = default_config("platform")
    first, *others = config.instances
    config = evolve(
        config,
        job_duration=5,
        backends=(BACKEND,),
        instances=(evolve(first, usage_limit=5), *others),
    )
    with Emulator(config, contract="platform", virtual_clock=True) as emulator:
        ibm = service(emulator)
        backend = ibm.backend(BACKEND)
        sampler = SamplerV2(mode=backend)
        sampler.run([bell(backend)[1]])
        emulator.advance(5)
        assert ibm.usage()["usage_limit_reached"] is True
        with pytest.warns(UserWarning, match="limit"), pytest.raises(Exception, match="409"):
            sampler.run([bell(backend)[1]])
