from __future__ import annotations

import logging
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from runtime_sessions import NotFoundError, SessionsClient, UnauthorizedError

if TYPE_CHECKING:
    from runtime_sessions_emulator import Emulator

BACKEND = "ibmq_wellington"


def submit(emulator: Emulator, session_id: str, **job: object) -> None:
    body = {"session_id": session_id, **job}
    httpx.post(f"{emulator.url}/_emulator/jobs", json=body).raise_for_status()


def test_a_session_drains_on_leaving(client: SessionsClient) -> None:
    with client.create(backend=BACKEND, mode="batch", max_ttl=timedelta(minutes=10)) as session:
        details = session.details()
        assert (details.state, details.mode, details.max_ttl) == ("open", "batch", 600)
        assert details.accepting_jobs
    assert client.get(session.id).state == "closed"
    assert session.extended().status == "completed"


def test_a_session_is_cancelled_when_an_exception_leaves_it(client: SessionsClient) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        client.create(backend=BACKEND) as session,
    ):
        raise ZeroDivisionError
    assert client.extended(session.id).status == "canceled"


def test_a_session_that_is_left_stays_open(client: SessionsClient) -> None:
    with client.create(backend=BACKEND, on_exit="leave") as session:
        pass
    with pytest.raises(ZeroDivisionError), client.session(session.id, on_error="leave"):
        raise ZeroDivisionError
    assert client.get(session.id).state == "open"


def test_a_session_can_be_told_to_refuse_jobs_and_to_accept_them_again(
    client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=BACKEND)
    submit(emulator, session.id, duration=60)
    session.drain()
    assert not session.refresh().accepting_jobs
    session.resume()
    assert session.refresh().accepting_jobs
    client.update(session.id, accepting_jobs=False)
    assert not client.get(session.id).accepting_jobs
    client.cancel(session.id)
    assert client.get(session.id).state == "closed"


def test_jobs_are_read_page_by_page(client: SessionsClient, emulator: Emulator) -> None:
    session = client.create(backend=BACKEND)
    for _ in range(5):
        submit(emulator, session.id, duration=60)
    jobs = list(session.jobs(page_size=2))
    assert len({job.id for job in jobs}) == 5
    assert all(job.created.tzinfo is UTC for job in jobs)
    pages = list(session.pages(page_size=2))
    assert [len(page.jobs) for page in pages] == [2, 2, 1]
    assert [page.response.status_code for page in pages] == [200, 200, 200]
    assert {page.count for page in pages} == {5}


def test_what_the_service_says_is_kept_and_logged(
    client: SessionsClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "runtime_sessions"):
        session = client.create(backend=BACKEND, instance="ibm-q/open/main")
    assert "job mode" in session.messages[0].data
    assert session.messages[0].data in caplog.text


def test_errors_have_a_class_each(client: SessionsClient, emulator: Emulator) -> None:
    with pytest.raises(NotFoundError) as caught:
        client.get("00000000000000000000")
    assert caught.value.status == 404
    assert caught.value.response is not None
    with (
        SessionsClient(emulator.url, token="nobody") as stranger,
        pytest.raises(UnauthorizedError),
    ):
        stranger.get("00000000000000000000")
