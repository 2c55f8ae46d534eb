"""The emulator in process: httpx transports that call the application without a server."""

from types import TracebackType
from typing import Self

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from runtime_sessions_emulator._app import App


class AsyncTransport(httpx.ASGITransport):
    """For `httpx.AsyncClient`. A connection that a fault cuts off is an error as over the wire."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request to the application."""
        try:
            return await super().handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from error


class Transport(httpx.BaseTransport):
    """For `httpx.Client`: the application runs in an event loop in a thread of its own."""

    def __init__(self, app: App) -> None:
        self._async = AsyncTransport(app)
        self._running = start_blocking_portal()
        self._portal: BlockingPortal = self._running.__enter__()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request to the application."""
        return self._portal.call(self._handle, request)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.read()
        )
        answer = await self._async.handle_async_request(sent)
        return httpx.Response(
            answer.status_code, headers=answer.headers, content=await answer.aread()
        )

    def close(self) -> None:
        """End the thread."""
        self._running.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()
