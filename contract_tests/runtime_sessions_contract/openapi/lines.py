"""The lines of the contract's file: where a person would look for a pointer."""

import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

import yaml

#: In a checkout, the contracts as they are written; they are not part of an installed package.
WRITTEN = Path(__file__).parents[3] / "codegen" / "contracts.toml"


def line_of(contract: str, pointer: str) -> str:
    """The file and line of a pointer into a contract, such as `openapi.yaml:120`."""
    name, node = _tree(contract)
    line = 0
    for part in pointer.removeprefix("#/").split("/"):
        wanted = part.replace("~1", "/").replace("~0", "~")
        found = [pair for pair in _pairs(node) if pair[0].value == wanted]
        if not found:
            break
        key, node = found[0]
        line = key.start_mark.line
    return f"{name}:{line + 1}"


def _pairs(node: yaml.Node) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    """The keys of a mapping with their values."""
    entries: list[Any] = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key, value) for key, value in entries if isinstance(key, yaml.ScalarNode)]


@cache
def _tree(contract: str) -> tuple[str, yaml.Node]:
    """The name of a contract's file, and the nodes in it."""
    file: Path | Traversable
    if WRITTEN.exists():
        written = tomllib.loads(WRITTEN.read_text(encoding="utf-8"))
        file = WRITTEN.parents[1] / written[contract]
    else:
        # JSON is YAML: the same reader finds its lines.
        file = resources.files("runtime_sessions_api") / f"{contract}.openapi.json"
    text = file.read_text(encoding="utf-8")
    # Only the shape of the document is read, no object is made of it.
    return file.name, cast("yaml.Node", yaml.compose(text, Loader=yaml.SafeLoader))
