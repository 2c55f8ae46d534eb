"""Bugs on the wire: what is not valid is not refused."""

import json
from collections.abc import Callable
from typing import Any, Final

from mutants._meddling import CLASSIC, error, lenient, planted
from mutants._mutant import Answer, Forward, Request

# Validation
#: What the body of create may hold by the classic contract, and what the TTL is called there.
KNOWN: Final = {"backend", "instance", "max_session_ttl", "mode"}
TTL: Final = {"classic": "max_session_ttl", "platform": "max_ttl"}
BACKEND: Final = {"classic": "ibmq_wellington", "platform": "ibm_backend"}


def _body(change: Callable[[dict[str, Any], str], None]) -> Callable[[Request], None]:
    def mend(request: Request) -> None:
        if body := request.fields:
            change(body, request.contract)
            request.body = json.dumps(body).encode()

    return mend


def _only_known(body: dict[str, Any], _: str) -> None:
    for name in set(body) - KNOWN:
        del body[name]


def _positive(body: dict[str, Any], contract: str) -> None:
    ttl = body.get(TTL[contract])
    if isinstance(ttl, int | float) and ttl <= 0:
        del body[TTL[contract]]


def _numeric(body: dict[str, Any], contract: str) -> None:
    if isinstance(body.get(TTL[contract]), str):
        body[TTL[contract]] = 60


def _known_names(body: dict[str, Any], contract: str) -> None:
    if str(body.get("backend", "")).startswith("no-such"):
        body["backend"] = BACKEND[contract]


def _any_instance(body: dict[str, Any], _: str) -> None:
    if str(body.get("instance", "")).startswith("no-such"):
        body["instance"] = "hub/group/project"


def _mode(body: dict[str, Any], _: str) -> None:
    if body.get("mode", "batch") not in {"batch", "dedicated"}:
        body["mode"] = "dedicated"


def _truth(body: dict[str, Any], _: str) -> None:
    body["accepting_jobs"] = bool(body.get("accepting_jobs"))


def _json_anyway(request: Request) -> None:
    request.headers["content-type"] = "application/json"


def _query(name: str) -> Callable[[Request], None]:
    def mend(request: Request) -> None:
        kept = [part for part in request.query.split("&") if part.partition("=")[0] != name]
        valid = [
            part
            for part in request.query.split("&")
            if part.partition("=")[0] == name and part.partition("=")[2].isdigit()
        ]
        good = [
            part
            for part in valid
            if name == "offset" or 1 <= int(part.partition("=")[2][:9]) <= 200
        ]
        request.query = "&".join(filter(None, [*kept, *good]))

    return mend


def _first_only(request: Request) -> None:
    seen = dict[str, str]()
    for part in filter(None, request.query.split("&")):
        seen.setdefault(part.partition("=")[0], part)
    request.query = "&".join(seen.values())


def _empty_object(request: Request) -> None:
    if request.json is None:
        request.body = b'{"accepting_jobs": false}'


lenient(
    "unknown-fields",
    "Fields that the contract does not name are taken.",
    "create",
    _body(_only_known),
    CLASSIC,
)
lenient("negative-ttl", "A TTL of zero or less is taken.", "create", _body(_positive))
lenient("text-ttl", "A TTL given as text is taken.", "create", _body(_numeric))
lenient("any-backend", "A backend that nobody knows is taken.", "create", _body(_known_names))
lenient(
    "any-instance",
    "An instance that the user may not use is taken.",
    "create",
    _body(_any_instance),
    CLASSIC,
)
lenient("any-mode", "A mode that does not exist is taken.", "create", _body(_mode))
lenient("truthy", "Anything is taken for accepting_jobs.", "update", _body(_truth))
lenient("any-content-type", "A body of another content type is taken.", "create", _json_anyway)
lenient("any-limit", "A limit out of range is taken.", "jobs", _query("limit"))
lenient("any-offset", "An offset that is no number is taken.", "jobs", _query("offset"))
lenient("twice", "A parameter that is there twice is taken.", "jobs", _first_only)
lenient("no-json", "A body that is not JSON is taken.", "update", _empty_object)


@planted("no-allow", "validation", "405 does not say what is allowed.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if answer.status == 405:
        answer.headers.pop("allow", None)
    return answer


@planted("allow-short", "validation", "405 leaves out a method that is allowed.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if answer.status == 405 and "PATCH" in answer.headers.get("allow", ""):
        answer.headers["allow"] = "GET"
    return answer


@planted("method-404", "validation", "A method that does not exist is answered with 404.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    return error(404) if answer.status == 405 else answer
