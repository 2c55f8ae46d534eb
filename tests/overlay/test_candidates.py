"""After an unknown outcome: what the lost create may have made is found, and nothing else."""

from __future__ import annotations

import email.utils
import json
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Self

import pytest

from runtime_sessions import (
    CallError,
    NotFoundError,
    OutcomeUnknownError,
    SessionsClient,
    UnsupportedError,
)
from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import ContractName, Emulator, Fault

if TYPE_CHECKING:
    from pathlib import Path

Connect = Callable[..., SessionsClient]
PLATFORM = pytest.mark.parametrize("contract", ["platform"])
CLASSIC = pytest.mark.parametrize("contract", ["classic"])


@pytest.fixture(params=[0, 90_000, None], ids=["our time", "a day ahead", "it stands still"])
def served(contract: ContractName, request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """An emulator whose time is ours, or another."""
    with Emulator(contract=contract, virtual_clock=request.param is None) as emulator:
        emulator.advance(request.param or 0)
        yield emulator


@pytest.fixture
def here(connect: Connect, served: Emulator) -> SessionsClient:
    return connect(served.url, instance=served.instance)


def lost(client: SessionsClient, served: Emulator, **options: Any) -> OutcomeUnknownError:
    """Create a session, and lose the answer."""
    served.add_fault(Fault("reset", after=True, times=1, operation="createSession"))
    with pytest.raises(OutcomeUnknownError) as caught:
        client.create(**{"backend": served.backend, **options})
    return caught.value


def stranger(served: Emulator, **options: Any) -> str:
    """Create a session as another program of the same user would."""
    with served.client() as bare:
        body = {"backend": served.backend, "mode": "dedicated", **options}
        answer = bare.post("/sessions", json=body)
        answer.raise_for_status()
        return str(answer.json()["id"])


@PLATFORM
def test_the_lost_session_is_found(here: SessionsClient, served: Emulator) -> None:
    known = here.create(backend=served.backend).id
    error = lost(here, served)
    made = {one["id"] for one in served.sessions()} - {known}
    assert {one.id for one in here.candidates(error)} == made
    assert "client.candidates(error)" in str(error).splitlines()[-1]
    (candidate,) = here.candidates(error)
    here.cancel(candidate.id)
    assert here.get(candidate.id).state == "closed"


@PLATFORM
def test_what_others_create_is_shown_only_if_it_may_be_it(
    here: SessionsClient, served: Emulator
) -> None:
    stranger(served, mode="batch")
    error = lost(here, served)
    made = {one["id"] for one in served.sessions() if one["mode"] == "dedicated"}
    may_be = stranger(served)
    assert {one.id for one in here.candidates(error)} == {*made, may_be}
    assert all(one["state"] == "open" for one in served.sessions())


@PLATFORM
def test_what_is_in_the_ledger_is_somebodys(
    connect: Connect, served: Emulator, tmp_path: Path
) -> None:
    file = tmp_path / "ledger"
    client = connect(served.url, instance=served.instance, ledger=file)
    error = lost(client, served)
    (made,) = [one["id"] for one in served.sessions()]
    other = stranger(served)
    assert {one.id for one in client.candidates(error)} == {made, other}
    client.create(backend=served.backend)
    line = json.loads(file.read_text().splitlines()[-1])
    with file.open("a") as ledger:
        ledger.write("\n" + json.dumps({**line, "id": other}))
    assert {one.id for one in client.candidates(error)} == {made}


@PLATFORM
@pytest.mark.parametrize("served", [None], indirect=True)
def test_ours_goes_on_while_a_clock_stands_still(
    here: SessionsClient, served: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = lost(here, served)
    (made,) = [one["id"] for one in served.sessions()]

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(datetime.now(tz).timestamp() + 180, tz)

    monkeypatch.setattr("runtime_sessions._lost.datetime", Later)
    assert [one.id for one in here.candidates(error)] == [made]


@PLATFORM
@pytest.mark.parametrize("hours", [-7, 0, 7])
def test_the_services_clock_may_be_another(
    mocked: Callable[..., SessionsClient], hours: int
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            raise httpx.ReadError("gone")
        asked.append(request)
        there = datetime.now(UTC) + timedelta(hours=hours)
        return httpx.Response(
            200,
            json={"workloads": [], "total_count": 0, "limit": 1},
            headers={"Date": email.utils.format_datetime(there, usegmt=True)},
        )

    client = mocked(answer)
    with pytest.raises(OutcomeUnknownError) as caught:
        client.create(backend="ibm_backend", mode="batch")
    assert list(client.candidates(caught.value)) == []
    there = datetime.now(UTC) + timedelta(hours=hours)
    query = asked[-1].url.params
    assert query["mode"] == "batch"
    assert query["backend"] == "ibm_backend"
    after, before = (
        datetime.fromisoformat(query[name]) for name in ("created_after", "created_before")
    )
    assert there - timedelta(seconds=15) < after < there < before < there + timedelta(seconds=15)


@PLATFORM
def test_an_answer_without_a_date_changes_nothing(
    mocked: Callable[..., SessionsClient],
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            raise httpx.ReadError("gone")
        body = {"workloads": [], "total_count": 0, "limit": 1}
        return httpx.Response(200, json=body, headers={"Date": "yesterday"})

    client = mocked(answer)
    with pytest.raises(OutcomeUnknownError) as caught:
        client.create(backend="ibm_backend")
    assert list(client.candidates(caught.value)) == []


@PLATFORM
def test_an_error_can_be_looked_into_elsewhere(here: SessionsClient, served: Emulator) -> None:
    error = lost(here, served)
    (made,) = [one["id"] for one in served.sessions()]
    again: CallError = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert isinstance(again, OutcomeUnknownError)
    assert [one.id for one in here.candidates(again)] == [made]


@PLATFORM
def test_only_a_lost_create_has_candidates(
    here: SessionsClient, connect: Connect, served: Emulator
) -> None:
    with pytest.raises(NotFoundError) as caught:
        here.get("no-such-session")
    with pytest.raises(ValueError, match="only a create"):
        here.candidates(caught.value)  # type: ignore[arg-type]
    error = lost(here, served)
    with pytest.raises(ValueError, match="that create was sent to"):
        connect("https://elsewhere.test").candidates(error)


@CLASSIC
def test_the_classic_contract_has_none(here: SessionsClient, served: Emulator) -> None:
    error = lost(here, served)
    with pytest.raises(UnsupportedError):
        here.candidates(error)
