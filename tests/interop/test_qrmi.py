"""QRMI, the interface to quantum resources by IBM and partners, unmodified, on the emulator.

It is compiled Rust, and the base of a plugin for Slurm. `make interop` runs this in an environment
of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from runtime_sessions_emulator import Emulator, JobRule

qrmi: Any = pytest.importorskip("qrmi", reason="`make interop` installs it, and runs this")

#: What a resource is called: QRMI takes it for the name of the backend.
NAME = "ibm_backend"
#: What a task samples: the program of one qubit pair.
BELL = """OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] meas;
h q[0];
cx q[0], q[1];
meas = measure q;
"""
Make = Callable[..., Any]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(contract="platform", virtual_clock=True) as running:
        yield running


@pytest.fixture
def resource(emulator: Emulator) -> Iterator[Make]:
    """Make a resource, whose settings QRMI reads from the environment of the process."""
    before = dict(os.environ)

    def make(**more: str) -> Any:
        settings = {
            "ENDPOINT": emulator.url,
            "IAM_ENDPOINT": emulator.iam_url,
            "IAM_APIKEY": emulator.api_key or "",
            "SERVICE_CRN": emulator.instance,
            "SESSION_MODE": "batch",
            "SESSION_MAX_TTL": "600",
            **more,
        }
        os.environ.update(
            {f"{NAME}_QRMI_IBM_QCS_{name}": value for name, value in settings.items()}
        )
        return qrmi.QuantumResource(NAME, qrmi.ResourceType.IBMQuantumComputeService)

    yield make
    os.environ.clear()
    os.environ.update(before)


def calls(emulator: Emulator) -> list[tuple[str, str]]:
    return [(entry["method"], entry["path"].split("/")[1]) for entry in emulator.requests()]


def start(resource: Any) -> str:
    task = qrmi.Payload.QiskitPrimitive(
        input=json.dumps({"pubs": [], "version": 2}), program_id="sampler"
    )
    name: str = resource.task_start(task)
    return name


@pytest.mark.parametrize("mode", ["batch", "dedicated"])
def test_acquire_creates_a_session(emulator: Emulator, resource: Make, mode: str) -> None:
    acquired = resource(SESSION_MODE=mode).acquire()
    (session,) = emulator.sessions()
    assert session["id"] == acquired
    assert (session["mode"], session["state"]) == (mode, "open")
    assert calls(emulator) == [("POST", "sessions")]
    (created,) = emulator.requests()
    assert "ibm-api-version" not in created["headers"]


def test_acquire_picks_up_the_session_that_it_is_given(emulator: Emulator, resource: Make) -> None:
    with emulator.client() as client:
        given = client.post("/sessions", json={"mode": "batch", "backend": NAME}).json()["id"]
    emulator.clear_requests()
    assert resource(SESSION_ID=given).acquire() == given
    assert calls(emulator) == [("GET", "sessions")]


def test_a_task_is_started_looked_at_and_stopped(emulator: Emulator, resource: Make) -> None:
    acquired = resource()
    session = acquired.acquire()
    assert acquired.metadata()["session_id"] == session
    task = start(resource(SESSION_ID=session))
    emulator.clear_requests()
    with emulator.client() as client:
        assert client.get(f"/jobs/{task}").json()["session_id"] == session
    assert acquired.task_status(task) == qrmi.TaskStatus.Running
    acquired.task_stop(task)
    assert acquired.task_status(task) == qrmi.TaskStatus.Cancelled
    acquired.task_stop(task)  # has ended: nothing to cancel, and no error
    reads = ("GET", f"/jobs/{task}")
    assert [(entry["method"], entry["path"]) for entry in emulator.requests()][1:] == [
        reads,  # task_status
        reads,
        ("POST", f"/jobs/{task}/cancel"),
        reads,  # task_status
        reads,
    ]


def test_a_task_comes_to_its_end(emulator: Emulator, resource: Make) -> None:
    acquired = resource()
    acquired.acquire()
    emulator.add_job_rule(JobRule(result="{}"))
    task = start(acquired)
    emulator.advance(10)
    assert acquired.task_status(task) == qrmi.TaskStatus.Completed
    assert acquired.task_result(task).value == "{}"


def test_a_program_of_tasks_runs_to_its_results(emulator: Emulator, resource: Make) -> None:
    pytest.importorskip("qiskit_aer", reason="`make interop` installs it, and runs this")
    acquired = resource()
    session = acquired.acquire()
    task = acquired.task_start(
        qrmi.Payload.QiskitPrimitive(
            input=json.dumps({"pubs": [[BELL, None, 100]], "version": 2}), program_id="sampler"
        )
    )
    emulator.advance(10)
    assert acquired.task_status(task) == qrmi.TaskStatus.Completed
    result = json.loads(acquired.task_result(task).value)
    assert result["__type__"] == "PrimitiveResult"
    assert acquired.task_logs(task) == ""
    acquired.release(session)
    assert emulator.sessions()[0]["state"] == "closed"
    assert [asked["path"] for asked in emulator.requests() if asked["status"] >= 400] == []


def test_a_task_whose_input_cannot_be_read_fails(emulator: Emulator, resource: Make) -> None:
    pytest.importorskip("qiskit_aer", reason="`make interop` installs it, and runs this")
    acquired = resource()
    acquired.acquire()
    task = start(acquired)
    emulator.advance(10)
    assert acquired.task_status(task) == qrmi.TaskStatus.Failed


def test_release_drains_a_session_without_pending_jobs(emulator: Emulator, resource: Make) -> None:
    acquired = resource()
    session = acquired.acquire()
    acquired.release(session)
    assert calls(emulator) == [("POST", "sessions"), ("GET", "jobs"), ("PATCH", "sessions")]
    assert emulator.sessions()[0]["state"] == "closed"


def test_release_closes_a_session_that_has_pending_jobs(emulator: Emulator, resource: Make) -> None:
    acquired = resource()
    session = acquired.acquire()
    emulator.submit_job(session, duration=100)
    acquired.release(session)
    assert calls(emulator)[-2:] == [("GET", "jobs"), ("DELETE", "sessions")]
    (asked,) = [entry for entry in emulator.requests() if entry["path"] == "/jobs"]
    assert asked["query"] == f"pending=true&session_id={session}"
    assert emulator.sessions()[0]["state"] == "closed"


def test_a_session_is_released_twice_without_an_error(emulator: Emulator, resource: Make) -> None:
    acquired = resource()
    session = acquired.acquire()
    acquired.release(session)
    acquired.release(session)
    assert [entry["status"] for entry in emulator.requests(operation="updateSession")] == [204, 204]


def test_a_session_that_is_not_there(emulator: Emulator, resource: Make) -> None:
    nowhere = "5a5b9d6c-5f0c-4e63-9c0e-0f6a5f3c2b1d"
    with pytest.raises(Exception, match="Session not found"):
        resource(SESSION_ID=nowhere).acquire()
    with pytest.raises(Exception, match="Session not found"):
        resource().release(nowhere)
    # The list of an unknown session's jobs is empty, so that it is the PATCH which tells.
    assert calls(emulator) == [("GET", "sessions"), ("GET", "jobs"), ("PATCH", "sessions")]


def test_a_wrong_key_gets_nobody_in(emulator: Emulator, resource: Make) -> None:
    with pytest.raises(Exception, match=r"(?i)auth|api key|400"):
        resource(IAM_APIKEY="nobody's").acquire()
    assert emulator.sessions() == []
