"""The server over the wire."""

import httpx

from runtime_sessions_emulator import Emulator

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
