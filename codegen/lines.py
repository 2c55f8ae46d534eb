"""Where in a YAML file something stands."""

from __future__ import annotations

from pathlib import Path

import yaml
from places import Pointer

# The parser in C where there is one: of what it makes of values, nothing is used here.
LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Lines:
    """The lines of a YAML file, which is only read again when there is something to say of it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._top: yaml.Node | None = None

    def __call__(self, pointer: Pointer) -> int:
        """The line on which the key stands that a pointer leads to, or the last one on the way."""
        if self._top is None:
            self._top = yaml.compose(self._file.read_text(encoding="utf-8"), LOADER)
        node, line = self._top, 1
        for step in pointer:
            if isinstance(node, yaml.MappingNode):
                found = [pair for pair in node.value if pair[0].value == str(step)]
                if not found:
                    break
                key, node = found[0]
                line = key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                node = node.value[step]
                line = node.start_mark.line + 1
            else:
                break
        return int(line)
