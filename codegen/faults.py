"""What is wrong with a contract, and where: what no client can be generated from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

import jsonschema_rs
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped] # has no types
from openapi_python_client.parser.openapi import generate_operation_id
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier, snake_case
from openapi_spec_validator import OpenAPIV31SpecValidator
from places import Place, Pointer, places, schemas, spelled

DIALECT = "https://json-schema.org/draft/2020-12"
VOCABULARIES = ("core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation",
                "content")  # fmt: skip
#: What OpenAPI adds to the keywords of JSON Schema.
OF_OPENAPI = {"discriminator", "example", "externalDocs", "xml"}
TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"]
#: What the generator follows references to, and where it looks for it.
SECTIONS = {
    "body": "requestBodies",
    "parameter": "parameters",
    "response": "responses",
    "schema": "schemas",
}
#: The keywords that hold the same value to several schemas.
COMBINING = {"allOf", "anyOf", "oneOf"}
#: What the generator puts before a name that Python could not have.
PREFIX = "field_"


@dataclass(frozen=True)
class Fault:
    """Something that is wrong.

    Attributes:
        pointer: Where: the keys that lead there from the top.
        what: What is wrong, as a sentence has it.
    """

    pointer: Pointer
    what: str


def faults(document: dict[str, Any]) -> list[Fault]:
    """All that is wrong with a contract, as far as one can see past what is wrong first."""
    for look in (
        of_structure,
        of_schemas,
        of_keywords,
        of_names,
        of_references,
        of_values,
        of_the_rest,
    ):
        found = list(dict.fromkeys(look(document)))
        if found:
            return found
    return []


def of_structure(document: dict[str, Any]) -> Iterator[Fault]:
    """What the description of OpenAPI itself does not allow, schemas aside."""
    for error in OpenAPIV31SpecValidator.schema_validator.iter_errors(document):
        yield _of_structure(error, tuple(error.absolute_path))


def _of_structure(error: Any, pointer: Pointer) -> Fault:  # noqa: ANN401 - has no types
    said = error.message.partition("\n")[0]
    *way, keyword = error.absolute_schema_path
    unexpected = re.findall(r"'([^']*)'", said)
    if keyword != "unevaluatedProperties" or not unexpected:
        return Fault(pointer, said)
    rules = error.schema
    for step in way:
        rules = rules[step]
    name = unexpected[0]
    what = f"{name!r} does not belong here{_meant(name, rules.get('properties', {}))}"
    return Fault((*pointer, name), what)


def of_schemas(document: dict[str, Any]) -> Iterator[Fault]:
    """What JSON Schema does not allow."""
    validator = jsonschema_rs.Draft202012Validator({"$ref": f"{DIALECT}/schema"})
    outer: Pointer | None = None
    for place in schemas(document):
        # The schemas inside of one are looked at with it.
        if outer is None or place.pointer[: len(outer)] != outer:
            outer = place.pointer
            for error in validator.iter_errors(place.node):
                yield _of_schema((*outer, *error.instance_path), error.instance, error.message)


def of_keywords(document: dict[str, Any]) -> Iterator[Fault]:
    """Keywords of schemas that nobody knows, which JSON Schema would pass over."""
    known: Any = REGISTRY
    keywords = OF_OPENAPI.union(
        *(known.contents(f"{DIALECT}/meta/{name}")["properties"] for name in VOCABULARIES)
    )
    for place in schemas(document):
        for keyword in place.node:
            if keyword not in keywords and not keyword.startswith("x-"):
                what = f"{keyword!r} is no keyword of a schema{_meant(keyword, keywords)}"
                yield Fault((*place.pointer, keyword), what)


def _of_schema(pointer: Pointer, value: object, message: str) -> Fault:
    if pointer[-1] == "type" and isinstance(value, str):
        return Fault(pointer, f"{value!r} is no type{_meant(value, TYPES)}")
    return Fault(pointer, message)


def of_references(document: dict[str, Any]) -> Iterator[Fault]:
    """References to nothing, to something of another kind, to themselves, or out of the file."""
    found = list(places(document))
    by_way = {f"#{spelled(place.pointer)}": place for place in found}
    for place in found:
        reference = place.node.get("$ref") if isinstance(place.node, dict) else None
        if isinstance(reference, str):
            wrong = _wrong_reference(reference, place, by_way)
            if wrong:
                yield Fault((*place.pointer, "$ref"), f"{reference!r} {wrong}")
        if place.kind == "schema" and isinstance(place.node, dict):
            yield from _rings(place, by_way)
    yield from _names_of_nothing(document, found)


def _rings(place: Place, by_way: dict[str, Place]) -> Iterator[Fault]:
    """Combinations of schemas that a schema is one of itself: a value would never be looked at."""
    for keyword in COMBINING & place.node.keys():
        ahead, seen = [*_combined(place.node, [keyword])], set[int]()
        while ahead:
            node = ahead.pop()
            if "$ref" in node and node["$ref"] in by_way:
                node = by_way[node["$ref"]].node
            if node is place.node:
                yield Fault(
                    (*place.pointer, keyword), "this leads back to itself, and so to nothing"
                )
                break
            if id(node) not in seen and isinstance(node, dict):
                seen.add(id(node))
                ahead += _combined(node, COMBINING)


def _combined(schema: dict[str, Any], keywords: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The schemas that a schema combines."""
    for keyword in keywords:
        listed = schema.get(keyword)
        if isinstance(listed, list):
            yield from (one for one in listed if isinstance(one, dict))


