"""The one place that knows httpx: authentication, connections, and what its errors mean."""

import warnings
from collections.abc import Generator, Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, NoReturn

import httpx
from httpx import AsyncClient, Auth, Client, Request, Response
from httpx import ConnectError as NotSent
from httpx import RequestError as Failure

from runtime_sessions._twins import run

__all__ = ["AsyncClient", "Auth", "Client", "Failure", "NotSent", "Request", "Response"]

# A create on a connection that the server just gave up may have been carried out. Servers keep
# idle connections for five seconds and more: ours are given up before.
# One TLS context for the process: to make it takes 18 ms, a client without it 0.05.
_tls = cache(httpx.create_ssl_context)
_parsed = lru_cache(maxsize=1024)(httpx.URL)
AnyClient = Client | AsyncClient
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=4.0)


class Secret(str):
    """Text that a traceback with variables does not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[secure]'"


class BearerToken(Auth):
    """`Authorization: Bearer TOKEN`, as documented (contracts: `bearer`). It shows it to nobody."""

    _header, _prefix = "Authorization", "Bearer "

    def __init__(self, token: str) -> None:
        token = Secret(token)
        if not token or not all("!" <= character <= "~" for character in token):
            raise ValueError("the token is empty, or holds what a header may not")
        self._token = token

    def auth_flow(self, request: Request) -> Generator[Request, Response]:  # as httpx has it
        yield self._signed(request, self._token)

    def _signed(self, request: Request, token: str) -> Request:
        request.headers[self._header] = self._prefix + token
        return request

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a secret and is not pickled")


class AccessToken(BearerToken):
    """`X-Access-Token: TOKEN`, as the official client sends it (classic: `accessToken`)."""

    _header, _prefix = "X-Access-Token", ""


class Pool(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The connections that a client and all that derives from it share: a transport, too."""

    _to_close = False

    def __init__(
        self, kind: type[AnyClient], given: AnyClient | None, auth: Auth, headers: Mapping[str, str]
    ) -> None:
        if given is not None and not isinstance(given, kind):
            raise TypeError(f"http_client is an httpx.{kind.__name__}, not {type(given).__name__}")
        self.blocking = kind is Client
        self._client = client = given or kind(verify=_tls(), limits=_LIMITS)
        self._auth = auth
        self._to_close = given is None
        self._always = dict(headers)
        self._headers = client.headers.copy()
        self._headers.update({"Accept": "application/json", **headers})
        self._headers["User-Agent"] = f"runtime-sessions {self._headers.get('User-Agent', '')}"

    def request(self, content: Mapping[str, Any], base_url: str, timeout: float) -> Request:
        """Make a request, not yet authenticated. The timeout, in seconds, is that of each step."""
        url = _parsed(base_url + content["url"])
        given: dict[str, Any] = {**content, "url": url, "headers": self._headers}
        request = Request(**given)
        request.headers.update(content.get("headers", {}))
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), timeout)
        return request

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

    async def end(self) -> None:
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
        options = {"transport": self, "trust_env": False}
        # The pool authenticates: what is given here in the place of a token is the Accept header.
        accept = {"token": "application/json", "prefix": "", "auth_header_name": "Accept"}
        given = {"timeout": httpx.Timeout(timeout), "headers": self._always}
        return {"httpx_args": options, **given, **accept}

    def handle_request(self, request: Request) -> Response:
        return run(self.send(request, stream=True))

    async def handle_async_request(self, request: Request) -> Response:
        return await self.send(request, stream=True)


def never_sent(failure: Failure) -> bool:
    """Tell whether it is certain that the server saw nothing of the request."""
    cause = failure.__cause__
    if type(cause).__module__.partition(".")[0] == "aiohttp":
        # httpx-aiohttp makes a ConnectTimeout of every lost connection, also of one in use.
        aiohttp = import_module("aiohttp")
        return isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    before = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    return isinstance(failure, before)


def _cut(error: BaseException | None) -> None:
    """Drop the frames of the HTTP library, whose variables hold the token; its words stay."""
    if error is not None and error.__traceback__ is not None:
        error.__traceback__ = None
        for one in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
            _cut(one)
