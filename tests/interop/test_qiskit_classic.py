"""The official client of the classic generation, unmodified, on the emulator.

`make interop` runs this in environments of their own, one for each version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest

from runtime_sessions_emulator import Emulator

pytest.importorskip("qiskit_ibm_runtime", reason="`make interop` installs it, and runs this")

if int(version("qiskit_ibm_runtime").split(".")[1]) >= 40:
    pytest.skip("a client of the current generation", allow_module_level=True)

from qiskit import QuantumCircuit  # type: ignore[import-not-found]
from qiskit_ibm_runtime import (  # type: ignore[import-not-found]
    QiskitRuntimeService,  # pyright: ignore[reportMissingImports]
    SamplerV2,  # pyright: ignore[reportMissingImports]
    Session,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime.api.client_parameters import (  # type: ignore[import-not-found]
    ClientParameters,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime.api.clients import (  # type: ignore[import-not-found]
    RuntimeClient,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime.api.exceptions import (  # type: ignore[import-not-found]
    RequestsApiError,  # pyright: ignore[reportMissingImports]
)

BACKEND, INSTANCE = "ibmq_wellington", "hub/group/project"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(virtual_clock=True) as emulator:
        yield emulator


@pytest.fixture
def client(emulator: Emulator) -> Any:
    return RuntimeClient(
        ClientParameters(
            channel="ibm_quantum", token=emulator.token, url=emulator.url, instance=INSTANCE
        )
    )


@pytest.fixture
def service(emulator: Emulator) -> Any:
    return QiskitRuntimeService(
        channel="ibm_quantum", token=emulator.token, url=emulator.login_url, instance=INSTANCE
    )


@pytest.fixture
def session_id(client: Any) -> str:
    created: str = client.create_session(BACKEND, INSTANCE, 450, "ibm_quantum", "batch")["id"]
    return created


def submit(client: Any, session_id: str) -> str:
    submitted: str = client.program_run(
        program_id="sampler",
        backend_name=BACKEND,
        params={"shots": 1},
        image="",
        hgp=INSTANCE,
        log_level=None,
        session_id=session_id,
    )["id"]
    return submitted


def test_creates_and_reads_a_session(client: Any, session_id: str) -> None:
    details = client.session_details(session_id)
    assert details["id"] == session_id
    assert (details["state"], details["mode"], details["max_ttl"]) == ("open", "batch", 450)


def test_runs_jobs_in_it(client: Any, session_id: str) -> None:
    first, second = submit(client, session_id), submit(client, session_id)
    page = client.jobs_get(limit=10, session_id=session_id)
    assert [job["id"] for job in page["jobs"]] == [second, first]
    assert client.job_get(first)["status"] == "Running"
    assert client.session_details(session_id)["state"] == "active"


def test_its_close_drains(client: Any, session_id: str) -> None:
    submit(client, session_id)
    client.close_session(session_id)
    details = client.session_details(session_id)
    assert (details["state"], details["accepting_jobs"]) == ("active", False)


def test_its_cancel_closes(client: Any, session_id: str) -> None:
    client.cancel_session(session_id)
    assert client.session_details(session_id)["state"] == "closed"


def test_a_closed_session_refuses_jobs_with_the_code_that_users_look_for(
    client: Any, session_id: str
) -> None:
    client.cancel_session(session_id)
    with pytest.raises(RequestsApiError, match=re.escape('"code":1217')):
        submit(client, session_id)


def circuit() -> Any:
    made = QuantumCircuit(1)
    made.measure_all()
    return made


def test_a_session_on_a_backend(service: Any, emulator: Emulator) -> None:
    backend = service.backend(BACKEND)
    assert (backend.name, backend.num_qubits) == (BACKEND, 5)
    with Session(backend=backend, max_time="10m") as session:
        assert session.status() == "Pending"
        job = SamplerV2(mode=session).run([circuit()])
        assert "RUNNING" in str(job.status())
        details = session.details()
        assert (details["id"], details["max_time"]) == (session.session_id, 600)
        assert (details["mode"], details["state"]) == ("dedicated", "active")
        assert session.status() == "In progress, accepting new jobs"
    assert session.status() == "In progress, not accepting new jobs"
    emulator.advance(2)
    assert session.status() == "Closed"
    assert [one.job_id() for one in service.jobs(session_id=session.session_id)] == [job.job_id()]


def test_a_job_is_cancelled(service: Any, emulator: Emulator) -> None:
    with Session(backend=service.backend(BACKEND)) as session:
        job = SamplerV2(mode=session).run([circuit()])
    job.cancel()
    assert "CANCELLED" in str(job.status())
    assert session.status() == "Closed"
    assert emulator.requests(operation="cancelJob")[0]["status"] == 204


def test_a_session_by_its_id(service: Any, emulator: Emulator) -> None:
    made = Session(backend=service.backend(BACKEND))
    found = Session.from_id(made.session_id, service=service)
    assert found.details()["backend_name"] == BACKEND
    found.cancel()
    assert made.status() == "Closed"
    assert emulator.sessions()[0]["history"][-1]["reason"] == "session_cancelled"
