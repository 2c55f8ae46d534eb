"""The list of workloads, over the wire: pages, filters, order, and whose they are."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, JobRule


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    with Emulator(contract="platform", virtual_clock=True) as running:
        yield running


def create(client: httpx.Client, mode: str = "batch", **fields: object) -> str:
    answer = client.post("/sessions", json={"mode": mode, "backend": "ibm_backend", **fields})
    answer.raise_for_status()
    name: str = answer.json()["id"]
    return name


def listed(client: httpx.Client, **query: Any) -> dict[str, Any]:
    answer = client.get("/workloads", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def ids(page: dict[str, Any]) -> list[str]:
    return [workload["id"] for workload in page["workloads"]]


def cursor(page: dict[str, Any], which: str) -> dict[str, str]:
    (value,) = parse_qs(urlsplit(page[which]["href"]).query)[which]
    return {which: value}


def test_nothing_is_there_at_first(client: httpx.Client) -> None:
    assert listed(client) == {"workloads": [], "total_count": 0, "limit": 10}


def test_a_session_is_shown_as_it_stands(emulator: Emulator, client: httpx.Client) -> None:
    session = create(client, mode="dedicated")
    emulator.submit_job(session, duration=5)
    emulator.advance(5)
    (shown,) = listed(client)["workloads"]
    assert shown == {
        "id": session,
        "created": "2026-01-01T00:00:00.000Z",
        "backend": "ibm_backend",
        "instance": emulator.instance,
        "user_id": "IBMid-123456789A",
        "accepting_jobs": True,
        "mode": "session",
        "status": "in_progress",
        "usage": {"qpu_charge_time_seconds": 5, "status": "pending"},
    }
    client.delete(f"/sessions/{session}/close")
    (shown,) = listed(client)["workloads"]
    assert (shown["status"], shown["ended"]) == ("canceled", "2026-01-01T00:00:05.000Z")
    assert shown["usage"] == {"qpu_charge_time_seconds": 5, "status": "complete"}
    assert shown["accepting_jobs"] is False


def test_a_job_is_a_workload_outside_of_sessions_only(
    emulator: Emulator, client: httpx.Client
) -> None:
    session = create(client)
    emulator.submit_job(session)
    body = {"program_id": "sampler", "backend": "ibm_other", "tags": ["test-job"]}
    job = client.post("/jobs", json=body).json()["id"]
    emulator.advance(2)
    page = listed(client, mode="job")
    assert page["workloads"] == [
        {
            "id": job,
            "created": "2026-01-01T00:00:00.000Z",
            "ended": "2026-01-01T00:00:02.000Z",
            "backend": "ibm_other",
            "instance": emulator.instance,
            "user_id": "IBMid-123456789A",
            "accepting_jobs": None,
            "mode": "job",
            "status": "completed",
            "tags": ["test-job"],
            "usage": {"qpu_charge_time_seconds": 2, "status": "complete"},
            "estimated_running_time_seconds": 2,
        }
    ]
    assert listed(client)["total_count"] == 2


def test_the_pages_hold_each_once_in_either_order(emulator: Emulator, client: httpx.Client) -> None:
    made: list[str] = []
    for _ in range(7):
        made.append(create(client))
        emulator.advance(1)
    for sort, wanted in (("createdAt", made), ("-createdAt", made[::-1])):
        page = listed(client, sort=sort, limit=3)
        found = ids(page)
        assert "previous" not in page
        while "next" in page:
            assert page["total_count"] == 7
            page = listed(client, sort=sort, limit=3, **cursor(page, "next"))
            found += ids(page)
        assert found == wanted
        # And back again.
        back = ids(page)
        while "previous" in page:
            page = listed(client, sort=sort, limit=3, **cursor(page, "previous"))
            back = ids(page) + back
        assert back == wanted
    assert ids(listed(client)) == made


def test_a_link_keeps_what_was_asked_for(client: httpx.Client) -> None:
    for _ in range(3):
        create(client, mode="dedicated")
        create(client)
    page = listed(client, mode="session", status=["pending", "in_progress"], limit=2)
    answer = client.get(page["next"]["href"]).json()
    assert [one["mode"] for one in answer["workloads"]] == ["session"]
    assert answer["total_count"] == 3


def test_who_comes_and_goes_moves_nothing_on_the_pages(
    emulator: Emulator, client: httpx.Client
) -> None:
    made: list[str] = []
    for _ in range(4):
        made.append(create(client))
        emulator.advance(1)
    first = listed(client, sort="-createdAt", limit=2)
    late = create(client)
    client.delete(f"/sessions/{made[1]}/close")
    second = listed(client, sort="-createdAt", limit=2, **cursor(first, "next"))
    assert ids(first) + ids(second) == made[::-1]
    assert ids(listed(client, sort="-createdAt", limit=1)) == [late]
    # Those of the first page are not among what is asked for any more: the cursor still holds.
    pending = listed(client, status="pending", limit=1)
    client.delete(f"/sessions/{ids(pending)[0]}/close")
    following = listed(client, status="pending", limit=5, **cursor(pending, "next"))
    assert ids(following) == [made[2], made[3], late]


def test_sessions_of_one_moment_stand_as_they_were_created(client: httpx.Client) -> None:
    made = [create(client) for _ in range(5)]
    for sort, wanted in (("createdAt", made), ("-createdAt", made[::-1])):
        page = listed(client, sort=sort, limit=2)
        found = ids(page)
        while "next" in page:
            page = listed(client, sort=sort, limit=2, **cursor(page, "next"))
            found += ids(page)
        assert found == wanted


def test_jobs_of_one_moment_stand_as_they_were_created(client: httpx.Client) -> None:
    body = {"program_id": "sampler", "backend": "ibm_backend"}
    made = [client.post("/jobs", json=body).json()["id"] for _ in range(3)]
    assert ids(listed(client, mode="job")) == made


def test_filters(emulator: Emulator, client: httpx.Client) -> None:
    open_batch = create(client)
    emulator.advance(1)
    active = create(client, mode="dedicated", backend="ibm_other")
    emulator.submit_job(active, duration=1000)
    drained = create(client)
    client.patch(f"/sessions/{drained}", json={"accepting_jobs": False})
    emulator.advance(1)
    closed = create(client)
    client.delete(f"/sessions/{closed}/close")
    body = {"program_id": "sampler", "backend": "ibm_other", "tags": ["test-job", "mine"]}
    emulator.add_job_rule(JobRule(outcome="failed", duration=0))
    job = client.post("/jobs", json=body).json()["id"]

    def found(**query: Any) -> set[str]:
        page = listed(client, **query)
        assert page["total_count"] == len(page["workloads"])
        return set(ids(page))

    assert found() == found(user="me") == {open_batch, active, drained, closed, job}
    assert found(mode="batch") == {open_batch, drained, closed}
    assert found(mode="session") == {active}
    assert found(status="pending") == {open_batch}
    assert found(status=["in_progress", "failed"]) == {active, job}
    assert found(status="completed") == {drained}
    assert found(status="canceled") == {closed}
    assert found(backend="ibm_other") == {active, job}
    assert found(search=active[9:18]) == {active}
    assert found(search="est-jo") == {job}
    assert found(tags=["mine", "test-job"]) == {job}
    assert found(tags=["mine", "other"]) == set()
    assert found(created_after="2026-01-01T00:00:00.500Z", mode="batch") == {drained, closed}
    assert found(created_before="2026-01-01T00:00:01Z") == {open_batch}


def test_only_ones_own_in_this_instance(emulator: Emulator, client: httpx.Client) -> None:
    assert emulator.open_instance
    mine = create(client)
    other = {"Authorization": f"Bearer {emulator.other_token}"}
    elsewhere = {"Service-CRN": emulator.open_instance}
    body = {"mode": "batch"}
    theirs = client.post("/sessions", json=body, headers=other).json()["id"]
    there = client.post("/sessions", json=body, headers=elsewhere).json()["id"]
    assert ids(listed(client)) == [mine]
    assert ids(client.get("/workloads", headers=other).json()) == [theirs]
    assert ids(client.get("/workloads", headers=elsewhere).json()) == [there]


def test_a_session_without_a_backend_shows_none(client: httpx.Client) -> None:
    client.post("/sessions", json={"mode": "batch"})
    assert listed(client)["workloads"][0]["backend"] is None


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=51",
        "limit=x",
        "sort=created",
        "user=you",
        "search=ab",
        "status=open",
        "mode=dedicated",
        "next=",
        "next=nonsense",
        "previous=bm9uc2Vuc2U=",
        "created_before=soon",
    ],
)
def test_what_is_no_query_is_refused(client: httpx.Client, query: str) -> None:
    answer = client.get(f"/workloads?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 1208)