def _wrong_reference(reference: str, place: Place, by_way: dict[str, Place]) -> str | None:
    """What is wrong with a reference; None if nothing is."""
    if not reference.startswith("#"):
        return "leads out of the file, which the generator does not follow"
    if reference not in by_way:
        of_that_kind = [way for way, each in by_way.items() if each.kind == place.kind]
        return f"leads nowhere{_meant(reference, of_that_kind)}"
    target = by_way[reference]
    if target.kind != place.kind:
        return f"is a {target.kind}, where a {place.kind} belongs"
    section = SECTIONS.get(place.kind)
    if section and target.pointer[:-1] != ("components", section):
        return f"is not in components/{section}, where alone the generator looks"
    passed: list[Place] = []
    while target not in passed and isinstance(target.node, dict) and "$ref" in target.node:
        passed.append(target)
        target = by_way.get(target.node["$ref"], target)
    return "leads back to itself, and so to nothing" if place in passed else None


def _names_of_nothing(document: dict[str, Any], found: list[Place]) -> Iterator[Fault]:
    """Ways to authenticate, and operations of links, that are not there."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    operations = [place for place in found if place.kind == "operation"]
    ids = [place.node["operationId"] for place in operations if "operationId" in place.node]
    for place in (Place((), "document", document), *operations):
        for index, way in enumerate(place.node.get("security", [])):
            for name in way:
                if name not in schemes:
                    what = f"there is no security scheme {name!r}{_meant(name, schemes)}"
                    yield Fault((*place.pointer, "security", index, name), what)
    for place in found:
        called = place.node.get("operationId") if place.kind == "link" else None
        if called is not None and called not in ids:
            what = f"there is no operation {called!r}{_meant(called, ids)}"
            yield Fault((*place.pointer, "operationId"), what)


def of_names(document: dict[str, Any]) -> Iterator[Fault]:
    """Names of the contract that become one name in Python."""
    yield from _of_operations([p for p in places(document) if p.kind == "operation"])
    for place in schemas(document):
        if isinstance(place.node.get("enum"), list):
            yield from _of_values(place)


def _of_operations(operations: Iterable[Place]) -> Iterator[Fault]:
    by_id: dict[str, Place] = {}
    by_module: dict[tuple[str, str], Place] = {}
    for place in operations:
        path, method = map(str, place.pointer[-2:])
        called = place.node.get("operationId")
        here = place.pointer if called is None else (*place.pointer, "operationId")
        name = (
            generate_operation_id(path=UntrustedString(path), method=method, prefix=PREFIX)
            if called is None
            else PythonIdentifier(called, PREFIX)
        )
        tag = PythonIdentifier((place.node.get("tags") or ["default"])[0], "tag")
        first = by_id.setdefault(called, place) if called else place
        other = by_module.setdefault((tag, name), place)
        if first is not place:
            yield Fault(here, f"{called!r} is the operationId of {_shown(first)}, too")
        elif other is not place:
            what = f"the operation would be {tag}.{name} in Python, as {_shown(other)} is"
            yield Fault(here, what)


def _shown(operation: Place) -> str:
    path, method = operation.pointer[-2:]
    return f"{str(method).upper()} {path}"


def _of_values(place: Place) -> Iterator[Fault]:
    here = (*place.pointer, "enum")
    values = [value for value in place.node["enum"] if value is not None]
    kinds = {type(value) for value in values}
    if len(kinds) > 1 or not kinds <= {str, int}:
        yield Fault(here, "an enum for the generator is of texts alone, or of integers alone")
        return
    names = place.node.get("x-enum-varnames", [])
    taken: dict[str, object] = {}
    for index, value in enumerate(values):
        name = names[index] if len(names) == len(values) else _member(index, value)
        python_name = snake_case(name).upper()
        if python_name in taken:
            what = f"{taken[python_name]!r} and {value!r} would both be {python_name} in Python"
            yield Fault((*here, place.node["enum"].index(value)), what)
        elif not python_name.isidentifier():
            yield Fault((*here, place.node["enum"].index(value)), f"{value!r} is no name in Python")
        taken.setdefault(python_name, value)


def _member(index: int, value: str | int) -> str:
    """What the generator calls a value of an enum, before it takes out what no name can have."""
    if isinstance(value, int):
        return f"VALUE_NEGATIVE_{-value}" if value < 0 else f"VALUE_{value}"
    return value.upper() if value[:1].isalpha() else f"VALUE_{index}"


def of_values(document: dict[str, Any]) -> Iterator[Fault]:
    """Patterns that are none, and defaults that their own schema does not allow."""
    found = schemas(document)
    wrong = [p for p in found if "pattern" in p.node and not _is_pattern(p.node["pattern"])]
    if wrong:
        yield from (Fault((*p.pointer, "pattern"), "no validator can read this") for p in wrong)
        return
    for place in found:
        if "default" in place.node:
            schema = {"$ref": f"#{quote(spelled(place.pointer))}", **document}
            for error in jsonschema_rs.iter_errors(schema, place.node["default"]):
                yield Fault((*place.pointer, "default"), error.message)


def of_the_rest(document: dict[str, Any]) -> Iterator[Fault]:
    """What the library finds besides, such as parameters that a path has not."""
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        path = re.search(r"in '(/[^']*)'", error.message)
        yield Fault(("paths", path[1]) if path else (), error.message.partition("\n")[0])


def _is_pattern(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except jsonschema_rs.ValidationError:
        return False
    return True


def _meant(name: str, known: Iterable[str]) -> str:
    """A guess at what was meant, for the end of a sentence."""
    near = get_close_matches(str(name), list(known), n=1)
    return f"; is {near[0]!r} meant?" if near else ""
