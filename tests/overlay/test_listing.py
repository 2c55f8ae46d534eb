"""The list of sessions: over the wire, and what no well-behaved service would answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import ContractError, SessionsClient, UnsupportedError, set_testing
from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Fault

if TYPE_CHECKING:
    from runtime_sessions_emulator import Emulator

Mocked = Callable[..., SessionsClient]

PLATFORM = pytest.mark.parametrize("contract", ["platform"])
CLASSIC = pytest.mark.parametrize("contract", ["classic"])
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def made(client: SessionsClient, emulator: Emulator, count: int, **options: Any) -> list[str]:
    """Create sessions, a minute apart."""
    ids = []
    for _ in range(count):
        ids.append(client.create(**{"backend": "ibm_backend", "mode": "batch", **options}).id)
        emulator.advance(60)
    return ids


def found(client: SessionsClient, **options: Any) -> list[str]:
    return [session.id for session in client.sessions(**options)]


@PLATFORM
def test_all_pages_are_read_newest_or_oldest_first(
    client: SessionsClient, emulator: Emulator
) -> None:
    ids = made(client, emulator, 5)
    assert found(client, page_size=2, oldest_first=True) == ids
    assert found(client, page_size=2) == ids[::-1]
    assert found(client) == ids[::-1]


@PLATFORM
def test_pages_are_read_when_they_are_needed(client: SessionsClient, emulator: Emulator) -> None:
    ids = made(client, emulator, 5)
    emulator.clear_requests()
    sessions = client.sessions(page_size=2, oldest_first=True)
    assert emulator.requests() == []
    iterator = iter(sessions)
    assert [next(iterator).id for _ in range(2)] == ids[:2]
    assert len(emulator.requests()) == 1
    assert next(iterator).id == ids[2]
    assert len(emulator.requests()) == 2


@PLATFORM
def test_an_item_says_how_the_session_is(client: SessionsClient, emulator: Emulator) -> None:
    created = client.create(backend="ibm_backend", mode="batch")
    emulator.submit_job(created.id, duration=5)
    emulator.advance(5)
    (listed,) = client.sessions()
    assert listed.id == created.id
    assert listed.state == "in_progress"
    assert listed.mode == "batch"
    assert listed.created_at == BEGIN
    assert listed.ended_at is None
    assert not listed.has_ended
    assert listed.backend_name == "ibm_backend"
    assert listed.accepting_jobs is True
    assert listed.instance == emulator.instance
    assert listed.user_id
    assert listed.charged == 5
    assert listed.tags == ()
    assert "token" not in repr(listed)
    created.cancel()
    (listed,) = client.sessions()
    assert listed.state == "canceled"
    assert listed.ended_at == BEGIN + timedelta(seconds=5)
    assert listed.has_ended
    assert listed.accepting_jobs is False


@PLATFORM
def test_an_item_gives_a_handle(client: SessionsClient, emulator: Emulator) -> None:
    made(client, emulator, 1)
    (listed,) = client.sessions()
    before = len(emulator.requests())
    handle = listed.session(on_exit="cancel")
    assert len(emulator.requests()) == before
    with handle:
        pass
    assert handle.refresh().state == "closed"


@PLATFORM
def test_filters_narrow_it_down(client: SessionsClient, emulator: Emulator) -> None:
    first, second, third = made(client, emulator, 3)
    (dedicated,) = made(client, emulator, 1, mode="dedicated")
    client.cancel(second)
    assert found(client, mode="dedicated") == [dedicated]
    assert found(client, mode="batch") == [third, second, first]
    assert found(client, state="canceled") == [second]
    assert found(client, state=["pending", "canceled"], mode="batch") == [third, second, first]
    assert found(client, state=("pending", "in_progress")) == [dedicated, third, first]
    assert found(client, backend="ibm_backend", search=first[:8]) == [first]
    assert found(client, backend="ibm_other") == []
    assert found(client, created_after=BEGIN + timedelta(seconds=90)) == [dedicated, third]
    assert found(client, created_before=BEGIN + timedelta(seconds=30)) == [first]
    assert found(client, tags="of-no-session") == []


@PLATFORM
def test_jobs_outside_of_sessions_are_no_sessions(
    client: SessionsClient, emulator: Emulator
) -> None:
    (session,) = made(client, emulator, 1)
    with httpx.Client(
        base_url=emulator.url,
        headers={"Authorization": f"Bearer {emulator.token}", "Service-CRN": emulator.instance},
    ) as bare:
        for _ in range(3):
            body = {"program_id": "sampler", "backend": "ibm_backend"}
            bare.post("/jobs", json=body).raise_for_status()
    assert found(client, page_size=1) == [session]


@PLATFORM
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"state": "closed"}, "pending, in_progress, completed"),
        ({"mode": "session"}, "dedicated, batch"),
        ({"search": "ab"}, "3 and more"),
        ({"backend": ""}, "backend"),
        ({"tags": [""]}, "a tag"),
        ({"page_size": 51}, "1 to 50"),
        ({"created_after": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 - that is the point
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_sent(
    client: SessionsClient, emulator: Emulator, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        client.sessions(**wrong)
    with pytest.raises(TypeError, match="datetime"):
        client.sessions(created_before="2026-01-01")  # type: ignore[arg-type]
    assert emulator.requests() == []


@CLASSIC
def test_the_classic_contract_says_what_to_do_instead(
    client: SessionsClient, emulator: Emulator
) -> None:
    with pytest.raises(UnsupportedError, match="ledger") as caught:
        client.sessions()
    assert "client.session(id)" in str(caught.value)
    assert emulator.requests() == []


@PLATFORM
def test_a_list_that_fails_is_read_again(client: SessionsClient, emulator: Emulator) -> None:
    ids = made(client, emulator, 3)
    emulator.add_fault(Fault("error", status=503, times=2, operation="listWorkloads"))
    with set_testing(True):
        assert found(client) == ids[::-1]


def page(*ids: str, cursor: str | None = None, **changed: Any) -> httpx.Response:
    workloads = [
        {
            "id": name,
            "created": "2026-01-01T00:00:00.000Z",
            "backend": None,
            "instance": "crn:v1:x",
            "user_id": "u",
            "mode": "session",
            "status": "on_the_moon",
            **changed,
        }
        for name in ids
    ]
    body: dict[str, Any] = {"workloads": workloads, "total_count": 9, "limit": 50}
    if cursor is not None:
        body["next"] = {"href": f"https://elsewhere.test/workloads?limit=50{cursor}"}
    return httpx.Response(200, json=body)


@PLATFORM
def test_what_no_document_lists_breaks_nothing(mocked: Mocked) -> None:
    client = mocked(lambda _: page("a", mode="marathon"))
    (listed,) = client.sessions()
    assert (listed.state, listed.mode) == ("on_the_moon", "marathon")
    assert (listed.accepting_jobs, listed.charged, listed.backend_name) == (None, None, None)


@PLATFORM
def test_a_session_that_is_on_two_pages_comes_once(mocked: Mocked) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "next" in request.url.params:
            return page("b", "c")
        return page("a", "b", cursor="&next=here")

    assert found(mocked(answer)) == ["a", "b", "c"]


@PLATFORM
@pytest.mark.parametrize(
    ("cursor", "said"), [("&next=here", "was read before"), ("&page=2", "leads to no page")]
)
def test_pages_that_lead_nowhere_are_no_endless_list(
    mocked: Mocked, cursor: str, said: str
) -> None:
    client = mocked(lambda _: page("a", cursor=cursor), retries=None)
    with pytest.raises(ContractError, match=said):
        found(client)


@PLATFORM
def test_an_id_that_cannot_be_asked_for_breaks_the_contract(mocked: Mocked) -> None:
    with pytest.raises(ContractError, match="no session can have"):
        found(mocked(lambda _: page(".."), retries=None))
