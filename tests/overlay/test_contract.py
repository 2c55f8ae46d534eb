"""Answers are held to the contract before they are believed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from runtime_sessions import ContractError, OutcomeUnknownError, SessionsClient

if TYPE_CHECKING:
    from collections.abc import Iterator

Mocked = Callable[..., SessionsClient]

CALLS: dict[str, Callable[[SessionsClient], Any]] = {
    "Session": lambda client: client.get("s-1"),
    "ExtendedSession": lambda client: client.extended("s-1"),
    "JobPage": lambda client: next(iter(client.pages("s-1"))),
    "CreatedSession": lambda client: client.create(backend="ibmq_wellington").id,
}


@cache
def contract() -> dict[str, Any]:
    file = resources.files("runtime_sessions_api") / "classic.openapi.json"
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


@cache
def examples() -> dict[str, Any]:
    """The documented answer of each schema."""
    found: dict[str, Any] = {}
    for path in contract()["paths"].values():
        for method in ("get", "post"):
            answer = path.get(method, {}).get("responses", {}).get("200", {}).get("content", {})
            for content in answer.values():
                name = content["schema"]["$ref"].rpartition("/")[2]
                found[name] = content["examples"]["documented"]["value"]
    return found


def answering(mocked: Mocked, answer: Any) -> SessionsClient:
    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(204)
        return httpx.Response(200, text=json.dumps(answer))

    return mocked(respond)


def test_there_is_an_example_of_each() -> None:
    assert set(examples()) == set(CALLS)


@pytest.mark.parametrize("name", ["Session", "ExtendedSession", "JobPage"])
def test_what_came_is_what_is_encoded(mocked: Mocked, name: str) -> None:
    answer = copy.deepcopy(examples()[name])
    unknown = {"new_field": {"deep": [1, None]}}
    answer |= unknown
    for enum in ("state", "status", "mode"):
        if enum in answer:
            answer[enum] = "pending_closed"
    if name == "JobPage":
        answer["jobs"][0] |= unknown | {"ended": None, "status": "Cancelled - Ran too long"}
        answer["jobs"][0]["state"]["status"] = "Paused"
    assert CALLS[name](answering(mocked, answer)).to_dict() == answer


WRONG: dict[str, list[Any]] = {
    "string": [None, 1, True, ["a"], {"a": 1}],
    "date-time": [
        None,
        1,
        "yesterday",
        "2023-10-01",
        "2023-10-01T00:00:00",
        "2023-02-30T00:00:00Z",
    ],
    "number": [None, "1", True, [1], -1],
    "integer": [None, "1", True, 1.5, -1],
    "boolean": [None, "true", 1],
    "array": [None, "a", {"a": 1}, [1]],
}


def breaches(name: str) -> Iterator[tuple[str, Any]]:
    """The documented answer with one rule broken: a field missing, or of another type."""
    schema = contract()["components"]["schemas"][name]
    for field in schema["required"]:
        yield f"{name}-no-{field}", {k: v for k, v in examples()[name].items() if k != field}
    for field, declared in schema["properties"].items():
        for wrong in WRONG[declared.get("format", declared.get("type", "string"))]:
            yield f"{name}-{field}-{wrong}", examples()[name] | {field: wrong}
    yield f"{name}-list", [examples()[name]]
    yield f"{name}-null", None


BREACHES = [
    pytest.param(name, answer, id=label) for name in CALLS for label, answer in breaches(name)
]


def test_there_are_many() -> None:
    assert len(BREACHES) > 150


@pytest.mark.parametrize(("name", "answer"), BREACHES)
def test_a_broken_rule_is_a_contract_error(mocked: Mocked, name: str, answer: Any) -> None:
    with pytest.raises(ContractError) as caught:
        CALLS[name](answering(mocked, answer))
    assert caught.value.response is not None
    assert caught.value.response.json() == answer
    assert "the answer breaks the contract: at /" in str(caught.value)
    named = isinstance(answer, dict) and isinstance(answer.get("id"), str)
    assert isinstance(caught.value, OutcomeUnknownError) is (name == "CreatedSession" and not named)


def test_it_says_where(mocked: Mocked) -> None:
    page = copy.deepcopy(examples()["JobPage"])
    page["jobs"][0]["created"] = "yesterday"
    with pytest.raises(ContractError, match='at /jobs/0/created: "yesterday" does not match'):
        CALLS["JobPage"](answering(mocked, page))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[" * 100_000, b"<html>Log in</html>"],
)
def test_what_is_not_json_is_a_contract_error(mocked: Mocked, body: bytes) -> None:
    client = mocked(lambda _: httpx.Response(200, content=body))
    with pytest.raises(ContractError, match="it has JSON") as caught:
        client.get("s-1")
    assert caught.value.body == body


def test_a_time_that_no_calendar_has_is_a_contract_error(mocked: Mocked) -> None:
    page = copy.deepcopy(examples()["JobPage"])
    page["jobs"][0]["created"] = "2021-13-05 00:56:04"
    with pytest.raises(ContractError):
        CALLS["JobPage"](answering(mocked, page))


@pytest.mark.parametrize("status", [201, 202, 206])
def test_a_yes_that_the_contract_does_not_know_is_a_contract_error(
    mocked: Mocked, status: int
) -> None:
    client = mocked(lambda _: httpx.Response(status, json=examples()["Session"]))
    with pytest.raises(ContractError, match=f"{status} where it has 200"):
        client.get("s-1")
    client = mocked(lambda _: httpx.Response(status))
    with pytest.raises(ContractError, match=f"{status} where it has 204"):
        client.cancel("s-1")
