"""Bugs on the wire: in what a session remembers, and in what calls at once do to each other."""

import asyncio
import itertools
from typing import Any

from mutants._meddling import CLASSIC, changed, error, planted
from mutants._mutant import Answer, Forward, Request


# Lifecycle, as seen from outside
@planted("patch-lost", "lifecycle", "An update is answered and not kept.")
async def _(request: Request, forward: Forward) -> Answer:
    if request.kind == "update" and request.authorized:
        answer = await forward(Request("GET", request.path, "", request.headers))
        valid = request.fields in ({"accepting_jobs": True}, {"accepting_jobs": False})
        if answer.status == 200 and valid:
            return Answer(204)
    return await forward(request)


@planted("close-does-nothing", "lifecycle", "A close is answered and not done.")
async def _(request: Request, forward: Forward) -> Answer:
    if request.kind == "close" and request.authorized:
        answer = await forward(
            Request("GET", request.path.removesuffix("/close"), "", request.headers)
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
        await forward(Request("DELETE", f"/sessions/{made[place - 1]}/close", "", request.headers))
    return answer


changed("no-closed-at", "lifecycle", "The time of closing is not shown.", "get", "extended")(
    lambda s: {k: v for k, v in s.items() if k != "closed_at"}
)
changed("views-differ", "lifecycle", "A view always accepts jobs.", "full")(
    lambda s: {**s, "accepting_jobs": True}
)
changed(
    "views-differ-in-mode",
    "lifecycle",
    "A view says that every session is dedicated.",
    "full",
)(lambda s: {**s, "mode": "dedicated"})
changed(
    "instance-lost",
    "reflection",
    "The instance shown is not the one asked for.",
    "extended",
    contracts=CLASSIC,
)(lambda s: {**s, "instance": "hub/group/other"})
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
