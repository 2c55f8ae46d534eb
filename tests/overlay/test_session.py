"""The life of a session, over the wire."""

from __future__ import annotations

import logging
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import ServerError, SessionsClient
from runtime_sessions_api.classic import models
from runtime_sessions_emulator import Emulator, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime_sessions import Ending

    Reason = Callable[[SessionsClient, str], str]

CLASSIC = pytest.mark.parametrize("contract", ["classic"], indirect=True)


def test_a_session_drains_on_leaving(
    reason: Reason, emulator: Emulator, client: SessionsClient
) -> None:
    with client.create(
        backend=emulator.backend, mode="batch", max_ttl=timedelta(minutes=10)
    ) as session:
        details = session.details()
        assert (details.state, details.mode, details.max_ttl) == ("open", "batch", 600)
        assert details.accepting_jobs
    assert client.get(session.id).state == "closed"
    assert reason(client, session.id) == "session_closed_early"


def test_a_session_is_cancelled_when_an_exception_leaves_it(
    reason: Reason, emulator: Emulator, client: SessionsClient
) -> None:
    with pytest.raises(ZeroDivisionError), client.create(backend=emulator.backend) as session:
        raise ZeroDivisionError
    assert reason(client, session.id) == "session_cancelled"


@pytest.mark.parametrize(
    ("on_exit", "on_error", "left", "failed"),
    [
        ("drain", "cancel", "closed_early", "cancelled"),
        ("cancel", "drain", "cancelled", "closed_early"),
        ("leave", "leave", "created", "created"),
    ],
)
def test_both_endings_are_settable(  # noqa: PLR0913, PLR0917 - three are fixtures
    reason: Reason,
    emulator: Emulator,
    client: SessionsClient,
    on_exit: Ending,
    on_error: Ending,
    left: str,
    failed: str,
) -> None:
    with client.create(backend=emulator.backend, on_exit=on_exit, on_error=on_error) as one:
        pass
    another = client.create(backend=emulator.backend)
    with (
        pytest.raises(ZeroDivisionError),
        client.session(another.id, on_exit=on_exit, on_error=on_error),
    ):
        raise ZeroDivisionError
    assert reason(client, one.id) == f"session_{left}"
    assert reason(client, another.id) == f"session_{failed}"


def test_draining_lets_queued_jobs_finish_and_cancelling_fails_them(
    client: SessionsClient, emulator: Emulator
) -> None:
    drained, cancelled = (
        client.create(backend=emulator.backend),
        client.create(backend=emulator.backend),
    )
    for session in (drained, cancelled):
        for _ in range(6):
            emulator.submit_job(session.id, duration=60)
    drained.drain()
    cancelled.cancel()
    assert not drained.refresh().accepting_jobs
    assert (drained.details().state, cancelled.refresh().state) == ("active", "closed")
    emulator.advance(200)
    assert drained.refresh().state == "closed"
    assert [job.status for job in drained.jobs()] == ["Completed"] * 6
    assert [job.status for job in cancelled.jobs()] == ["Failed", *["Completed"] * 5]


def test_a_session_can_accept_jobs_again(client: SessionsClient, emulator: Emulator) -> None:
    session = client.create(backend=emulator.backend)
    emulator.submit_job(session.id, duration=60)
    client.update(session.id, accepting_jobs=False)
    assert not client.get(session.id).accepting_jobs
    client.update(session.id, accepting_jobs=True)
    assert client.get(session.id).accepting_jobs
    client.cancel(session.id)
    assert client.get(session.id).state == "closed"


