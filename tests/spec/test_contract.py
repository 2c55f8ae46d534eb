"""The contract as a document: what it promises of itself, whoever serves it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import validate

ROOT = Path(__file__).parents[2]
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
DOCUMENTED: dict[str, list[Any]] = json.loads(
    Path(__file__).with_name("documented.json").read_text()
)
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation
    for item in CONTRACT["paths"].values()
    for method, operation in item.items()
    if method in METHODS
}


def walk(node: Any, pointer: str = "#") -> Iterator[tuple[str, Any]]:
    yield pointer, node
    items: list[tuple[Any, Any]] = []
    if isinstance(node, dict):
        items = list(node.items())
    elif isinstance(node, list):
        items = list(enumerate(node))
    for key, value in items:
        yield from walk(value, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


NODES = dict(walk(CONTRACT))


def violations(schema: dict[str, Any], value: Any) -> list[str]:
    """What the schema has against the value, formats included, as `pointer: message`."""
    validator = jsonschema_rs.Draft202012Validator(
        {**schema, "components": CONTRACT["components"]}, validate_formats=True
    )
    return [
        f"{'/'.join(map(str, error.instance_path))}: {error.message}"
        for error in validator.iter_errors(value)
    ]


def by_name(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_is_valid_openapi() -> None:
    validate(CONTRACT)


def test_every_reference_resolves() -> None:
    dangling = {
        node["$ref"]
        for node in NODES.values()
        if isinstance(node, dict) and "$ref" in node and node["$ref"] not in NODES
    }
    assert dangling == set()


def test_has_the_six_operations() -> None:
    assert {
        (operation["operationId"], method.upper(), path)
        for path, item in CONTRACT["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    } == {
        ("createSession", "POST", "/sessions"),
        ("getSession", "GET", "/sessions/{id}"),
        ("updateSession", "PATCH", "/sessions/{id}"),
        ("closeSession", "DELETE", "/sessions/{id}/close"),
        ("getSessionExtended", "GET", "/sessions/{id}/extended"),
        ("listSessionJobs", "GET", "/sessions/{id}/jobs"),
    }


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("createSession", {"200", "400", "401", "403", "404", "500"}),
        ("getSession", {"200", "401", "404", "500"}),
        ("updateSession", {"204", "400", "401", "404", "500"}),
        ("closeSession", {"204", "401", "404", "500"}),
        ("getSessionExtended", {"200", "401", "404", "500"}),
        ("listSessionJobs", {"200", "400", "401", "404", "500"}),
    ],
)
def test_lists_these_statuses_and_no_default(operation: str, statuses: set[str]) -> None:
    assert OPERATIONS[operation]["responses"].keys() == statuses


def test_every_operation_asks_for_a_token_in_either_form() -> None:
    assert {
        name: [scheme for form in operation["security"] for scheme in form]
        for name, operation in OPERATIONS.items()
    } == {name: ["bearer", "accessToken"] for name in OPERATIONS}


@pytest.mark.parametrize(
    ("operation", "status", "id_of_link"),
    [
        ("createSession", "200", "$response.body#/id"),
        ("updateSession", "204", "$request.path.id"),
        ("closeSession", "204", "$request.path.id"),
    ],
)
def test_links_lead_to_all_that_take_an_id(operation: str, status: str, id_of_link: str) -> None:
    links = OPERATIONS[operation]["responses"][status]["links"]
    assert {link["operationId"] for link in links.values()} == OPERATIONS.keys() - {"createSession"}
    assert all(link["parameters"] == {"id": id_of_link} for link in links.values())


def test_request_bodies_are_closed_and_answers_open() -> None:
    requests = {
        content["schema"]["$ref"].rpartition("/")[2]
        for operation in OPERATIONS.values()
        if "requestBody" in operation
        for content in operation["requestBody"]["content"].values()
    }
    closed = {
        name for name, schema in SCHEMAS.items() if schema.get("additionalProperties") is False
    }
    assert closed == requests == {"SessionRequest", "SessionUpdate"}


def test_what_goes_beyond_the_text_says_so_and_why() -> None:
    marked = {
        pointer: node
        for pointer, node in NODES.items()
        if isinstance(node, dict) and {"x-provenance", "x-reason"} & node.keys()
    }
    assert len(marked) > 20
    for pointer, node in marked.items():
        assert node.get("x-provenance") in {"documented", "reported", "assumed"}, pointer
        assert node.get("x-reason"), pointer


def test_every_field_is_described_and_has_an_example() -> None:
    # No public source shows these two.
    without_example = {("ErrorBody", "trace"), ("Error", "solution")}
    for name, schema in SCHEMAS.items():
        for field, content in schema.get("properties", {}).items():
            plain = "$ref" not in content and content.get("type") != "array"
            assert not plain or content["description"], (name, field)
            if plain and (name, field) not in without_example:
                assert content["examples"], (name, field)


@pytest.mark.parametrize(
    ("name", "example"), [(name, each) for name, all_of in DOCUMENTED.items() for each in all_of]
)
def test_documented_example_validates(name: str, example: Any) -> None:
    if name == "ExtendedSession":  # erratum 5
        (only,) = violations(by_name(name), example)
        assert only.startswith('status: "active" is not one of')
        example = {**example, "status": "in_progress"}
    assert violations(by_name(name), example) == []


@pytest.mark.parametrize("name", ["Session", "ExtendedSession", "JobPage", "CreatedSession"])
def test_describes_the_fields_of_the_documented_example_and_no_others(name: str) -> None:
    assert SCHEMAS[name]["properties"].keys() == DOCUMENTED[name][0].keys()


def test_describes_the_fields_of_the_documented_job_and_no_others() -> None:
    job = DOCUMENTED["JobPage"][0]["jobs"][0]
    assert SCHEMAS["Job"]["properties"].keys() == job.keys()
    assert set(SCHEMAS["Job"]["required"]) == job.keys()


def test_own_examples_validate() -> None:
    seen = 0
    for pointer, node in NODES.items():
        if not isinstance(node, dict) or "examples" not in node:
            continue
        if isinstance(node["examples"], list):
            schema, values = {k: v for k, v in node.items() if k != "examples"}, node["examples"]
        else:
            schema, values = node["schema"], [each["value"] for each in node["examples"].values()]
        for value in values:
            assert violations(schema, value) == [], pointer
            seen += 1
    assert seen > 50


def test_a_job_that_has_not_ended_validates() -> None:
    job = copy.deepcopy(DOCUMENTED["JobPage"][0]["jobs"][0])
    job |= {"ended": None, "status": "Queued", "state": {"status": "Queued"}}
    assert violations(by_name("Job"), job) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("SessionRequest", {"max_ttl": 60}),
        ("SessionRequest", {"max_session_ttl": 0}),
        ("SessionRequest", {"mode": "interactive"}),
        ("SessionUpdate", {"accepting_jobs": "false"}),
        ("CreatedSession", {"messages": ["text"]}),
        ("Session", {"closed_at": None}),
        ("Session", {"created_at": "2023-10-01 00:00:00"}),
        ("Session", {"elapsed_time": -1}),
    ],
)
def test_wrong_value_does_not_validate(name: str, change: dict[str, Any]) -> None:
    assert violations(by_name(name), {**DOCUMENTED[name][0], **change}) != []
