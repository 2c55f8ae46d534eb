"""Faults, as a client meets them."""

import re
from email.utils import parsedate_to_datetime
from typing import Any, get_args

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, Fault, FaultKind
from runtime_sessions_emulator.control.faults import FaultName

BODY = {"backend": "ibmq_wellington", "instance": "hub/group/project"}


@pytest.fixture
def session(client: httpx.Client) -> str:
    return str(client.post("/sessions", json=BODY).json()["id"])


def test_an_error_has_the_documented_body(
    emulator: Emulator, client: httpx.Client, session: str
) -> None:
    emulator.add_fault(Fault("error", status=503, times=2))
    for _ in range(2):
        answer = client.get(f"/sessions/{session}")
        assert answer.status_code == 503
        assert answer.json()["errors"][0]["code"] == 503
    assert client.get(f"/sessions/{session}").status_code == 200
    assert emulator.faults() == []


@pytest.mark.parametrize("status", [403, 502, 503, 520, 521, 522, 523, 524])
def test_a_gateway_answers_html(
    emulator: Emulator, client: httpx.Client, session: str, status: int
) -> None:
    emulator.add_fault(Fault("gateway", status=status))
    answer = client.get(f"/sessions/{session}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html"
    assert "<html>" in answer.text


def test_a_rate_limit_says_how_long(emulator: Emulator, client: httpx.Client, session: str) -> None:
    emulator.add_fault(Fault("rate_limit", retry_after=7, times=1))
    answer = client.get(f"/sessions/{session}")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    emulator.add_fault(Fault("rate_limit", retry_after=7, as_date=True, times=1))
    answer = client.get(f"/sessions/{session}")
    wait = parsedate_to_datetime(answer.headers["retry-after"]) - parsedate_to_datetime(
        answer.headers["date"]
    )
    assert 5 <= wait.total_seconds() <= 8
    assert len(answer.headers.get_list("date")) == 1


def test_a_delay_is_a_delay(emulator: Emulator, client: httpx.Client, session: str) -> None:
    emulator.add_fault(Fault("delay", seconds=1, times=1))
    with pytest.raises(httpx.ReadTimeout):
        client.get(f"/sessions/{session}", timeout=0.05)
    emulator.add_fault(Fault("delay", seconds=0.05, times=1))
    assert client.get(f"/sessions/{session}").elapsed.total_seconds() >= 0.05


def test_a_reset_leaves_no_answer(emulator: Emulator, client: httpx.Client, session: str) -> None:
    emulator.add_fault(Fault("reset", times=1))
    with pytest.raises(httpx.ReadError, match="reset"):
        client.get(f"/sessions/{session}")
    assert client.get(f"/sessions/{session}").status_code == 200
    assert [request["status"] for request in emulator.requests(session_id=session)][-2:] == [
        None,
        200,
    ]


def test_a_truncated_body_ends_too_early(
    emulator: Emulator, client: httpx.Client, session: str
) -> None:
    emulator.add_fault(Fault("truncated", times=1))
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        client.get(f"/sessions/{session}")
    assert client.get(f"/sessions/{session}").status_code == 200


def test_broken_json_comes_with_a_200(
    emulator: Emulator, client: httpx.Client, session: str
) -> None:
    emulator.add_fault(Fault("broken_json"))
    answer = client.get(f"/sessions/{session}")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting"):
        answer.json()


@pytest.mark.parametrize(
    ("fault", "path", "field"),
    [
        (Fault("unknown_value"), "", "state"),
        (Fault("unknown_value"), "/extended", "status"),
        (Fault("unknown_value", field="mode"), "", "mode"),
    ],
)
def test_an_unknown_value(fault: Fault, path: str, field: str) -> None:
    emulator = Emulator(virtual_clock=True)
    with emulator.client() as client:
        session = client.post("/sessions", json=BODY).json()["id"]
        true = client.get(f"/sessions/{session}{path}").json()
        emulator.add_fault(fault)
        struck = client.get(f"/sessions/{session}{path}").json()
    assert struck == {**true, field: "pending_closed"}


def test_a_missing_field(emulator: Emulator, client: httpx.Client) -> None:
    emulator.add_fault(Fault("missing_field", operation="createSession", times=1))
    assert "id" not in client.post("/sessions", json=BODY).json()
    # The session is there all the same.
    assert len(emulator.sessions()) == 1


def test_a_session_is_not_found_yet(emulator: Emulator, client: httpx.Client, session: str) -> None:
    emulator.add_fault(Fault("not_found_yet", seconds=5))
    unknown = client.get("/sessions/nowhere")
    early = client.get(f"/sessions/{session}")
    assert (early.status_code, early.text) == (404, unknown.text)
    emulator.advance(5)
    assert client.get(f"/sessions/{session}").status_code == 200


@pytest.mark.parametrize("after", [False, True])
def test_before_or_after_the_side_effect(
    emulator: Emulator, client: httpx.Client, session: str, *, after: bool
) -> None:
    emulator.add_fault(Fault("error", operation="updateSession", after=after, times=1))
    answer = client.patch(f"/sessions/{session}", json={"accepting_jobs": False})
    assert answer.status_code == 500
    assert client.get(f"/sessions/{session}").json()["accepting_jobs"] is not after


def test_only_where_it_is_told_to(emulator: Emulator, client: httpx.Client, session: str) -> None:
    other = client.post("/sessions", json=BODY).json()["id"]
    emulator.add_fault(Fault("error", session_id=other, operation="getSession"))
    assert client.get(f"/sessions/{session}").status_code == 200
    assert client.get(f"/sessions/{other}/extended").status_code == 200
    assert client.get(f"/sessions/{other}").status_code == 500
    # Without a token, and where nothing is, nobody learns of it.
    assert httpx.get(f"{emulator.url}/sessions/{other}").status_code == 401


def test_which_calls_are_struck_is_the_seeds_choice() -> None:
    def struck(seed: int) -> list[int]:
        emulator = Emulator(seed=seed)
        emulator.add_fault(Fault("error", probability=0.5))
        with emulator.client() as client:
            return [client.get("/sessions/x").status_code for _ in range(40)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert set(struck(1)) == {404, 500}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "nonsense"},
        {"kind": "gateway", "status": 500},
        {"kind": "error", "status": 200},
        {"kind": "error", "probability": 1.5},
        {"kind": "error", "times": 0},
        {"kind": "error", "status": "500"},
        {"kind": "error", "unknown": 1},
        {},
        [],
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(client: httpx.Client, wrong: Any) -> None:
    answer = client.post("/_emulator/faults", json=wrong)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]


