"""What stands where in a contract: each of its objects, by its kind and the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Pointer = tuple[str | int, ...]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

#: What the objects of each kind hold: `{kind}` is a map of names to such objects, and `[kind]` a
#: list of them.
HOLDS: dict[str, dict[str, str]] = {
    "document": {"components": "components", "paths": "{path}", "webhooks": "{path}"},
    "components": {
        "callbacks": "{callback}",
        "examples": "{example}",
        "headers": "{header}",
        "links": "{link}",
        "parameters": "{parameter}",
        "pathItems": "{path}",
        "requestBodies": "{body}",
        "responses": "{response}",
        "schemas": "{schema}",
        "securitySchemes": "{security scheme}",
    },
    "path": {**dict.fromkeys(METHODS, "operation"), "parameters": "[parameter]"},
    "operation": {
        "callbacks": "{callback}",
        "parameters": "[parameter]",
        "requestBody": "body",
        "responses": "{response}",
    },
    "parameter": {"content": "{media type}", "examples": "{example}", "schema": "schema"},
    "header": {"content": "{media type}", "examples": "{example}", "schema": "schema"},
    "body": {"content": "{media type}"},
    "media type": {"encoding": "{encoding}", "examples": "{example}", "schema": "schema"},
    "encoding": {"headers": "{header}"},
    "response": {"content": "{media type}", "headers": "{header}", "links": "{link}"},
    "schema": {
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "[schema]"),
        **dict.fromkeys(
            ("$defs", "dependentSchemas", "patternProperties", "properties"), "{schema}"
        ),
        **dict.fromkeys(
            (
                "additionalProperties",
                "contains",
                "contentSchema",
                "else",
                "if",
                "items",
                "not",
                "propertyNames",
                "then",
                "unevaluatedItems",
                "unevaluatedProperties",
            ),
            "schema",
        ),
    },
}


@dataclass(frozen=True)
class Place:
    """An object of a contract.

    Attributes:
        pointer: The keys that lead to it from the top.
        kind: What it is, as `HOLDS` calls it.
        node: The object itself.
    """

    pointer: Pointer
    kind: str
    node: Any


def places(node: object, kind: str = "document", pointer: Pointer = ()) -> Iterator[Place]:
    """Yield an object and all that it holds; what is no such object is passed over."""
    if kind == "callback":
        yield from _in_map(node, "path", pointer)
        return
    yield Place(pointer, kind, node)
    if not isinstance(node, dict):
        return
    for key, held in HOLDS.get(kind, {}).items():
        if key not in node:
            continue
        value, here = node[key], (*pointer, key)
        if held.startswith("{"):
            yield from _in_map(value, held.strip("{}"), here)
        elif held.startswith("["):
            for index, item in enumerate(value if isinstance(value, list) else []):
                yield from places(item, held.strip("[]"), (*here, index))
        else:
            yield from places(value, held, here)


def _in_map(node: object, kind: str, pointer: Pointer) -> Iterator[Place]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from places(value, kind, (*pointer, name))


def schemas(document: object) -> list[Place]:
    """The schemas of a contract that are objects: not `true` and `false`."""
    found = (place for place in places(document) if place.kind == "schema")
    return [place for place in found if isinstance(place.node, dict)]


def spelled(pointer: Pointer) -> str:
    """A pointer as it stands in a reference, without the sign before it."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
    return "".join(f"/{step}" for step in steps)
