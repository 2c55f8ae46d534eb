"""The official client of the classic generation, unmodified, on the emulator.

`make interop` runs this in environments of their own, one for each version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from runtime_sessions_emulator import Emulator

pytest.importorskip("qiskit_ibm_runtime", reason="`make interop` installs it, and runs this")

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
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def client(emulator: Emulator) -> Any:
    return RuntimeClient(
        ClientParameters(
            channel="ibm_quantum", token=emulator.token, url=emulator.url, instance=INSTANCE
        )
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
