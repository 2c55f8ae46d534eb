"""Answers are held to the contract before they are believed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import ContractError, OutcomeUnknownError, SessionsClient
from runtime_sessions_api.http_library import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

Mocked = Callable[..., SessionsClient]

Call = Callable[[SessionsClient], Any]

# The sessions of the examples.
ONE = "11111111111111111111"
BUSY = "ch8b1ok4k9li68vm059r"
CURRENT = "5a5b9d6c-5f0c-4e63-9c0e-0f6a5f3c2b1d"
#: Each call that has an answer: by contract, and by the schema of the answer.
CALLS: dict[tuple[str, str], Call] = {
    ("classic", "Session"): lambda client: client.get(ONE),
    ("classic", "ExtendedSession"): lambda client: client.extended(ONE),
    ("classic", "JobPage"): lambda client: next(iter(client.pages(BUSY))),
    ("classic", "CreatedSession"): lambda client: client.create(backend="b").id,
    ("platform", "Session"): lambda client: client.get(CURRENT),
    ("platform", "JobPage"): lambda client: next(iter(client.pages(CURRENT))),
}
#: And those whose answers are lists of sessions.
ALL_CALLS: dict[tuple[str, str], Call] = {
    **CALLS,
    ("platform", "WorkloadPage"): lambda client: next(iter(client.sessions())),
}
CREATES: dict[str, str] = {"classic": "CreatedSession", "platform": "Session"}


@cache
def document(contract: str) -> dict[str, Any]:
    file = resources.files("runtime_sessions_api") / f"{contract}.openapi.json"
    parsed: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return parsed


@cache
def examples(contract: str) -> dict[str, Any]:
    """The fullest example of each schema that is answered."""
    found: dict[str, Any] = {}
    for path in document(contract)["paths"].values():
        for method in ("get", "post"):
            answer = path.get(method, {}).get("responses", {}).get("200", {}).get("content", {})
            for content in answer.values():
                name = content["schema"]["$ref"].rpartition("/")[2]
                values = [example["value"] for example in content["examples"].values()]
                found[name] = max([*values, found.get(name, {})], key=lambda one: len(str(one)))
    return found


def answering(mocked: Mocked, answer: Any) -> SessionsClient:
    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(204)
        return httpx.Response(200, text=json.dumps(answer))

    return mocked(respond)


def test_there_is_an_example_of_each() -> None:
    # The lists of the platform are the generated client's.
    beside = {("platform", "WorkloadPage"), ("platform", "VersionList")}
    known = {(contract, name) for contract in CREATES for name in examples(contract)}
    assert known - beside == set(CALLS)


@pytest.mark.parametrize(
    ("contract", "name"),
    [case for case in CALLS if case[1] != "CreatedSession"],
    indirect=["contract"],
)
def test_what_came_is_what_is_encoded(mocked: Mocked, contract: str, name: str) -> None:
    answer = copy.deepcopy(examples(contract)[name])
    unknown = {"new_field": {"deep": [1, None]}}
    answer |= unknown
    for enum in ("state", "status", "mode"):
        if enum in answer:
            answer[enum] = "pending_closed"
    if name == "JobPage":
        answer["jobs"][0] |= unknown | {"status": "Cancelled - Ran too long"}
        if "ended" in answer["jobs"][0]:
            answer["jobs"][0]["ended"] = None
        answer["jobs"][0]["state"]["status"] = "Paused"
    assert CALLS[contract, name](answering(mocked, answer)).to_dict() == answer


@pytest.mark.parametrize(
    ("contract", "name"),
    [case for case in CALLS if case[1] != "CreatedSession"],
    indirect=["contract"],
)
def test_the_answer_of_another_session_breaks_the_contract(
    mocked: Mocked, contract: str, name: str
) -> None:
    answer = copy.deepcopy(examples(contract)[name])
    if name == "JobPage":
        answer["jobs"].append(answer["jobs"][0] | {"session_id": "another"})
    else:
        answer["id"] = "another"
    with pytest.raises(ContractError, match="it is about session 'another'") as caught:
        CALLS[contract, name](answering(mocked, answer))
    assert caught.value.attempts == 1


def test_what_create_answers_is_the_session(mocked: Mocked, contract: str) -> None:
    answer = examples(contract)[CREATES[contract]]
    session = answering(mocked, answer).create(backend="b")
    assert session.id == answer["id"]
    if contract == "platform":
        assert session.details().to_dict() == answer
        assert session.messages == ()
    else:
        assert [message.to_dict() for message in session.messages] == answer["messages"]


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


def breaches(contract: str, name: str) -> Iterator[tuple[str, Any]]:
    """An example with one rule broken: a field missing, or of another type."""
    schemas = document(contract)["components"]["schemas"]
    schema, example = schemas[name], examples(contract)[name]
    label = f"{contract}-{name}"
    for field in schema["required"]:
        yield f"{label}-no-{field}", {k: v for k, v in example.items() if k != field}
    for field, at in schema["properties"].items():
        # A form that has null beside it can be nothing else that is wrong.
        nullable = "oneOf" in at
        one = at["oneOf"][0] if nullable else at
        declared = schemas[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        kinds = declared["type"] if isinstance(declared["type"], list) else [declared["type"]]
        kinds = [*kinds, "null"] if nullable else kinds
        kind = "date-time" if declared.get("format") == "date-time" else kinds[0]
        for wrong in WRONG[kind]:
            if not (wrong is None and "null" in kinds):
                yield f"{label}-{field}-{wrong}", example | {field: wrong}
    yield f"{label}-list", [example]
    yield f"{label}-null", None


BREACHES = [
    pytest.param(contract, name, answer, id=label)
    for contract, name in CALLS
    for label, answer in breaches(contract, name)
]


def test_there_are_many() -> None:
    assert len(BREACHES) > 250


@pytest.mark.parametrize(("contract", "name", "answer"), BREACHES, indirect=["contract"])
def test_a_broken_rule_is_a_contract_error(
    mocked: Mocked, contract: str, name: str, answer: Any
) -> None:
    with pytest.raises(ContractError) as caught:
        CALLS[contract, name](answering(mocked, answer))
    assert caught.value.response is not None
    assert caught.value.response.json() == answer
    assert "the answer breaks the contract: at /" in str(caught.value)
    named = isinstance(answer, dict) and isinstance(answer.get("id"), str)
    lost = name == "CreatedSession" and not named
    assert isinstance(caught.value, OutcomeUnknownError) is lost


def without_one(
    contract: str, schema: dict[str, Any], example: Any, place: str = "/"
) -> Iterator[tuple[str, str, Any]]:
    """An example without one of the fields that are required, wherever: where, which, the rest."""
    if "$ref" in schema:
        schema = document(contract)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(example, list):
        whole = without_one(contract, schema["items"], example[0], f"{place}0/")
        yield from ((at, field, [rest]) for at, field, rest in whole)
    if not isinstance(example, dict):
        return
    for field in schema.get("required", []):
        yield place, field, {key: value for key, value in example.items() if key != field}
    for key, held in schema.get("properties", {}).items():
        if key in example:
            part = without_one(contract, held, example[key], f"{place}{key}/")
            yield from ((at, field, example | {key: rest}) for at, field, rest in part)


@pytest.mark.parametrize(("contract", "name"), ALL_CALLS, indirect=["contract"])
def test_a_missing_field_is_missed_wherever_it_is(mocked: Mocked, contract: str, name: str) -> None:
    schema, example = document(contract)["components"]["schemas"][name], examples(contract)[name]
    tried = set()
    for place, field, answer in without_one(contract, schema, example):
        with pytest.raises(ContractError) as caught:
            ALL_CALLS[contract, name](answering(mocked, answer))
        said = f'at {place.rstrip("/") or "/"}: "{field}" is a required property'
        assert said in str(caught.value)
        tried.add(place)
    assert len(tried) > 1 or "Page" not in name


def test_it_says_where(mocked: Mocked, contract: str) -> None:
    page = copy.deepcopy(examples(contract)["JobPage"])
    page["jobs"][0]["created"] = "yesterday"
    with pytest.raises(ContractError, match='at /jobs/0/created: "yesterday" '):
        CALLS[contract, "JobPage"](answering(mocked, page))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[" * 100_000, b"<html>Log in</html>"],
)
def test_what_is_not_json_is_a_contract_error(mocked: Mocked, body: bytes) -> None:
    client = mocked(lambda _: httpx.Response(200, content=body))
    with pytest.raises(ContractError, match="it has JSON") as caught:
        client.get("s-1")
    assert caught.value.body == body


def test_a_time_that_no_calendar_has_is_a_contract_error(mocked: Mocked, contract: str) -> None:
    page = copy.deepcopy(examples(contract)["JobPage"])
    page["jobs"][0]["created"] = "2021-13-05T00:56:04Z"
    with pytest.raises(ContractError):
        CALLS[contract, "JobPage"](answering(mocked, page))


@pytest.mark.parametrize("status", [201, 202, 206])
def test_a_yes_that_the_contract_does_not_know_is_a_contract_error(
    mocked: Mocked, contract: str, status: int
) -> None:
    client = mocked(lambda _: httpx.Response(status, json=examples(contract)["Session"]))
    with pytest.raises(ContractError, match=f"{status} where it has 200"):
        client.get("s-1")
    client = mocked(lambda _: httpx.Response(status))
    with pytest.raises(ContractError, match=f"{status} where it has 204"):
        client.cancel("s-1")
