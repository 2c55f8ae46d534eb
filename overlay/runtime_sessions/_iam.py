"""API keys, for which IBM Cloud's IAM gives tokens: over the connections of the call in question.

The exchange is one form that is posted. IBM's library for it has its own HTTP library, with its own
proxies and certificates, blocks its thread, sleeps for a minute, and shows the key in its errors.
"""

from collections.abc import AsyncGenerator, Callable, Collection, Generator
from http import HTTPStatus
from threading import Lock
from typing import Any

from runtime_sessions._auth import BearerToken
from runtime_sessions._clock import now
from runtime_sessions._errors import SettingsError
from runtime_sessions._http import Auth, ConnectFailure, Request, RequestFailure, Response
from runtime_sessions._iam_tokens import ExchangeError, IamTokens
from runtime_sessions._places import OneForEachPlace, async_place, sync_place
from runtime_sessions._secrets import Secret


class ApiKey(BearerToken):
    """An API key of IBM Cloud: sent is `Authorization: Bearer TOKEN`, with the token of IAM for it.

    The token is fetched for the first call, anew before it runs out, and once when a call is
    answered with 401, which is then made again. All that share this object share the token. The
    exchange takes the way of the call that wants it: its proxy, its certificates, its deadline.
    `iam_url`, else the environment variable `IAM_URL`, names another IAM than IBM Cloud's.
    """

    def __init__(self, key: str, *, iam_url: str | None = None) -> None:
        key, iam_url = Secret(key), None if iam_url is None else Secret(iam_url)
        super().__init__(key)
        self._tokens = IamTokens(key, iam_url)
        self._locks: OneForEachPlace[Lock] = OneForEachPlace(Lock)
        self._task_locks: OneForEachPlace[Any] = OneForEachPlace(_task_lock)
        self._failed_at = 0.0
        self._failure: Exception = ConnectFailure("")

    def secrets(self) -> Collection[str]:
        """Return what nobody is to be shown, also when a server sends it back."""
        return self._tokens.secrets()

    def sync_auth_flow(self, request: Request) -> Generator[Request, Response]:
        """Sign a request with the token, and once more when that one is refused."""
        token = self._tokens.fresh() or (yield from self._fetch(request))
        response = yield self._signed(request, token)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            again = yield from self._fetch(request, token)
            yield self._signed(request, again)

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        """Do as `sync_auth_flow` does, in a task."""
        token = self._tokens.fresh()
        refused = ""
        while True:
            if not token:
                asked = now()
                async with self._task_locks.at(async_place()):
                    if not self._has_token(refused, asked):
                        try:
                            answer = yield self._tokens.request(request)
                            await answer.aread()
                            self._tokens.take(answer)
                        except (ExchangeError, RequestFailure) as error:
                            self._note(error)
                    token = self._token_or_failure()
            response = yield self._signed(request, token)
            if refused or response.status_code != HTTPStatus.UNAUTHORIZED:
                return
            refused, token = token, ""

    def _fetch(self, request: Request, refused: str = "") -> Generator[Request, Response, str]:
        """Return a token other than the refused one; who waits for an exchange shares its end."""
        asked = now()
        lock = self._locks.at(sync_place())
        timeout = request.extensions.get("timeout", {}).get("read")
        if not lock.acquire(timeout=-1 if timeout is None else timeout):
            raise ConnectFailure("the exchange of the API key, of another thread, is not over yet")
        try:
            if not self._has_token(refused, asked):
                try:
                    answer = yield self._tokens.request(request)
                    answer.read()
                    self._tokens.take(answer)
                except (ExchangeError, RequestFailure) as error:
                    self._note(error)
            return self._token_or_failure()
        finally:
            lock.release()

    def _has_token(self, refused: str, asked: float) -> bool:
        """Tell whether no exchange is needed: another call had one since this one asked."""
        if refused and refused == self._tokens.current():
            self._tokens.expire()
        return self._failed_at > asked or bool(self._tokens.fresh())

    def _note(self, error: ExchangeError | RequestFailure) -> None:
        """Take note of an exchange that failed."""
        self._failed_at = now()
        self._failure = self._failure_of_call(error)

    def _token_or_failure(self) -> str:
        """Return the token while it is good, also where it could not be renewed."""
        token = self._tokens.not_yet_expired()
        if not token:
            raise self._failure
        return token

    def _failure_of_call(self, error: ExchangeError | RequestFailure) -> Exception:
        """Say what a failed exchange is for the call: nothing was sent, or a setting is wrong."""
        if isinstance(error, RequestFailure):
            said = f"{type(error).__name__}: {error}".removesuffix(": ")
            error = self._tokens.failure(said, will_pass=True)
        if error.will_pass:
            return ConnectFailure(str(error))
        return SettingsError(f"{error} (see https://cloud.ibm.com/iam/apikeys)")


def auth_from(
    given: Auth | Callable[[str], Auth], token: Secret, iam_url: str | None = None
) -> Auth:
    """Take an authentication that is ready, or make it of a token, which may be an API key."""
    if iam_url is not None:
        if given is ApiKey:
            return ApiKey(token, iam_url=iam_url)
        raise ValueError("iam_url is for nothing: only `auth=ApiKey` asks IAM, else with platform")
    return given if isinstance(given, Auth) else given(token)


def _task_lock() -> Any:  # noqa: ANN401 - an anyio.Lock, whose module is not imported for it
    import anyio  # noqa: PLC0415 - only who awaits pays for it

    return anyio.Lock()
