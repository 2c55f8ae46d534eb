"""The control plane under `/_emulator`: what no real service offers. No token; loopback only."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from runtime_sessions_emulator._classic_views import timestamp
from runtime_sessions_emulator._http import MalformedError, parse_json
from runtime_sessions_emulator._job import OUTCOMES, micros
from runtime_sessions_emulator._service import (
    JobOrder,
    NoSuchSessionError,
    NotAcceptingError,
    Service,
)

PREFIX: Final = "/_emulator"


def control_app(service: Service) -> Starlette:
    """The ASGI application of the control plane."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def clock(_: Request) -> Response:
        return JSONResponse({"now": timestamp(service.clock.now())})

    async def advance(request: Request) -> Response:
        body = await _body(request, required={"seconds": (int, float)})
        if body["seconds"] < 0:
            raise HTTPException(400, "seconds: time goes forward only")
        service.clock.advance(micros(body["seconds"]))
        return JSONResponse({"now": timestamp(service.clock.now())})

    async def submit(request: Request) -> Response:
        body = await _body(
            request,
            required={"session_id": (str,)},
            optional={"duration": (int, float), "outcome": (str,)},
        )
        outcome = body.get("outcome", "completed")
        if outcome not in OUTCOMES:
            raise HTTPException(400, f"outcome: one of {', '.join(OUTCOMES)}")
        order = JobOrder(
            request={"program_id": "sampler"},
            duration=body.get("duration"),
            outcome=OUTCOMES[outcome],
        )
        owner = service.owner(body["session_id"])
        job = service.submit(owner, order, session_id=body["session_id"], instance="", backend="")
        return JSONResponse({"id": job.id})

    async def cancel(request: Request) -> Response:
        service.cancel(request.path_params["id"])
        return Response(status_code=204)

    async def reset(_: Request) -> Response:
        service.reset()
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route(f"{PREFIX}/health", health),
            Route(f"{PREFIX}/clock", clock),
            Route(f"{PREFIX}/clock/advance", advance, methods=["POST"]),
            Route(f"{PREFIX}/jobs", submit, methods=["POST"]),
            Route(f"{PREFIX}/sessions/{{id}}/cancel", cancel, methods=["POST"]),
            Route(f"{PREFIX}/reset", reset, methods=["POST"]),
        ],
        exception_handlers={
            HTTPException: _said,
            NoSuchSessionError: _answer(404, "There is no such session."),
            NotAcceptingError: _answer(400, "The session accepts no jobs."),
        },
    )


def _answer(status: int, message: str) -> Callable[[Request, Exception], Response]:
    def handler(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": message}, status)

    return handler


def _said(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _body(
    request: Request,
    *,
    required: Mapping[str, tuple[type, ...]],
    optional: Mapping[str, tuple[type, ...]] | None = None,
) -> dict[str, Any]:
    try:
        body = parse_json(await request.body())
    except MalformedError as error:
        raise HTTPException(400, f"The body: {error}") from None
    known = {**required, **(optional or {})}
    if not isinstance(body, dict):
        raise HTTPException(400, "The body: not an object")
    body = cast("dict[str, Any]", body)
    for name in required:
        if name not in body:
            raise HTTPException(400, f"{name}: required")
    for name, value in body.items():
        if name not in known:
            raise HTTPException(400, f"{name}: not known here")
        if not isinstance(value, known[name]) or isinstance(value, bool):
            raise HTTPException(400, f"{name}: of the wrong type")
    return body
