"""The server over the wire."""

import json
import threading
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, Fault
from runtime_sessions_emulator.contracts.classic import contract
from runtime_sessions_emulator.contracts.classic.views import session_view
from runtime_sessions_emulator.core.life import Session

BODY = {"backend": "ibmq_wellington", "instance": "hub/group/project"}


def create(client: httpx.Client, **more: object) -> str:
    answer = client.post("/sessions", json={**BODY, **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def control(client: httpx.Client, path: str, **body: object) -> httpx.Response:
    return client.post(f"/_emulator/{path}", json=body).raise_for_status()


def test_a_session_goes_from_open_to_closed(client: httpx.Client) -> None:
    session = create(client, max_session_ttl=450)

    def state() -> object:
        return client.get(f"/sessions/{session}").json()["state"]

    assert state() == "open"
    control(client, "jobs", session_id=session, duration=10)
    assert state() == "active"
    control(client, "clock/advance", seconds=70)
    assert state() == "inactive"
    control(client, "jobs", session_id=session, duration=10)
    assert state() == "active"
    control(client, "clock/advance", seconds=380)
    assert state() == "closed"
    extended = client.get(f"/sessions/{session}/extended").json()
    assert [event["status"] for event in extended["timestamps"]] == [
        "pending",
        "in_progress",
        "pending",
        "in_progress",
        "pending",
        "completed",
    ]
    assert extended["status_reason"] == "session_closed_by_max_ttl"


@pytest.mark.parametrize("in_process", [False, True])
def test_each_answer_has_the_date_of_the_emulators_clock(*, in_process: bool) -> None:
    emulator = Emulator(contract="platform", virtual_clock=True)
    with nullcontext() if in_process else emulator, emulator.client() as client:

        def dates() -> set[str]:
            paths = ("/sessions/x", "/_iam/identity/keys", "/_emulator/clock", "/_emulator/health")
            answers = [client.get(path) for path in (*paths, "/")]
            assert all(len(answer.headers.get_list("date")) == 1 for answer in answers)
            return {answer.headers["date"] for answer in answers}

        assert dates() == {"Thu, 01 Jan 2026 00:00:00 GMT"}
        emulator.advance(86_400.9)
        assert dates() == {"Fri, 02 Jan 2026 00:00:00 GMT"}


def test_the_date_of_a_clock_that_runs_is_now(client: httpx.Client, emulator: Emulator) -> None:
    def ahead() -> float:
        date = parsedate_to_datetime(client.get("/sessions/x").headers["date"])
        return (date - datetime.now(UTC)).total_seconds()

    assert -2 < ahead() <= 0
    emulator.advance(3600)
    assert 3598 < ahead() <= 3600


def test_without_a_token_nothing_is_told(emulator: Emulator) -> None:
    for method, path in [("GET", "/sessions/x"), ("PUT", "/sessions"), ("GET", "/nowhere")]:
        answer = httpx.request(method, emulator.url + path)
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["code"] == 2407
    answer = httpx.get(f"{emulator.url}/sessions/x", headers={"X-Access-Token": "canary"})
    assert answer.status_code == 401
    assert "canary" not in answer.text


def test_another_users_session_is_as_if_it_were_not_there(
    emulator: Emulator, client: httpx.Client
) -> None:
    session = create(client)
    other = {"X-Access-Token": emulator.other_token}
    for path in ("", "/extended", "/jobs"):
        theirs = httpx.get(f"{emulator.url}/sessions/{session}{path}", headers=other)
        nowhere = httpx.get(f"{emulator.url}/sessions/nowhere{path}", headers=other)
        assert (theirs.status_code, theirs.text) == (nowhere.status_code, nowhere.text)
        assert theirs.status_code == 404


def test_a_method_that_is_not_there_is_answered_with_those_that_are(client: httpx.Client) -> None:
    answer = client.put("/sessions/x")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, PATCH"


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({"id": "x"}, "required property"),
        ({"undeclared": 1}, "undeclared"),
        ({"state": "pending_closed"}, "pending_closed"),
        ({"created_at": "2021-05-05 00:56:04"}, "date-time"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_a_loud_500(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    view: dict[str, object],
    said: str,
) -> None:
    def broken(session: Session, now: int) -> dict[str, object]:
        return view if "id" in view else {**session_view(session, now), **view}

    monkeypatch.setattr(contract, "session_view", broken)
    with Emulator().client() as client:
        answer = client.get(f"/sessions/{create(client)}")
    assert answer.status_code == 500
    message = answer.json()["errors"][0]["message"]
    assert message.startswith("The emulator's own answer to getSession breaks the contract")
    assert said in message
    assert message in caplog.text


def test_programs_submit_and_read_jobs(emulator: Emulator, client: httpx.Client) -> None:
    session = create(client, mode="batch")
    hgp = {"hub": "hub", "group": "group", "project": "project"}
    sent = {"program_id": "sampler", "backend": "ibmq_wellington", **hgp, "params": {"a": [1]}}
    # As the official client of this generation sends it: without a content type.
    inside = client.post("/jobs", content=json.dumps({**sent, "session_id": session})).json()
    outside = client.post("/jobs", content=json.dumps(sent)).json()
    assert inside.keys() == {"id", "backend"}
    assert client.get(f"/jobs/{inside['id']}").json()["params"] == {"a": [1]}
    assert client.get(f"/jobs/{outside['id']}").json()["status"] == "Running"
    emulator.advance(2)
    assert client.get(f"/jobs/{outside['id']}").json()["status"] == "Completed"
    listed = client.get("/jobs?limit=1&exclude_params=true").json()
    assert (listed["count"], listed["jobs"][0]["id"]) == (2, outside["id"])
    listed = client.get(f"/jobs?session_id={session}").json()
    assert [one["id"] for one in listed["jobs"]] == [inside["id"]]
    assert client.get(f"/sessions/{session}/jobs").json()["jobs"] == listed["jobs"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"program_id": None}, 400, 1208),
        ({"session_id": "nowhere"}, 404, 404),
        ({"hub": "their"}, 403, 1200),
        ({"backend": "nowhere"}, 404, 1007),
        ({"cost": -1}, 400, 1208),
    ],
)
def test_jobs_that_are_refused(
    client: httpx.Client, change: dict[str, object], status: int, code: int
) -> None:
    hgp = {"hub": "hub", "group": "group", "project": "project"}
    sent = {"program_id": "sampler", "backend": "ibmq_wellington", **hgp, **change}
    answer = client.post("/jobs", json=sent)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_a_closed_session_takes_no_jobs(emulator: Emulator, client: httpx.Client) -> None:
    session = create(client)
    client.delete(f"/sessions/{session}/close")
    answer = client.post("/jobs", json={"program_id": "sampler", "session_id": session})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 1217)
    other = client.post(
        "/jobs", json={"program_id": "p", "session_id": create(client), "backend": "ibm-tenerife"}
    )
    assert other.status_code == 400
    assert client.get("/jobs/nowhere").json()["errors"][0]["code"] == 1291
    with emulator.client(emulator.other_token) as theirs:
        assert theirs.get("/jobs").json()["jobs"] == []


