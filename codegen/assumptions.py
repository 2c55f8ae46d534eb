"""Render what the contracts assume into docs/assumptions.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from generate import contracts
from sources import links

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "assumptions.md"
BLOCK = re.compile(r"(?<=<!-- contract: begin -->\n).*?(?=<!-- contract: end -->)", re.DOTALL)


@dataclass(frozen=True)
class Mark:
    """How something is known that the curated text does not say."""

    provenance: str
    reason: str
    sources: tuple[str, ...]


def marks(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mark]]:  # noqa: ANN401 - parsed YAML
    """Every provenance mark below a node, and where it stands."""
    if isinstance(node, dict):
        if "x-provenance" in node:
            sources = tuple(node.get("x-source", ()))
            yield path, Mark(node["x-provenance"], node["x-reason"].strip(), sources)
        for key, value in node.items():
            yield from marks(value, (*path, key))
    elif isinstance(node, list):
        for item in node:
            # Only parameters are marked inside a list, and they have names.
            if isinstance(item, dict):
                yield from marks(item, (*path, item.get("name", "")))


def table(contract: dict[str, Any]) -> str:
    """The marks as a Markdown table in the order of the contract, a row for each reason."""
    structure = {"", "components", "schemas", "properties", "paths", "responses", "parameters"}
    places: dict[Mark, list[str]] = {}
    for path, mark in marks(contract):
        where = " ".join(part for part in path if part not in structure)
        places.setdefault(mark, []).append(f"`{where}`")
    lines = ["| Where | | Why | Source |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {', '.join(where)} | {mark.provenance} | {mark.reason} | {links(mark.sources)} |"
        for mark, where in places.items()
    ]
    return "\n".join(lines) + "\n"


def rendered(page: str) -> str:
    """The page with its tables as the contracts give them."""
    tables = [
        f"### `{file.name}`\n\n{table(yaml.safe_load(file.read_text(encoding='utf-8')))}\n"
        for file in contracts().values()
    ]
    return BLOCK.sub(lambda _: "\n" + "".join(tables), page)


def main() -> int:
    """Write the page anew."""
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
