"""Drift: where the answers of a live service differ from the contract. News, not a failure."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from runtime_sessions_contract.checks.shapes import locate
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.openapi.values import as_object, as_objects, read_json
from runtime_sessions_contract.target.target import CannotRunError
from runtime_sessions_contract.wire.exchange import Exchange
from runtime_sessions_contract.wire.secrets import Secrets

#: What the keywords of JSON Schema are called where people read them.
KINDS: Final = {
    "additionalProperties": "undeclared field",
    "required": "missing field",
    "pattern": "format",
    "type": "type",
    "enum": "enum",
    "format": "format",
}
SAMPLE: Final = 80


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One difference between an answer and the contract.

    Attributes:
        pointer: The place in the contract that says otherwise.
    """

    operation: str
    status: str
    kind: str
    pointer: str
    field: str
    sample: str

    @property
    def identity(self) -> tuple[str, ...]:
        """Two differences with the same identity are the same one, with different samples."""
        return self.operation, self.status, self.kind, self.pointer, self.field


def drift(document: Document, exchanges: Iterable[Exchange], secrets: Secrets) -> list[Difference]:
    """All differences that the answers show, each of them once, sorted."""
    strict = document.strict()
    found: dict[tuple[str, ...], Difference] = {}
    for exchange in exchanges:
        for difference in differences(strict, exchange, secrets):
            found.setdefault(difference.identity, difference)
    return sorted(found.values())


def differences(strict: Document, exchange: Exchange, secrets: Secrets) -> Iterator[Difference]:
    """The differences between one answer and the strict form of the contract."""
    operation, status = exchange.operation, str(exchange.status)
    if operation is None or not exchange.status:
        return

    def differs(kind: str, pointer: str, field: str, sample: object) -> Difference:
        shown = secrets.redact(json.dumps(sample, default=str))
        cut = shown if len(shown) <= SAMPLE else shown[:SAMPLE] + "..."
        return Difference(operation.name, status, kind, pointer, field, cut)

    responses = f"{operation.pointer}/responses"
    if status not in operation.responses:
        yield differs("undocumented status", responses, "", exchange.status)
        return
    schema = strict.answer_schema(operation, exchange.status)
    kind = exchange.headers.get("content-type", "").partition(";")[0].strip()
    if schema is None or not exchange.body:
        if exchange.body or schema is not None:
            yield differs("body", f"{responses}/{status}", "", len(exchange.body))
        return
    if kind != "application/json":
        yield differs("content type", f"{responses}/{status}/content", "", kind)
    try:
        value = exchange.json()
    except ValueError:
        yield differs("not JSON", schema, "", exchange.body[:SAMPLE].decode("utf-8", "replace"))
        return
    for error in strict.errors(schema, value):
        pointer = locate(strict, schema, error.instance_path)
        # Places in a list are as good as each other.
        steps = ["*" if isinstance(step, int) else step for step in error.instance_path]
        facts = error.kind.as_dict()
        name = KINDS.get(error.kind.name, error.kind.name)
        for field in facts.get("unexpected") or [facts.get("property")]:
            path = "/".join([*steps, *([field] if field else [])])
            sample = (as_object(error.instance) or {}).get(field) if field else error.instance
            yield differs(name, pointer, path, sample)


def in_words(identity: tuple[str, ...]) -> str:
    """A difference by what it is known as, for people."""
    operation, status, kind, pointer, field = identity
    of = f" of {field}" if field else ""
    return f"drift of {operation} ({status}): {kind}{of}, {pointer}"


def read_baseline(file: Path) -> set[tuple[str, ...]]:
    """Read the differences that a user has accepted from a file.

    Raises:
        CannotRunError: The file is not one that `drift.json` can stand in for.
    """
    try:
        entries = as_objects(read_json(file.read_text(encoding="utf-8")))
        # Findings that are accepted can stand in the same file.
        drifts = [entry for entry in entries if "finding" not in entry]
        return {Difference(**{"sample": "", **entry}).identity for entry in drifts}
    except (OSError, ValueError, TypeError) as error:
        raise CannotRunError(f"BASELINE: {file} is no list of differences: {error}") from None


def as_json(found: Iterable[Difference]) -> str:
    """The text of a `drift.json`, which can be the baseline of a later run."""
    return json.dumps([asdict(difference) for difference in found], indent=1) + "\n"
