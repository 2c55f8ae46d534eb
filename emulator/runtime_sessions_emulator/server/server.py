"""uvicorn's server, which stops as soon as it is told to."""

import asyncio
import socket
from contextlib import suppress
from typing import Final

import uvicorn

#: How often uvicorn looks after itself, in seconds.
_TICK: Final = 0.1
_TICKS: Final = 864_000
#: How often it is looked whether all connections have closed, in seconds.
_CLOSING: Final = 0.001


class Server(uvicorn.Server):
    """A server for a thread, as many of them as a test run makes.

    uvicorn looks ten times a second whether it is to stop, and then waits for as long once more
    before it looks whether its connections are closed: a tenth of a second, twice, for each test.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()

    def stop(self) -> None:
        """Tell the server to stop, from any thread."""
        self.should_exit = True
        if self._loop is not None:
            # It may have stopped by itself.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """Serve until it is told to stop."""
        self._loop = asyncio.get_running_loop()
        ticks = 0
        while not await self.on_tick(ticks):
            ticks = (ticks + 1) % _TICKS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), _TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything: answers under way get their time, and are then cut off."""
        for bound in sockets or []:
            # A process that was forked meanwhile has the socket too: nobody shall wait there.
            with suppress(OSError):
                bound.shutdown(socket.SHUT_RDWR)
        for server in self.servers:
            server.close()
        for bound in sockets or []:
            bound.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed(), self.config.timeout_graceful_shutdown)
        for task in list(self.server_state.tasks):
            task.cancel()

    async def _closed(self) -> None:
        """Return when no connection is open and no answer under way."""
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(_CLOSING)
