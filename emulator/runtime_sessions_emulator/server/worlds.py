"""Worlds: one server, many tests, each with a state, a clock, a seed and faults of its own."""

import math
import re
import time
from collections.abc import Callable
from typing import Any, Final, Self, cast

from attrs import field, frozen, mutable
from jsonschema_rs import Draft202012Validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from runtime_sessions_emulator.contracts.registry import contract_of
from runtime_sessions_emulator.control.control import Control
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.control.routes import PREFIX as PLANE
from runtime_sessions_emulator.control.routes import SameOrigin, refused
from runtime_sessions_emulator.core.config import Config
from runtime_sessions_emulator.http.log import Follower
from runtime_sessions_emulator.http.messages import (
    HttpError,
    Receive,
    Scope,
    Send,
    parse_json,
    read_body,
)
from runtime_sessions_emulator.server.app import App

#: The header that names a world.
HEADER: Final = "Emulator-World"
#: Where each world is, for a client that can be given an address and nothing else.
PREFIX: Final = "/_worlds"
#: Where worlds are made, listed and dropped.
PATH: Final = f"{PLANE}/worlds"
#: After how many seconds without a request a world is dropped when the next one is made.
IDLE: Final = 3600.0

_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_NAMED: Final = re.compile(rf"{PREFIX}/({_NAME})(/.*)?".encode(), re.DOTALL)
# As they are in a scope.
_PREFIX: Final = PREFIX.encode()
_PATH: Final = PATH.encode()
_HEADER: Final = HEADER.lower().encode()
_KEPT: Final = (
    "This server keeps its state, and worlds are gone with the process: start one without --state."
)
_WANTED: Final = Draft202012Validator(
    {
        "type": "object",
        "properties": {
            "contract": {"type": "string"},
            "seed": {"type": "integer"},
            "virtual_clock": {"type": "boolean"},
            "config": {"type": "object"},
        },
        "additionalProperties": False,
    }
)


@frozen(kw_only=True)
class Settings:
    """What a world is made with."""

    config: Config
    contract: str
    seed: int
    virtual_clock: bool

    def changed(self, wanted: dict[str, Any]) -> Self:
        """These, but for what was asked for. Raises ValueError where that makes no sense."""
        for problem in _WANTED.iter_errors(wanted):
            where = "/".join(map(str, problem.instance_path)) or "The request"
            raise ValueError(f"{where}: {problem.message}")
        contract = wanted.get("contract", self.contract)
        # A configuration is for the contract that it was made for.
        default = self.config if contract == self.contract else contract_of(contract).config
        return type(self)(
            config=Config.of(wanted.get("config", {}), default),
            contract=contract,
            seed=wanted.get("seed", self.seed),
            virtual_clock=wanted.get("virtual_clock", self.virtual_clock),
        )


@mutable
class _World:
    """A world, and when it was asked for something last; in all future: it is never unused."""

    app: ASGIApp
    control: Control = field(repr=False)
    used: float