def test_a_session_is_picked_up_without_a_call(
    client: SessionsClient, connect: Callable[..., SessionsClient], emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    emulator.clear_requests()
    picked = connect(emulator.url, token=emulator.token).session(session.id)
    assert picked.id == session.id
    assert picked.messages == ()
    assert picked.response is None
    assert emulator.requests() == []
    picked.cancel()
    assert session.refresh().state == "closed"


def test_details_are_read_when_asked_for_and_once(
    contract: str, client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    assert emulator.requests(operation="getSession") == []
    assert session.details() is session.details()
    read = 1 if contract == "classic" else 0  # there, create answers with an id
    assert len(emulator.requests(operation="getSession")) == read
    picked = client.session(session.id)
    assert picked.details() is picked.details()
    assert len(emulator.requests(operation="getSession")) == read + 1
    assert session.refresh() is session.details()
    assert len(emulator.requests(operation="getSession")) == read + 2


def test_an_error_while_closing_does_not_hide_what_caused_it(
    client: SessionsClient, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.add_fault(Fault("error", operation="closeSession", status=501))
    with (
        pytest.raises(ZeroDivisionError) as caught,
        caplog.at_level(logging.ERROR, "runtime_sessions"),
        client.create(backend=emulator.backend) as session,
    ):
        raise ZeroDivisionError
    (note,) = caught.value.__notes__
    assert session.id in note
    assert "501" in note
    assert session.id in caplog.text


def test_nor_does_any_other_error(emulator: Emulator, client: SessionsClient) -> None:
    def close_and_fail() -> None:
        client.close()
        raise ZeroDivisionError

    with (
        pytest.raises(ZeroDivisionError) as caught,
        client.create(backend=emulator.backend) as session,
    ):
        close_and_fail()
    assert session.id in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="closed"), client.session(session.id):
        pass


def test_an_error_while_draining_is_raised_when_nothing_else_is(
    client: SessionsClient, emulator: Emulator
) -> None:
    emulator.add_fault(Fault("error", operation="updateSession", status=501))
    with pytest.raises(ServerError), client.create(backend=emulator.backend):
        pass


def test_a_session_that_is_not_visible_yet_is_ended_all_the_same(
    client: SessionsClient, emulator: Emulator
) -> None:
    emulator.add_fault(Fault("not_found_yet", seconds=10, times=3))
    with client.create(backend=emulator.backend) as session:
        pass
    assert session.refresh().state == "closed"
    statuses = [entry["status"] for entry in emulator.requests(operation="updateSession")]
    assert statuses == [404, 404, 404, 204]


def test_the_jobs_of_one_that_is_not_visible_yet_are_found(
    list_jobs: str, client: SessionsClient, emulator: Emulator
) -> None:
    emulator.add_fault(Fault("not_found_yet", seconds=10, times=3))
    session = client.create(backend=emulator.backend)
    assert list(session.jobs()) == []
    assert len(emulator.requests(operation=list_jobs)) == 4


def test_jobs_are_read_page_by_page_and_lazily(
    list_jobs: str, client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    ids = [emulator.submit_job(session.id, duration=60) for _ in range(5)]
    jobs = session.jobs(page_size=2)
    assert next(iter(jobs)).id == ids[-1]
    assert len(emulator.requests(operation=list_jobs)) == 1
    assert [job.id for job in jobs] == ids[-2::-1]
    assert len(emulator.requests(operation=list_jobs)) == 3
    pages = list(client.pages(session.id, page_size=2))
    assert [len(page.jobs) for page in pages] == [2, 2, 1]
    assert {page.count for page in pages} == {5}


def test_a_job_comes_once_when_others_are_submitted_meanwhile(
    client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    ids = [emulator.submit_job(session.id, duration=60) for _ in range(4)]
    seen: list[str] = []
    for job in session.jobs(page_size=2):
        seen.append(job.id)
        if len(seen) == 2:
            for _ in range(2):
                emulator.submit_job(session.id, duration=60)
    assert seen == ids[::-1]


def test_times_are_aware_utc_whatever_form_they_came_in(
    client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    emulator.submit_job(session.id, duration=60)
    emulator.advance(61)
    (job,) = client.jobs(session.id)
    details = session.refresh()
    times: list[Any] = [job.created, details.created_at, details.started_at]
    if isinstance(job, models.Job):
        times.append(job.ended)
    assert all(time and time.tzinfo is UTC for time in times)


@CLASSIC
def test_what_the_service_says_is_kept_and_logged(
    emulator: Emulator, client: SessionsClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "runtime_sessions"):
        session = client.create(backend=emulator.backend, instance=emulator.open_instance)
    assert "job mode" in session.messages[0].data
    assert f"{session.id}: {session.messages[0].data}" in caplog.text
    assert caplog.records[0].levelno == logging.WARNING


def test_the_raw_answer_is_reachable_from_every_result(
    contract: str, emulator: Emulator, client: SessionsClient
) -> None:
    session = client.create(backend=emulator.backend)
    (page,) = session.pages()
    responses = [session.response, session.details().response, page.response]
    if contract == "classic":
        responses.append(session.extended().response)
    for response in responses:
        assert response is not None
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"
    assert session.response is not None
    assert session.response.json()["id"] == session.id
