"""What programs do with jobs, over the wire and by both contracts; rules say what the jobs give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import ContractName, Emulator, Fault, JobRule, default_config
from runtime_sessions_emulator.compute import available
from runtime_sessions_emulator.core.computation import Computed
from runtime_sessions_emulator.core.job import JobStatus, Outcome

if TYPE_CHECKING:
    from tests.emulator.conftest import Computer

OLD, CHARGED, LIVE = "2026-02-15", "2026-03-15", "2026-04-15"


@pytest.fixture(scope="module", params=["classic", "platform"])
def served(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with Emulator(contract=request.param, virtual_clock=True) as running:
        yield running


def submit(emulator: Emulator, client: httpx.Client, **more: Any) -> str:
    body = {"program_id": "sampler", "backend": emulator.backend, **more}
    if emulator.contract == "classic" and "session_id" not in more:
        body |= dict(zip(("hub", "group", "project"), emulator.instance.split("/"), strict=True))
    answer = client.post("/jobs", json=body)
    answer.raise_for_status()
    job_id: str = answer.json()["id"]
    return job_id


def session(emulator: Emulator, client: httpx.Client) -> str:
    body = {"mode": "batch", "backend": emulator.backend, "instance": emulator.instance}
    created: str = client.post("/sessions", json=body).json()["id"]
    return created


def error(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["errors"][0]
    return found


def test_results_are_there_when_the_job_has_completed(
    emulator: Emulator, client: httpx.Client
) -> None:
    emulator.add_job_rule(JobRule(duration=5, result='{"answer": 42}'))
    job = submit(emulator, client)
    early = client.get(f"/jobs/{job}/results")
    assert (early.status_code, early.content) == (204, b"")
    emulator.advance(5)
    answer = client.get(f"/jobs/{job}/results")
    assert (answer.status_code, answer.text) == (200, '{"answer": 42}')
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_an_object_is_written_as_json(emulator: Emulator, client: httpx.Client) -> None:
    emulator.add_job_rule(JobRule(duration=0, result={"counts": {"0": 1}}))
    assert client.get(f"/jobs/{submit(emulator, client)}/results").json() == {"counts": {"0": 1}}


def test_a_rule_over_http_says_a_result_too(emulator: Emulator, client: httpx.Client) -> None:
    rules = "/_emulator/job-rules"
    for result in ("text", {"an": "object"}):
        sent = client.post(rules, json={"duration": 0, "result": result, "times": 1})
        assert sent.status_code == 204
        answer = client.get(f"/jobs/{submit(emulator, client)}/results")
        assert answer.text == (result if isinstance(result, str) else '{"an": "object"}')
    assert client.post(rules, json={"result": 7}).status_code == 400


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "ran_too_long"])
def test_a_job_that_did_not_complete_has_none(
    emulator: Emulator, client: httpx.Client, outcome: str
) -> None:
    emulator.add_job_rule(JobRule(duration=0, outcome=outcome, result="never"))
    assert client.get(f"/jobs/{submit(emulator, client)}/results").status_code == 204


def test_a_failure_has_the_reason_and_the_code_of_its_rule(
    emulator: Emulator, client: httpx.Client
) -> None:
    emulator.add_job_rule(
        JobRule(duration=0, outcome="failed", reason="Calibrated", reason_code=1517)
    )
    state = client.get(f"/jobs/{submit(emulator, client)}").json()["state"]
    assert state == {"status": "Failed", "reason": "Calibrated", "reason_code": 1517}


@pytest.mark.skipif(available(), reason="what computes is installed here")
def test_without_a_rule_and_without_what_computes_the_answer_says_what_to_install(
    emulator: Emulator, client: httpx.Client
) -> None:
    emulator.add_job_rule(JobRule(duration=0))
    job = submit(emulator, client, params={"pubs": []})
    assert client.get(f"/jobs/{job}").json()["state"]["status"] == "Completed"
    answer = client.get(f"/jobs/{job}/results")
    assert answer.status_code == 404
    assert "pip install 'runtime-sessions[qiskit]'" in error(answer)["solution"]


def test_a_program_that_nobody_computes_says_so(emulator: Emulator, client: httpx.Client) -> None:
    emulator.add_job_rule(JobRule(duration=0))
    answer = client.get(f"/jobs/{submit(emulator, client, program_id='noise-learner')}/results")
    assert answer.status_code == 404
    assert "does not compute 'noise-learner'" in error(answer)["message"]


def test_a_job_is_cancelled_once(emulator: Emulator, client: httpx.Client) -> None:
    job = submit(emulator, client)
    assert client.post(f"/jobs/{job}/cancel").status_code == 204
    assert client.get(f"/jobs/{job}").json()["state"]["status"] == "Cancelled"
    assert client.post(f"/jobs/{job}/cancel").status_code == 409
    assert client.get(f"/jobs/{job}/results").status_code == 204


def test_a_job_is_deleted_once_it_has_ended(emulator: Emulator, client: httpx.Client) -> None:
    whose = session(emulator, client)
    kept, job = (submit(emulator, client, session_id=whose) for _ in range(2))
    refused = client.delete(f"/jobs/{job}")
    assert refused.status_code == 400
    assert "has not ended" in error(refused)["message"]
    emulator.advance(2)
    before = client.get(f"/sessions/{whose}").json()
    assert client.delete(f"/jobs/{job}").status_code == 204
    for path in (f"/jobs/{job}", f"/jobs/{job}/results", f"/jobs/{job}/metrics"):
        assert client.get(path).status_code == 404
    assert client.delete(f"/jobs/{job}").status_code == 404
    assert [one["id"] for one in client.get("/jobs").json()["jobs"]] == [kept]
    assert [one["id"] for one in emulator.sessions()[0]["jobs"]] == [kept]
    if emulator.contract == "classic":
        listed = client.get(f"/sessions/{whose}/jobs").json()
        assert ([one["id"] for one in listed["jobs"]], listed["count"]) == ([kept], 1)
    # What the session used does not become less.
    assert client.get(f"/sessions/{whose}").json() == before


@pytest.mark.parametrize("in_session", [True, False])
def test_tags_are_replaced(emulator: Emulator, client: httpx.Client, in_session: bool) -> None:  # noqa: FBT001
    more = {"session_id": session(emulator, client)} if in_session else {}
    job = submit(emulator, client, tags=["old"], **more)
    assert client.put(f"/jobs/{job}/tags", json={"tags": ["a", "b"]}).status_code == 204
    assert client.get(f"/jobs/{job}").json()["tags"] == ["a", "b"]
    assert [one["id"] for one in client.get("/jobs?tags=a&tags=b").json()["jobs"]] == [job]
    assert client.get("/jobs?tags=old").json()["jobs"] == []
    emulator.advance(2)
    ended = client.get(f"/jobs/{job}").json()
    assert (ended["tags"], ended["state"]["status"]) == (["a", "b"], "Completed")


@pytest.mark.parametrize(
    "body", [{}, {"tags": "a"}, {"tags": ["a"] * 9}, {"tags": ["a" * 87]}, {"tags": [1]}]
)
def test_tags_that_are_none_are_refused(
    emulator: Emulator, client: httpx.Client, body: dict[str, Any]
) -> None:
    job = submit(emulator, client, tags=["old"])
    assert client.put(f"/jobs/{job}/tags", json=body).status_code == 400
    assert client.get(f"/jobs/{job}").json()["tags"] == ["old"]


def test_metrics_tell_when_a_job_came_to_what(emulator: Emulator, client: httpx.Client) -> None:
    whose = session(emulator, client)
    emulator.add_job_rule(JobRule(duration=10))
    for _ in range(5):
        submit(emulator, client, session_id=whose)
    job = submit(emulator, client, session_id=whose)
    times = client.get(f"/jobs/{job}/metrics").json()["timestamps"]
    assert times == {"created": "2026-01-01T00:00:00.000Z", "running": None, "finished": None}
    emulator.advance(15)
    times = client.get(f"/jobs/{job}/metrics").json()["timestamps"]
    assert times["running"] == "2026-01-01T00:00:10.000Z"
    emulator.advance(5)
    metrics = client.get(f"/jobs/{job}/metrics").json()
    assert metrics["timestamps"]["finished"] == "2026-01-01T00:00:20.000Z"
    if emulator.contract == "classic":
        assert metrics["usage"] == {"quantum_seconds": 10, "seconds": 10}
        assert metrics["bss"] == {"seconds": 10}


def test_metrics_have_the_shape_of_the_version() -> None:
    with Emulator(contract="platform", virtual_clock=True) as emulator, emulator.client() as client:
        job = submit(emulator, client)
        emulator.advance(2)

        def read(version: str) -> dict[str, Any]:
            answer = client.get(f"/jobs/{job}/metrics", headers={"IBM-API-Version": version})
            body: dict[str, Any] = answer.json()
            del body["timestamps"]
            return body

        charged = {"usage": {"qpu_charge_time_seconds": 2, "status": "complete"}}
        assert read(LIVE) == read(CHARGED) == charged
        assert read(OLD) == {
            "usage": {"quantum_seconds": 2, "seconds": 2},
            "bss": {"seconds": 2},
        }


def test_logs_are_a_text(emulator: Emulator, client: httpx.Client) -> None:
    answer = client.get(f"/jobs/{submit(emulator, client)}/logs")
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["content-type"].startswith("text/plain")


def test_params_are_left_out_where_that_is_asked_for(
    emulator: Emulator, client: httpx.Client
) -> None:
    emulator.add_job_rule(JobRule(result="{}"))
    job = submit(emulator, client, params={"shots": 1})
    assert client.get(f"/jobs/{job}").json()["params"] == {"shots": 1}
    assert "params" not in client.get(f"/jobs/{job}?exclude_params=true").json()
    (listed,) = client.get("/jobs?exclude_params=true").json()["jobs"]
    assert "params" not in listed
    (listed,) = client.get("/jobs?exclude_params=false").json()["jobs"]
    assert listed["params"] == {"shots": 1}


def test_a_list_has_all_filters(emulator: Emulator, client: httpx.Client) -> None:
    other = emulator.config.backends[1]
    first = submit(emulator, client, tags=["a"])
    emulator.advance(10)
    second = submit(emulator, client, program_id="estimator", backend=other, tags=["a", "b"])

    def listed(query: str) -> list[str]:
        answer = client.get(f"/jobs?{query}")
        answer.raise_for_status()
        return [job["id"] for job in answer.json()["jobs"]]

    assert listed("") == listed("tags=a") == [second, first]
    assert listed("sort=ASC") == [first, second]
    assert listed("limit=1&offset=1") == listed("pending=false") == [first]
    assert listed("pending=true") == listed(f"backend={other}") == [second]
    assert listed("program=sampler") == listed("created_before=2026-01-01T00:00:05Z") == [first]
    assert listed("created_after=2026-01-01T00:00:05Z") == listed("tags=a&tags=b") == [second]
    assert client.get("/jobs?created_after=yesterday").status_code == 400


def test_a_classic_list_is_that_of_a_provider_and_takes_what_python_writes() -> None:
    with Emulator(virtual_clock=True) as emulator, emulator.client() as client:
        job = submit(emulator, client)
        assert emulator.open_instance
        for provider, found in ((emulator.instance, [job]), (emulator.open_instance, [])):
            query = {"provider": provider, "exclude_params": "False", "pending": "True"}
            listed = client.get("/jobs", params=query).json()["jobs"]
            assert [one["id"] for one in listed] == found


def test_a_submission_is_answered_with_its_session() -> None:
    with Emulator(contract="platform", virtual_clock=True) as emulator, emulator.client() as client:
        whose = session(emulator, client)
        body = {"program_id": "sampler", "backend": emulator.backend}
        inside = client.post("/jobs", json={**body, "session_id": whose, "private": True}).json()
        assert (inside["session_id"], inside["private"]) == (whose, True)
        assert client.post("/jobs", json=body).json().keys() == {"id", "backend"}


def test_a_submission_may_be_long_and_the_log_does_not_keep_it(
    emulator: Emulator, client: httpx.Client
) -> None:
    emulator.add_job_rule(JobRule(duration=0, result="{}"))
    circuit = "x" * (3 << 20)
    job = submit(emulator, client, params={"circuit": circuit})
    assert client.get(f"/jobs/{job}").json()["params"] == {"circuit": circuit}
    (sent,) = emulator.requests(operation="submitJob")
    assert "too many to be kept" in sent["body"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/results"),
        ("GET", "/logs"),
        ("GET", "/metrics"),
        ("POST", "/cancel"),
        ("PUT", "/tags"),
        ("DELETE", ""),
    ],
)
def test_a_job_is_nobody_elses(
    emulator: Emulator, client: httpx.Client, method: str, path: str
) -> None:
    emulator.add_job_rule(JobRule(duration=0, result="{}"))
    job = submit(emulator, client)
    body = {"tags": list[str]()} if method == "PUT" else None
    with emulator.client(emulator.other_token) as other:
        for asked in (f"/jobs/{job}{path}", f"/jobs/no-such-job{path}"):
            answer = other.request(method, asked, json=body)
            assert (answer.status_code, error(answer)["code"]) == (404, 1291)
    if emulator.contract == "platform":
        assert emulator.open_instance
        elsewhere = {"Service-CRN": emulator.open_instance}
        assert (
            client.request(method, f"/jobs/{job}{path}", headers=elsewhere, json=body).status_code
            == 404
        )
    assert client.get(f"/jobs/{job}/results").status_code == 200


def test_faults_strike_results_and_all_is_in_the_log(
    emulator: Emulator, client: httpx.Client
) -> None:
    emulator.add_job_rule(JobRule(duration=0, result="a long result"))
    job = submit(emulator, client)
    emulator.add_fault(Fault("truncated", operation="getJobResults", times=1))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"/jobs/{job}/results")
    emulator.add_fault(Fault("gateway", status=502, operation="deleteJob", after=True, times=1))
    assert client.delete(f"/jobs/{job}").status_code == 502
    assert client.get(f"/jobs/{job}").status_code == 404
    said = [(asked["operation"], asked["status"]) for asked in emulator.requests()]
    assert said[1:] == [("getJobResults", 200), ("deleteJob", 502), ("getJob", 404)]


def test_a_rate_limit_is_each_users_and_of_a_minute(
    emulator: Emulator, client: httpx.Client
) -> None:
    emulator.add_fault(Fault("rate_limit", operation="submitJob", per_minute=2, retry_after=9))

    def status(of: httpx.Client) -> int:
        body = {"program_id": "sampler", "backend": emulator.backend}
        if emulator.contract == "classic":
            body |= {"hub": "hub", "group": "group", "project": "project"}
        return of.post("/jobs", json=body).status_code

    assert [status(client) for _ in range(3)] == [200, 200, 429]
    with emulator.client(emulator.other_token) as other:
        assert status(other) == 200
    name = emulator.snapshot()
    emulator.advance(59)
    assert status(client) == 429
    emulator.advance(1)
    assert [status(client) for _ in range(3)] == [200, 200, 429]
    emulator.restore(name)
    assert status(client) == 429
    refused = client.post("/jobs", json={"program_id": "sampler", "backend": emulator.backend})
    assert (error(refused)["code"], refused.headers["retry-after"]) == (1202, "9")


@pytest.mark.parametrize("contract", ["classic", "platform"])
def test_an_instance_takes_no_more_once_it_has_used_all_that_it_may(contract: ContractName) -> None:
    config = default_config(contract)
    limited = tuple(evolve(instance, usage_limit=4) for instance in config.instances)
    config = evolve(config, instances=limited)
    with (
        Emulator(config, contract=contract, virtual_clock=True) as emulator,
        emulator.client() as client,
    ):
        inside = session(emulator, client)
        submit(emulator, client)
        submit(emulator, client, session_id=inside)
        emulator.advance(1)
        submit(emulator, client, session_id=inside)
        emulator.advance(2)
        body = {"program_id": "sampler", "backend": emulator.backend, "session_id": inside}
        refused = client.post("/jobs", json=body)
        assert (refused.status_code, error(refused)["code"]) == (409, 409)
        if contract == "platform":
            usage = client.get("/instances/usage").json()
            assert usage["usage_limit_reached"] is True
            assert usage["usage_limit_seconds"] == 4
            assert usage["usage_consumed_seconds"] == 6
        else:
            (left,) = client.get("/usage").json()["byInstance"]
            assert (left["instance"], left["quota"], left["usage"]) == (
                emulator.open_instance,
                4,
                0,
            )


def done(result: str | None = "counts", failure: Outcome | None = None) -> Computed:
    return Computed(result, failure, log="said")


FAILURE = Outcome(JobStatus.FAILED, "Not valid", 1002)


def test_what_is_computed_is_what_was_sent(
    emulator: Emulator, client: httpx.Client, computer: Computer
) -> None:
    jobs = [submit(emulator, client, params={"pubs": [n]}) for n in range(2)]
    asked = computer.asked
    assert [one["params"] for one in asked] == [{"pubs": [0]}, {"pubs": [1]}]
    assert (asked[0]["program"], asked[0]["backend"]) == ("sampler", emulator.backend)
    assert [one.begun for one in computer.made] == [1, 1]
    seeds = [one["seed"] for one in asked]
    assert seeds[0] != seeds[1]
    emulator.reset()
    assert [submit(emulator, client, params={"pubs": [n]}) for n in range(2)] == jobs
    assert [one["seed"] for one in asked[2:]] == seeds
    # What was computed before has nobody left who would ask.
    assert [one.stopped for one in computer.made] == [1, 1, 0, 0]


def test_what_a_rule_says_is_not_computed(
    emulator: Emulator, client: httpx.Client, computer: Computer
) -> None:
    for rule in (JobRule(result="{}", times=1), JobRule(outcome="failed", times=1)):
        emulator.add_job_rule(rule)
        submit(emulator, client, params={"pubs": []})
    assert computer.asked == []


def test_what_was_computed_is_told(
    emulator: Emulator, client: httpx.Client, computer: Computer
) -> None:
    job = submit(emulator, client, params={"pubs": []})
    computer.made[0].outcome = done()
    assert client.get(f"/jobs/{job}/results").status_code == 204
    assert client.get(f"/jobs/{job}/logs").text == ""
    emulator.advance(2)
    assert client.get(f"/jobs/{job}/results").text == "counts"
    assert client.get(f"/jobs/{job}/logs").text == "said"


def test_a_computation_that_fails_is_how_the_job_ended(
    emulator: Emulator, client: httpx.Client, computer: Computer
) -> None:
    whose = session(emulator, client)
    jobs = [
        submit(emulator, client, params={"pubs": []}, session_id=whose),
        submit(emulator, client, params={"pubs": []}),
    ]
    for computation in computer.made:
        computation.outcome = done(None, FAILURE)
    assert client.get(f"/jobs/{jobs[0]}").json()["state"]["status"] == "Running"
    emulator.advance(2)
    state = {"status": "Failed", "reason": "Not valid", "reason_code": 1002}
    for job in jobs:
        assert client.get(f"/jobs/{job}").json()["state"] == state
        assert client.get(f"/jobs/{job}/results").status_code == 204
        assert client.get(f"/jobs/{job}/logs").text == "said"
    listed = client.get("/jobs").json()["jobs"]
    assert [job["state"] for job in listed] == [state, state]
    assert emulator.sessions()[0]["jobs"][0]["status"] == "Failed"
    if emulator.contract == "platform":
        (alone,) = client.get("/workloads?mode=job").json()["workloads"]
        assert (alone["status"], alone["status_reason"]) == ("failed", "Not valid")
    else:
        listed = client.get(f"/sessions/{whose}/jobs").json()["jobs"]
        assert [job["state"] for job in listed] == [state]


@pytest.mark.parametrize("path", ["", "/results", "/metrics", "/logs"])
def test_who_asks_how_a_job_ended_waits_until_it_is_known_and_nobody_else(
    emulator: Emulator, client: httpx.Client, computer: Computer, path: str
) -> None:
    job = submit(emulator, client, params={"pubs": []})
    emulator.advance(2)
    with pytest.raises(httpx.ReadTimeout):
        client.get(f"/jobs/{job}{path}", timeout=0.2)
    assert client.get("/backends").status_code == 200
    assert client.put(f"/jobs/{job}/tags", json={"tags": []}).status_code == 204
    computer.made[0].outcome = done()
    assert client.get(f"/jobs/{job}{path}").status_code == 200


@pytest.mark.parametrize("in_session", [True, False])
def test_a_job_that_is_cancelled_is_computed_no_more(
    emulator: Emulator,
    client: httpx.Client,
    computer: Computer,
    in_session: bool,  # noqa: FBT001
) -> None:
    more = {"session_id": session(emulator, client)} if in_session else {}
    job = submit(emulator, client, params={"pubs": []}, **more)
    assert client.post(f"/jobs/{job}/cancel").status_code == 204
    assert computer.made[0].stopped
    assert client.get(f"/jobs/{job}").json()["state"]["status"] == "Cancelled"


@pytest.mark.parametrize("in_session", [True, False])
def test_a_job_of_which_nobody_knows_how_it_ended_can_be_cancelled(
    emulator: Emulator,
    client: httpx.Client,
    computer: Computer,
    in_session: bool,  # noqa: FBT001
) -> None:
    more = {"session_id": session(emulator, client)} if in_session else {}
    job = submit(emulator, client, params={"pubs": []}, **more)
    emulator.advance(2)
    assert client.post(f"/jobs/{job}/cancel").status_code == 204
    assert computer.made[0].stopped
    assert client.get(f"/jobs/{job}").json()["state"]["status"] == "Cancelled"
    assert client.get(f"/jobs/{job}/results").status_code == 204
    assert client.post(f"/jobs/{job}/cancel").status_code == 409


@pytest.mark.parametrize("way", ["closes", "cancels", "max TTL"])
def test_jobs_that_fail_with_their_session_are_computed_no_more(
    emulator: Emulator, client: httpx.Client, computer: Computer, way: str
) -> None:
    emulator.add_job_rule(JobRule(duration=60 if way != "max TTL" else 40000))
    whose = session(emulator, client)
    for _ in range(7):
        submit(emulator, client, params={"pubs": []}, session_id=whose)
    if way == "closes":
        client.delete(f"/sessions/{whose}/close")
    elif way == "cancels":
        emulator.cancel_session(whose)
    else:
        emulator.advance(28800)
        assert client.get(f"/sessions/{whose}").json()["state"] == "closed"
    assert [one.stopped for one in computer.made] == [0] * 5 + [1] * 2


def test_a_snapshot_from_before_a_cancellation_computes_anew(
    emulator: Emulator, client: httpx.Client, computer: Computer
) -> None:
    job = submit(emulator, client, params={"pubs": []})
    name = emulator.snapshot()
    client.post(f"/jobs/{job}/cancel")
    emulator.restore(name)
    emulator.advance(2)
    with pytest.raises(httpx.ReadTimeout):
        client.get(f"/jobs/{job}", timeout=0.2)
    assert computer.made[0].begun > 1
    computer.made[0].outcome = done()
    assert client.get(f"/jobs/{job}/results").text == "counts"


def test_what_is_deleted_is_computed_no_more(
    emulator: Emulator, client: httpx.Client, computer: Computer
) -> None:
    job = submit(emulator, client, params={"pubs": []})
    emulator.advance(2)
    assert client.delete(f"/jobs/{job}").status_code == 204
    assert computer.made[0].stopped


def test_an_emulator_that_ends_computes_nothing_any_more(stand_in: Computer) -> None:
    with Emulator(virtual_clock=True) as emulator, emulator.client() as client:
        emulator._service._computer = stand_in
        submit(emulator, client, params={"pubs": []})
    assert stand_in.made[0].stopped
