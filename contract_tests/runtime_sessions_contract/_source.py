"""Where in the contract's file a pointer leads: the line that a person would look at."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

import yaml

#: In a checkout, the contract as it is written; it is not part of an installed package.
WRITTEN = Path(__file__).parents[2] / "openapi.yaml"


def line_of(pointer: str) -> str:
    """The file and line of a pointer, such as `openapi.yaml:120`."""
    name, node = _tree()
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
    entries: list[Any] = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key, value) for key, value in entries if isinstance(key, yaml.ScalarNode)]


@cache
def _tree() -> tuple[str, yaml.Node]:
    if WRITTEN.exists():
        text, name = WRITTEN.read_text(encoding="utf-8"), WRITTEN.name
    else:
        # JSON is YAML: the same reader finds its lines.
        file = resources.files("runtime_sessions_api") / "classic.openapi.json"
        text, name = file.read_text(encoding="utf-8"), file.name
    # Only the shape of the document is read, no object is made of it.
    return name, cast("yaml.Node", yaml.compose(text, Loader=yaml.SafeLoader))
