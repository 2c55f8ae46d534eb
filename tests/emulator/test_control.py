"""The control plane: as methods, and over HTTP."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import ContractName, Emulator, Fault, JobRule, NotAcceptingError
from runtime_sessions_emulator.http.log import FIELDS, Entry, Log

BODY = {"backend": "ibmq_wellington", "instance": "hub/group/project"}


@pytest.fixture
def plane(emulator: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{emulator.url}/_emulator/") as connected:
        yield connected


def create(client: httpx.Client, **more: Any) -> str:
    return str(client.post("/sessions", json={**BODY, **more}).raise_for_status().json()["id"])


def jobs(client: httpx.Client, session: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = client.get(f"/sessions/{session}/jobs").json()["jobs"]
    return listed


def test_health_needs_no_token(plane: httpx.Client) -> None:
    assert plane.get("health").json() == {"status": "ok"}


@pytest.mark.parametrize("contract", ["classic", "platform"])
def test_it_tells_how_a_client_begins(contract: ContractName) -> None:
    with Emulator(contract=contract, virtual_clock=True) as emulator:
        about = httpx.get(f"{emulator.url}/_emulator/about").json()["about"]
        assert about == emulator.about()
        assert about["contract"] == contract
        assert about["stands_still"] is True
        assert "createSession" in about["operations"]
        answer = httpx.post(
            f"{emulator.url}/sessions", headers=about["headers"], json=about["body"]
        )
        assert answer.status_code == 200


def test_an_operator_drains_a_session(
    emulator: Emulator, client: httpx.Client, plane: httpx.Client
) -> None:
    session, idle = create(client), create(client)
    emulator.submit_job(session, duration=30)
    emulator.drain_session(session)
    plane.post(f"sessions/{idle}/drain").raise_for_status()
    assert client.get(f"/sessions/{session}").json()["accepting_jobs"] is False
    assert [one["state"] for one in emulator.sessions()] == ["closed", "active"]
    assert plane.post("sessions/x/drain").status_code == 404


def test_a_session_is_found_by_a_part_of_its_id(
    emulator: Emulator, client: httpx.Client, plane: httpx.Client
) -> None:
    session, _ = create(client), create(client)
    (found,) = emulator.sessions(search=session[5:15])
    assert found["id"] == session
    assert plane.get("sessions", params={"search": session}).json()["sessions"] == [found]


def test_the_newest_requests(emulator: Emulator, client: httpx.Client, plane: httpx.Client) -> None:
    for name in "abc":
        client.get(f"/sessions/{name}")
    assert [one["session_id"] for one in emulator.requests(last=2)] == ["b", "c"]
    shown = plane.get("requests?last=1&session_id=a").json()["requests"]
    assert [one["path"] for one in shown] == ["/sessions/a"]


def test_the_same_calls_give_the_same_ids(emulator: Emulator, client: httpx.Client) -> None:
    def ids() -> list[str]:
        session = create(client)
        return [session, emulator.submit_job(session), create(client)]

    first = ids()
    emulator.reset()
    assert emulator.sessions() == []
    assert ids() == first
    assert len(set(first)) == 3
    crockford, hexadecimal = "[0-9a-hjkmnp-tv-z]{20}", "[0-9a-v]{20}"
    for name, form in zip(first, (crockford, hexadecimal, crockford), strict=True):
        assert re.fullmatch(form, name)
    with Emulator(seed=7).client() as other:
        assert create(other) not in first


def test_time_can_be_moved_forward_and_not_back(emulator: Emulator, plane: httpx.Client) -> None:
    before = emulator.now()
    assert emulator.advance(86400) - before >= timedelta(days=1)
    there = datetime(2050, 1, 1, tzinfo=UTC)
    assert emulator.set_time(there) - there < timedelta(seconds=5)
    assert plane.get("clock").json()["now"].startswith("2050-01-01T00:00:0")
    answer = plane.post("clock/set", json={"now": "2051-01-01T00:00:00+01:00"})
    assert answer.json()["now"].startswith("2050-12-31T23:00:0")
    for path, body in [
        ("advance", {"seconds": -1}),
        ("set", {"now": "2049-01-01T00:00:00Z"}),
        ("set", {"now": "yesterday"}),
        ("set", {"now": "0001-01-01T00:00:00+23:59"}),
        ("advance", {"seconds": 1e300}),
        ("advance", {"seconds": "1"}),
        ("advance", {}),
    ]:
        assert plane.post(f"clock/{path}", json=body).status_code == 400, body


def test_a_virtual_clock_stands_still() -> None:
    emulator = Emulator(virtual_clock=True)
    assert emulator.now() == emulator.now() == datetime(2026, 1, 1, tzinfo=UTC)
    with emulator.client() as virtual:
        session = create(virtual)
        emulator.submit_job(session, duration=10)
        emulator.advance(9.999)
        assert jobs(virtual, session)[0]["status"] == "Running"
        emulator.advance(0.001)
        assert jobs(virtual, session)[0]["status"] == "Completed"
        assert jobs(virtual, session)[0]["ended"] == "2026-01-01 00:00:10.000000"
    emulator.reset()
    assert emulator.now() == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "status", "state"),
    [
        ("completed", "Completed", {"status": "Completed"}),
        ("failed", "Failed", {"status": "Failed", "reason": "The program failed"}),
        (
            "ran_too_long",
            "Cancelled - Ran too long",
            {"status": "Cancelled", "reason": "Ran too long", "reason_code": 1305},
        ),
    ],
)
def test_how_a_job_ends(
    emulator: Emulator, client: httpx.Client, outcome: str, status: str, state: dict[str, Any]
) -> None:
    session = create(client)
    emulator.submit_job(session, duration=5, outcome=outcome)
    emulator.advance(5)
    shown = jobs(client, session)[0]
    assert (shown["status"], shown["state"]) == (status, state)
    assert shown["usage"] == {"seconds": 5}


def test_the_next_job_and_all_jobs_of_a_program(emulator: Emulator, client: httpx.Client) -> None:
    session = create(client, mode="batch")
    emulator.add_job_rule(JobRule(duration=3, program_id="slow"))
    emulator.add_job_rule(JobRule(outcome="failed", reason="Bad input", reason_code=1500, times=1))
    for program in ("slow", "slow", "fast"):
        sent = {"program_id": program, "session_id": session, "backend": "ibmq_wellington"}
        client.post("/jobs", json=sent).raise_for_status()
    emulator.advance(2.5)
    fast, slow, first = jobs(client, session)
    assert first["state"] == {"status": "Failed", "reason": "Bad input", "reason_code": 1500}
    assert (slow["status"], fast["status"]) == ("Running", "Completed")


def test_a_job_that_costs_more_than_it_may(emulator: Emulator, client: httpx.Client) -> None:
    emulator.add_job_rule(JobRule(duration=100))
    session = create(client)
    client.post("/jobs", json={"program_id": "p", "session_id": session, "cost": 10})
    emulator.advance(10)
    assert jobs(client, session)[0]["status"] == "Cancelled - Ran too long"


def test_a_job_that_outlasts_everything(emulator: Emulator, client: httpx.Client) -> None:
    session = create(client)
    emulator.submit_job(session, duration=1.7e308)
    emulator.advance(28800)
    assert client.get(f"/sessions/{session}").json()["state"] == "closed"
    assert jobs(client, session)[0]["status"] == "Running"


def test_an_operator_cancels_a_session(emulator: Emulator, client: httpx.Client) -> None:
    session = create(client)
    emulator.cancel_session(session)
    assert client.get(f"/sessions/{session}").json()["state"] == "canceled"
    with pytest.raises(NotAcceptingError):
        emulator.submit_job(session)
    with pytest.raises(LookupError):
        emulator.cancel_session("nowhere")


def test_everything_comes_back_with_a_snapshot(emulator: Emulator, client: httpx.Client) -> None:
    session = create(client)
    emulator.add_fault(Fault("error", operation="closeSession"))
    name = emulator.snapshot()
    before = emulator.now()
    following = create(client)
    emulator.advance(3600)
    emulator.cancel_session(session)
    emulator.remove_fault("fault-1")
    emulator.restore(name)
    assert emulator.now() - before < timedelta(seconds=5)
    assert client.get(f"/sessions/{session}").json()["state"] == "open"
    assert client.delete(f"/sessions/{session}/close").status_code == 500
    assert create(client) == following
    with pytest.raises(LookupError):
        emulator.restore("nowhere")


def test_the_log_tells_what_was_sent(emulator: Emulator, client: httpx.Client) -> None:
    session = create(client)
    client.patch(f"/sessions/{session}", json={"accepting_jobs": False})
    client.get(f"/sessions/{session}/jobs?limit=5")
    httpx.get(f"{emulator.url}/sessions/{session}")
    sent, patched, listed, refused = emulator.requests()
    assert (sent["operation"], sent["session_id"], sent["status"]) == (
        "createSession",
        session,
        200,
    )
    assert sent["body"] == BODY
    assert patched["body"] == {"accepting_jobs": False}
    assert (listed["query"], listed["headers"]["host"]) == (
        "limit=5",
        client.base_url.netloc.decode(),
    )
    assert (refused["status"], refused["user_id"]) == (401, None)
    assert emulator.requests(operation="updateSession") == [patched]
    assert emulator.requests(session_id=session, method="GET", status=200) == [listed]
    assert emulator.requests(since=3) == [refused]
    assert emulator.requests(limit=1) == [sent]
    emulator.clear_requests()
    assert emulator.requests() == []


def test_the_log_holds_equal_headers_once() -> None:
    log = Log(frozenset())
    for _ in range(2):
        # As a server reads them: no two requests share the bytes of theirs.
        headers = [(bytes(bytearray(name)), b"*/*") for name in (b"accept", b"accept-encoding")]
        scope = {"method": "GET", "raw_path": b"/", "query_string": b"", "headers": headers}
        log.add(Entry(scope), 0)
    first, second = (record[FIELDS.index("headers")] for record in log._records)
    assert first == ((b"accept", b"*/*"), (b"accept-encoding", b"*/*"))
    assert first is second


def test_the_log_shows_no_token(emulator: Emulator) -> None:
    unknown, with_signs = "canary-of-nobody", "canary/of+nobody="
    for token in (emulator.token, emulator.other_token, unknown, with_signs):
        for headers in ({"Authorization": f"Bearer {token}"}, {"X-Access-Token": token}):
            httpx.post(
                f"{emulator.url}/sessions?{quote(token, safe='')}",
                json={**BODY, token: [token]},
                headers={**headers, "X-Other": token, "Cookie": token},
            )
    httpx.get(emulator.url, headers={"X-Access-Token": "brief"})
    httpx.get(emulator.url, headers={"Authorization": "Basic brief"})
    shown = str(emulator.requests())
    assert "brief" not in shown
    assert "emulator-token" not in shown
    assert "canary" not in shown
    assert "***" in shown


def test_the_newest_sessions_come_first(
    emulator: Emulator, client: httpx.Client, plane: httpx.Client
) -> None:
    ids = [create(client) for _ in range(3)]
    assert [session["id"] for session in emulator.sessions()] == ids[::-1]
    newest = plane.get("sessions?limit=2").json()["sessions"]
    assert [session["id"] for session in newest] == [ids[2], ids[1]]


def test_a_fault_of_any_name_can_be_removed(emulator: Emulator, plane: httpx.Client) -> None:
    name = emulator.add_fault(Fault("error", name="a/b c?d"))
    assert plane.delete(f"faults/{quote(name, safe='')}").status_code == 204
    assert emulator.faults() == []


def test_the_methods_over_http(plane: httpx.Client, client: httpx.Client) -> None:
    session = create(client)
    job = plane.post("jobs", json={"session_id": session, "duration": 5, "outcome": "failed"})
    assert jobs(client, session)[0]["id"] == job.json()["id"]
    assert plane.post("job-rules", json={"duration": 1, "times": 1}).status_code == 204
    assert plane.get("sessions").json()["sessions"][0]["jobs"][0]["status"] == "Running"
    assert plane.post("faults", json={"kind": "error", "name": "f"}).json() == {"name": "f"}
    assert plane.get("faults").json()["faults"][0]["kind"] == "error"
    assert plane.delete("faults/f").status_code == 204
    assert plane.get("requests?limit=1&status=200").json()["requests"][0]["method"] == "POST"
    assert plane.delete("requests").status_code == 204
    name = plane.post("snapshots").json()["name"]
    assert plane.post(f"sessions/{session}/close").status_code == 204
    assert plane.post(f"snapshots/{name}/restore").status_code == 204
    assert plane.post(f"sessions/{session}/cancel").status_code == 204
    assert plane.post("jobs", json={"session_id": session}).status_code == 400
    assert plane.post("reset").status_code == 204
    for path in (f"sessions/{session}/cancel", f"sessions/{session}/close", "snapshots/x/restore"):
        assert plane.post(path).status_code == 404
    assert plane.delete("faults/f").status_code == 404
    assert plane.post("jobs", json={"session_id": session}).status_code == 404
    assert plane.get("requests?limt=1").status_code == 400
    assert plane.post("faults", content=b" " * (1 << 21)).status_code == 413
    assert plane.get("nowhere").status_code == 404
    assert plane.get("reset").status_code == 405
