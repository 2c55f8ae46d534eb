"""The OpenAPI document of a contract, and what the suite reads off it."""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

import jsonschema_rs

from runtime_sessions_contract.openapi.lines import line_of
from runtime_sessions_contract.openapi.operations import SESSION, Link, Operation, Parameter
from runtime_sessions_contract.openapi.values import Json, as_list, as_object

#: Where every contract says what a session is.
SESSION_SCHEMA: Final = "#/components/schemas/Session"
METHODS: Final = ("get", "post", "put", "patch", "delete")


class Document:
    """An OpenAPI document, resolved as far as this suite needs. It does not change the document.

    Attributes:
        operations: The operations, by their names.
        labels: The names of the operations, by method and path.
        links: What answers give for a next call.
        takers: The names of the operations about one session.
        reads: The names of those of them that only look.
        views: The names of the operations that answer a session.
        jobs: The name of the one that answers a session's jobs.
        workloads: The name of the one that lists sessions; None where there is none.
    """

    def __init__(self, name: str, root: Json) -> None:
        self.name = name
        self.root = root
        self.operations = {operation.name: operation for operation in self._operations()}
        self.labels = {each.label: each.name for each in self.operations.values()}
        self.links = frozenset(self._links())
        self._validators: dict[str, jsonschema_rs.Validator] = {}
        takers = [each for each in self.operations.values() if each.about_session]
        self.takers = tuple(each.name for each in takers)
        self.reads = tuple(each.name for each in takers if each.method == "get")
        answers = {name: self.answered(name) for name in self.operations}
        self.views = tuple(name for name, found in answers.items() if "accepting_jobs" in found)
        self.jobs = next(name for name, found in answers.items() if "jobs" in found)
        self.workloads = next(
            (name for name, found in answers.items() if "workloads" in found), None
        )

    @classmethod
    @cache
    def load(cls, name: str) -> "Document":
        """The document of a contract, which comes with the generated client."""
        file = resources.files("runtime_sessions_api") / f"{name}.openapi.json"
        return cls(name, json.loads(file.read_text(encoding="utf-8")))

    @cache  # noqa: B019 - there are as many as there are contracts
    def strict(self) -> "Document":
        """The same document, but objects have only the properties that it declares."""
        return Document(self.name, _closed(copy.deepcopy(self.root)))

    def answered(self, operation: str) -> Json:
        """The fields of what an operation answers when it succeeds; none where it has no body."""
        known = self.operations[operation]
        pointer = self.answer_schema(known, known.success)
        return {} if pointer is None else self.fields(pointer)

    def fields(self, pointer: str) -> Json:
        """The schemas of the fields of the object at a pointer."""
        return cast("Json", self.at(pointer)["properties"])

    @property
    def hosts(self) -> set[str | None]:
        """Where the contract says that it is served."""
        return {urlsplit(str(server["url"])).hostname for server in self.root["servers"]}

    @property
    def states(self) -> list[str]:
        """The states of a session."""
        return cast("list[str]", self.resolve(self.fields(SESSION_SCHEMA)["state"])["enum"])

    def resolve(self, node: Json) -> Json:
        """A node of the document, or the one that it refers to."""
        while "$ref" in node:
            node = self.at(str(node["$ref"]))
        return node

    def at(self, pointer: str) -> Json:
        """The object at a pointer such as `#/components/schemas/Session`."""
        node: Any = self.root
        for part in pointer.removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            node = node[key]
        return cast("Json", node)

    def quote(self, pointer: str) -> tuple[str, str]:
        """Where a pointer leads in the contract's file, and the description that stands there."""
        while True:
            try:
                node = as_object(self.at(pointer)) or {}
            except (KeyError, IndexError, ValueError, TypeError):
                pointer = pointer.rpartition("/")[0]
                continue
            text = node.get("description") or node.get("summary") or ""
            quoted = f'"{" ".join(str(text).split())}"' if text else ""
            return f"{line_of(self.name, pointer)} {pointer}", quoted

    def match(
        self, method: str, path: str, query: list[tuple[str, str]]
    ) -> tuple[Operation, str | None] | None:
        """The operation that a request is for, and the id of the session that it is about."""
        for operation in self.operations.values():
            if operation.method == method.lower() and (found := operation.pattern.fullmatch(path)):
                if operation.in_path:
                    return operation, unquote(found["id"])
                given = [value for name, value in query if name == SESSION]
                return operation, given[0] if operation.about_session and len(given) == 1 else None
        return None

    def answer_schema(self, operation: Operation, status: int) -> str | None:
        """The pointer of the schema of an answer; None where the answer has no body.

        One that the contract does not list is taken for the success that it does list.
        """
        response = operation.responses.get(str(status), operation.responses[str(operation.success)])
        media = response.get("content", {}).get("application/json")
        return None if media is None else str(media["schema"]["$ref"])

    def errors(self, pointer: str, instance: object) -> Iterator[jsonschema_rs.ValidationError]:
        """The errors of a JSON value by the schema at a pointer."""
        if pointer not in self._validators:
            # The dialect of OpenAPI 3.1; formats bind, as the contract means them.
            schema = {**self.root, "$ref": pointer}
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True
            )
        return self._validators[pointer].iter_errors(instance)

    def valid(self, pointer: str, instance: object) -> bool:
        """Whether a JSON value is valid by the schema at a pointer."""
        return next(iter(self.errors(pointer, instance)), None) is None

    def _operations(self) -> Iterator[Operation]:
        """The operations, as the document has them."""
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method not in item:
                    continue
                definition = item[method]
                given = map(
                    self.resolve, (*item.get("parameters", ()), *definition.get("parameters", ()))
                )
                parameters = {
                    where: dict[str, Parameter]() for where in ("path", "query", "header")
                }
                for each in given:
                    if each["in"] == "header" and not each.get("required"):
                        continue
                    parameters[each["in"]][each["name"]] = self._parameter(each)
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
                    query=parameters["query"],
                    headers=parameters["header"],
                    public=definition["security"] == [],
                )

    def _parameter(self, node: Json) -> Parameter:
        """A parameter, as the document has it."""
        schema = self.resolve(node["schema"])
        validator = jsonschema_rs.Draft202012Validator(
            {**schema, "components": self.root["components"]}, validate_formats=True
        )
        return Parameter(node["name"], schema["type"], validator)

    def _links(self) -> Iterator[Link]:
        """The links of all answers."""
        for operation in self.operations.values():
            for status, response in operation.responses.items():
                for name, link in response.get("links", {}).items():
                    yield Link(operation.name, status, name, link["operationId"])


def _closed(node: Any) -> Any:  # noqa: ANN401 - any JSON value, the same
    """The document with its objects closed."""
    if (found := as_object(node)) is not None:
        for value in found.values():
            _closed(value)
        if found.get("type") == "object" and isinstance(found.get("properties"), dict):
            # What says that it is open is meant to be.
            found.setdefault("additionalProperties", False)
    elif isinstance(node, list):
        for value in as_list(cast("object", node)):
            _closed(value)
    return cast("Any", node)
