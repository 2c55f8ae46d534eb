"""Bugs on the wire: somebody between the caller and the emulator who meddles."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

from mutants._mutant import Answer, Forward, Meddle, Mutant, Request

WIRE: list[Mutant] = []


def planted(name: str, kind: str, says: str) -> Callable[[Meddle], Meddle]:
    """Plant what is decorated as a mutant."""

    def plant(meddle: Meddle) -> Meddle:
        WIRE.append(Mutant(name, kind, says, meddle=meddle))
        return meddle

    return plant


def changed(
    name: str, kind: str, says: str, *kinds: str, status: int | None = None
) -> Callable[[Callable[[Any], Any]], None]:
    """Plant a change of the JSON body of the answers to some kinds of requests."""

    def plant(change: Callable[[Any], Any]) -> None:
        async def meddle(request: Request, forward: Forward) -> Answer:
            answer = await forward(request)
            wanted = answer.status == (status or 200)
            if wanted and (request.kind in kinds or not kinds) and answer.json is not None:
                value = answer.json
                result = change(value)
                answer.json = value if result is None else result
            return answer

        WIRE.append(Mutant(name, kind, says, meddle=meddle))

    return plant


def restated(name: str, says: str, kind: str, status: int, to: int) -> None:
    """Plant another status."""

    async def meddle(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if request.kind == kind and answer.status == status:
            answer.status = to
        return answer

    WIRE.append(Mutant(name, "statuses", says, meddle=meddle))


def error(status: int, message: str = "No.") -> Answer:
    """An error in the documented form."""
    answer = Answer(status)
    answer.json = {
        "errors": [{"code": status, "message": message, "more_info": "https://example.org"}]
    }
    return answer


# Shapes
changed("extra-field", "shapes", "A session has a field that the contract does not name.", "get")(
    lambda s: {**s, "owner": "x"}
)
changed("missing-field", "shapes", "A required field is missing.", "extended")(
    lambda s: {k: v for k, v in s.items() if k != "active_ttl"}
)
changed("null-for-absent", "shapes", "What has not happened yet is null.", "get")(
    lambda s: {"closed_at": None, **s}
)
changed("text-for-number", "shapes", "A TTL is text.", "get")(
    lambda s: {**s, "max_ttl": str(s["max_ttl"])}
)
changed("unknown-state", "shapes", "An open session has a state that no document has.", "get")(
    lambda s: {**s, "state": "pending_closed" if s["state"] == "closed" else s["state"]}
)
changed("no-zone", "shapes", "Times of a session carry no time zone.", "extended")(
    lambda s: {**s, "created_at": s["created_at"].rstrip("Z")}
)
changed("messages-text", "shapes", "The messages are plain text.", "create")(
    lambda s: {**s, **({"messages": [m["data"] for m in s["messages"]]} if "messages" in s else {})}
)
changed("bare-error", "shapes", "Errors are a message and nothing else.", status=404)(
    lambda s: {"message": s["errors"][0]["message"]}
)
changed("no-errors", "shapes", "The list of errors is empty.", status=401)(lambda _: {"errors": []})
changed("wrong-id", "shapes", "The id that a view shows is in capitals.", "get")(
    lambda s: {**s, "id": s["id"].upper()}
)
changed("job-short", "shapes", "A queued job has no end, not even null.", "jobs")(
    lambda p: {**p, "jobs": [{k: v for k, v in j.items() if k != "ended" or v} for j in p["jobs"]]}
)
changed("params-number", "shapes", "The arguments of a job are a number.", "jobs")(
    lambda p: {**p, "jobs": [{**j, "params": 1} for j in p["jobs"]]}
)

# Statuses
restated("created-201", "Create answers 201.", "create", 200, 201)
restated("closed-202", "Close answers 202.", "close", 204, 202)
restated("gone-410", "What is not there is gone.", "get", 404, 410)
restated("invalid-422", "What is not valid is answered with 422.", "create", 400, 422)
restated("invalid-500", "What is not valid is answered with 500.", "update", 400, 500)
restated("backend-403", "An unknown backend is answered as forbidden.", "create", 404, 403)
restated("unauthorized-403", "Who has no token is forbidden.", "jobs", 401, 403)


@planted("close-twice-404", "statuses", "A second close does not find the session.")
async def _(request: Request, forward: Forward, closed: set[str] = set()) -> Answer:  # noqa: B006 - it remembers
    answer = await forward(request)
    if request.kind == "close" and answer.status == 204:
        if request.path in closed:
            return error(404)
        closed.add(request.path)
    return answer


# Content types
@planted("html", "content types", "A session is said to be HTML.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if request.kind == "get":
        answer.headers["content-type"] = "text/html"
    return answer


@planted("error-page", "content types", "What is not there is answered with a page.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if request.kind and answer.status == 404:
        answer.body, answer.headers["content-type"] = b"<h1>Not found</h1>", "text/html"
    return answer


@planted("cut-short", "content types", "A list of jobs is cut short.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if request.kind == "jobs":
        answer.body = answer.body[:-1]
    return answer


# Authentication
def trusting(name: str, says: str, *kinds: str, given: bool) -> None:
    """Plant trust in callers who have no token, or a wrong one."""

    async def meddle(request: Request, forward: Forward) -> Answer:
        some = {"authorization", "x-access-token"} & request.headers.keys()
        if request.kind in kinds and not request.authorized and bool(some) == given:
            request.headers = {**request.headers, "authorization": "Bearer emulator-token"}
        return await forward(request)

    WIRE.append(Mutant(name, "authentication", says, meddle=meddle))


trusting(
    "read-without-token", "A session can be read without a token.", "get", "extended", given=False
)
trusting("create-without-token", "A session can be created without a token.", "create", given=False)
trusting("close-with-any-token", "A session can be closed with a wrong token.", "close", given=True)
trusting("jobs-with-any-token", "Jobs can be listed with a wrong token.", "jobs", given=True)


@planted("header-form-refused", "authentication", "The token is not taken from X-Access-Token.")
async def _(request: Request, forward: Forward) -> Answer:
    request.headers.pop("x-access-token", None)
    return await forward(request)


@planted("found-first", "authentication", "Whether a session exists is told before who asks.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if answer.status == 401 and request.kind and request.kind != "create":
        known = await forward(
            Request(
                "GET",
                f"/sessions/{request.path.split('/')[2]}",
                "",
                {"authorization": "Bearer emulator-token"},
                b"",
            )
        )
        return error(404) if known.status == 404 else answer
    return answer


@planted("body-first", "authentication", "Whether a body is valid is told before who asks.")
async def _(request: Request, forward: Forward) -> Answer:
    if request.kind == "update" and not isinstance(request.json, dict):
        return error(400)
    return await forward(request)


# Other users' data
def shared(name: str, says: str, *kinds: str) -> None:
    """Plant an operation that does not look whose session it is."""

    async def meddle(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if request.kind in kinds and answer.status == 404:
            for token in ("emulator-token", "emulator-token-2"):
                request.headers = {**request.headers, "authorization": f"Bearer {token}"}
                answer = await forward(request)
                if answer.status != 404:
                    break
        return answer

    WIRE.append(Mutant(name, "others", says, meddle=meddle))


shared("others-extended", "The extended view shows other users' sessions.", "extended")
shared("others-closed", "Other users' sessions can be closed.", "close")
shared("others-updated", "Other users' sessions can be drained.", "update")
shared("others-jobs", "Other users' jobs can be listed.", "jobs")


async def _theirs(request: Request, forward: Forward) -> bool:
    other = (
        "emulator-token"
        if "token-2" in request.headers.get("authorization", "")
        else "emulator-token-2"
    )
    path = f"/sessions/{request.path.split('/')[2]}"
    return (
        await forward(Request("GET", path, "", {"authorization": f"Bearer {other}"}, b""))
    ).status == 200


@planted("others-forbidden", "others", "Other users' sessions are forbidden rather than not found.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    return (
        error(403)
        if request.kind == "extended" and answer.status == 404 and await _theirs(request, forward)
        else answer
    )


@planted("others-told", "others", "The 404 of another user's session says that it is one.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    return (
        error(404, "It is not yours.")
        if request.kind == "get" and answer.status == 404 and await _theirs(request, forward)
        else answer
    )


changed("one-owner", "others", "Every session shows the same owner.", "extended")(
    lambda s: {**s, "user_id": "123456"}
)


# Validation
def lenient(name: str, says: str, kind: str, mend: Callable[[Request], None]) -> None:
    """Plant a request that is mended rather than refused."""

    async def meddle(request: Request, forward: Forward) -> Answer:
        if request.kind == kind:
            mend(request)
        return await forward(request)

    WIRE.append(Mutant(name, "validation", says, meddle=meddle))


def _body(change: Callable[[dict[str, Any]], None]) -> Callable[[Request], None]:
    def mend(request: Request) -> None:
        if body := request.fields:
            change(body)
            request.body = json.dumps(body).encode()

    return mend


def _only_known(body: dict[str, Any]) -> None:
    for name in set(body) - {"backend", "instance", "max_session_ttl", "mode"}:
        del body[name]


def _positive(body: dict[str, Any]) -> None:
    if isinstance(body.get("max_session_ttl"), int | float) and body["max_session_ttl"] <= 0:
        del body["max_session_ttl"]


def _numeric(body: dict[str, Any]) -> None:
    if isinstance(body.get("max_session_ttl"), str):
        body["max_session_ttl"] = 60


def _known_names(body: dict[str, Any]) -> None:
    if str(body.get("backend", "")).startswith("no-such"):
        body["backend"] = "ibmq_wellington"


def _any_instance(body: dict[str, Any]) -> None:
    if str(body.get("instance", "")).startswith("no-such"):
        body["instance"] = "hub/group/project"


def _mode(body: dict[str, Any]) -> None:
    if body.get("mode", "batch") not in {"batch", "dedicated"}:
        del body["mode"]


def _truth(body: dict[str, Any]) -> None:
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
)
lenient("negative-ttl", "A TTL of zero or less is taken.", "create", _body(_positive))
lenient("text-ttl", "A TTL given as text is taken.", "create", _body(_numeric))
lenient("any-backend", "A backend that nobody knows is taken.", "create", _body(_known_names))
lenient(
    "any-instance",
    "An instance that the user may not use is taken.",
    "create",
    _body(_any_instance),
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


# Lifecycle, as seen from outside
@planted("patch-lost", "lifecycle", "An update is answered and not kept.")
async def _(request: Request, forward: Forward) -> Answer:
    if request.kind == "update" and request.authorized:
        answer = await forward(Request("GET", request.path, "", request.headers, b""))
        valid = request.fields in ({"accepting_jobs": True}, {"accepting_jobs": False})
        if answer.status == 200 and valid:
            return Answer(204)
    return await forward(request)


@planted("close-does-nothing", "lifecycle", "A close is answered and not done.")
async def _(request: Request, forward: Forward) -> Answer:
    if request.kind == "close" and request.authorized:
        answer = await forward(
            Request("GET", request.path.removesuffix("/close"), "", request.headers, b"")
        )
        return Answer(204) if answer.status == 200 else answer
    return await forward(request)


@planted("close-hits-another", "lifecycle", "A close also closes the session that was made before.")
async def _(request: Request, forward: Forward, made: list[str] = []) -> Answer:  # noqa: B006 - it remembers
    answer = await forward(request)
    if request.kind == "create" and answer.status == 200:
        made.append(answer.json["id"])
    if request.kind == "close" and answer.status == 204:
        place = made.index(request.path.split("/")[2])
        await forward(
            Request("DELETE", f"/sessions/{made[place - 1]}/close", "", request.headers, b"")
        )
    return answer


changed("no-closed-at", "lifecycle", "The time of closing is not shown.", "get", "extended")(
    lambda s: {k: v for k, v in s.items() if k != "closed_at"}
)
changed("views-differ", "lifecycle", "The extended view always accepts jobs.", "extended")(
    lambda s: {**s, "accepting_jobs": True}
)
changed(
    "views-differ-in-mode",
    "lifecycle",
    "The extended view says that every session is dedicated.",
    "extended",
)(lambda s: {**s, "mode": "dedicated"})
changed("instance-lost", "reflection", "The instance shown is not the one asked for.", "extended")(
    lambda s: {**s, "instance": "hub/group/other"}
)
changed("backend-lost", "reflection", "The backend shown is not the one asked for.", "get")(
    lambda s: {**s, "backend_name": "ibm_seattle"}
)


@planted("close-moves", "time", "The time of closing is the time of the last look.")
async def _(request: Request, forward: Forward, looks: Any = itertools.count()) -> Answer:  # noqa: ANN401, B008 - it remembers
    answer = await forward(request)
    if request.kind in {"get", "extended"} and answer.status == 200 and "closed_at" in answer.json:
        answer.json = {
            **answer.json,
            "closed_at": f"{answer.json['closed_at'][:20]}{next(looks) % 1000:03}Z",
        }
    return answer


@planted("stale", "lifecycle", "A session is shown as it was at the first look.")
async def _(request: Request, forward: Forward, cache: dict[str, bytes] = {}) -> Answer:  # noqa: B006 - it remembers
    answer = await forward(request)
    if request.kind == "get" and answer.status == 200:
        answer.body = cache.setdefault(request.path, answer.body)
    return answer


# Concurrency
@planted(
    "ids-at-once", "concurrency", "Sessions that are created at the same time get the same id."
)
async def _(request: Request, forward: Forward, busy: dict[str, Answer] = {}) -> Answer:  # noqa: B006 - it remembers
    if request.kind != "create":
        return await forward(request)
    answer = await forward(request)
    if answer.status != 200:
        return answer
    first = busy.setdefault("now", answer)
    await asyncio.sleep(0.005)
    busy.clear()
    return first


@planted("lost-at-once", "concurrency", "An update is lost while another call is under way.")
async def _(request: Request, forward: Forward, busy: list[str] = []) -> Answer:  # noqa: B006 - it remembers
    alone = not busy
    busy.append(request.path)
    try:
        await asyncio.sleep(0.002)
        if request.kind in {"close", "update"} and request.authorized and not alone:
            return Answer(204)
        return await forward(request)
    finally:
        busy.remove(request.path)


@planted("mixed-up", "concurrency", "Answers to calls at the same time are mixed up.")
async def _(request: Request, forward: Forward, shared_place: dict[str, Request] = {}) -> Answer:  # noqa: B006 - it remembers
    if request.kind not in {"get", "extended"}:
        return await forward(request)
    shared_place[request.kind] = request
    await asyncio.sleep(0.002)
    return await forward(shared_place[request.kind])


@planted("busy-500", "concurrency", "A close fails while another is under way.")
async def _(request: Request, forward: Forward, busy: list[str] = []) -> Answer:  # noqa: B006 - it remembers
    if request.kind != "close":
        return await forward(request)
    if busy:
        return error(500)
    busy.append(request.path)
    await asyncio.sleep(0.005)
    busy.clear()
    return await forward(request)
