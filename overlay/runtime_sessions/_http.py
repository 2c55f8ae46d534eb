"""The one place that knows httpx: authentication, connections, and what its errors mean."""

from __future__ import annotations

import warnings
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NoReturn, cast

import httpx
from httpx import AsyncClient, Auth, Client, Request, Response
from httpx import RequestError as Failure

from runtime_sessions._twins import run

if TYPE_CHECKING:
    from collections.abc import Generator

    from runtime_sessions._operations import Operation

__all__ = ["AsyncClient", "Auth", "Client", "Failure", "Pool", "Response", "never_sent"]

# A create on a connection that the server has just given up cannot be told from one that was
# carried out. Servers keep idle connections for five seconds and more: ours are given up before.
# One TLS context for the process: to make it takes 18 ms, a client without it 0.05.
_tls = cache(httpx.create_ssl_context)
_parsed = lru_cache(maxsize=1024)(httpx.URL)
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=4.0)


class _TokenAuth(Auth):
    """A token in a header. Shows it to nobody: not in its repr, and it is not pickled."""

    _header, _prefix = "Authorization", "Bearer "

    def __init__(self, token: str) -> None:
        if not token or not all("!" <= character <= "~" for character in token):
            del token  # or it would stand in the traceback
            raise ValueError("the token is empty, or holds what a header may not")
        self._token = token

    def auth_flow(self, request: Request) -> Generator[Request, Response]:  # as httpx has it
        request.headers[self._header] = self._prefix + self._token
        yield request

    def __repr__(self) -> str:
        return f"{type(self).__name__}('[secure]')"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a secret and is not pickled")


class BearerToken(_TokenAuth):
    """`Authorization: Bearer TOKEN`, as the documented samples show (contract: `bearer`)."""


class AccessToken(_TokenAuth):
    """`X-Access-Token: TOKEN`, as the official client sends it (contract: `accessToken`)."""

    _header, _prefix = "X-Access-Token", ""


class Pool:
    """The connections that a client and all that derives from it share, blocking or not."""

    _to_close = False

    def __init__(
        self, kind: type[Client | AsyncClient], given: Client | AsyncClient | None, auth: Auth
    ) -> None:
        if given is not None and not isinstance(given, kind):
            raise TypeError(f"http_client is an httpx.{kind.__name__}, not {type(given).__name__}")
        self.blocking = kind is Client
        self._client = client = given or kind(verify=_tls(), limits=_LIMITS)
        self._auth = auth
        self._to_close = given is None
        self._headers = client.headers.copy()
        self._headers["Accept"] = "application/json"
        self._headers["User-Agent"] = f"runtime-sessions {self._headers.get('User-Agent', '')}"

    def request(self, operation: Operation[Any], url: str, timeout: float) -> Request:
        """Make a request, not yet authenticated. The timeout, in seconds, is that of each step."""
        steps = {"connect": timeout, "read": timeout, "write": timeout, "pool": timeout}
        options: dict[str, Any] = {"extensions": {"timeout": steps}, **operation.content}
        return Request(operation.method, _parsed(url), headers=self._headers, **options)

    async def send(self, request: Request, *, stream: bool = False) -> Response:
        """Send a request, authenticated for no longer than this takes."""
        plain = request.headers.copy()
        try:
            response = self._client.send(request, auth=self._auth, stream=stream)
            if not isinstance(response, Response):
                response = await response
            response.request, response.history = request, []
        except BaseException as error:
            _cut(error)
            raise
        finally:
            request.headers = plain
        return response

    async def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._to_close:
            self._to_close = False
            if isinstance(self._client, Client):
                self._client.close()
            else:
                await self._client.aclose()

    def __del__(self) -> None:
        if self._to_close:
            warnings.warn("a client was not closed", ResourceWarning, stacklevel=2, source=self)

    def raw_options(self, timeout: float) -> dict[str, Any]:
        """Return what makes a generated client, sync or async, send over these connections."""
        options = {"transport": _Through(self), "trust_env": False}
        # The pool authenticates: what is given here in the place of a token is the Accept header.
        accept = {"token": "application/json", "prefix": "", "auth_header_name": "Accept"}
        return {"timeout": httpx.Timeout(timeout), "httpx_args": options, **accept}


class _Through(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Lets another httpx client send through a pool, which that client does not close."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def handle_request(self, request: Request) -> Response:
        return run(self._pool.send(request, stream=True))

    async def handle_async_request(self, request: Request) -> Response:
        return await self._pool.send(request, stream=True)


def never_sent(failure: Failure) -> bool:
    """Tell whether it is certain that the server saw nothing of the request."""
    cause = failure.__cause__
    if type(cause).__module__.partition(".")[0] == "aiohttp":
        # httpx-aiohttp makes a ConnectTimeout of every lost connection, also of one in use.
        import aiohttp  # noqa: PLC0415 - an extra

        return isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    before = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    return isinstance(failure, before)


def _cut(error: BaseException | None) -> None:
    """Drop the frames of the HTTP library, whose variables hold the token; its words stay."""
    if error is None or error.__traceback__ is None:
        return
    error.__traceback__ = None
    _cut(error.__cause__)
    _cut(error.__context__)
    if isinstance(error, BaseExceptionGroup):
        for one in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            _cut(one)
