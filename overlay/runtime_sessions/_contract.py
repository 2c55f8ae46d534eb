"""Answers held to the contract in its open form: what it does not name passes."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, cast

from jsonschema_rs import Draft202012Validator

_NAMED = ("properties", "schemas")


def violation(schema: str, value: object) -> str | None:
    """Say where a value breaks a schema of the contract, and how; None when it does not."""
    validator = _validator(schema)
    if validator.is_valid(value):
        return None
    error = next(iter(validator.iter_errors(value)))
    where = "/".join(str(step) for step in error.instance_path)
    return f"/{where}: {error.message}"


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": _schemas()}},
        validate_formats=True,
    )


@cache
def _schemas() -> dict[str, Any]:
    file = resources.files("runtime_sessions_api") / "classic.openapi.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    return cast("dict[str, Any]", _opened(document["components"]["schemas"], named=True))


def _opened(node: Any, *, named: bool = False) -> Any:  # noqa: ANN401 - JSON
    """Drop every keyword `enum` (not a field of that name): a server may know more values."""
    if isinstance(node, list):
        return [_opened(item) for item in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    items = cast("dict[str, Any]", node).items()
    return {
        key: _opened(value, named=key in _NAMED) for key, value in items if named or key != "enum"
    }
