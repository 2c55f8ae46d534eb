"""What only the platform contract has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import BadRequestError, NotFoundError, PlatformDetails, SessionsClient
from runtime_sessions_api.http_library import httpx
from runtime_sessions_api.platform.types import UNSET

if TYPE_CHECKING:
    from runtime_sessions_emulator import Emulator

Mocked = Callable[..., SessionsClient]

pytestmark = pytest.mark.parametrize("contract", ["platform"], indirect=True)

SESSION = {"id": "s-1", "backend_name": None, "mode": "batch"}
JOB = {
    "id": "j",
    "created": "2026-04-15T09:30:30Z",
    "program": {"id": "sampler"},
    "state": {"status": "Queued"},
    "status": "Queued",
    "cost": 300,
}


def test_every_call_has_the_instance_and_the_version(
    client: SessionsClient, emulator: Emulator
) -> None:
    with client.create(backend=emulator.backend) as session:
        session.refresh()
        list(session.jobs())
    client.cancel(session.id)
    seen = emulator.requests()
    assert len(seen) == 5
    for entry in seen:
        headers = {name.lower(): value for name, value in entry["headers"].items()}
        assert headers["service-crn"] == emulator.instance
        assert headers["ibm-api-version"] == "2026-04-15"


def test_the_instance_is_the_clients(client: SessionsClient, emulator: Emulator) -> None:
    client.create(backend=emulator.backend, instance=emulator.instance)
    with pytest.raises(ValueError, match="make one for 'crn:v1:another'"):
        client.create(backend=emulator.backend, instance="crn:v1:another")


def test_an_instance_that_is_not_there_is_not_found(
    connect: Callable[..., SessionsClient], emulator: Emulator
) -> None:
    with pytest.raises(NotFoundError, match="Instance crn:v1:another not found") as caught:
        connect(emulator.url, instance="crn:v1:another").create(backend=emulator.backend)
    assert caught.value.code == 1279


def test_the_details_tell_how_it_came_to_its_state(
    client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend, max_ttl=timedelta(minutes=10))
    emulator.submit_job(session.id, duration=60)
    emulator.advance(60)
    session.drain()
    details = session.refresh()
    assert isinstance(details, PlatformDetails)
    assert [event.status for event in details.timestamps or ()] == ["open", "active", "closed"]
    assert details.created_at == (details.timestamps or [])[0].timestamp
    assert details.created_at
    assert details.created_at.tzinfo is UTC
    assert details.state_reason == "session_closed_early"
    assert details.user_id == "IBMid-123456789A"
    assert (details.max_ttl, details.elapsed_time) == (600, 60)


def test_a_session_may_wait_for_the_backend_of_its_first_job(client: SessionsClient) -> None:
    assert client.create(backend=None).details().backend_name is None


def test_the_open_plan_has_no_dedicated_sessions(
    connect: Callable[..., SessionsClient], emulator: Emulator
) -> None:
    client = connect(emulator.url, instance=emulator.open_instance)
    with pytest.raises(BadRequestError, match="code 1352") as caught:
        client.create(backend=emulator.backend)
    assert caught.value.code == 1352
    assert caught.value.trace
    assert client.create(backend=emulator.backend, mode="batch").messages == ()


def test_a_closed_session_whose_flag_moved_is_closed(
    client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    session.cancel()
    client.update(session.id, accepting_jobs=True)
    assert session.refresh().accepting_jobs is True
    assert session.wait(timeout=60).state == "closed"


def test_an_unknown_session_has_no_jobs(client: SessionsClient) -> None:
    assert list(client.jobs("no-such-session")) == []


def test_a_session_that_tells_no_more_than_it_must_is_waited_for(
    mocked: Mocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr("rich.status.Status.update", lambda _, line: lines.append(str(line)))
    answers = iter([SESSION, SESSION | {"state": "closed"}])
    client = mocked(lambda _: httpx.Response(200, json=next(answers)))
    details = client.session("s-1").wait(progress=True)
    assert details.state == "closed"
    assert details.created_at is UNSET
    assert lines == [
        "session s-1: in a state that is not said",
        "session s-1: closed",
    ]


def test_pages_that_are_not_counted_end_with_an_empty_one(mocked: Mocked) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["session_id"] == "s-1"
        offset = int(request.url.params["offset"])
        page: dict[str, Any] = {"limit": 2, "offset": offset, "jobs": []}
        page["jobs"] = [JOB | {"id": f"j-{n}"} for n in range(offset, min(offset + 2, 4))]
        return httpx.Response(200, json=page)

    client = mocked(answer)
    assert [len(page.jobs) for page in client.pages("s-1", page_size=2)] == [2, 2, 0]
    assert [job.id for job in client.jobs("s-1", page_size=2)] == ["j-0", "j-1", "j-2", "j-3"]