def test_faults_are_named(emulator: Emulator) -> None:
    assert emulator.add_fault(Fault("error")) == "fault-1"
    assert emulator.add_fault(Fault("error", name="mine")) == "mine"
    with pytest.raises(ValueError, match="mine"):
        emulator.add_fault(Fault("error", name="mine"))
    emulator.remove_fault("mine")
    assert [fault["name"] for fault in emulator.faults()] == ["fault-1"]
    with pytest.raises(LookupError, match="mine"):
        emulator.remove_fault("mine")


@pytest.mark.parametrize(
    ("kind", "arguments", "said"),
    [
        ("eror", {}, "There is no kind of fault 'eror'. Did you mean 'error'? It is one of error,"),
        ("delay", {"status": 503}, "'delay' does not heed 'status': that is for error and gateway"),
        ("reset", {"retry_after": 9}, "'reset' does not heed 'retry_after'"),
        ("truncated", {"field": "id"}, "'truncated' does not heed 'field'"),
        ("missing_field", {"value": "x"}, "'missing_field' does not heed 'value'"),
        ("error", {"seconds": 3}, "'error' does not heed 'seconds'"),
        ("error", {"status": 200}, "The status of 'error' is from 400 to 599, not 200."),
        ("gateway", {"status": 500}, "is one of 403, 502, 503, 520, 521, 522, 523, 524, not 500."),
    ],
)
def test_a_fault_that_cannot_be_is_refused_in_a_line(
    served: Emulator, kind: Any, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as refusal:
        Fault(kind, **arguments)
    assert len(str(refusal.value)) < 250
    answer = httpx.post(f"{served.url}/_emulator/faults", json={"kind": kind, **arguments})
    refused = {"error": str(refusal.value), "type": "ValueError"}
    assert (answer.status_code, answer.json()) == (400, refused)


def test_a_fault_of_an_operation_that_there_is_not_is_refused(served: Emulator) -> None:
    said = "There is no operation 'updateSesion'. Did you mean 'updateSession'?"
    before = served.faults()
    with pytest.raises(ValueError, match=re.escape(said)):
        served.add_fault(Fault("error", operation="updateSesion"))
    sent = {"kind": "error", "operation": "updateSesion"}
    answer = httpx.post(f"{served.url}/_emulator/faults", json=sent)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert served.faults() == before


def test_type_checkers_know_all_kinds() -> None:
    assert get_args(FaultName) == tuple(kind.value for kind in FaultKind)
