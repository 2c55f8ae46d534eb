"""A contract's document, compiled: its operations, and what validates requests and answers."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from attrs import frozen
from jsonschema_rs import Draft202012Validator

from runtime_sessions_emulator.http.messages import BODY_LIMIT

METHODS: Final = ("delete", "get", "head", "options", "patch", "post", "put", "trace")

JsonObject = dict[str, Any]


@frozen
class Parameter:
    """A parameter of an operation: its name, its JSON type, and what validates its value.

    Attributes:
        default: What the contract says that holds where it is not given.
    """

    name: str
    kind: str
    validator: Draft202012Validator
    required: bool = False
    default: Any = None


@frozen
class Operation:
    """An operation of the contract.

    Attributes:
        path: The segments of its path; None where a parameter stands.
        body: What validates its request body; None where it takes none.
        query: Its query parameters, by name.
        headers: Its header parameters.
        answers: What validates the body of each documented status; None where that has no body.
        strict: Whether unknown query parameters and other content types than JSON are refused.
        public: Whether it takes no credentials.
        body_limit: How long a request body may be, in bytes.
    """

    id: str
    method: str
    path: tuple[str | None, ...]
    body: Draft202012Validator | None
    query: Mapping[str, Parameter]
    answers: Mapping[int, Draft202012Validator | None]
    headers: tuple[Parameter, ...] = ()
    strict: bool = True
    public: bool = False
    body_limit: int = BODY_LIMIT


class Document:
    """The operations of an OpenAPI document, each with its validators.

    Answers are held to a closed form of the document: a field that it does not declare is a mistake
    of this server, whatever its clients would make of it.
    """

    def __init__(self, document: JsonObject) -> None:
        self._document = document
        self._closed: JsonObject = _closed(document)
        self.operations: Final = tuple(self._operations())
        self.error: Final = _validator({"$ref": "#/components/schemas/ErrorBody"}, self._closed)

    @classmethod
    @cache
    def load(cls, name: str) -> "Document":
        """The contract of that name, as it ships beside the generated client."""
        text = (files("runtime_sessions_api") / f"{name}.openapi.json").read_text(encoding="utf-8")
        return cls(json.loads(text))

    def _operations(self) -> Iterator[Operation]:
        for path, item in self._document["paths"].items():
            for method in METHODS:
                if method in item:
                    shared = item.get("parameters", [])
                    yield self._operation(path, method, item[method], shared)

    def _operation(
        self, path: str, method: str, operation: JsonObject, shared: list[JsonObject]
    ) -> Operation:
        parameters = [
            _resolved(p, self._document) for p in (*shared, *operation.get("parameters", []))
        ]
        body = operation.get("requestBody")
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=tuple(
                None if part.startswith("{") else part for part in path.strip("/").split("/")
            ),
            body=body and _content(body, self._document),
            query={p["name"]: self._parameter(p) for p in parameters if p["in"] == "query"},
            headers=tuple(self._parameter(p) for p in parameters if p["in"] == "header"),
            public=operation["security"] == [],
            answers={
                int(status): _content(_resolved(answer, self._document), self._closed)
                for status, answer in operation["responses"].items()
            },
        )

    def _parameter(self, parameter: JsonObject) -> Parameter:
        schema = _resolved(parameter["schema"], self._document)
        return Parameter(
            name=parameter["name"],
            kind=schema["type"],
            validator=_validator(schema, self._document),
            required=parameter.get("required", False),
            default=schema.get("default"),
        )


def _content(body: JsonObject, document: JsonObject) -> Draft202012Validator | None:
    """What validates a JSON body, or None where there is no content."""
    content = body.get("content")
    return content and _validator(content["application/json"]["schema"], document)


def _validator(schema: JsonObject, document: JsonObject) -> Draft202012Validator:
    return Draft202012Validator(
        {**schema, "components": document["components"]}, validate_formats=True, offline=True
    )


def _resolved(item: JsonObject, document: JsonObject) -> JsonObject:
    """What a local reference stands for; anything else as it is."""
    if "$ref" not in item:
        return item
    target: Any = document
    for key in item["$ref"].removeprefix("#/").split("/"):
        target = target[key]
    return _resolved(target, document)


def _closed(node: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """The document with every object schema that declares properties closed to others."""
    if isinstance(node, list):
        return [_closed(item) for item in node]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(node, dict):
        return node
    node = cast("JsonObject", node)
    closed = {key: _closed(value) for key, value in node.items()}
    if node.get("type") == "object" and "properties" in node:
        closed.setdefault("additionalProperties", False)
    return closed
