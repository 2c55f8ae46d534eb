"""The shape of an answer: its status, its content type, its body."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.wire.exchange import Exchange

#: What a server may answer before it looks at the operation, and that no document lists for each.
UNLISTED = frozenset({405, 406, 413, 414, 415, 429, 431, 503})


def judge_shape(
    judge: Judge, document: Document, exchange: Exchange, *, undeclared: bool = False
) -> None:
    """Judge whether an answer has a shape that the contract declares.

    `undeclared`: whether it is also told what the contract lets through and does not know of.
    """
    operation = exchange.operation
    if operation is None:
        return
    pointer = f"{operation.pointer}/responses"
    listed = ", ".join(operation.responses)
    known = str(exchange.status) in operation.responses
    if not judge("status documented", listed, exchange.status, pointer, ok=known, undeclared=True):
        return
    schema = document.answer_schema(operation, exchange.status)
    here = f"{pointer}/{exchange.status}"
    if schema is None:
        judge("body as documented", "no body", exchange.body[:80], here, ok=not exchange.body)
        return
    kind = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
    judge(
        "content type", "application/json", kind or "none", f"{pointer}/{exchange.status}/content"
    )
    for problem in problems(document, schema, exchange):
        judge(
            "body as documented",
            problem.message,
            problem.where,
            problem.pointer,
            ok=False,
            keyword=problem.keyword,
        )
    if undeclared:
        for problem in problems(document.strict(), schema, exchange):
            if problem.keyword == "additionalProperties":
                name = "fields declared"
                message, where, pointer = problem.message, problem.where, problem.pointer
                judge(name, message, where, pointer, ok=False, undeclared=True)
    judge.tally.count(operation.name, "body as documented", ok=True)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the body of an answer.

    Attributes:
        message: What the schema asks for.
        where: Where the body is otherwise.
        pointer: The schema of that place.
        keyword: The keyword of JSON Schema that is broken.
    """

    message: str
    where: str
    pointer: str
    keyword: str = ""


def problems(document: Document, schema: str, exchange: Exchange) -> Iterator[Problem]:
    """All that is wrong with the body of an answer."""
    try:
        value = exchange.json()
    except ValueError as error:
        yield Problem("JSON", f"{error}: {exchange.body[:80]!r}", schema)
        return
    for problem in document.errors(schema, value):
        place = "/".join(str(part) for part in problem.instance_path)
        pointer = locate(document, schema, problem.instance_path)
        yield Problem(problem.message, f"at /{place}", pointer, problem.kind.name)


def locate(document: Document, pointer: str, steps: Iterable[str | int]) -> str:
    """The place in the contract that describes a place in a body."""
    for step in steps:
        node = document.at(pointer)
        while "$ref" in node:
            pointer = str(node["$ref"])
            node = document.at(pointer)
        if isinstance(step, int):
            pointer += "/items"
        elif step in node.get("properties", {}):
            pointer += f"/properties/{step}"
        else:
            return pointer
    return pointer
