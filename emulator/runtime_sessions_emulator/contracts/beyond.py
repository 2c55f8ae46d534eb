"""The endpoints about jobs that real programs use beside the operations of a contract.

They are not part of the curated contracts: what is here is what the official client sends and
reads.
"""

from typing import Any, Final

from jsonschema_rs import Draft202012Validator

from runtime_sessions_emulator.http.document import Operation, Parameter

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
_PAGING: Final[dict[str, dict[str, Any]]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 200},
    "offset": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    "session_id": {"type": "string"},
}


def beyond(  # noqa: PLR0913 - what an operation is
    name: str,
    method: str,
    path: tuple[str | None, ...],
    *,
    answer: dict[str, Any] | None,
    body: dict[str, Any] | None = None,
    query: dict[str, dict[str, Any]] | None = None,
    headers: tuple[Parameter, ...] = (),
) -> Operation:
    """An operation that no contract has; without an answer it is 204 that says it was done."""
    done = {204: None} if answer is None else {200: Draft202012Validator(answer)}
    return Operation(
        id=name,
        method=method,
        path=path,
        body=None if body is None else Draft202012Validator(body),
        query={
            key: Parameter(key, schema["type"], Draft202012Validator(schema))
            for key, schema in (query or {}).items()
        },
        answers={
            **done,
            403: Draft202012Validator(_OBJECT),
            409: Draft202012Validator(_OBJECT),
        },
        headers=headers,
        strict=False,
    )


def submit_job(**narrower: dict[str, Any]) -> Operation:
    """`POST /jobs`; the arguments are schemas of fields of which the contract is more exact."""
    body = {**_SUBMISSION, "properties": {**_SUBMISSION["properties"], **narrower}}
    return beyond("submitJob", "POST", ("jobs",), answer=_SUBMITTED, body=body)


LIST_JOBS: Final = beyond("listJobs", "GET", ("jobs",), answer=_OBJECT, query=_PAGING)
GET_USAGE: Final = beyond(
    "getUsage",
    "GET",
    ("instances", "usage"),
    answer={
        "type": "object",
        "required": ["instance_id", "usage_consumed_seconds", "usage_limit_reached"],
        "properties": {
            "usage_consumed_seconds": {"type": "number", "minimum": 0},
            "usage_limit_reached": {"type": "boolean"},
        },
    },
)
#: `GET /jobs/{id}`, whose `usage` depends on the version of the API that is asked for.
GET_JOB: Final = beyond(
    "getJob",
    "GET",
    ("jobs", None),
    answer=_OBJECT,
    headers=(Parameter("IBM-API-Version", "string", Draft202012Validator({"type": "string"})),),
)
CANCEL_JOB: Final = beyond("cancelJob", "POST", ("jobs", None, "cancel"), answer=None)
