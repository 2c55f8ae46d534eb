"""Careful access to JSON values whose shape is unknown."""

import json
from typing import Any, cast

Json = dict[str, Any]


def read_json(text: str | bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value that a text is. Raises ValueError where it is none, or nested too deep."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep to be read") from None


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
