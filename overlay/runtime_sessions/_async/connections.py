"""The connections that a client and all that derives from it share."""

import warnings
from collections.abc import Mapping
from typing import Any

from runtime_sessions._http import (
    LIMITS,
    AsyncBaseTransport,
    AsyncClient,
    Auth,
    Request,
    Response,
    checked_client,
    drop_frames,
    headers_for,
    options_of_a_generated_client,
    request_from,
    tls_context,
)
from runtime_sessions_api.types import RequestArguments


class AsyncConnections:
    """An HTTP client, the caller's or one of our own, and what proves who asks."""

    _is_to_be_closed = False

    def __init__(self, given: AsyncClient | None, auth: Auth, always: Mapping[str, str]) -> None:
        if given is None:
            self._client = AsyncClient(verify=tls_context(), limits=LIMITS)
        else:
            self._client = checked_client(given, AsyncClient)
        self._auth = auth
        self._always = always
        self._headers = headers_for(self._client, always)
        self._is_to_be_closed = given is None

    def request(self, arguments: RequestArguments, base_url: str, timeout: float) -> Request:
        """Make a request, not yet authenticated. The timeout, in seconds, is that of each step."""
        return request_from(arguments, base_url, self._headers, timeout)

    async def send(self, request: Request, *, stream: bool = False) -> Response:
        """Send a request, authenticated for no longer than this takes."""
        plain = request.headers.copy()
        try:
            response = await self._client.send(request, auth=self._auth, stream=stream)
        except BaseException as error:
            drop_frames(error)
            raise
        finally:
            request.headers = plain
        response.request = request
        response.history = []
        return response

    async def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._is_to_be_closed:
            self._is_to_be_closed = False
            await self._client.aclose()

    def __del__(self) -> None:
        if self._is_to_be_closed:
            warnings.warn("a client was not closed", ResourceWarning, stacklevel=2, source=self)

    def options_of_a_generated_client(self, timeout: float) -> dict[str, Any]:
        """Return what makes a generated client send over these connections."""
        transport = AsyncSharedTransport(self)
        return options_of_a_generated_client(transport, self._always, timeout)


class AsyncSharedTransport(AsyncBaseTransport):
    """A transport for other HTTP clients, which sends over these connections and authenticates."""

    def __init__(self, connections: AsyncConnections) -> None:
        self._connections = connections

    async def handle_async_request(self, request: Request) -> Response:
        """Send a request, as the HTTP library asks for it."""
        return await self._connections.send(request, stream=True)
