"""Whether one answer has the shape that the contract gives it."""

from collections.abc import Iterator

from runtime_sessions_contract._contract import Contract
from runtime_sessions_contract._judge import Judge
from runtime_sessions_contract._wire import Exchange

#: What a server may answer before it looks at the operation, and that no document lists for each.
UNLISTED = frozenset({405, 406, 413, 414, 415, 429, 431, 503})


def judge_shape(judge: Judge, contract: Contract, exchange: Exchange) -> None:
    """Status, content type and body of an answer, against the contract."""
    operation = exchange.operation
    if operation is None:
        return
    pointer = f"{operation.pointer}/responses"
    listed = ", ".join(operation.responses)
    known = str(exchange.status) in operation.responses
    if not judge("status documented", listed, exchange.status, pointer, ok=known):
        return
    schema = contract.answer_schema(operation, exchange.status)
    if schema is None:
        judge("body as documented", "no body", exchange.body[:80], pointer, ok=not exchange.body)
        return
    kind = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
    judge(
        "content type", "application/json", kind or "none", f"{pointer}/{exchange.status}/content"
    )
    for problem, where in problems(contract, schema, exchange):
        judge("body as documented", problem, where, schema, ok=False)
    judge.tally.count(operation.name, "body as documented", ok=True)


def problems(contract: Contract, schema: str, exchange: Exchange) -> Iterator[tuple[str, str]]:
    """What is wrong with a body: what the schema asks for, and where the body is otherwise."""
    try:
        value = exchange.json()
    except ValueError as error:
        yield "JSON", f"{error}: {exchange.body[:80]!r}"
        return
    for problem in contract.errors(schema, value):
        place = "/".join(str(part) for part in problem.instance_path)
        yield problem.message, f"at /{place}"
