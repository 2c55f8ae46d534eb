"""A stand-in for the login of the classic contract, where the official client asks its way.

There a token is exchanged for another one, and that for the addresses of the services and the
instances that its owner may use. Here both tokens are the same.
"""

from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from runtime_sessions_emulator.core.config import User
from runtime_sessions_emulator.core.service import Service
from runtime_sessions_emulator.http.messages import HttpError, MalformedError, parse_json, read_body

#: Where it is: off the paths of the API.
PREFIX: Final = "/_login"


class Login:
    """Who a token belongs to, and what that user may use."""

    def __init__(self, service: Service) -> None:
        self._users = service.users

    def app(self) -> ASGIApp:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route(f"{PREFIX}/version", self._version),
                Route(f"{PREFIX}/users/loginWithToken", self._login, methods=["POST"]),
                Route(f"{PREFIX}/users/me", self._me),
                Route(f"{PREFIX}/Network", self._network),
            ]
        )

    async def _version(self, _: Request) -> JSONResponse:
        # The official client takes this for the sign of a login.
        return JSONResponse({"api-auth": "0.0.0"})

    async def _login(self, request: Request) -> JSONResponse:
        try:
            sent: Any = parse_json(await read_body(request.receive))
            token = sent["apiToken"]
        except (HttpError, MalformedError, KeyError, TypeError):
            return _refused(400, "BAD_REQUEST", "The body is not {'apiToken': TOKEN}.")
        user = self._users.get(str(token))
        if user is None:
            return _refused(401, "AUTHORIZATION_FAILED", "Login failed.")
        return JSONResponse({"id": token, "ttl": 1_209_600, "userId": user.id})

    async def _me(self, request: Request) -> JSONResponse:
        user = self._user(request)
        if user is None:
            return _refused(401, "AUTHORIZATION_REQUIRED", "Authorization required.")
        base = str(request.base_url).rstrip("/")
        urls = {"http": base + PREFIX, "ws": "", "services": {"runtime": base}}
        return JSONResponse({"id": user.id, "urls": urls})

    async def _network(self, request: Request) -> JSONResponse:
        user = self._user(request)
        if user is None:
            return _refused(401, "AUTHORIZATION_REQUIRED", "Authorization required.")
        hubs: dict[str, Any] = {}
        for instance in sorted(user.instances):
            hub, group, project = (*instance.split("/"), "", "")[:3]
            groups = hubs.setdefault(hub, {"name": hub, "groups": {}})["groups"]
            groups.setdefault(group, {"projects": {}})["projects"][project] = {}
        return JSONResponse(list(hubs.values()))

    def _user(self, request: Request) -> User | None:
        return self._users.get(request.headers.get("x-access-token", ""))


def _refused(status: int, name: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"status": status, "name": name, "message": message}}, status)