def test_a_thousand_of_them_leave_no_thread_and_no_descriptor() -> None:
    with Emulator() as first, first.client() as client:
        assert client.get("/sessions/nowhere").status_code == 404
    descriptors = Path("/dev/fd")
    threads, opened = threading.active_count(), len(list(descriptors.iterdir()))
    for _ in range(1000):
        with Emulator():
            pass
    assert threading.active_count() == threads
    assert len(list(descriptors.iterdir())) == opened


def test_an_answer_under_way_gets_its_time_when_the_server_stops() -> None:
    with Emulator() as emulator:
        emulator.add_fault(Fault("delay", seconds=0.2, times=1))
        url, token = emulator.url, emulator.token
        answers: list[int] = []

        def call() -> None:
            headers = {"Authorization": f"Bearer {token}"}
            answers.append(httpx.get(f"{url}/sessions/nowhere", headers=headers).status_code)

        caller = threading.Thread(target=call)
        caller.start()
        deadline = time.monotonic() + 5
        # The fault is gone when it has struck, and then the answer is under way.
        while emulator.faults() and time.monotonic() < deadline:
            pass
    caller.join()
    assert answers == [404]


def test_a_clock_that_stands_still_says_so_in_every_answer() -> None:
    emulator = Emulator(virtual_clock=True)
    with emulator.client() as client:
        assert client.get("/sessions/x").headers["emulator-clock"] == (
            "standing at 2026-01-01T00:00:00.000Z"
        )
        emulator.advance(60)
        del client.headers["authorization"]
        refused = client.get("/sessions/x")
    assert refused.status_code == 401
    assert refused.headers["emulator-clock"] == "standing at 2026-01-01T00:01:00.000Z"
    with Emulator().client() as client:
        assert "emulator-clock" not in client.get("/sessions/x").headers
