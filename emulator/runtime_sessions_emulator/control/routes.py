"""The control plane under `/_emulator`: the methods of `Control`, by HTTP. No token is needed."""

import inspect
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Final, cast, get_args, get_type_hints

from attrs import frozen
from jsonschema_rs import Draft202012Validator
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from runtime_sessions_emulator.control.control import Control
from runtime_sessions_emulator.control.faults import Fault
from runtime_sessions_emulator.control.status_page import page_routes
from runtime_sessions_emulator.core.errors import ServiceError, StateError
from runtime_sessions_emulator.core.job_rule import JobRule
from runtime_sessions_emulator.http.messages import (
    HttpError,
    MalformedError,
    parse_json,
    parse_query,
    read_body,
)

PREFIX: Final = "/_emulator"
_LOOPBACK: Final = re.compile(r"(127(\.\d+){3}|\[::1\]|localhost)(:\d+)?", re.IGNORECASE)

_TYPES: Final[dict[Any, dict[str, Any]]] = {
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    float: {"type": "number"},
    int: {"type": "integer"},
    str: {"type": "string"},
    NoneType: {"type": "null"},
    dict[str, Any]: {"type": "object"},
}


@frozen
class Operation:
    """A call of the control plane.

    Attributes:
        does: The method of `Control` that it calls.
        result: Under which name the method's result is answered; None: it has none.
        of: What the method takes as its one argument, if that isn't what was sent.
    """

    method: str
    path: str
    does: Callable[..., object]
    result: str | None = None
    of: type | None = None


OPERATIONS: Final = (
    Operation("GET", "/about", Control.about, "about"),
    Operation("GET", "/clock", Control.now, "now"),
    Operation("POST", "/clock/advance", Control.advance, "now"),
    Operation("POST", "/clock/set", Control.set_time, "now"),
    Operation("POST", "/jobs", Control.submit_job, "id"),
    Operation("POST", "/job-rules", Control.add_job_rule, of=JobRule),
    Operation("GET", "/sessions", Control.sessions, "sessions"),
    Operation("POST", "/sessions/{session_id}/cancel", Control.cancel_session),
    Operation("POST", "/sessions/{session_id}/drain", Control.drain_session),
    Operation("POST", "/sessions/{session_id}/close", Control.close_session),
    Operation("GET", "/faults", Control.faults, "faults"),
    Operation("POST", "/faults", Control.add_fault, "name", of=Fault),
    Operation("DELETE", "/faults/{name:path}", Control.remove_fault),
    Operation("GET", "/requests", Control.requests, "requests"),
    Operation("DELETE", "/requests", Control.clear_requests),
    Operation("POST", "/reset", Control.reset),
    Operation("POST", "/snapshots", Control.snapshot, "name"),
    Operation("POST", "/snapshots/{name}/restore", Control.restore),
)


Handler = Callable[[Request], Awaitable[Response]]


def control_app(control: Control, *, local: bool) -> ASGIApp:
    """The ASGI application of the control plane; on the loopback nobody else may name it."""
    by_path: dict[str, dict[str, Handler]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = _handler(control, operation)
    routes = [
        Route(PREFIX + path, _by_method(handlers), methods=list(handlers))
        for path, handlers in by_path.items()
    ]
    app = Starlette(routes=[*page_routes(PREFIX), *routes])
    return SameOrigin(app, local=local)


class SameOrigin:
    """Refuses what a page of another site makes a browser send: the control plane asks no token."""

    def __init__(self, app: ASGIApp, *, local: bool) -> None:
        self._app = app
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        foreign = headers.get("origin", f"http://{host}") != f"http://{host}"
        # A name of another site that resolves to the loopback is a name of another site.
        if foreign or (self._local and not _LOOPBACK.fullmatch(host)):
            refusal = JSONResponse({"error": "The control plane is for this computer only."}, 403)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _by_method(handlers: dict[str, Handler]) -> Handler:
    async def handle(request: Request) -> Response:
        """Answer a request by its method; HEAD is answered as GET is."""
        return await handlers["GET" if request.method == "HEAD" else request.method](request)

    return handle


def _handler(control: Control, operation: Operation) -> Handler:
    """What reads a request, calls the method that the operation is of, and answers its result."""
    types = get_type_hints(operation.of or operation.does)
    schema = _schema(operation, types)

    async def handle(request: Request) -> Response:
        """Do what a request asks for, and answer what came of it."""
        try:
            sent = await _sent(request, types)
            _hold(sent, schema)
            arguments: dict[str, Any] = {**sent, **request.path_params}
            for name, value in arguments.items():
                if types.get(name) is datetime:
                    arguments[name] = datetime.fromisoformat(value)
            if operation.of is None:
                result = operation.does(control, **arguments)
            else:
                result = operation.does(control, operation.of(**arguments))
        except (
            HttpError,
            LookupError,
            OverflowError,
            ServiceError,
            StateError,
            ValueError,
        ) as error:
            return refused(error)
        if operation.result is None:
            return Response(status_code=204)
        if isinstance(result, datetime):
            result = result.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return JSONResponse({operation.result: result})

    return handle


def refused(error: Exception) -> JSONResponse:
    """What is answered where a call cannot be done."""
    if isinstance(error, HttpError):
        return JSONResponse({"error": error.message}, error.status)
    statuses = {LookupError: 404, StateError: 503}
    status = next((code for kind, code in statuses.items() if isinstance(error, kind)), 400)
    return JSONResponse({"error": str(error), "type": type(error).__name__}, status)


async def _sent(request: Request, types: dict[str, Any]) -> dict[str, Any]:
    """The body of a request, or its query with whole numbers where those are wanted."""
    if request.method == "POST":
        body = parse_json(await read_body(request.receive) or b"{}")
        return cast("dict[str, Any]", body)
    found: dict[str, Any] = {}
    for name, texts in parse_query(request.scope["query_string"]).items():
        if len(texts) > 1:
            raise MalformedError(f"{name!r} is there more than once")
        (text,) = texts
        whole = text.isdecimal() and int in _members(types.get(name))
        found[name] = int(text) if whole else text
    return found


def _hold(sent: dict[str, Any], schema: Draft202012Validator) -> None:
    for problem in schema.iter_errors(sent):
        where = "/".join(map(str, problem.instance_path)) or "The request"
        raise ValueError(f"{where}: {problem.message}")


def _schema(operation: Operation, types: dict[str, Any]) -> Draft202012Validator:
    """What validates the arguments of a method, or of what it takes, as its signature has them."""
    parameters = inspect.signature(operation.of or operation.does).parameters.values()
    sent = [p for p in parameters if p.name != "self" and f"{{{p.name}" not in operation.path]
    return Draft202012Validator(
        {
            "type": "object",
            "properties": {
                p.name: {"anyOf": [_TYPES[member] for member in _members(types[p.name])]}
                for p in sent
            },
            "required": [p.name for p in sent if p.default is p.empty],
            "additionalProperties": False,
        },
        validate_formats=True,
    )


def _members(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type, in whatever form
    """The types that a union is of; of any other type, itself."""
    return get_args(kind) if isinstance(kind, UnionType) else (kind,)
