"""Render the contracts side by side, by operation and field, into docs/contracts.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import yaml
from compare_schemas import Document, Json
from generate import contracts

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "contracts.md"
BLOCK = re.compile(r"(?<=<!-- contracts: begin -->\n).*?(?=<!-- contracts: end -->)", re.DOTALL)

# The rows of an operation, in this order.
PARTS = ("request", "credentials", "header", "path", "query", "body", "answer")

Rows = dict[str, str]


class Side(Document):
    """One contract: its operations by name, and how each part of it reads in a cell."""

    def __init__(self, content: Json) -> None:
        super().__init__(content)
        self.schemas: Json = content["components"]["schemas"]
        self.named = {
            operation["operationId"]: {**operation, "label": label}
            for label, operation in self.operations.items()
        }

    def servers(self) -> Rows:
        """The base URLs, each with what it is."""
        return {each["description"]: f"`{each['url']}`" for each in self.content["servers"]}

    def credentials(self) -> Rows:
        """The schemes of authentication, each with the header that it sends."""
        schemes = self.content["components"]["securitySchemes"]
        bearer = {"name": "Authorization: Bearer"}
        headers = {name: {**bearer, **scheme}["name"] for name, scheme in schemes.items()}
        return {f"`{name}`": f"`{header}`" for name, header in headers.items()}

    def operation(self, name: str) -> Rows:
        """What an operation takes and answers; nothing where there is no such operation."""
        if name not in self.named:
            return {}
        operation = self.named[name]
        rows = {"request": f"`{operation['label']}`"}
        ways = [" and ".join(f"`{scheme}`" for scheme in way) for way in operation["security"]]
        rows["credentials"] = " or ".join(ways)
        for parameter in map(self.resolved, operation["parameters"]):
            text = self.text(parameter["schema"], required=parameter.get("required", False))
            rows[f"{parameter['in']}: `{parameter['name']}`"] = text + mark(parameter)
        if "requestBody" in operation:
            rows["body"] = self.body(operation["requestBody"])
        for status, response in operation["responses"].items():
            answer = self.resolved(response)
            rows[f"answer: {status}"] = self.body(answer) + mark(answer)
        return rows

    def body(self, body: Json) -> str:
        """The schemas of a body."""
        content = body.get("content", {}).values()
        return ", ".join(self.text(each["schema"]) for each in content) or "no body"

    def fields(self, name: str) -> Rows:
        """The fields of an object, or the forms of a choice."""
        schema = self.schemas.get(name)
        if schema is None:
            return {}
        if "properties" not in schema:
            return {"any one of": self.text(schema)}
        needed = schema.get("required", [])
        closed = schema.get("additionalProperties") is False
        return {
            f"`{field}`": self.text(content, required=field in needed) + mark(content)
            for field, content in schema["properties"].items()
        } | {"any other field": "refused" if closed else "let through"}

    def text(self, schema: Json, *, required: bool = False) -> str:
        """A schema in a few words."""
        return ", ".join([self.kind(schema), *limits(schema), *["required"] * required])

    def kind(self, schema: Json) -> str:
        """What a value is: a named schema, one of some values or forms, or a type."""
        if "enum" in (resolved := self.resolved(schema)):
            return " or ".join(f"`{value}`" for value in sorted(resolved["enum"]))
        if "$ref" in schema:
            return f"`{schema['$ref'].rpartition('/')[2]}`"
        if "oneOf" in schema:
            return " or ".join(self.kind(form) for form in schema["oneOf"])
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        kind = " or ".join(types)
        return f"{kind} of {self.kind(schema['items'])}" if "items" in schema else kind


def mark(node: Json) -> str:
    """Where something goes beyond the text."""
    return f" ({node['x-provenance']})" if "x-provenance" in node else ""


def limits(schema: Json) -> Iterator[str]:
    """What a schema says of a value beyond its type."""
    if "format" in schema:
        yield schema["format"]
    if "pattern" in schema:
        yield "of a pattern"
    if "exclusiveMinimum" in schema:
        yield f"> {schema['exclusiveMinimum']}"
    for low, high, unit in (
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " entries"),
    ):
        least, most = schema.get(low), schema.get(high)
        if least is not None and most is not None:
            yield f"{least} to {most}{unit}"
        elif least is not None or most is not None:
            yield f"≥ {least}{unit}" if most is None else f"≤ {most}{unit}"
    if "default" in schema:
        yield f"default {str(schema['default']).lower()}"


def table(names: Iterable[str], sides: list[Rows]) -> str:
    """Rows by name in the order of the contracts; a cell that repeats the one before says so."""
    lines = [f"| | {' | '.join(names)} |", "| --- " * (len(sides) + 1) + "|"]
    for name in sorted(dict.fromkeys(chain(*sides)), key=place):
        cells = [side.get(name, "-") for side in sides]
        shown = ["same" if a == b != "-" else b for a, b in pairwise(["", *cells])]
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def place(row: str) -> tuple[int, str]:
    """Where a row belongs: the parts of an operation in their order, fields as they came."""
    if row == "any other field":
        return len(PARTS), ""
    part = row.partition(":")[0]
    return (PARTS.index(part), row if part == "answer" else "") if part in PARTS else (0, "")


def operations(sides: list[Side]) -> Iterator[list[str]]:
    """The operations that are each other's counterparts: of one name, or else of one answer."""
    taken: set[str] = set()
    for name in dict.fromkeys(chain(*(side.named for side in sides))):
        if name in taken:
            continue
        group = [name if name in side.named else counterpart(name, side, sides) for side in sides]
        taken.update(group)
        yield group


def counterpart(name: str, side: Side, sides: list[Side]) -> str:
    """The operation that no other side has by name and that answers as this one does, if any."""
    others = [other.named for other in sides if other is not side]
    wanted = next(answer(named[name]) for named in others if name in named)
    alone = [each for each in side.named if not any(each in named for named in others)]
    return next((each for each in alone if answer(side.named[each]) == wanted), "")


def answer(operation: Json) -> Any:  # noqa: ANN401 - parsed YAML
    """The schema of the answer 200."""
    content = operation["responses"].get("200", {}).get("content", {})
    return content.get("application/json", {}).get("schema")


def compared(files: Mapping[str, Path]) -> str:
    """The tables of these contracts."""
    sides = [Side(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files.values()]
    parts = ["### Where and as whom\n", table(files, [side.servers() for side in sides])]
    parts += [table(files, [side.credentials() for side in sides])]
    for group in operations(sides):
        title = " / ".join(f"`{name}`" for name in dict.fromkeys(filter(None, group)))
        rows = [side.operation(name) for side, name in zip(sides, group, strict=True)]
        parts += [f"### {title}\n", table(files, rows)]
    for name in dict.fromkeys(chain(*(side.schemas for side in sides))):
        if not all("enum" in side.schemas.get(name, {"enum": []}) for side in sides):
            parts += [f"### `{name}`\n", table(files, [side.fields(name) for side in sides])]
    return "\n".join(parts)


def rendered(page: str) -> str:
    """The page with the contracts as their files have them."""
    return BLOCK.sub(lambda _: f"\n{compared(contracts())}\n", page)


def main() -> int:
    """Write the page anew."""
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
