"""API keys, for which IBM Cloud's IAM gives tokens: by IBM's own library, an extra."""

import os
from collections.abc import AsyncGenerator, Collection, Generator
from http import HTTPStatus
from threading import Lock

from runtime_sessions._auth import BearerToken
from runtime_sessions._clock import now
from runtime_sessions._errors import SettingsError
from runtime_sessions._http import ConnectFailure, Request, Response
from runtime_sessions._iam_tokens import ExchangeError, IamTokens
from runtime_sessions._pauses import async_in_thread
from runtime_sessions._secrets import Secret
from runtime_sessions._settings import checked_url


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
        self._tokens = IamTokens(key, checked_url(Secret(url)) if url else None)
        self._lock = Lock()
        self._failed_at = 0.0
        self._failure: Exception = ConnectFailure("")

    def secrets(self) -> Collection[str]:
        """Return what nobody is to be shown, also when a server sends it back."""
        return (self._token, self._tokens.current())

    def auth_flow(self, request: Request) -> Generator[Request, Response]:
        """Sign a request with the token, and once more when that one is refused."""
        token = self._tokens.fresh() or self._fetch(request)
        response = yield self._signed(request, token)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            yield self._signed(request, self._fetch(request, token))

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        """Do as `auth_flow` does; an exchange keeps no task waiting but this one."""
        token = self._tokens.fresh() or await async_in_thread(self._fetch, request)
        response = yield self._signed(request, token)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            yield self._signed(request, await async_in_thread(self._fetch, request, token))

    def _fetch(self, request: Request, refused: str | None = None) -> str:
        """Return a token other than the refused one; who waits for an exchange shares its end."""
        asked = now()
        with self._lock:
            if refused and refused == self._tokens.current():
                self._tokens.expire()
            has_failed_meanwhile = self._failed_at > asked
            if not has_failed_meanwhile:
                try:
                    return self._tokens.fetch(request.extensions["timeout"]["read"])
                except ExchangeError as error:
                    self._failed_at = now()
                    self._failure = _failure_of_call(error)
            if token := self._tokens.not_yet_expired():
                return token
        raise self._failure


def _failure_of_call(error: ExchangeError) -> Exception:
    """Say what a failed exchange is for the call: nothing was sent, or a setting is wrong."""
    if error.will_pass:
        return ConnectFailure(str(error))
    return SettingsError(f"{error} (see https://cloud.ibm.com/iam/apikeys)")
