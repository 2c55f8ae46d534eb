"""The contracts as documents: what each promises of itself, whoever serves it.

What the public texts say, and where the contracts differ, is data: `facts/<contract>.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from generate import contracts
from openapi_spec_validator import validate
from rules import PROVENANCES
from sources import is_public

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
FACTS = Path(__file__).with_name("facts")


class Contract:
    """A contract, and what it is held to."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self.file = file
        self.document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        self.facts: dict[str, Any] = json.loads((FACTS / f"{name}.json").read_text())
        self.schemas: dict[str, Any] = self.document["components"]["schemas"]
        self.operations: dict[str, dict[str, Any]] = {}
        for path, item in self.document["paths"].items():
            for method in METHODS & item.keys():
                shared = item.get("parameters", [])
                operation = {**item[method], "method": method.upper(), "path": path}
                operation["parameters"] = [
                    self.resolved(each) for each in (*shared, *operation.get("parameters", []))
                ]
                self.operations[operation["operationId"]] = operation
        self.nodes = dict(walk(self.document))

    def resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        target: Any = node
        while "$ref" in target:
            keys = target["$ref"].removeprefix("#/").split("/")
            target = self.document
            for key in keys:
                target = target[key]
        return dict(target)

    def violations(self, schema: dict[str, Any], value: Any) -> list[str]:
        """What the schema has against the value, formats included, as `pointer: message`."""
        validator = jsonschema_rs.Draft202012Validator(
            {**schema, "components": self.document["components"]}, validate_formats=True
        )
        return [
            f"{'/'.join(map(str, error.instance_path))}: {error.message}"
            for error in validator.iter_errors(value)
        ]

    def example(self, schema: str) -> Any:
        """The contract's own first example of a body."""
        if schema == "Job":
            return self.example("JobPage")["jobs"][0]
        for node in self.nodes.values():
            if isinstance(node, dict) and node.get("schema") == by_name(schema):
                for each in node.get("examples", {}).values():
                    return each["value"]
        pytest.fail(f"{self.file.name} has no example of {schema}")


