"""A stand-in for IBM Cloud's IAM: there an API key is exchanged for a token, good for an hour."""

# pyright: reportUnknownMemberType=false
# PyJWT's types name a package that is not there: what it signs with secrets does not need it.

import hashlib
import time
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from runtime_sessions_emulator.core.config import User
from runtime_sessions_emulator.core.job import SECOND
from runtime_sessions_emulator.core.service import Service
from runtime_sessions_emulator.http.messages import HttpError, read_body

#: Where it is: off the paths of the API.
PREFIX: Final = "/_iam"
#: For how many seconds a token is good.
TTL: Final = 3600
_ALGORITHM: Final = "HS256"
_API_KEY: Final = "urn:ibm:params:oauth:grant-type:apikey"


class Iam:
    """The users' tokens: those of the configuration, and those that it gives for API keys.

    Its tokens are signed, not kept: one outlives a reset or a snapshot, as it would a restart of
    the service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._key = hashlib.sha256(f"runtime-sessions-emulator {service.seed}".encode()).digest()
        self._users = {user.id: user for user in service.config.users}
        self._keys = {user.api_key: user for user in service.config.users if user.api_key}

    def user(self, token: str) -> User | None:
        """The user whose token it is; None where it is nobody's, or no longer good."""
        user = self._service.users.get(token)
        if user is not None:
            return user
        try:
            claims = jwt.decode(token, self._key, [_ALGORITHM], options={"verify_exp": False})
        except jwt.InvalidTokenError:
            return None
        good = self._service.clock.now() < claims["emulator_exp"]
        return self._users.get(claims["iam_id"]) if good else None

    def owner(self, api_key: str) -> User | None:
        """The user whose API key it is; None where it is nobody's."""
        return self._keys.get(api_key)

    def issue(self, user: User) -> dict[str, Any]:
        """A new token for a user, as `POST /identity/token` answers it."""
        # A client reckons with its own clock when a token runs out, this service with its own.
        now = int(time.time())
        claims = {
            "iam_id": user.id,
            "sub": user.id,
            "iss": "https://iam.cloud.ibm.com/identity",
            "grant_type": _API_KEY,
            "scope": "ibm openid",
            "jti": uuid4().hex,
            "iat": now,
            "exp": now + TTL,
            "emulator_exp": self._service.clock.now() + TTL * SECOND,
        }
        return {
            "access_token": jwt.encode(claims, self._key, _ALGORITHM),
            "refresh_token": "not_supported",
            "token_type": "Bearer",
            "expires_in": TTL,
            "expiration": claims["exp"],
            "scope": claims["scope"],
        }

    def app(self) -> ASGIApp:
        """The ASGI application."""
        return Starlette(routes=[Route(f"{PREFIX}/identity/token", self._token, methods=["POST"])])

    async def _token(self, request: Request) -> JSONResponse:
        try:
            form = dict(parse_qsl((await read_body(request.receive)).decode("latin-1")))
        except HttpError as error:
            return _refused("BXNIM0106E", error.message, error.status)
        grant, key = form.get("grant_type"), form.get("apikey")
        if grant != _API_KEY:
            said = f"Validation of property 'grant_type' with value '{grant}' failed."
            return _refused("BXNIM0106E", f"{said} Valid values: '{_API_KEY}'")
        if not key:
            return _refused("BXNIM0109E", "Property missing or empty: apikey")
        user = self.owner(key)
        if user is None:
            return _refused("BXNIM0415E", "Provided API key could not be found.")
        return JSONResponse(self.issue(user))


def _refused(code: str, message: str, status: int = 400) -> JSONResponse:
    context = {"requestId": uuid4().hex, "requestType": "incoming.Identity_Token"}
    return JSONResponse({"errorCode": code, "errorMessage": message, "context": context}, status)
