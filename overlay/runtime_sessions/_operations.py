"""The operations of the contract: which request each makes, and how its answer is read.

Requests and models are the generated client's. Added here: arguments are checked before a request
is made, and an answer is held to the contract (open: a server may know more) before it is believed.
"""

# pyright: reportPrivateUsage=false
# ruff: noqa: SLF001
# The generated modules keep to themselves what makes a request without sending it.

from __future__ import annotations

import json
import math
from datetime import timedelta
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from jsonschema_rs import Draft202012Validator

from runtime_sessions_api.classic import models
from runtime_sessions_api.classic.api.sessions import (
    close_session,
    create_session,
    get_session,
    get_session_extended,
    list_session_jobs,
    update_session,
)
from runtime_sessions_api.classic.types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime_sessions._http import Response

_MAX_LIMIT = 200


class SessionDetails(models.Session):
    """A session as `GET /sessions/{id}` shows it, and the answer. Times are UTC, spans seconds."""

    response: Response


class ExtendedDetails(models.ExtendedSession):
    """A session as `GET /sessions/{id}/extended` shows it, and the answer. Times are UTC."""

    response: Response


class JobPage(models.JobPage):
    """A page of jobs as `GET /sessions/{id}/jobs` shows it, and the answer. Times are UTC."""

    response: Response


class Created(models.CreatedSession):
    """What create answers."""

    response: Response


class _Answer(Protocol):
    response: Response


T = TypeVar("T")
AnswerT = TypeVar("AnswerT", bound=_Answer)


class Operation(Generic[T]):
    """A request, the status of a yes, and how that answer is read (a ValueError: it breaks it)."""

    def __init__(
        self, request: dict[str, Any], success: int, read: Callable[[Response], T]
    ) -> None:
        self.method: str = request["method"].upper()
        self.path: str = request["url"]
        self.content = {"params": request.get("params"), "json": request.get("json")}
        self.success = success
        self.read = read
        self.repeatable = self.method != "POST"  # made twice, it does what it does once


def create(
    backend: str, instance: str, mode: str, max_ttl: float | timedelta | None
) -> Operation[Created]:
    modes = [str(one) for one in models.SessionMode]
    if text("mode", mode) not in modes:
        raise ValueError(f"mode is one of {', '.join(modes)}, not {mode!r}")
    body = models.SessionRequest(
        backend=text("backend", backend),
        instance=text("instance", instance),
        max_session_ttl=UNSET if max_ttl is None else seconds("max_ttl", max_ttl),
        mode=models.SessionMode(mode),
    )
    return Operation(create_session._get_kwargs(body=body), 200, _read_created)


def get(session_id: str) -> Operation[SessionDetails]:
    return Operation(get_session._get_kwargs(identity(session_id)), 200, _read_details)


def extended(session_id: str) -> Operation[ExtendedDetails]:
    return Operation(get_session_extended._get_kwargs(identity(session_id)), 200, _read_extended)


def jobs(session_id: str, limit: int, offset: int) -> Operation[JobPage]:
    if not isinstance(limit, int) or not 1 <= limit <= _MAX_LIMIT:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValueError(f"page_size is a whole number from 1 to {_MAX_LIMIT}, not {limit!r}")
    request = list_session_jobs._get_kwargs(identity(session_id), limit=limit, offset=offset)
    return Operation(request, 200, _read_jobs)


def update(session_id: str, *, accepting_jobs: bool) -> Operation[None]:
    if not isinstance(accepting_jobs, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"accepting_jobs is True or False, not {accepting_jobs!r}")
    body = models.SessionUpdate(accepting_jobs=accepting_jobs)
    return Operation(update_session._get_kwargs(identity(session_id), body=body), 204, _nothing)


def close(session_id: str) -> Operation[None]:
    return Operation(close_session._get_kwargs(identity(session_id)), 204, _nothing)


def seconds(name: str, value: float | timedelta) -> float:
    """Take a span of time as seconds. Text is refused: who knows what becomes of "1.5h"."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{name} is a number of seconds or a timedelta, not {value!r}")
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} is a finite span of time above zero, not {value!r} seconds")
    return int(value) if value == int(value) else value


def text(name: str, value: str) -> str:
    """Take text that is not empty."""
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{name} is text, not {value!r}")
    if not value:
        raise ValueError(f"{name} is empty")
    return value


def identity(value: str) -> str:
    """Take a session's id. One that is a step in a path would make another request of it."""
    if text("the id of a session", value) in {".", ".."}:
        raise ValueError(f"{value!r} is no id of a session")
    return value


def _read(decode: Callable[[Any], AnswerT], schema: str, response: Response) -> AnswerT:
    try:
        value: object = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        came = response.headers.get("Content-Type", "something without a type")
        raise ValueError(f"it has JSON, and {came} came: {error}") from None
    validator = _validator(schema)
    if not validator.is_valid(value):
        broken = next(iter(validator.iter_errors(value)))
        raise ValueError(f"at /{'/'.join(map(str, broken.instance_path))}: {broken.message}")
    model = decode(value)
    model.response = response
    return model


@cache
def _validator(schema: str) -> Draft202012Validator:
    file = resources.files("runtime_sessions_api") / "classic.openapi.json"
    schemas = _opened(json.loads(file.read_bytes())["components"]["schemas"])
    root = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": schemas}}
    return Draft202012Validator(root, validate_formats=True)


def _opened(schemas: dict[str, Any]) -> dict[str, Any]:
    """Drop every `enum`, for a server may know more values."""
    opened = {name: {k: v for k, v in one.items() if k != "enum"} for name, one in schemas.items()}
    for schema in opened.values():
        if "properties" in schema:
            schema["properties"] = _opened(schema["properties"])
        if "items" in schema:
            schema.update(_opened({"items": schema["items"]}))
    return opened


_read_created = partial(_read, Created.from_dict, "CreatedSession")
_read_details = partial(_read, SessionDetails.from_dict, "Session")
_read_extended = partial(_read, ExtendedDetails.from_dict, "ExtendedSession")
_read_jobs = partial(_read, JobPage.from_dict, "JobPage")


def _nothing(_: Response) -> None:
    """Read an answer without a body."""
