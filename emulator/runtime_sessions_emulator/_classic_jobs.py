"""The job endpoints that real programs use beside the session operations.

They are not part of the curated contract: what is here is what the official client sends and reads.
"""

from typing import Any, Final

from jsonschema_rs import Draft202012Validator

from runtime_sessions_emulator._contract import Operation

_TEXT: Final = {"type": ["string", "null"]}
_SUBMISSION: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["program_id"],
    "properties": {
        "program_id": {"type": "string", "minLength": 1},
        "params": {"type": "object"},
        "session_id": _TEXT,
        "backend": _TEXT,
        "hub": _TEXT,
        "group": _TEXT,
        "project": _TEXT,
        "runtime": {"type": "string"},
        "cost": {"type": "number", "minimum": 0},
        "tags": {"type": "array", "items": {"type": "string"}},
        "private": {"type": "boolean"},
    },
}
_SUBMITTED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["id", "backend"],
    "properties": {"id": {"type": "string"}, "backend": {"type": "string"}},
    "additionalProperties": False,
}
_OBJECT: Final[dict[str, Any]] = {"type": "object"}


def _operation(
    name: str,
    method: str,
    path: tuple[str | None, ...],
    *,
    answer: dict[str, Any],
    body: dict[str, Any] | None = None,
) -> Operation:
    paging: dict[str, dict[str, Any]] = {
        "limit": {"type": "integer", "minimum": 1, "maximum": 200},
        "offset": {"type": "integer", "minimum": 0},
    }
    return Operation(
        id=name,
        method=method,
        path=path,
        body=None if body is None else Draft202012Validator(body),
        query={key: Draft202012Validator(schema) for key, schema in paging.items()}
        if name == "listJobs"
        else {},
        answers={200: Draft202012Validator(answer), 403: Draft202012Validator(_OBJECT)},
        strict=False,
    )


OPERATIONS: Final = (
    _operation("submitJob", "POST", ("jobs",), answer=_SUBMITTED, body=_SUBMISSION),
    _operation("listJobs", "GET", ("jobs",), answer=_OBJECT),
    _operation("getJob", "GET", ("jobs", None), answer=_OBJECT),
)
