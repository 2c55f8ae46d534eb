"""The operations of the contract: which request each makes, and how its answer is read.

Requests and models are the generated client's; what is added here is that arguments are checked
before, and that an answer is held to the contract before it is believed.
"""

# pyright: reportPrivateUsage=false
# The generated modules keep the function that makes a request, without sending it, to themselves.

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from runtime_sessions._contract import violation
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
    """A session as `GET /sessions/{id}` shows it; times are UTC, durations seconds.

    Attributes:
        response: The answer it was read from.
    """

    response: Response


class ExtendedDetails(models.ExtendedSession):
    """A session as `GET /sessions/{id}/extended` shows it; times are UTC, durations seconds.

    Attributes:
        response: The answer it was read from.
    """

    response: Response


class JobPage(models.JobPage):
    """A page of jobs as `GET /sessions/{id}/jobs` shows it; times are UTC, durations seconds.

    Attributes:
        response: The answer it was read from.
    """

    response: Response


class Created(models.CreatedSession):
    """What create answers, and the answer itself."""

    response: Response


class _Model(Protocol):
    response: Response

    @classmethod
    def from_dict(cls, src_dict: Any) -> Self: ...  # noqa: ANN401 - JSON


T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=_Model)


class Violation(ValueError):  # noqa: N818 - becomes a ContractError where the call is known
    """What an answer breaks in the contract."""


class Operation(Generic[T]):
    """A request that can be made, and how its answer is read.

    `repeatable`: made twice it does what it does once.
    """

    __slots__ = ("body", "method", "params", "path", "read", "repeatable", "success")

    def __init__(
        self,
        request: dict[str, Any],
        read: Callable[[Response], T],
        *,
        success: int = 200,
        repeatable: bool = True,
    ) -> None:
        self.method: str = request["method"].upper()
        self.path: str = request["url"]
        self.params: dict[str, Any] | None = request.get("params")
        self.body: dict[str, Any] | None = request.get("json")
        self.read = read
        self.success = success
        self.repeatable = repeatable


def create(
    backend: str, instance: str, mode: str, max_ttl: float | timedelta | None
) -> Operation[Created]:
    """Return `POST /sessions`."""
    try:
        known = models.SessionMode.__members__[text("mode", mode).upper()]
    except KeyError:
        modes = ", ".join(repr(str(member)) for member in models.SessionMode)
        raise ValueError(f"mode is one of {modes}, not {mode!r}") from None
    body = models.SessionRequest(
        backend=text("backend", backend),
        instance=text("instance", instance),
        max_session_ttl=UNSET if max_ttl is None else seconds("max_ttl", max_ttl),
        mode=known,
    )
    request = create_session._get_kwargs(body=body)  # noqa: SLF001
    return Operation(request, _read_created, repeatable=False)


def get(session_id: str) -> Operation[SessionDetails]:
    """Return `GET /sessions/{id}`."""
    return Operation(get_session._get_kwargs(identity(session_id)), _read_details)  # noqa: SLF001


def extended(session_id: str) -> Operation[ExtendedDetails]:
    """Return `GET /sessions/{id}/extended`."""
    return Operation(get_session_extended._get_kwargs(identity(session_id)), _read_extended)  # noqa: SLF001


def jobs(session_id: str, limit: int, offset: int) -> Operation[JobPage]:
    """Return `GET /sessions/{id}/jobs`."""
    for name, value, least in (("limit", limit, 1), ("offset", offset, 0)):
        if isinstance(value, bool) or not isinstance(value, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{name} is a whole number, not {value!r}")
        if value < least:
            raise ValueError(f"{name} is {least} or more, not {value}")
    if limit > _MAX_LIMIT:
        raise ValueError(f"limit is {_MAX_LIMIT} or less, not {limit}")
    request = list_session_jobs._get_kwargs(identity(session_id), limit=limit, offset=offset)  # noqa: SLF001
    return Operation(request, _read_jobs)


def update(session_id: str, *, accepting_jobs: bool) -> Operation[None]:
    """Return `PATCH /sessions/{id}`."""
    if not isinstance(accepting_jobs, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"accepting_jobs is True or False, not {accepting_jobs!r}")
    body = models.SessionUpdate(accepting_jobs=accepting_jobs)
    request = update_session._get_kwargs(identity(session_id), body=body)  # noqa: SLF001
    return Operation(request, _nothing, success=204)


def close(session_id: str) -> Operation[None]:
    """Return `DELETE /sessions/{id}/close`."""
    request = close_session._get_kwargs(identity(session_id))  # noqa: SLF001
    return Operation(request, _nothing, success=204)


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


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


_json = json.JSONDecoder(parse_constant=_refuse)


def _reader(kind: type[ModelT], schema: str) -> Callable[[Response], ModelT]:
    """Return what makes the model of an answer, or raises Violation."""

    def read(response: Response) -> ModelT:
        try:
            value: object = _json.decode(response.content.decode())
        except (ValueError, RecursionError) as error:
            came = response.headers.get("Content-Type", "something without a type")
            raise Violation(f"the contract has JSON, and {came} came: {error}") from None
        broken = violation(schema, value)
        if broken:
            raise Violation(broken)
        try:
            model = kind.from_dict(value)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Violation(str(error)) from None
        model.response = response
        return model

    return read


_read_created = _reader(Created, "CreatedSession")
_read_details = _reader(SessionDetails, "Session")
_read_extended = _reader(ExtendedDetails, "ExtendedSession")
_read_jobs = _reader(JobPage, "JobPage")


def _nothing(_: Response) -> None:
    """Read an answer without a body."""
