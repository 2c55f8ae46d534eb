"""The endpoints about jobs that real programs use beside the operations of a contract.

They are not part of the curated contracts: what is here is what the official client sends and
reads.
"""

from typing import Any, Final

from jsonschema_rs import Draft202012Validator

from runtime_sessions_emulator.http.document import Operation, Parameter
from runtime_sessions_emulator.http.messages import BODY_LIMIT

#: At most 8 tags of at most 86 characters.
TAGS: Final[dict[str, Any]] = {
    "type": "array",
    "maxItems": 8,
    "items": {"type": "string", "maxLength": 86},
}
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
    "properties": {
        "id": {"type": "string"},
        "backend": {"type": "string"},
        "session_id": {"type": "string"},
        "private": {"const": True},
    },
    "additionalProperties": False,
}
_OBJECT: Final[dict[str, Any]] = {"type": "object"}
_MOMENT: Final[dict[str, Any]] = {"type": "string", "format": "date-time"}
_LISTED: Final[dict[str, dict[str, Any]]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 200},
    "offset": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    "session_id": {"type": "string"},
    "pending": {"type": "boolean"},
    "program": {"type": "string"},
    "backend": {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "created_after": _MOMENT,
    "created_before": _MOMENT,
    "provider": {"type": "string"},
    "sort": {"enum": ["ASC", "DESC"], "type": "string"},
    "exclude_params": {"type": "boolean"},
}
#: In which version of the API a call is to be answered; what a job used depends on it.
VERSION: Final = (Parameter("IBM-API-Version", "string", Draft202012Validator({"type": "string"})),)
#: How much a submission may send, in bytes: circuits are long.
_SUBMISSION_LIMIT: Final = 64 << 20


def beyond(  # noqa: PLR0913 - what an operation is
    name: str,
    method: str,
    path: tuple[str | None, ...],
    *,
    answer: dict[str, Any] | None,
    body: dict[str, Any] | None = None,
    query: dict[str, dict[str, Any]] | None = None,
    headers: tuple[Parameter, ...] = (),
    is_text: bool = False,
    body_limit: int = BODY_LIMIT,
) -> Operation:
    """An operation that no contract has; without an answer it is 204 that says it was done.

    With `is_text` it may be answered with a text, which is of no schema.
    """
    done: dict[int, Draft202012Validator | None] = {204: None}
    if is_text:
        done[200] = None
    elif answer is not None:
        done = {200: Draft202012Validator(answer)}
    return Operation(
        id=name,
        method=method,
        path=path,
        body=None if body is None else Draft202012Validator(body),
        query={key: _parameter(key, schema) for key, schema in (query or {}).items()},
        answers={
            **done,
            403: Draft202012Validator(_OBJECT),
            409: Draft202012Validator(_OBJECT),
        },
        headers=headers,
        strict=False,
        body_limit=body_limit,
    )


def _parameter(name: str, schema: dict[str, Any]) -> Parameter:
    return Parameter(name, schema["type"], Draft202012Validator(schema, validate_formats=True))


def submit_job(**narrower: dict[str, Any]) -> Operation:
    """`POST /jobs`; the arguments are schemas of fields of which the contract is more exact."""
    body = {**_SUBMISSION, "properties": {**_SUBMISSION["properties"], **narrower}}
    return beyond(
        "submitJob",
        "POST",
        ("jobs",),
        answer=_SUBMITTED,
        body=body,
        body_limit=_SUBMISSION_LIMIT,
    )


LIST_JOBS: Final = beyond("listJobs", "GET", ("jobs",), answer=_OBJECT, query=_LISTED)
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
GET_JOB: Final = beyond(
    "getJob",
    "GET",
    ("jobs", None),
    answer=_OBJECT,
    query={"exclude_params": {"type": "boolean"}},
    headers=VERSION,
)
CANCEL_JOB: Final = beyond("cancelJob", "POST", ("jobs", None, "cancel"), answer=None)
DELETE_JOB: Final = beyond("deleteJob", "DELETE", ("jobs", None), answer=None)
GET_RESULTS: Final = beyond(
    "getJobResults", "GET", ("jobs", None, "results"), answer=None, is_text=True
)
GET_LOGS: Final = beyond("getJobLogs", "GET", ("jobs", None, "logs"), answer=None, is_text=True)
GET_METRICS: Final = beyond(
    "getJobMetrics",
    "GET",
    ("jobs", None, "metrics"),
    answer={
        "type": "object",
        "required": ["timestamps", "usage"],
        "properties": {"timestamps": _OBJECT, "usage": _OBJECT, "bss": _OBJECT},
    },
    headers=VERSION,
)
REPLACE_TAGS: Final = beyond(
    "replaceJobTags",
    "PUT",
    ("jobs", None, "tags"),
    answer=None,
    body={
        "type": "object",
        "required": ["tags"],
        "properties": {"tags": TAGS},
    },
)
#: What the open plan leaves of this month, which only the classic client asks.
GET_OPEN_USAGE: Final = beyond("getOpenUsage", "GET", ("usage",), answer=_OBJECT)
#: What can be done with a job, by either contract.
JOB_MANAGEMENT: Final = (
    GET_JOB,
    CANCEL_JOB,
    DELETE_JOB,
    GET_RESULTS,
    GET_LOGS,
    GET_METRICS,
    REPLACE_TAGS,
)
