"""What the platform contract has otherwise than the classic one, over the wire."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Config, Emulator, Instance, User, default_config

API_KEY = "urn:ibm:params:oauth:grant-type:apikey"
NOWHERE = "5a5b9d6c-5f0c-4e63-9c0e-0f6a5f3c2b1d"


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    with Emulator(contract="platform", virtual_clock=True) as running:
        yield running


@pytest.fixture
def session(client: httpx.Client) -> dict[str, Any]:
    return create(client)


def create(client: httpx.Client, **fields: object) -> dict[str, Any]:
    answer = client.post("/sessions", json={"mode": "batch", "backend": "ibm_backend", **fields})
    answer.raise_for_status()
    created: dict[str, Any] = answer.json()
    return created


def get(client: httpx.Client, session: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"/sessions/{session['id']}")
    answer.raise_for_status()
    read: dict[str, Any] = answer.json()
    return read


def accept(client: httpx.Client, session: dict[str, Any], *, accepting: bool) -> None:
    body = {"accepting_jobs": accepting}
    assert client.patch(f"/sessions/{session['id']}", json=body).status_code == 204


def code(answer: httpx.Response) -> tuple[int, int]:
    body = answer.json()
    assert str(UUID(body["trace"])) == body["trace"]
    return answer.status_code, body["errors"][0]["code"]


def exchange(emulator: Emulator, **form: str) -> httpx.Response:
    form = {"grant_type": API_KEY, "apikey": emulator.api_key or "", **form}
    return httpx.post(f"{emulator.iam_url}/identity/token", data=form)


def test_create_answers_the_full_session(client: httpx.Client, session: dict[str, Any]) -> None:
    assert session == get(client, session)
    assert session == {
        "id": session["id"],
        "backend_name": "ibm_backend",
        "mode": "batch",
        "state": "open",
        "state_reason": "session_created",
        "accepting_jobs": True,
        "interactive_ttl": 1,
        "max_ttl": 28800,
        "active_ttl": 28800,
        "elapsed_time": None,
        "timestamps": [{"status": "open", "timestamp": "2026-01-01T00:00:00.000Z"}],
        "user_id": "IBMid-123456789A",
    }


def test_ids_are_uuids(client: httpx.Client) -> None:
    ids = [create(client)["id"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert [str(UUID(one)) for one in ids] == ids
    assert {UUID(one).version for one in ids} == {4}


def test_its_history_lists_states(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    emulator.submit_job(session["id"], duration=1.5)
    emulator.advance(30)
    assert get(client, session)["elapsed_time"] == 1.5
    emulator.advance(70)
    accept(client, session, accepting=False)
    read = get(client, session)
    assert [(entry["status"], entry["timestamp"][14:]) for entry in read["timestamps"]] == [
        ("open", "00:00.000Z"),
        ("active", "00:00.000Z"),
        ("inactive", "00:02.500Z"),
        ("closed", "01:40.000Z"),
    ]
    assert (read["state"], read["state_reason"]) == ("closed", "session_closed_early")


def test_the_active_ttl_is_a_setting_and_no_countdown(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    emulator.submit_job(session["id"], duration=100)
    emulator.advance(50)
    assert get(client, session)["active_ttl"] == 28800
    assert client.delete(f"/sessions/{session['id']}/close").status_code == 204
    assert get(client, session)["active_ttl"] == 28800


def test_the_plan_and_the_mode_decide_what_nobody_asks_for() -> None:
    known = default_config("platform")
    standard = Instance("crn:v1:standard::", max_ttl=86400, active_ttl=14400)
    quick = Instance("crn:v1:quick::", interactive_ttl=7)
    user = User("me", "token-of-mine", frozenset({standard.name, quick.name}))
    config = evolve(known, users=(user,), instances=(standard, quick), batch_interactive_ttl=2)
    spans = ("max_ttl", "active_ttl", "interactive_ttl")
    with Emulator(config, contract="platform") as emulator, emulator.client() as client:

        def ttls(instance: Instance, mode: str, **asked: int) -> list[int]:
            client.headers["Service-CRN"] = instance.name
            made = create(client, mode=mode, **asked)
            return [made[span] for span in spans]

        assert ttls(standard, "dedicated") == [86400, 14400, 60]
        assert ttls(standard, "batch") == [86400, 14400, 2]
        assert ttls(standard, "batch", max_ttl=100) == [100, 100, 2]
        assert ttls(quick, "dedicated") == [28800, 28800, 7]
        assert ttls(quick, "batch") == [28800, 28800, 7]


def test_the_open_plan_gives_a_batch_ten_minutes(emulator: Emulator, client: httpx.Client) -> None:
    assert emulator.open_instance
    client.headers["Service-CRN"] = emulator.open_instance
    assert create(client)["max_ttl"] == 600
    assert create(client, max_ttl=28800)["max_ttl"] == 600


def test_what_is_queued_at_a_close_fails_with_1217(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    for _ in range(6):
        emulator.submit_job(session["id"], duration=100)
    assert client.delete(f"/sessions/{session['id']}/close").status_code == 204
    newest = client.get("/jobs", params={"session_id": session["id"]}).json()["jobs"][0]
    assert newest["state"] == {
        "status": "Failed",
        "reason": "Session has been closed",
        "reason_code": 1217,
    }


def test_a_session_that_never_ran_a_job_closes_after_30_minutes(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    used = create(client)
    emulator.submit_job(used["id"], duration=1)
    emulator.advance(1799)
    assert get(client, session)["state"] == "open"
    emulator.advance(1)
    read = get(client, session)
    assert (read["state"], read["state_reason"]) == ("closed", "session_closed_by_unused_ttl")
    assert read["closed_at"] == "2026-01-01T00:30:00.000Z"
    assert read["elapsed_time"] == 0
    assert get(client, used)["state"] == "inactive"


def test_the_open_plan_refuses_dedicated_sessions(emulator: Emulator, client: httpx.Client) -> None:
    assert emulator.open_instance
    client.headers["Service-CRN"] = emulator.open_instance
    assert code(client.post("/sessions", json={"mode": "dedicated"})) == (400, 1352)
    assert create(client, mode="batch")["mode"] == "batch"


def test_the_flag_of_a_closed_session_moves_and_the_session_stays_closed(
    client: httpx.Client, session: dict[str, Any]
) -> None:
    assert client.delete(f"/sessions/{session['id']}/close").status_code == 204
    closed = get(client, session)
    assert (closed["state"], closed["accepting_jobs"]) == ("closed", False)
    accept(client, session, accepting=True)
    assert get(client, session) == {**closed, "accepting_jobs": True}
    job = {"program_id": "sampler", "session_id": session["id"]}
    assert code(client.post("/jobs", json=job)) == (400, 1217)
    accept(client, session, accepting=False)
    assert get(client, session) == closed


def test_what_an_operator_cancels_is_closed(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    emulator.cancel_session(session["id"])
    read = get(client, session)
    assert (read["state"], read["state_reason"]) == ("closed", "session_cancelled")
    assert read["timestamps"][-1]["status"] == "closed"


def test_a_session_without_a_backend_gets_that_of_its_first_job(
    emulator: Emulator, client: httpx.Client
) -> None:
    session = client.post("/sessions", json={"mode": "batch"}).json()
    assert session["backend_name"] is None
    job = {"program_id": "sampler", "session_id": session["id"]}
    assert code(client.post("/jobs", json=job)) == (400, 1007)
    assert client.post("/jobs", json={**job, "backend": "ibm_other"}).json()["backend"]
    assert get(client, session)["backend_name"] == "ibm_other"
    assert code(client.post("/jobs", json={**job, "backend": "ibm_backend"})) == (400, 1208)
    assert client.post("/jobs", json=job).json()["backend"] == "ibm_other"
    # An operator, who names no backend, gets the first.
    bare = client.post("/sessions", json={"mode": "batch"}).json()
    emulator.submit_job(bare["id"])
    assert get(client, bare)["backend_name"] == emulator.backend


@pytest.mark.parametrize("names", [{"backend_name": "ibm_other"}, {"backend": "ibm_other"}])
def test_the_backend_has_two_names(client: httpx.Client, names: dict[str, str]) -> None:
    answer = client.post("/sessions", json={"mode": "batch", **names})
    assert answer.json()["backend_name"] == "ibm_other"
    both = client.post("/sessions", json={"backend_name": "nowhere", "mode": "batch"} | names)
    assert both.status_code == 200


def test_an_unknown_backend_is_a_bad_request(client: httpx.Client) -> None:
    body = {"mode": "batch", "backend": "nowhere"}
    assert code(client.post("/sessions", json=body)) == (400, 1007)


def test_a_channel_partner_sets_the_times(emulator: Emulator, client: httpx.Client) -> None:
    session = create(client, interactive_ttl=5, active_ttl=50, max_ttl=900)
    assert [session[f"{name}_ttl"] for name in ("interactive", "active", "max")] == [5, 50, 900]
    emulator.submit_job(session["id"], duration=10)
    emulator.advance(14)
    assert get(client, session)["state"] == "active"
    emulator.advance(1)
    assert (get(client, session)["state"], get(client, session)["active_ttl"]) == ("inactive", 50)
    emulator.submit_job(session["id"], duration=100)
    emulator.advance(50)
    assert get(client, session)["state_reason"] == "session_closed_by_active_ttl"


@pytest.mark.parametrize(
    "ttls",
    [
        {"interactive_ttl": 61, "active_ttl": 60},
        {"interactive_ttl": 1, "active_ttl": 901, "max_ttl": 900},
        {"interactive_ttl": 901, "max_ttl": 900},
        {"active_ttl": 0},
        {"max_ttl": 0},
        {"max_ttl": 449.5},
        {"max_ttl": 2**31},
    ],
)
def test_times_that_contradict_each_other_are_refused(
    client: httpx.Client, ttls: dict[str, float]
) -> None:
    answer = client.post("/sessions", json={"mode": "batch", **ttls})
    assert code(answer) == (400, 1208)


def test_what_create_does_not_know_is_let_through(client: httpx.Client) -> None:
    beside = {"instance": "hub1/group1/project1", "max_session_ttl": 60, "note": {"of": "mine"}}
    assert create(client, **beside)["max_ttl"] == 28800


def test_a_ttl_above_the_plan_is_lowered(client: httpx.Client) -> None:
    assert create(client, max_ttl=2_000_000_000)["max_ttl"] == 28800


def test_who_asks_needs_a_token_and_an_instance(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    path = f"/sessions/{session['id']}"
    wrong: list[dict[str, str]] = [
        {"Authorization": ""},
        {"Authorization": "Bearer nobody"},
        {"Authorization": f"Basic {emulator.token}"},
        {"Authorization": f"Bearer {emulator.api_key}"},
        {"Authorization": f"apikey {emulator.token}"},
        {"Service-CRN": ""},
    ]
    for headers in wrong:
        assert code(client.get(path, headers=headers)) == (401, 401)
    # Before anything else.
    nobody = {"Authorization": "Bearer nobody"}
    assert code(client.put("/nowhere", headers=nobody)) == (401, 401)


def test_an_api_key_will_do_as_it_is(emulator: Emulator, session: dict[str, Any]) -> None:
    headers = {"Authorization": f"apikey {emulator.api_key}", "Service-CRN": emulator.instance}
    with httpx.Client(base_url=emulator.url, headers=headers) as keyed:
        assert get(keyed, session) == session


def test_an_instance_that_is_not_found_is_404_with_1279(
    client: httpx.Client, session: dict[str, Any]
) -> None:
    path = f"/sessions/{session['id']}"
    for crn in ("crn:v1:bluemix:public:quantum-computing:us-east:a/x:y::", "no CRN at all"):
        headers = {"Service-CRN": crn}
        for method, url in (
            ("GET", path),
            ("DELETE", f"{path}/close"),
            ("GET", "/jobs"),
            ("GET", "/workloads"),
            ("POST", "/sessions"),
        ):
            answer = client.request(method, url, headers=headers)
            assert code(answer) == (404, 1279), (method, url)
            assert crn in answer.json()["errors"][0]["message"]
            assert answer.json()["errors"][0]["solution"]
    assert get(client, session) == session
    assert client.get("/versions", headers={"Service-CRN": "no CRN at all"}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_session_is_seen_in_its_own_instance_only(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any], method: str
) -> None:
    assert emulator.open_instance
    path = f"/sessions/{session['id']}" + ("/close" if method == "DELETE" else "")
    body = {"accepting_jobs": False} if method == "PATCH" else None
    elsewhere = {"Service-CRN": emulator.open_instance}
    unknown = client.request(method, path.replace(session["id"], NOWHERE), json=body)
    hidden = client.request(method, path, json=body, headers=elsewhere)
    assert code(hidden) == code(unknown) == (404, 404)
    assert get(client, session) == session


def test_jobs_are_seen_in_their_own_instance_only(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    assert emulator.open_instance
    job = {"program_id": "sampler", "session_id": session["id"]}
    elsewhere = {"Service-CRN": emulator.open_instance}
    assert code(client.post("/jobs", json=job, headers=elsewhere)) == (404, 404)
    submitted = client.post("/jobs", json=job).json()["id"]
    assert client.get(f"/jobs/{submitted}").json()["id"] == submitted
    assert code(client.get(f"/jobs/{submitted}", headers=elsewhere)) == (404, 1291)
    asked = {"session_id": session["id"]}
    assert client.get("/jobs", params=asked, headers=elsewhere).json()["count"] == 0
    other = {"Authorization": f"Bearer {emulator.other_token}"}
    assert client.get("/jobs", params=asked, headers=other).json()["count"] == 0


def test_a_call_need_not_say_for_which_version_it_was_written(
    client: httpx.Client, session: dict[str, Any]
) -> None:
    path = f"/sessions/{session['id']}"
    for version in ("2025-01-01", "2026-04-15", "", "today"):
        assert client.get(path, headers={"IBM-API-Version": version}).json() == session
    twice = [("IBM-API-Version", "2026-04-15"), ("IBM-API-Version", "2026-04-15")]
    del client.headers["IBM-API-Version"]
    assert code(client.get(path, headers=twice)) == (400, 1208)
    assert client.get(path).json() == session
    assert client.patch(path, json={"accepting_jobs": True}).status_code == 204
    assert client.post("/sessions", json={"mode": "batch"}).status_code == 200


@pytest.mark.parametrize(
    ("version", "usage"),
    [
        (None, {"seconds": 2, "quantum_seconds": 2}),
        ("2026-03-14", {"seconds": 2, "quantum_seconds": 2}),
        ("whenever", {"seconds": 2, "quantum_seconds": 2}),
        ("2026-03-15", {"qpu_charge_time_seconds": 2, "status": "complete"}),
        ("2026-04-15", {"qpu_charge_time_seconds": 2, "status": "complete"}),
    ],
)
def test_the_version_decides_how_usage_is_told(
    emulator: Emulator,
    client: httpx.Client,
    session: dict[str, Any],
    version: str | None,
    usage: dict[str, object],
) -> None:
    job = emulator.submit_job(session["id"], duration=2)
    emulator.advance(2)
    del client.headers["IBM-API-Version"]
    headers = {} if version is None else {"IBM-API-Version": version}
    listed = client.get("/jobs", params={"session_id": session["id"]}, headers=headers)
    assert listed.json()["jobs"][0]["usage"] == usage
    assert client.get(f"/jobs/{job}", headers=headers).json()["usage"] == usage


def test_the_versions_are_told_to_everybody(emulator: Emulator) -> None:
    answer = httpx.get(f"{emulator.url}/versions")
    assert answer.status_code == 200
    versions = answer.json()["versions"]
    assert versions[0] == {
        "version": "2024-01-01",
        "status": "deprecated",
        "sunset_date": "2027-04-15",
    }
    assert versions[-1] == {"version": "2026-04-15", "status": "live"}


def test_an_unknown_session_has_no_jobs(client: httpx.Client) -> None:
    answer = client.get("/jobs", params={"session_id": NOWHERE})
    assert answer.json() == {"jobs": [], "count": 0, "limit": 200, "offset": 0}


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, (200, 0)),
        ({"limit": 2, "offset": 1}, (2, 1)),
        ({"limit": 0}, (200, 0)),
        ({"limit": 201}, (200, 0)),
        ({"limit": -5, "offset": -1}, (200, 0)),
        ({"limit": 2**31 - 1, "offset": -(2**31)}, (200, 0)),
    ],
)
def test_a_page_out_of_range_is_the_default_one(
    emulator: Emulator,
    client: httpx.Client,
    session: dict[str, Any],
    asked: dict[str, int],
    shown: tuple[int, int],
) -> None:
    limit, offset = shown
    jobs = [emulator.submit_job(session["id"]) for _ in range(4)]
    emulator.submit_job(create(client)["id"])
    page = client.get("/jobs", params={"session_id": session["id"], **asked}).json()
    assert (page["limit"], page["offset"], page["count"]) == (limit, offset, 4)
    assert [job["id"] for job in page["jobs"]] == jobs[::-1][offset : offset + limit]


@pytest.mark.parametrize(
    "query",
    [
        "limit=x",
        "limit=",
        "limit=1.5",
        "limit=2147483648",
        "offset=one",
        f"offset={10**30}",
        "limit=1&limit=1",
        "exclude_params=1",
        "session_id=",
        "sort=asc",
        "pending=yes",
        "program=",
        "created_after=yesterday",
        "created_after=2026-01-01T00:00:60Z",
        "tags=",
        "&".join(["tags=a"] * 9),
    ],
)
def test_what_is_no_page_at_all_is_refused(client: httpx.Client, query: str) -> None:
    assert code(client.get(f"/jobs?{query}")) == (400, 1208)


def test_what_the_query_does_not_have_is_ignored(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    job = emulator.submit_job(session["id"])
    for query in ("tags[]=test-job", "session=x&session=y", "include_mocks=true"):
        listed = client.get(f"/jobs?session_id={session['id']}&{query}").json()
        assert [one["id"] for one in listed["jobs"]] == [job]
        assert client.get(f"/sessions/{session['id']}?{query}").status_code == 200


def test_jobs_are_listed_by_what_they_are(emulator: Emulator, client: httpx.Client) -> None:
    first = create(client, backend="ibm_other")

    def submit(**fields: object) -> str:
        job: str = client.post("/jobs", json={"program_id": "sampler", **fields}).json()["id"]
        return job

    tags = ["test-job", "mine"]
    done = submit(session_id=first["id"], tags=tags)
    emulator.advance(10)
    other = submit(backend="ibm_backend", program_id="estimator", tags=["mine"])
    cancelled = submit(backend="ibm_backend")
    assert client.post(f"/jobs/{cancelled}/cancel").status_code == 204

    def listed(**query: Any) -> list[str]:
        answer = client.get("/jobs", params=query)
        assert answer.status_code == 200
        assert answer.json()["count"] == len(answer.json()["jobs"])
        return [job["id"] for job in answer.json()["jobs"]]

    everything = [cancelled, other, done]
    assert listed() == listed(sort="DESC") == everything
    assert listed(sort="ASC") == everything[::-1]
    assert listed(pending="true") == [other]
    assert listed(pending="false") == [cancelled, done]
    assert listed(pending="true", session_id=first["id"]) == []
    assert listed(program="estimator") == [other]
    assert listed(backend="ibm_other") == [done]
    assert listed(tags=["mine"]) == [other, done]
    assert listed(tags=tags) == [done]
    assert listed(tags=["unheard-of"]) == []
    assert listed(created_after="2026-01-01T00:00:09.999Z") == [cancelled, other]
    assert listed(created_after="2026-01-01T00:00:10Z") == []
    assert listed(created_before="2026-01-01T01:00:10+01:00") == [done]
    # Before the first year began in UTC, and after the last one that a date can have.
    assert listed(created_before="0001-01-01T00:23:25+01:28") == []
    assert listed(created_before="9999-12-31T23:59:59-01:00") == listed()


def test_a_job_is_cancelled_once_and_by_its_owner_in_its_instance(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    assert emulator.open_instance
    job = {"program_id": "sampler", "session_id": session["id"]}
    running = client.post("/jobs", json=job).json()["id"]
    cancel = f"/jobs/{running}/cancel"
    other = {"Authorization": f"Bearer {emulator.other_token}"}
    assert code(client.post(cancel, headers=other)) == (404, 1291)
    elsewhere = {"Service-CRN": emulator.open_instance}
    assert code(client.post(cancel, headers=elsewhere)) == (404, 1291)
    assert client.get(f"/jobs/{running}").json()["status"] == "Running"
    assert client.post(cancel).status_code == 204
    assert client.get(f"/jobs/{running}").json()["status"] == "Cancelled"
    assert code(client.post(cancel)) == (409, 409)
    assert code(client.post("/jobs/nowhere/cancel")) == (404, 1291)


def test_a_job_is_shown_as_the_contract_has_it(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    job = {
        "program_id": "sampler",
        "session_id": session["id"],
        "params": {"shots": 1},
        "cost": 60,
        "tags": ["a"],
        "private": True,
    }
    first = client.post("/jobs", json=job).json()["id"]
    asked = {"session_id": session["id"], "exclude_params": "false"}
    shown = client.get("/jobs", params=asked).json()["jobs"][0]
    assert shown == {
        "id": first,
        "backend": "ibm_backend",
        "state": {"status": "Running"},
        "status": "Running",
        "program": {"id": "sampler"},
        "created": "2026-01-01T00:00:00.000Z",
        "cost": 60,
        "tags": ["a"],
        "session_id": session["id"],
        "user_id": "IBMid-123456789A",
        "usage": {"qpu_charge_time_seconds": 0, "status": "pending"},
        "estimated_running_time_seconds": 2,
        "private": True,
        "params": {"shots": 1},
    }
    emulator.advance(3)
    del asked["exclude_params"]
    shown = client.get("/jobs", params=asked).json()["jobs"][0]
    assert "params" not in shown
    assert shown["usage"] == {"qpu_charge_time_seconds": 2, "status": "complete"}


@pytest.mark.parametrize(
    ("rule", "end"),
    [
        ({"outcome": "ran_too_long"}, ("Cancelled - Ran too long", "Ran too long", 1305)),
        ({"outcome": "cancelled"}, ("Cancelled", "Cancelled by its owner", None)),
        ({"outcome": "failed", "reason": "No", "reason_code": 1500}, ("Failed", "No", 1500)),
        ({"outcome": "failed", "reason_code": 12}, ("Failed", "The program failed", None)),
    ],
)
def test_jobs_end_with_what_the_contract_can_say(
    emulator: Emulator,
    client: httpx.Client,
    session: dict[str, Any],
    rule: dict[str, Any],
    end: tuple[str, str, int | None],
) -> None:
    emulator.submit_job(session["id"], **rule)
    emulator.advance(2)
    shown = client.get("/jobs", params={"session_id": session["id"]}).json()["jobs"][0]
    state = shown["state"]
    assert (shown["status"], state.get("reason"), state.get("reason_code")) == end


def test_there_is_no_extended_view_and_no_list_of_jobs_under_a_session(
    client: httpx.Client, session: dict[str, Any]
) -> None:
    for view in ("extended", "jobs"):
        assert code(client.get(f"/sessions/{session['id']}/{view}")) == (404, 404)


def test_an_api_key_is_exchanged_for_a_token_that_is_good_for_an_hour(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    answer = exchange(emulator)
    assert answer.status_code == 200
    given = answer.json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    client.headers["Authorization"] = f"Bearer {given['access_token']}"
    assert get(client, session) == session
    emulator.advance(3599.999)
    assert get(client, session)["id"] == session["id"]
    emulator.advance(0.001)
    assert code(client.get(f"/sessions/{session['id']}")) == (401, 401)
    client.headers["Authorization"] = f"Bearer {exchange(emulator).json()['access_token']}"
    assert get(client, session)["id"] == session["id"]


def test_a_token_is_its_owners_and_cannot_be_made_up(
    emulator: Emulator, client: httpx.Client, session: dict[str, Any]
) -> None:
    theirs = exchange(emulator, apikey="emulator-api-key-2").json()["access_token"]
    headers = {"Authorization": f"Bearer {theirs}"}
    assert code(client.get(f"/sessions/{session['id']}", headers=headers)) == (404, 404)
    head, claims, signature = theirs.split(".")
    forged = f"{head}.{claims}.{signature[::-1]}"
    headers = {"Authorization": f"Bearer {forged}"}
    assert code(client.get(f"/sessions/{session['id']}", headers=headers)) == (401, 401)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"apikey": "nobody's"}, "BXNIM0415E"),
        ({"apikey": ""}, "BXNIM0109E"),
        ({"grant_type": "password"}, "BXNIM0106E"),
    ],
)
def test_iam_refuses_what_it_does_not_know(
    emulator: Emulator, form: dict[str, str], error: str
) -> None:
    answer = exchange(emulator, **form)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, error)


def test_no_secret_is_in_the_log(emulator: Emulator, client: httpx.Client) -> None:
    token = exchange(emulator).json()["access_token"]
    client.get("/sessions/a", headers={"Authorization": f"Bearer {token}"})
    client.post("/sessions", json={"mode": "batch", "backend": emulator.api_key})
    client.post("/sessions", json={"mode": token}, headers={"Authorization": f"Bearer {token}"})
    said = str(emulator.requests()) + repr(emulator.config)
    for secret in (token, emulator.token, emulator.api_key):
        assert secret
        assert secret not in said.replace("***", "")


def test_the_classic_contract_has_no_iam() -> None:
    with Emulator() as classic, pytest.raises(RuntimeError, match="classic contract has no IAM"):
        _ = classic.iam_url


def test_a_contract_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"'third'\. It is one of classic, platform"):
        Emulator(contract="third")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert default_config("platform").unused_ttl == 1800
    assert default_config() == Config()
