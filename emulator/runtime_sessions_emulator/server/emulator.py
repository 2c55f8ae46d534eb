"""The emulator as an object: a server in a thread of its own."""

import socket
import threading
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

import uvicorn
from starlette.types import ASGIApp

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator.contracts.registry import ContractName
from runtime_sessions_emulator.control.control import Control
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.core.config import Config
from runtime_sessions_emulator.core.errors import StateError
from runtime_sessions_emulator.server.app import App
from runtime_sessions_emulator.server.endpoint import Endpoint
from runtime_sessions_emulator.server.protocol import Connection
from runtime_sessions_emulator.server.server import Server
from runtime_sessions_emulator.server.transport import AsyncTransport, Transport
from runtime_sessions_emulator.server.worlds import Settings, Worlds

HOST: Final = "127.0.0.1"
#: The address of an emulator that is called in process.
_NOWHERE: Final = f"http://{HOST}"


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 picks a free one. Raises OSError when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def address(bound: socket.socket) -> str:
    """The URL at which a bound socket is reached."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def configured(app: ASGIApp) -> uvicorn.Config:
    """How the server runs, in a thread or by itself."""
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        access_log=False,
        server_header=False,
        # The time is the emulator's own.
        date_header=False,
        timeout_graceful_shutdown=1,
    )


def emulation_of(
    config: Config | None,
    *,
    contract: str,
    seed: int | None,
    virtual_clock: bool,
    state: str | None,
) -> Emulation:
    """A new emulation, or one that is kept. Raises ValueError and StateError as `Emulator`."""
    if state is None:
        return Emulation.of(config, contract=contract, seed=seed or 0, virtual_clock=virtual_clock)
    # What it needs is an extra of its own, and takes a while to be imported.
    try:
        from runtime_sessions_emulator.state.opening import kept_emulation  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise StateError(
            f"A state needs {error.name}: pip install 'runtime-sessions[state]'"
        ) from None
    return kept_emulation(state, config, contract=contract, seed=seed, virtual_clock=virtual_clock)


class Emulator(Control, Endpoint):
    """An emulator on a free port of the loopback, for as long as the `with` block lasts.

    Without the block it is there all the same, in process: see `client` and `async_client`.

    Args:
        config: What the service knows; without it `default_config(contract)`: two users, two
            backends and two instances.
        contract: The contract that it keeps: "classic" or "platform".
        seed: What ids and faults are made from: the same calls give the same ids, run after run.
        virtual_clock: Whether the time stands still until it is moved.
        state: Where all that is done is kept: `sqlite:FILE`, or `postgresql://USER@HOST/DATABASE`.
            What is there already goes on where it stood, with the seed that it was begun with. The
            end of the `with` block lets go of it. None: it is gone with the object.
        within: An emulator in its `with` block, on whose server this one is: under a path of its
            own, and apart in all else. None: on a server of its own, for which a thread is started.

    Raises:
        StateError: The state cannot be used, or was begun otherwise.
        ValueError: There is no such contract.
    """

    def __init__(  # noqa: PLR0913 - what an emulator is
        self,
        config: Config | None = None,
        *,
        contract: ContractName = "classic",
        seed: int = 0,
        virtual_clock: bool = False,
        state: str | None = None,
        within: "Emulator | None" = None,
    ) -> None:
        emulation = emulation_of(
            config, contract=contract, seed=seed, virtual_clock=virtual_clock, state=state
        )
        Control.__init__(self, emulation)
        Endpoint.__init__(self, emulation.service.config, contract)
        settings = Settings(
            config=self.config,
            contract=contract,
            seed=emulation.service.seed,
            virtual_clock=virtual_clock,
        )
        self._app = Worlds(App(emulation, self), None if state else settings)
        self._within = within
        self._name = uuid4().hex
        #: Where the API is, in the `with` block.
        self._url: str | None = None

    @property
    def url(self) -> str:
        """Where the API is. Raises RuntimeError outside of the `with` block."""
        if self._url is None:
            raise RuntimeError("The emulator is not running: use it in a `with` block.")
        return self._url

    def client(self, token: str | None = None) -> httpx.Client:
        """A client with a token, the first user's if none is given; to be closed after use.

        In the `with` block it goes over HTTP, else it calls the emulator in process.
        """
        if self._url is not None:
            return super().client(token)
        return httpx.Client(transport=Transport(self._app), **self._options(_NOWHERE, token))

    def async_client(self, token: str | None = None) -> httpx.AsyncClient:
        """As `client`, for async code."""
        if self._url is not None:
            return super().async_client(token)
        return httpx.AsyncClient(
            transport=AsyncTransport(self._app), **self._options(_NOWHERE, token)
        )

    def __enter__(self) -> Self:
        if self._within is not None:
            # It is there as long as that server is; nothing has to be started.
            path = self._within._app.admit(self._name, self._app, self)  # noqa: SLF001 - its own class
            self._url = self._within.url + path
            return self
        self._socket = listen(HOST, 0)
        self._server = Server(configured(self._app))
        self._thread = threading.Thread(
            target=self._server.run,
            args=([self._socket],),
            name="runtime-sessions-emulator",
            daemon=True,
        )
        # Connections wait in the socket's queue until the server takes them: nobody has to poll.
        self._socket.listen(2048)
        self._thread.start()
        self._url = address(self._socket)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._url = None
        self.stop_computing()
        self._app.drop_all()
        if self._within is not None:
            self._within._app.drop(self._name)  # noqa: SLF001 - its own class
        else:
            self._server.stop()
            self._thread.join()
            self._socket.close()
        if self._service.keeper is not None:
            self._service.keeper.close()