def walk(node: Any, pointer: str = "#") -> Iterator[tuple[str, Any]]:
    yield pointer, node
    items: list[tuple[Any, Any]] = []
    if isinstance(node, dict):
        items = list(node.items())
    elif isinstance(node, list):
        items = list(enumerate(node))
    for key, value in items:
        yield from walk(value, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


def by_name(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


CONTRACTS = [Contract(name, file) for name, file in contracts().items()]


per_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)


def each_of(facts: str) -> pytest.MarkDecorator:
    """Run a test for each of these facts, a mapping or pairs, of each contract."""
    cases = [
        pytest.param(contract, case, id=f"{contract.name}-{case[0]}-{number}")
        for contract in CONTRACTS
        for number, case in enumerate(
            contract.facts[facts].items()
            if isinstance(contract.facts[facts], dict)
            else contract.facts[facts]
        )
    ]
    return pytest.mark.parametrize(("contract", "case"), cases)


@per_contract
def test_is_valid_openapi(contract: Contract) -> None:
    validate(contract.document)


@per_contract
def test_every_reference_resolves(contract: Contract) -> None:
    nodes = contract.nodes
    dangling = {
        node["$ref"]
        for node in nodes.values()
        if isinstance(node, dict) and "$ref" in node and node["$ref"] not in nodes
    }
    assert dangling == set()


@per_contract
def test_has_these_operations_and_no_others(contract: Contract) -> None:
    operations = contract.facts["operations"]
    assert contract.operations.keys() == operations.keys()
    for name, fact in operations.items():
        operation = contract.operations[name]
        assert (operation["method"], operation["path"]) == (fact["method"], fact["path"])


@each_of("operations")
def test_lists_these_statuses_and_no_default(contract: Contract, case: Any) -> None:
    name, fact = case
    assert contract.operations[name]["responses"].keys() == set(map(str, fact["statuses"]))


@per_contract
def test_every_operation_asks_for_its_own_credentials(contract: Contract) -> None:
    # At each operation: the generator does not look at the document's.
    assert "security" not in contract.document
    for name, operation in contract.operations.items():
        wanted = contract.facts["operations"][name].get("security", contract.facts["security"])
        assert [list(way) for way in operation["security"]] == wanted
    named = {scheme for way in contract.facts["security"] for scheme in way}
    assert contract.document["components"]["securitySchemes"].keys() == named


@per_contract
def test_every_operation_with_credentials_takes_these_headers(contract: Contract) -> None:
    for name, operation in contract.operations.items():
        headers = {
            each["name"]: each["required"]
            for each in operation["parameters"]
            if each["in"] == "header"
        }
        assert headers == (contract.facts["headers"] if operation["security"] else {}), name


@each_of("parameters")
def test_takes_the_documented_query_and_no_other(contract: Contract, case: Any) -> None:
    name, facts = case
    parameters = {
        each["name"]: each["schema"]
        for each in contract.operations[name]["parameters"]
        if each["in"] == "query"
    }
    assert parameters.keys() == facts.keys()
    for parameter, known in facts.items():
        schema = contract.resolved(parameters[parameter])
        if "items" in schema:
            schema["items"] = contract.resolved(schema["items"])
        for keyword, value in known.items():
            found = schema[keyword]
            if keyword == "items":
                found = {each: found[each] for each in value}
            assert found == value, (parameter, keyword)


@per_contract
def test_every_integer_that_a_client_may_send_has_a_range_that_a_server_can_keep(
    contract: Contract,
) -> None:
    sent: dict[str, Any] = {}
    for name, operation in contract.operations.items():
        for parameter in operation["parameters"]:
            sent[f"{name} {parameter['name']}"] = parameter["schema"]
    for body in contract.facts["request_bodies"]:
        for field, schema in contract.schemas[body]["properties"].items():
            sent[f"{body} {field}"] = schema
    integers = {where: each for where, each in sent.items() if each.get("type") == "integer"}
    assert len(integers) >= 2
    for where, schema in integers.items():
        assert schema["format"] == "int32", where
        assert -(2**31) <= schema["minimum"] <= schema["maximum"] <= 2**31 - 1, where


@per_contract
def test_links_lead_to_all_that_take_an_id(contract: Contract) -> None:
    takes = {
        name: fact["takes"]
        for name, fact in contract.facts["operations"].items()
        if "takes" in fact
    }
    for name, status, the_id in (
        ("createSession", "200", "$response.body#/id"),
        ("updateSession", "204", "$request.path.id"),
        ("closeSession", "204", "$request.path.id"),
    ):
        links = contract.operations[name]["responses"][status]["links"]
        assert {each["operationId"]: each["parameters"] for each in links.values()} == {
            to: {parameter: the_id} for to, parameter in takes.items()
        }
    for name, parameter in takes.items():
        declared = {each["name"] for each in contract.operations[name]["parameters"]}
        assert parameter in declared, name


@per_contract
def test_request_bodies_are_required_and_answers_open(contract: Contract) -> None:
    requests: set[str] = set()
    for operation in contract.operations.values():
        if "requestBody" in operation:
            assert operation["requestBody"]["required"]
            for content in operation["requestBody"]["content"].values():
                requests.add(content["schema"]["$ref"].rpartition("/")[2])
    closed = {
        name
        for name, schema in contract.schemas.items()
        if schema.get("additionalProperties") is False
    }
    assert requests == set(contract.facts["request_bodies"])
    assert closed == set(contract.facts["closed"])


@per_contract
def test_what_goes_beyond_the_text_says_so_and_why(contract: Contract) -> None:
    marked = {
        pointer: node
        for pointer, node in contract.nodes.items()
        if isinstance(node, dict) and {"x-provenance", "x-reason"} & node.keys()
    }
    assert len(marked) > 20
    for pointer, node in marked.items():
        assert node.get("x-provenance") in PROVENANCES, pointer
        assert node.get("x-reason"), pointer
        sources = node.get("x-source", [])
        assert sources or node["x-provenance"] == "assumed", pointer
        assert all(map(is_public, sources)), pointer
        # What a mark is about, where it is not about all of the schema.
        assert node.keys() >= set(node.get("x-keywords", ())), pointer


@per_contract
def test_every_field_is_described_and_has_an_example(contract: Contract) -> None:
    # No public source shows these.
    without_example = set(contract.facts["without_example"])
    for name, schema in contract.schemas.items():
        for field, content in schema.get("properties", {}).items():
            plain = "$ref" not in content and content.get("type") != "array"
            assert not plain or content["description"], (name, field)
            if plain:
                assert ("examples" in content) != (f"{name} {field}" in without_example)


@per_contract
def test_every_body_that_goes_in_or_comes_back_has_an_example(contract: Contract) -> None:
    for name, operation in contract.operations.items():
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in map(contract.resolved, bodies):
            for content in body.get("content", {}).values():
                assert content.get("examples") or content["schema"] == by_name("ErrorBody"), name


@each_of("documented")
def test_documented_examples_validate(contract: Contract, case: Any) -> None:
    name, examples = case
    wrong = contract.facts["documented_wrongly"].get(name)
    for example in examples:
        if wrong:
            (only,) = contract.violations(by_name(name), example)
            assert only.startswith(wrong["violation"])
            example.update(wrong["correction"])
        assert contract.violations(by_name(name), example) == []


@each_of("fields")
def test_describes_the_documented_fields_and_no_others(contract: Contract, case: Any) -> None:
    name, fields = case
    undocumented = {
        field for each, field in map(str.split, contract.facts["undocumented"]) if each == name
    }
    properties = contract.schemas[name]["properties"]
    assert properties.keys() == {*fields, *undocumented}
    # By the text; whatever else says it is named where it stands.
    assert all("x-provenance" in properties[field] for field in undocumented)


@each_of("required")
def test_requires_the_documented_fields_and_no_others(contract: Contract, case: Any) -> None:
    name, fields = case
    assert set(contract.schemas[name]["required"]) == set(fields)


@per_contract
def test_own_examples_validate(contract: Contract) -> None:
    seen = 0
    for pointer, node in contract.nodes.items():
        if not isinstance(node, dict) or "examples" not in node:
            continue
        if isinstance(node["examples"], list):
            schema, values = {k: v for k, v in node.items() if k != "examples"}, node["examples"]
        else:
            schema, values = node["schema"], [each["value"] for each in node["examples"].values()]
        for value in values:
            assert contract.violations(schema, value) == [], pointer
            seen += 1
    assert seen > 50


@each_of("valid")
def test_right_value_validates(contract: Contract, case: Any) -> None:
    name, change = case
    assert contract.violations(by_name(name), {**contract.example(name), **change}) == []


@each_of("invalid")
def test_wrong_value_does_not_validate(contract: Contract, case: Any) -> None:
    name, change = case
    assert contract.violations(by_name(name), {**contract.example(name), **change}) != []


@per_contract
def test_every_erratum_is_pointed_back_to(contract: Contract) -> None:
    page = (contract.file.parent / "docs" / "errata.md").read_text(encoding="utf-8")
    (section,) = [part for part in page.split("\n## ") if f"`{contract.file.name}`" in part]
    errata = re.findall(r"^\| (P?\d+) \|", section, re.MULTILINE)
    assert len(errata) == len(set(errata))
    assert len(errata) > 5
    prose = " ".join(node for node in contract.nodes.values() if isinstance(node, str))
    assert sorted(set(re.findall(r"erratum (P?\d+)", prose))) == sorted(errata)
