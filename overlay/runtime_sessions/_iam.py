"""API keys, for which IBM Cloud's IAM gives tokens: by IBM's own library, an extra."""

import os
import textwrap
import time
from collections.abc import AsyncGenerator, Generator
from http import HTTPStatus
from importlib import import_module
from threading import Lock
from typing import Any

from runtime_sessions._errors import PASSING, SettingsError
from runtime_sessions._http import BearerToken, NotSent, Request, Response, Secret
from runtime_sessions._settings import checked
from runtime_sessions._twins import in_thread, now


class ApiKey(BearerToken):
    """An API key of IBM Cloud: sent is `Authorization: Bearer TOKEN`, with the token of IAM for it.

    The token is fetched for the first call, anew before it runs out, and once when a call is
    answered with 401, which is then made again. All that share this object share the token. The
    environment variable `IAM_URL` names another IAM. Needs the extra `iam`.
    """

    def __init__(self, key: str) -> None:
        key = Secret(key)
        super().__init__(key)
        url = os.environ.get("IAM_URL")
        try:
            library = import_module("ibm_cloud_sdk_core")
        except ImportError:
            raise ImportError(
                "an API key needs pip install runtime-sessions[iam]; a token needs auth=BearerToken"
            ) from None
        self._tokens: Any = library.IAMTokenManager(key, url=checked(Secret(url)) if url else None)
        self._lock = Lock()
        self._failed_at = 0.0
        self._failure: Exception = NotSent("")

    def auth_flow(self, request: Request) -> Generator[Request, Response]:  # as httpx has it
        token = self._fresh() or self._fetch(request)
        if (yield self._signed(request, token)).status_code == HTTPStatus.UNAUTHORIZED:
            yield self._signed(request, self._fetch(request, token))

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        token = self._fresh() or await in_thread(self._fetch, request)
        if (yield self._signed(request, token)).status_code == HTTPStatus.UNAUTHORIZED:
            yield self._signed(request, await in_thread(self._fetch, request, token))

    def _fresh(self) -> str:
        return self._tokens.access_token if self._tokens.refresh_time > time.time() else ""

    def _fetch(self, request: Request, refused: str | None = None) -> str:
        """Return a token other than the refused one; who waits for an exchange shares its end."""
        asked, tokens, had = now(), self._tokens, self._tokens.access_token
        with self._lock:
            if refused and refused == tokens.access_token:
                tokens.expire_time = tokens.refresh_time = 0
            # An API key does not go where a redirect leads.
            timeout = request.extensions["timeout"]["read"]
            tokens.http_config = {"timeout": timeout, "allow_redirects": False}
            try:
                if self._failed_at <= asked:
                    token: str = tokens.get_token()
                    return token
            except Exception as error:  # noqa: BLE001 - of requests, of JWT, and its own
                tokens.access_token = had  # which is kept if what came is no token
                tokens.request_time = 0  # else the next to ask would sleep for a minute
                said = textwrap.shorten(str(error).replace(self._token, "[secure]"), 300)
                said = f"no token for the API key from IAM at {tokens.url}: {said}"
                self._failed_at, self._failure = now(), NotSent(said)
                if getattr(error, "status_code", HTTPStatus.BAD_GATEWAY) not in PASSING:
                    self._failure = SettingsError(f"{said} (see https://cloud.ibm.com/iam/apikeys)")
            # One that is only to be renewed soon does for now.
            if tokens.expire_time - tokens.IAM_EXPIRATION_WINDOW > time.time():
                return str(tokens.access_token)
        raise self._failure  # here, for `error` holds the key
