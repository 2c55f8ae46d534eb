"""What the contracts share: a call's request, and how its answer is read.

Both are the generated clients'. Added here: arguments are checked before a request is made, and an
answer is held to its contract (open: a server may know more) before it is believed.
"""

import json
import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from importlib import import_module, resources
from typing import Any, Generic, TypeVar, cast

from jsonschema_rs import Draft202012Validator

from runtime_sessions._http import Response

T_co = TypeVar("T_co", covariant=True)


class Answered:
    """What was read from an answer, which it keeps."""

    response: Response


class Operation(Generic[T_co]):
    """A request by a contract, and the model that its 200 is read as; without one, it has 204."""

    def __init__(self, contract: str, request: dict[str, Any], model: type[T_co] | None) -> None:
        self.request = request
        self.method: str = request["method"].upper()
        self.path: str = request["url"]
        self.repeatable = self.method != "POST"  # made twice, it does what it does once
        self.success = 200 if model else 204
        self._contract = contract
        self._model: Any = model

    def read(self, response: Response) -> T_co:
        """Read an answer; a ValueError says where it breaks the contract."""
        if self._model is None:
            return cast("T_co", None)
        try:
            value: object = json.loads(response.content)
        except (ValueError, RecursionError) as error:
            came = response.headers.get("Content-Type", "something without a type")
            raise ValueError(f"it has JSON, and {came} came: {error}") from None
        # Ours derive from what is generated, which has the name of its schema.
        validator = _validator(self._contract, self._model.__mro__[1].__name__)
        if not validator.is_valid(value):
            broken = next(iter(validator.iter_errors(value)))
            raise ValueError(f"at /{'/'.join(map(str, broken.instance_path))}: {broken.message}")
        model: Any = self._model.from_dict(value)
        model.response = response
        return cast("T_co", model)


class Operations:
    """The operations that the contracts have in common, for one client and its `instance`."""

    #: The name of the contract and of its generated client, and what its `getSession` answers.
    name: str
    details: type[Any]
    #: What every call carries beside the token, and what every operation is given.
    headers: Mapping[str, str] = {}
    always: Mapping[str, str] = {}

    def __init__(self, instance: str | None) -> None:
        self.instance = instance

    def get(self, session_id: str) -> Operation[Any]:
        return self.operation("sessions.get_session", self.details, identity(session_id))

    def update(self, session_id: str, *, accepting_jobs: bool) -> Operation[None]:
        if not isinstance(accepting_jobs, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"accepting_jobs is True or False, not {accepting_jobs!r}")
        models = import_module(f"runtime_sessions_api.{self.name}.models")
        body = models.SessionUpdate(accepting_jobs=accepting_jobs)
        return self.operation("sessions.update_session", None, identity(session_id), body=body)

    def close(self, session_id: str) -> Operation[None]:
        return self.operation("sessions.close_session", None, identity(session_id))

    def operation(
        self, module: str, model: type[Answered] | None, *args: str, **kwargs: object
    ) -> Operation[Any]:
        """Take what a module of the generated client would send."""
        generated = import_module(f"runtime_sessions_api.{self.name}.api.{module}")
        request = generated.build_request(*args, **kwargs, **self.always)
        return Operation(self.name, request, model)


def seconds(name: str, value: float | timedelta) -> float:
    """Take a span of time as seconds. Text is refused: who knows what becomes of "1.5h"."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{name} is a number of seconds or a timedelta, not {value!r}")
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} is a finite span of time above zero, not {value!r} seconds")
    return int(value) if value == int(value) else value


def text(name: str, value: str | None, among: list[str] | None = None) -> str:
    """Take text that is not empty, or is one of those it must be among."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is text, not {value!r}")
    if not value or (among and value not in among):
        wanted = f"one of {', '.join(among)}" if among else "not empty"
        raise ValueError(f"{name} is {wanted}, not {value!r}")
    return value


def identity(value: str) -> str:
    """Take a session's id. One that is a step in a path would make another request of it."""
    if text("the id of a session", value) in {".", ".."}:
        raise ValueError(f"{value!r} is no id of a session")
    return value


@cache
def _validator(contract: str, schema: str) -> Draft202012Validator:
    file = resources.files("runtime_sessions_api") / f"{contract}.openapi.json"
    # Open: no `enum` is held to, for a server may know more values.
    hook: Callable[[dict[str, Any]], Any] = lambda one: {k: one[k] for k in one if k != "enum"}  # noqa: E731
    components = json.loads(file.read_bytes(), object_hook=hook)["components"]
    root = {"$ref": f"#/components/schemas/{schema}", "components": components}
    return Draft202012Validator(root, validate_formats=True)
