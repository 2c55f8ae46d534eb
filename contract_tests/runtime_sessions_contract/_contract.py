"""The contract, and the forms of it that are derived from the one file."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, cast

import jsonschema_rs

from runtime_sessions_contract._source import line_of

Json = dict[str, Any]


def as_object(value: object) -> Json | None:
    """The value if it is a JSON object."""
    return cast("Json", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[Any]:
    """The value if it is a JSON array; else an empty one."""
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def as_objects(value: object) -> list[Json]:
    """The JSON objects of a list; none where it is no list."""
    entries = as_list(value)
    return [entry for entry in map(as_object, entries) if entry is not None]


METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the contract: what an answer gives for a next call."""

    source: str
    status: str
    name: str
    target: str

    def __str__(self) -> str:
        return f"{self.source} [{self.status}] -> {self.target}"


@dataclass(frozen=True)
class Operation:
    """One operation: its name, where it is, and what it may answer."""

    name: str
    method: str
    path: str
    definition: Json
    responses: Mapping[str, Json]
    pattern: re.Pattern[str]

    @property
    def label(self) -> str:
        """The operation as the contract's readers know it."""
        return f"{self.method.upper()} {self.path}"

    @property
    def pointer(self) -> str:
        """Where it is in the contract."""
        return f"#/paths/{self.path.replace('/', '~1')}/{self.method}"

    @property
    def success(self) -> int:
        """The status of success: every operation of this contract has one."""
        return next(int(status) for status in self.responses if status.startswith("2"))


class Contract:
    """An OpenAPI document, resolved as far as this suite needs. It does not change the document."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.operations = {operation.name: operation for operation in self._operations()}
        self.links = frozenset(self._links())
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    @classmethod
    def classic(cls) -> "Contract":
        """The contract of the classic generation, as the generated client carries it."""
        file = resources.files("runtime_sessions_api") / "classic.openapi.json"
        return cls(json.loads(file.read_text(encoding="utf-8")))

    def strict(self) -> "Contract":
        """The same contract with every object that declares its properties closed."""
        return Contract(_closed(copy.deepcopy(self.document)))

    def resolve(self, node: Json) -> Json:
        """What a node is, its reference followed."""
        while "$ref" in node:
            node = self.at(str(node["$ref"]))
        return node

    def at(self, pointer: str) -> Json:
        """The object at a pointer such as `#/components/schemas/Session`."""
        node: Any = self.document
        for part in pointer.removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            node = node[key]
        return cast("Json", node)

    def quote(self, pointer: str) -> tuple[str, str]:
        """The line of the nearest place of a pointer that is there, and what it says."""
        while True:
            try:
                node = as_object(self.at(pointer)) or {}
            except (KeyError, IndexError, ValueError, TypeError):
                pointer = pointer.rpartition("/")[0]
                continue
            text = node.get("description") or node.get("summary") or ""
            quoted = f'"{" ".join(str(text).split())}"' if text else ""
            return f"{line_of(pointer)} {pointer}", quoted

    def match(self, method: str, path: str) -> tuple[Operation, str | None] | None:
        """The operation that a request is for, and the raw id in its path."""
        for operation in self.operations.values():
            if operation.method == method.lower() and (found := operation.pattern.fullmatch(path)):
                return operation, found.groupdict().get("id")
        return None

    def answer_schema(self, operation: Operation, status: int) -> str | None:
        """The pointer of the schema of an answer; None where the answer has no body."""
        response = operation.responses[str(status)]
        media = response.get("content", {}).get("application/json")
        return None if media is None else str(media["schema"]["$ref"])

    def errors(self, pointer: str, instance: object) -> Iterator[jsonschema_rs.ValidationError]:
        """Where an instance breaks the schema at a pointer."""
        if pointer not in self._validators:
            # The dialect of OpenAPI 3.1; formats bind, as the contract means them.
            schema = {**self.document, "$ref": pointer}
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True
            )
        return self._validators[pointer].iter_errors(instance)

    def valid(self, pointer: str, instance: object) -> bool:
        """Whether an instance satisfies the schema at a pointer."""
        return next(iter(self.errors(pointer, instance)), None) is None

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method not in item:
                    continue
                definition = item[method]
                yield Operation(
                    name=definition["operationId"],
                    method=method,
                    path=path,
                    definition=definition,
                    responses={
                        status: self.resolve(response)
                        for status, response in definition["responses"].items()
                    },
                    pattern=re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))),
                )

    def _links(self) -> Iterator[Link]:
        for operation in self.operations.values():
            for status, response in operation.responses.items():
                for name, link in response.get("links", {}).items():
                    yield Link(operation.name, status, name, link["operationId"])


def _closed(node: Any) -> Any:  # noqa: ANN401 - any JSON value, the same
    if (found := as_object(node)) is not None:
        for value in found.values():
            _closed(value)
        if found.get("type") == "object" and isinstance(found.get("properties"), dict):
            found["additionalProperties"] = False
    elif isinstance(node, list):
        for value in as_list(cast("object", node)):
            _closed(value)
    return cast("Any", node)
