"""Bugs on the wire: in shapes, statuses, content types, authentication, and whose data is shown."""

from mutants._meddling import CLASSIC, changed, error, planted, restated
from mutants._mutant import Answer, Forward, Request

# Shapes
changed("extra-field", "shapes", "A session has a field that the contract does not name.", "get")(
    lambda s: {**s, "owner": "x"}
)
changed("missing-field", "shapes", "A field that has to be there is missing.", "full")(
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
changed("no-zone", "shapes", "Times of a session carry no time zone.", "full")(
    lambda s: {k: v.rstrip("Z") if k.endswith("_at") else v for k, v in s.items()}
)
changed("messages-text", "shapes", "The messages are plain text.", "create", contracts=CLASSIC)(
    lambda s: {**s, **({"messages": [m["data"] for m in s["messages"]]} if "messages" in s else {})}
)
changed("bare-error", "shapes", "Errors are a message and nothing else.", status=404)(
    lambda s: {"message": s["errors"][0]["message"]}
)
changed("no-errors", "shapes", "The list of errors is empty.", status=401)(lambda _: {"errors": []})
changed("wrong-id", "shapes", "The id that a view shows is in capitals.", "get")(
    lambda s: {**s, "id": s["id"].upper()}
)
changed(
    "job-short", "shapes", "A queued job has no end, not even null.", "jobs", contracts=CLASSIC
)(lambda p: {**p, "jobs": [{k: v for k, v in j.items() if k != "ended" or v} for j in p["jobs"]]})
changed("params-number", "shapes", "The arguments of a job are a number.", "jobs")(
    lambda p: {**p, "jobs": [{**j, "params": 1} for j in p["jobs"]]}
)

# Statuses
restated("created-201", "Create answers 201.", "create", 200, 201)
restated("closed-202", "Close answers 202.", "close", 204, 202)
restated("gone-410", "What is not there is gone.", "get", 404, 410)
restated("invalid-422", "What is not valid is answered with 422.", "create", 400, 422)
restated("invalid-500", "What is not valid is answered with 500.", "update", 400, 500)
restated("backend-403", "An unknown backend is answered as forbidden.", "create", 404, 403, CLASSIC)
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

    @planted(name, "authentication", says)
    async def _(request: Request, forward: Forward) -> Answer:
        some = {"authorization", "x-access-token"} & request.headers.keys()
        if request.kind in kinds and not request.authorized and bool(some) == given:
            request.headers = {**request.headers, "authorization": "Bearer emulator-token"}
        return await forward(request)


trusting(
    "read-without-token", "A session can be read without a token.", "get", "extended", given=False
)
trusting("create-without-token", "A session can be created without a token.", "create", given=False)
trusting("close-with-any-token", "A session can be closed with a wrong token.", "close", given=True)
trusting("jobs-with-any-token", "Jobs can be listed with a wrong token.", "jobs", given=True)


@planted(
    "header-form-refused", "authentication", "The token is not taken from X-Access-Token.", CLASSIC
)
async def _(request: Request, forward: Forward) -> Answer:
    request.headers.pop("x-access-token", None)
    return await forward(request)


@planted("found-first", "authentication", "Whether a session exists is told before who asks.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    if answer.status == 401 and request.kind and request.session:
        known = await forward(_look(request, "emulator-token"))
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

    @planted(name, "others", says)
    async def _(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if request.kind in kinds and _nothing(answer):
            for token in ("emulator-token", "emulator-token-2"):
                request.headers = {**request.headers, "authorization": f"Bearer {token}"}
                answer = await forward(request)
                if not _nothing(answer):
                    break
        return answer


def _nothing(answer: Answer) -> bool:
    """Whether an answer says that there is nothing that the caller may see."""
    return answer.status == 404 or (answer.status == 200 and answer.json.get("count") == 0)


shared("others-extended", "The extended view shows other users' sessions.", "extended", "get")
shared("others-closed", "Other users' sessions can be closed.", "close")
shared("others-updated", "Other users' sessions can be drained.", "update")
shared("others-jobs", "Other users' jobs can be listed.", "jobs")


async def _theirs(request: Request, forward: Forward) -> bool:
    other = (
        "emulator-token"
        if "token-2" in request.headers.get("authorization", "")
        else "emulator-token-2"
    )
    return (await forward(_look(request, other))).status == 200


def _look(request: Request, token: str) -> Request:
    """A look at the session that a request is about, as the user with a token."""
    headers = {**request.headers, "authorization": f"Bearer {token}"}
    return Request("GET", f"/sessions/{request.session}", "", headers)


@planted("others-forbidden", "others", "Other users' sessions are forbidden rather than not found.")
async def _(request: Request, forward: Forward) -> Answer:
    answer = await forward(request)
    return (
        error(403)
        if request.kind in {"extended", "update"}
        and answer.status == 404
        and await _theirs(request, forward)
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


changed("one-owner", "others", "Every session shows the same owner.", "full")(
    lambda s: {**s, "user_id": "123456"}
)
