"""What a mutant is: a change of the emulator's source, or somebody who meddles on the wire."""

import json
from collections.abc import Awaitable, Callable, Generator, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs

from runtime_sessions import ContractName
from runtime_sessions_contract.openapi.values import as_object

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(slots=True)
class Request:
    """A request on its way to the emulator."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    contract: ContractName = "classic"

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The body's JSON value; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def session(self) -> str | None:
        """The session that it is about; None where it is about none."""
        parts = self.path.strip("/").split("/")
        in_path = parts[1] if parts[0] == "sessions" and len(parts) > 1 else None
        return in_path or next(iter(parse_qs(self.query).get("session_id", [])), None)

    @property
    def fields(self) -> dict[str, Any]:
        """The body's JSON object; an empty one where it is none."""
        return as_object(self.json) or {}

    @property
    def kind(self) -> str:
        """What it is for: create, get, extended, jobs, update, close, or nothing of these."""
        parts = self.path.strip("/").split("/")
        if self.method == "GET" and parts in (["jobs"], ["workloads"], ["versions"]):
            return parts[0]
        if parts[0] != "sessions" or len(parts) > 3:
            return ""
        last = parts[2] if len(parts) == 3 else "" if len(parts) == 2 else "all"
        kinds = {
            ("POST", "all"): "create",
            ("GET", ""): "get",
            ("PATCH", ""): "update",
            ("GET", "extended"): "extended",
            ("GET", "jobs"): "jobs",
            ("DELETE", "close"): "close",
        }
        return kinds.get((self.method, last), "")

    @property
    def authorized(self) -> bool:
        """Whether it carries a token that the emulator knows."""
        tokens = (self.headers.get("x-access-token"), self.headers.get("authorization"))
        return any(token and "emulator-token" in token for token in tokens)


@dataclass(slots=True)
class Answer:
    """An answer on its way from the emulator."""

    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The body's JSON value; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @json.setter
    def json(self, value: Any) -> None:  # noqa: ANN401 - as above
        self.body = json.dumps(value).encode()
        self.headers["content-type"] = "application/json"


Forward = Callable[[Request], Awaitable[Answer]]
Meddle = Callable[[Request, Forward], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of the emulator's source, and what stands there instead. It has to occur once."""

    module: str
    before: str
    after: str

    def apply(self, source: str) -> str:
        """The changed source. Raises ValueError when the piece is not there, or there twice."""
        if source.count(self.before) != 1:
            raise ValueError(
                f"{self.module} has {source.count(self.before)} times: {self.before!r}. "
                "The emulator has changed: bring the mutant up to date"
            )
        return source.replace(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A planted bug.

    Attributes:
        name: Short, for the command line; of another contract than the classic one, with its name.
        kind: The class of bugs that it is of.
        says: What the server does wrong, in a sentence.
        patches: Where the emulator's source is otherwise.
        meddle: Who stands between the caller and the emulator.
        contract: The contract whose emulator it is planted in.
        replaces: What of the clients is otherwise: where, the name there, and what stands for it.
    """

    name: str
    kind: str
    says: str
    patches: tuple[Patch, ...] = ()
    meddle: Meddle | None = None
    replaces: tuple[tuple[Any, str, object], ...] = ()
    contract: ContractName = "classic"

    @property
    def key(self) -> str:
        """What it is called among all."""
        return self.name if self.contract == "classic" else f"{self.contract}/{self.name}"

    @contextmanager
    def planted(self) -> Generator[None]:
        """The bugs of the clients, in this process."""
        with ExitStack() as stack:
            for holder, name, value in self.replaces:
                where = import_module(holder) if isinstance(holder, str) else holder
                stack.enter_context(patch.object(where, name, value))
            yield

    def wrapped(self, app: App) -> App:
        """The emulator's application with whoever meddles in front of it."""
        meddle = self.meddle
        if meddle is None:
            return app

        async def mutated(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith("/_"):
                await app(scope, receive, send)
                return
            request = await _request(scope, receive, self.contract)
            answer = await meddle(request, lambda request: _forward(app, scope, request))
            headers = [
                (name.encode(), value.encode())
                for name, value in answer.headers.items()
                if name != "content-length"
            ]
            if answer.status != 204:
                headers.append((b"content-length", str(len(answer.body)).encode()))
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            await send({"type": "http.response.body", "body": answer.body})

        return mutated


async def _request(scope: Scope, receive: Receive, contract: ContractName) -> Request:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    return Request(scope["method"], scope["path"], query, headers, body, contract)


async def _forward(app: App, scope: Scope, request: Request) -> Answer:
    answer = Answer(0)

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {
                name.decode().lower(): value.decode() for name, value in message["headers"]
            }
        else:
            answer.body += message.get("body", b"")

    headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.items()
    ]
    changed = {
        **scope,
        "method": request.method,
        "headers": headers,
        "query_string": request.query.encode("latin-1"),
    }
    if request.path != scope["path"]:
        changed |= {"path": request.path, "raw_path": request.path.encode("latin-1")}
    await app(changed, receive, send)
    return answer