class Worlds:
    """The ASGI application of a server: its own world, and those that have names.

    A world is made when it is first named, and dropped when that is asked for, or when it was not
    used for an hour.

    Args:
        app: The world of whoever names none.
        settings: What worlds are made with; None: this server has none, because it keeps its state.
        local: Whether the server is for this computer alone.
        follower: Who is told of each request to one of them.
        now: The time in seconds, by which it is reckoned how long a world was not used.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings | None,
        *,
        local: bool = True,
        follower: Follower | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._settings = settings
        self._local = local
        self._follower = follower
        self._now = now
        self._worlds: dict[str, _World] = {}
        self._plane = SameOrigin(
            Starlette(
                routes=[
                    Route(PATH, self._list),
                    Route(f"{PATH}/{{name}}", self._make_one, methods=["PUT"]),
                    Route(f"{PATH}/{{name}}", self._drop_one, methods=["DELETE"]),
                ]
            ),
            local=local,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the world that it names."""
        path: bytes = scope["raw_path"]
        if path.startswith(_PREFIX):
            named = _NAMED.fullmatch(path)
            if named is not None:
                inside = _inside(scope, len(PREFIX) + 1 + len(named[1]))
                await self._pass(named[1].decode(), inside, receive, send)
                return
        if path.startswith(_PATH):
            await self._plane(scope, receive, send)
            return
        for header, value in scope["headers"]:
            if header == _HEADER:
                await self._pass(value.decode("latin-1"), scope, receive, send)
                return
        await self._app(scope, receive, send)

    def drop_all(self) -> None:
        """Drop all worlds."""
        for name in list(self._worlds):
            self.drop(name)

    def admit(self, name: str, app: ASGIApp, control: Control) -> str:
        """Have a world here that somebody else made, until it is dropped; gives its path."""
        self._worlds[name] = _World(app, control, math.inf)
        return f"{PREFIX}/{name}"

    def drop(self, name: str) -> None:
        """Drop a world, if there is one of that name."""
        world = self._worlds.pop(name, None)
        if world is not None:
            world.control.stop_computing()

    async def _pass(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a world answer a request; it is made, if it is not there."""
        try:
            world = self._worlds.get(name) or self._make(name, {})
        except ValueError as error:
            await refused(error)(scope, receive, send)
            return
        world.used = max(world.used, self._now())
        await world.app(scope, receive, send)

    def _make(self, name: str, wanted: dict[str, Any]) -> _World:
        """Make a world. Raises ValueError where there can be none of that name, or as wanted."""
        if self._settings is None:
            raise ValueError(_KEPT)
        if re.fullmatch(_NAME, name) is None:
            raise ValueError(
                f"{name!r} cannot name a world: at most 100 letters, digits, '.', '_' and '-'."
            )
        settings = self._settings.changed(wanted)
        self._drop_unused()
        emulation = Emulation.of(
            settings.config,
            contract=settings.contract,
            seed=settings.seed,
            virtual_clock=settings.virtual_clock,
        )
        control = Control(emulation)
        if self._follower is not None:
            emulation.log.follower = _telling(self._follower, name)
        app = App(emulation, control, local=self._local)
        # Of two threads that name it first at once, one makes it.
        return self._worlds.setdefault(name, _World(app, control, self._now()))

    def _drop_unused(self) -> None:
        since = self._now() - IDLE
        for name in [name for name, world in self._worlds.items() if world.used < since]:
            self.drop(name)

    async def _list(self, _: Request) -> JSONResponse:
        self._drop_unused()
        return JSONResponse({"worlds": list(self._worlds)})

    async def _make_one(self, request: Request) -> JSONResponse:
        name = request.path_params["name"]
        if name in self._worlds:
            said = f"There is a world {name!r} already. Drop it first, or take another name."
            return JSONResponse({"error": said}, 409)
        try:
            wanted = parse_json(await read_body(request.receive) or b"{}")
            self._make(name, cast("dict[str, Any]", wanted))
        except (HttpError, ValueError) as error:
            return refused(error)
        return JSONResponse({"path": f"{PREFIX}/{name}"}, 201)

    async def _drop_one(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._worlds:
            return refused(LookupError(f"There is no world {name!r}."))
        self.drop(name)
        return Response(status_code=204)


def _telling(follower: Follower, name: str) -> Follower:
    """What tells of the requests to a world where they were sent."""

    def tell(request: dict[str, Any]) -> None:
        follower({**request, "path": f"{PREFIX}/{name}{request['path']}"})

    return tell


def _inside(scope: Scope, length: int) -> Scope:
    """A request as a world sees it: without the prefix, which is so long, in its path."""
    prefix, path = scope["path"][:length], scope["path"][length:] or "/"
    raw_path = scope["raw_path"][length:] or b"/"
    return {**scope, "path": path, "raw_path": raw_path, "root_path": prefix}
