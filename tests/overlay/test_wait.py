from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import (
    SessionDetails,
    SessionEndedError,
    SessionsClient,
    WaitTimeoutError,
    _waiting,
    set_testing,
)
from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, Fault

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "until", ["active", ["inactive", "active"], lambda details: details.started_at]
)
def test_wait_for_a_state_for_states_or_for_anything(
    client: SessionsClient, emulator: Emulator, until: Any
) -> None:
    session = client.create(backend=emulator.backend)

    def submit_after_two_looks(_: SessionDetails) -> None:
        looks.append(1)
        if len(looks) == 2:
            emulator.submit_job(session.id, duration=60)

    looks: list[int] = []
    assert session.wait(until, timeout=60, progress=submit_after_two_looks).state == "active"
    assert len(looks) == 3
    assert session.details().state == "active"


def test_wait_is_for_the_end_unless_told_otherwise(
    emulator: Emulator, client: SessionsClient
) -> None:
    session = client.create(backend=emulator.backend)
    session.cancel()
    assert session.wait().state == "closed"


@pytest.mark.parametrize("timeout", [100, timedelta(seconds=100)])
def test_wait_has_a_deadline_of_its_own_and_looks_ever_more_rarely(
    client: SessionsClient, emulator: Emulator, timeout: float | timedelta
) -> None:
    session = client.create(backend=emulator.backend)
    with pytest.raises(WaitTimeoutError, match=f"{session.id} is open after 100 s") as caught:
        session.wait("closed", timeout=timeout)
    assert isinstance(caught.value, TimeoutError)
    # 1 s, 1.5 s, 2.25 s ... 30 s, each drawn down to a half at most.
    assert 9 <= len(emulator.requests(operation="getSession")) <= 15


def test_a_session_that_ended_is_not_waited_for_any_longer(
    emulator: Emulator, client: SessionsClient
) -> None:
    session = client.create(backend=emulator.backend)
    session.cancel()
    with pytest.raises(SessionEndedError, match="is closed, never active or inactive"):
        session.wait(["active", "inactive"])


def test_states_that_no_document_lists_do_not_break_it(
    client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    emulator.add_fault(Fault("unknown_value", field="state", value="pending_closed", times=2))
    states: list[str] = []
    client.session(session.id).wait(
        "open", timeout=60, progress=lambda details: states.append(str(details.state))
    )
    assert states == ["pending_closed", "pending_closed", "open"]
    emulator.add_fault(Fault("unknown_value", field="state", value="pending_closed"))
    assert session.wait("pending_closed").state == "pending_closed"


@pytest.mark.parametrize(("until", "error"), [("", ValueError), ([], ValueError), ([1], TypeError)])
def test_wrong_arguments_fail_before_a_request(
    client: SessionsClient, emulator: Emulator, until: Any, error: type[Exception]
) -> None:
    session = client.session("ci8fo2g4mgo3p0c53uc0")
    with pytest.raises(error):
        session.wait(until)
    for timeout in ("1.5h", 0, -1, float("nan")):
        with pytest.raises((TypeError, ValueError), match="timeout"):
            session.wait(timeout=timeout)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert emulator.requests() == []


def test_people_at_a_terminal_see_a_line(
    client: SessionsClient, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr("rich.status.Status.update", lambda _, line: lines.append(str(line)))
    session = client.create(backend=emulator.backend, max_ttl=450)
    emulator.submit_job(session.id, duration=60)
    session.drain()
    session.wait("active", progress=True)
    assert lines == [
        f"session {session.id}: active, closes by 2026-01-01 00:07:30 UTC, takes no more jobs"
    ]


def test_without_rich_it_says_what_to_install(
    client: SessionsClient, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rich.status", None)
    with pytest.raises(ImportError, match=r"pip install 'runtime-sessions\[rich\]'"):
        client.session("ci8fo2g4mgo3p0c53uc0").wait(progress=True)
    assert emulator.requests() == []


def test_a_look_that_fails_is_tried_again(mocked: Callable[..., SessionsClient]) -> None:
    answers = iter([503, 200])

    def answer(_: httpx.Request) -> httpx.Response:
        session = {
            "id": "s",
            "backend_name": "b",
            "interactive_ttl": 1,
            "max_ttl": 1,
            "mode": "batch",
        }
        session |= {"active_ttl": 1, "state": "closed", "accepting_jobs": False}
        return httpx.Response(next(answers), json=session)

    assert mocked(answer).session("s").wait().state == "closed"


def test_a_clock_that_stands_still_is_not_waited_for(
    emulator: Emulator, client: SessionsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_waiting, "STANDING_TIME", 0.05)
    session = client.create(backend=emulator.backend)
    with pytest.raises(WaitTimeoutError, match=r"stand.*`emulator\.advance\(seconds\)`"):
        session.wait()


def test_a_clock_that_somebody_moves_is_waited_for(
    emulator: Emulator, client: SessionsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_waiting, "STANDING_TIME", 0.0)
    monkeypatch.setattr(_waiting, "STANDING_LOOKS", 2)
    session = client.create(backend=emulator.backend)
    looks: list[SessionDetails] = []

    def advance_at_every_other_look(details: SessionDetails) -> None:
        looks.append(details)
        if len(looks) % 2 == 0:
            emulator.advance(300)

    assert session.wait(progress=advance_at_every_other_look).state == "closed"
    assert len(looks) > 10


def test_the_time_passes_as_the_client_sleeps(emulator: Emulator, client: SessionsClient) -> None:
    session = client.create(backend=emulator.backend)
    with set_testing(True, sleep=emulator.advance):
        assert session.wait().state == "closed"
    assert emulator.now() >= datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
