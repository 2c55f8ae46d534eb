"""The one place that knows httpx: authentication, connections, and what its errors mean."""

from __future__ import annotations

import warnings
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NoReturn, cast

import httpx
from httpx import AsyncClient as AsyncHTTPClient
from httpx import Auth, Request, Response
from httpx import Client as HTTPClient
from httpx import RequestError as Failure

from runtime_sessions._twins import run

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator

__all__ = [
    "AccessToken",
    "AsyncHTTPClient",
    "Auth",
    "BearerToken",
    "Failure",
    "HTTPClient",
    "Pool",
    "Response",
    "never_sent",
    "open_async_client",
    "open_client",
    "raw_options",
]

# A create on a connection that the server has just given up cannot be told from one that was
# carried out. Servers keep idle connections for five seconds and more: ours are given up before.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=4.0)


class _TokenAuth(Auth):
    """A token in a header. Shows it to nobody: not in its repr, and it is not pickled."""

    _header: str
    _prefix: str

    def __init__(self, token: str) -> None:
        if not token or not all("!" <= character <= "~" for character in token):
            del token  # or it would stand in the traceback
            raise ValueError(
                "the token is empty, or holds a space or a character that no header may"
            )
        self._token = token

    def auth_flow(self, request: Request) -> Generator[Request, Response]:
        """Put the token into the request (as httpx has it)."""
        request.headers[self._header] = self._prefix + self._token
        yield request

    def __repr__(self) -> str:
        return f"{type(self).__name__}('[secure]')"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a secret and is not pickled")


class BearerToken(_TokenAuth):
    """`Authorization: Bearer TOKEN`, as the documented samples show (contract: `bearer`)."""

    _header = "Authorization"
    _prefix = "Bearer "


class AccessToken(_TokenAuth):
    """`X-Access-Token: TOKEN`, as the official client sends it (contract: `accessToken`)."""

    _header = "X-Access-Token"
    _prefix = ""


@cache
def _tls() -> ssl.SSLContext:
    """Return the one context of the process: to make it takes 18 ms, a client without it 0.05."""
    return httpx.create_ssl_context()


@lru_cache(maxsize=1024)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


def open_client() -> HTTPClient:
    """Open connections for a client of ours."""
    return HTTPClient(verify=_tls(), limits=_LIMITS)


def open_async_client() -> AsyncHTTPClient:
    """Open connections for an asynchronous client of ours."""
    return AsyncHTTPClient(verify=_tls(), limits=_LIMITS)


class Pool:
    """The connections that a client and all that derives from it share, blocking or not."""

    def __init__(self, client: HTTPClient | AsyncHTTPClient, auth: Auth, *, owned: bool) -> None:
        self.blocking = isinstance(client, HTTPClient)
        self._client = client
        self._auth = auth
        self._forgettable = owned
        self._headers = client.headers.copy()
        self._headers["Accept"] = "application/json"
        if owned:
            self._headers["User-Agent"] = f"runtime-sessions {self._headers['User-Agent']}"

    def request(
        self,
        method: str,
        url: str,
        *,
        timeout: float,
        params: dict[str, Any] | None,
        json: dict[str, Any] | None,
    ) -> Request:
        """Make a request, not yet authenticated. The timeout, in seconds, is that of each step."""
        steps = {"connect": timeout, "read": timeout, "write": timeout, "pool": timeout}
        return Request(
            method,
            _parsed(url),
            params=params,
            headers=self._headers,
            json=json,
            extensions={"timeout": steps},
        )

    async def send(self, request: Request, *, stream: bool = False) -> Response:
        """Send a request, authenticated for no longer than this takes."""
        plain = request.headers.copy()
        try:
            response = self._client.send(request, auth=self._auth, stream=stream)
            if not isinstance(response, Response):
                response = await response
            response.history = []
        except BaseException as error:
            _cut(error)
            raise
        finally:
            request.headers = plain
        return response

    async def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._forgettable:
            self._forgettable = False
            if isinstance(self._client, HTTPClient):
                self._client.close()
            else:
                await self._client.aclose()

    def __del__(self) -> None:
        if self._forgettable:
            warnings.warn(
                "a client was not closed: close it, or use it in a `with`", ResourceWarning, 2
            )


def raw_options(pool: Pool, timeout: float) -> dict[str, Any]:
    """Return what makes a generated client, sync or async, send through a pool.

    The pool authenticates: what is given here in the place of a token is the Accept header.
    """
    return {
        "token": "application/json",
        "prefix": "",
        "auth_header_name": "Accept",
        "timeout": httpx.Timeout(timeout),
        "httpx_args": {"transport": _Through(pool), "trust_env": False},
    }


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
    before = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    if not isinstance(failure, before):
        return False
    cause = failure.__cause__
    if type(cause).__module__.partition(".")[0] == "aiohttp":
        # httpx-aiohttp makes a ConnectTimeout of every lost connection, also of one in use.
        import aiohttp  # noqa: PLC0415 - an extra

        return isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    return True


def _cut(error: BaseException) -> None:
    """Drop the frames of the HTTP library: their variables hold the token.

    What was raised and why stays; traceback printers that show variables find none of those.
    """
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = None
        left += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            left += cast("BaseExceptionGroup[BaseException]", one).exceptions
