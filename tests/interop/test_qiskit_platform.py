"""The official client of the current generation, unmodified, on the emulator.

`make interop` runs this in an environment of its own. Everything goes over the wire: the API key to
the stand-in for IAM, which the environment variable `IAM_URL` names, and all else to the emulator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from typing import Any

import pytest

from runtime_sessions_emulator import Emulator

pytest.importorskip("qiskit_ibm_runtime", reason="`make interop` installs it, and runs this")
if int(version("qiskit_ibm_runtime").split(".")[1]) < 50:
    # A whole program of those is in test_qiskit_program.py, for which `service` leads them here.
    pytest.skip("it asks IAM at an address in its code", allow_module_level=True)

from qiskit import QuantumCircuit  # type: ignore[import-not-found]
from qiskit_ibm_runtime import (  # type: ignore[import-not-found]
    QiskitRuntimeService,  # pyright: ignore[reportMissingImports]
    SamplerV2,  # pyright: ignore[reportMissingImports]
    Session,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime.api.client_parameters import (  # type: ignore[import-not-found]
    ClientParameters,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime.api.exceptions import (  # type: ignore[import-not-found]
    RequestsApiError,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime.exceptions import (  # type: ignore[import-not-found]
    IBMNotAuthorizedError,  # pyright: ignore[reportMissingImports]
    IBMRuntimeError,  # pyright: ignore[reportMissingImports]
    RuntimeInvalidStateError,  # pyright: ignore[reportMissingImports]
)
from qiskit_ibm_runtime.executor_sampler import (  # type: ignore[import-not-found]
    Sampler,  # pyright: ignore[reportMissingImports]
)

MINOR = int(version("qiskit_ibm_runtime").split(".")[1])
#: Where its client of the API is, by version.
RuntimeClient: Any = import_module(
    "qiskit_ibm_runtime.api.client" if MINOR > 50 else "qiskit_ibm_runtime.api.clients"
).RuntimeClient


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator(contract="platform", virtual_clock=True) as emulator:
        monkeypatch.setenv("IAM_URL", emulator.iam_url)
        # Whose instances an account has is asked of a search service of IBM Cloud, which is not
        # part of this API. With this variable the client takes the one that it is given.
        monkeypatch.setenv("QISKIT_FUNCTIONS_EXPERIMENTAL", "1")
        yield emulator


@pytest.fixture
def account(emulator: Emulator) -> dict[str, Any]:
    return {
        "channel": "ibm_quantum_platform",
        "token": emulator.api_key,
        "url": emulator.url,
        "instance": emulator.instance,
        "url_resolver": lambda url, *_: url,
    }


@pytest.fixture
def client(account: dict[str, Any]) -> Any:
    return RuntimeClient(ClientParameters(**account))


@pytest.fixture
def service(account: dict[str, Any]) -> Any:
    return QiskitRuntimeService(**account)


@pytest.fixture
def session_id(client: Any, emulator: Emulator) -> str:
    created: str = client.create_session(emulator.backend, emulator.instance, 450, "batch")["id"]
    return created


def submit(client: Any, emulator: Emulator, session_id: str) -> str:
    submitted: str = client.program_run(
        program_id="sampler",
        backend_name=emulator.backend,
        params={"shots": 1},
        image=None,
        log_level=None,
        session_id=session_id,
    )["id"]
    return submitted


def circuit() -> Any:
    made = QuantumCircuit(1)
    made.measure_all()
    return made


def test_creates_and_reads_a_session(client: Any, emulator: Emulator, session_id: str) -> None:
    details = client.session_details(session_id)
    assert details["id"] == session_id
    assert (details["state"], details["mode"], details["max_ttl"]) == ("open", "batch", 450)
    created = emulator.requests(operation="createSession")[0]
    assert created["user_id"] == emulator.config.users[0].id
    assert created["headers"]["service-crn"] == emulator.instance


def test_an_api_key_is_exchanged_and_never_sent(client: Any, emulator: Emulator) -> None:
    client.create_session(emulator.backend, emulator.instance, 450, "batch")
    with pytest.raises(RequestsApiError):
        client.session_details("nowhere")
    emulator.advance(3600)  # for the client, whose clock is its own, the token is still good
    with pytest.raises(IBMNotAuthorizedError, match="401"):
        client.session_details("nowhere")
    said = str(emulator.requests())
    assert emulator.api_key
    assert emulator.api_key not in said


def test_runs_jobs_in_it(client: Any, emulator: Emulator, session_id: str) -> None:
    first, second = (submit(client, emulator, session_id) for _ in range(2))
    submit(client, emulator, client.create_session(emulator.backend, mode="batch")["id"])
    page = client.jobs_get(limit=10, session_id=session_id)
    assert [job["id"] for job in page["jobs"]] == [second, first]
    assert client.job_get(first)["status"] == "Running"
    assert client.session_details(session_id)["state"] == "active"


def test_its_close_drains(client: Any, emulator: Emulator, session_id: str) -> None:
    submit(client, emulator, session_id)
    client.close_session(session_id)
    details = client.session_details(session_id)
    assert (details["state"], details["accepting_jobs"]) == ("active", False)


def test_its_cancel_closes(client: Any, session_id: str) -> None:
    client.cancel_session(session_id)
    assert client.session_details(session_id)["state"] == "closed"


def test_a_closed_session_refuses_jobs_with_the_code_that_users_look_for(
    client: Any, emulator: Emulator, session_id: str
) -> None:
    client.cancel_session(session_id)
    with pytest.raises(RequestsApiError, match=re.escape('"code":1217')):
        submit(client, emulator, session_id)


def test_the_open_plan_has_no_dedicated_sessions(
    account: dict[str, Any], emulator: Emulator
) -> None:
    client = RuntimeClient(ClientParameters(**account | {"instance": emulator.open_instance}))
    with pytest.raises(RequestsApiError, match="1352"):
        client.create_session(emulator.backend, emulator.open_instance, None, "dedicated")


def test_a_session_on_a_backend(service: Any, emulator: Emulator) -> None:
    backend = service.backend(emulator.backend)
    assert (backend.name, backend.num_qubits) == (emulator.backend, 5)
    with Session(backend, max_time="10m") as session:
        assert session.status() == "Pending"
        job = SamplerV2(mode=session).run([circuit()])
        assert str(job.status()) == "RUNNING"
        details = session.details()
        assert (details["id"], details["max_time"]) == (session.session_id, 600)
        assert (details["mode"], details["state"]) == ("dedicated", "active")
        if MINOR > 50:
            # Older ones leave them out of what they show.
            assert [entry["status"] for entry in details["timestamps"]] == ["open", "active"]
        assert session.status() == "In progress, accepting new jobs"
    assert session.status() == "In progress, not accepting new jobs"
    emulator.advance(2)
    assert (session.status(), session.usage()) == ("Closed", 2)
    assert [one.job_id() for one in service.jobs(session_id=session.session_id)] == [job.job_id()]


def test_a_session_by_its_id(service: Any, emulator: Emulator) -> None:
    made = Session(service.backend(emulator.backend))
    found = Session.from_id(made.session_id, service)
    assert found.details()["backend_name"] == emulator.backend
    found.cancel()
    assert made.status() == "Closed"
    assert emulator.sessions()[0]["history"][-1]["reason"] == "session_cancelled"


def test_a_session_whose_backend_is_not_known_yet(
    client: Any, emulator: Emulator, service: Any
) -> None:
    made = client.create_session(mode="dedicated")["id"]
    with pytest.raises(IBMRuntimeError, match="unknown"):
        Session.from_id(made, service)
    submit(client, emulator, made)
    assert Session.from_id(made, service).backend() == emulator.backend


def test_the_sampler_that_replaces_the_deprecated_one(service: Any, emulator: Emulator) -> None:
    with Session(service.backend(emulator.backend)) as session:
        job = Sampler(mode=session).run([circuit()])
    assert str(job.status()) == "RUNNING"
    assert emulator.requests(operation="submitJob")[0]["body"]["program_id"] == "executor"


def test_a_wrong_api_key_is_sent_as_it_is_and_refused(
    account: dict[str, Any], emulator: Emulator
) -> None:
    client = RuntimeClient(ClientParameters(**account | {"token": "canary-of-a-wrong-key"}))
    with (
        pytest.warns(UserWarning, match="API Key will be used instead"),
        pytest.raises(IBMNotAuthorizedError, match="401"),
    ):
        client.session_details("nowhere")
    assert "canary-of-a-wrong-key" not in str(emulator.requests())


def test_its_list_of_workloads(client: Any, emulator: Emulator, session_id: str) -> None:
    emulator.submit_job(session_id, duration=5)
    (found,) = client._api.workloads_get(mode="batch", status=["in_progress"])["workloads"]
    assert (found["id"], found["accepting_jobs"]) == (session_id, True)
    assert client._api.workloads_get(mode="job")["total_count"] == 0


def test_its_list_of_jobs_with_filters(service: Any, emulator: Emulator) -> None:
    backend = service.backend(emulator.backend)
    with Session(backend) as session:
        first = emulator.submit_job(session.session_id, duration=5)
        emulator.advance(10)
        second = emulator.submit_job(session.session_id, duration=5)

        def listed(**asked: Any) -> list[str]:
            return [job.job_id() for job in service.jobs(**asked)]

        assert listed() == [second, first]
        assert listed(descending=False) == [first, second]
        assert listed(pending=True) == [second]
        assert listed(pending=False, session_id=session.session_id) == [first]
        assert listed(program_id="sampler", backend_name=emulator.backend) == [second, first]
        assert listed(job_tags=["no-such-tag"]) == []


def test_a_job_is_cancelled_once(service: Any, emulator: Emulator) -> None:
    with Session(service.backend(emulator.backend)) as session:
        job = SamplerV2(mode=session).run([circuit()])
    job.cancel()
    assert str(job.status()) == "CANCELLED"
    assert session.status() == "Closed"
    with pytest.raises(RuntimeInvalidStateError, match="409"):
        job.cancel()


def test_an_api_key_will_do_where_no_token_can_be_had(
    account: dict[str, Any], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IAM_URL", f"{emulator.url}/nothing-is-here")
    with pytest.warns(UserWarning, match="API Key will be used instead"):
        created = RuntimeClient(ClientParameters(**account)).create_session(mode="batch")
    assert [session["id"] for session in emulator.sessions()] == [created["id"]]
    assert account["token"]
    assert account["token"] not in str(emulator.requests())


def test_a_session_that_is_not_there(service: Any) -> None:
    with pytest.raises(Exception, match="Session not found"):
        Session.from_id("5a5b9d6c-5f0c-4e63-9c0e-0f6a5f3c2b1d", service)
