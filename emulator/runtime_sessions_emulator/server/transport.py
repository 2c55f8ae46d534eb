"""The emulator in process: httpx transports that call the application without a server."""

import asyncio
import threading

from starlette.types import ASGIApp

from runtime_sessions_api.http_library import httpx


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

    def __init__(self, app: ASGIApp) -> None:
        self._async = AsyncTransport(app)
        self._loop = asyncio.new_event_loop()
        # A client that nobody closes must not keep the program from ending.
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request to the application."""
        return asyncio.run_coroutine_threadsafe(self._handle(request), self._loop).result()

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
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
