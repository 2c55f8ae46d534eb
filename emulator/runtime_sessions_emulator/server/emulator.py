"""The emulator as an object: a server in a thread of its own."""

import socket
import ssl
import threading
from types import TracebackType
from typing import Any, Final, Self

import uvicorn
from starlette.types import ASGIApp

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator.contracts.classic.login import PREFIX as LOGIN
from runtime_sessions_emulator.contracts.platform.login import PREFIX as IAM
from runtime_sessions_emulator.contracts.registry import ContractName
from runtime_sessions_emulator.control.control import Control
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.core.config import Config
from runtime_sessions_emulator.core.errors import StateError
from runtime_sessions_emulator.server.app import App
from runtime_sessions_emulator.server.protocol import Connection
from runtime_sessions_emulator.server.server import Server
from runtime_sessions_emulator.server.transport import AsyncTransport, Transport

HOST: Final = "127.0.0.1"


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


class Emulator(Control):
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

    Attributes:
        config: What the service knows.
        contract: The name of the contract.
        token: The token of the first user.
        other_token: The token of the last user.
        api_key: The first user's API key; None: it has none.
        instance: The first instance that the first user may use and that is not of the open plan,
            or else the first one of all.
        open_instance: The first of the open plan; None: there is none.
        backend: The first backend.

    Raises:
        StateError: The state cannot be used, or was begun otherwise.
        ValueError: There is no such contract.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        contract: ContractName = "classic",
        seed: int = 0,
        virtual_clock: bool = False,
        state: str | None = None,
    ) -> None:
        emulation = emulation_of(
            config, contract=contract, seed=seed, virtual_clock=virtual_clock, state=state
        )
        super().__init__(emulation)
        self._contract = emulation.contract
        self._app = App(emulation, self)
        self._socket: socket.socket | None = None
        self.config: Final = emulation.service.config
        self.contract: Final[ContractName] = contract
        user = self.config.users[0]
        self.token: Final = user.token
        self.other_token: Final = self.config.users[-1].token
        self.api_key: Final = user.api_key
        usable = [one for one in self.config.instances if one.name in user.instances]
        paying = [one.name for one in usable if not one.open_plan]
        self.instance: Final = (paying or [one.name for one in usable] or [""])[0]
        self.open_instance: Final = next((one.name for one in usable if one.open_plan), None)
        self.backend: Final = next(iter(self.config.backends), "")

    @property
    def url(self) -> str:
        """Where the API is. Raises RuntimeError outside of the `with` block."""
        if self._socket is None:
            raise RuntimeError("The emulator is not running: use it in a `with` block.")
        return address(self._socket)

    @property
    def iam_url(self) -> str:
        """Where the stand-in for IAM is, for a client's `iam_url` or the variable `IAM_URL`.

        Raises:
            RuntimeError: The contract has no IAM, or it is outside of the `with` block.
        """
        return self._beside(IAM, "IAM")

    @property
    def login_url(self) -> str:
        """Where the stand-in for the login is, as which the official client takes its `url`.

        Raises:
            RuntimeError: The contract has no login, or it is outside of the `with` block.
        """
        return self._beside(LOGIN, "login")

    def _beside(self, prefix: str, what: str) -> str:
        if prefix not in self._contract.beside:
            raise RuntimeError(f"The {self.contract} contract has no {what}.")
        return self.url + prefix

    def client(self, token: str | None = None) -> httpx.Client:
        """A client with a token, the first user's if none is given; to be closed after use.

        In the `with` block it goes over HTTP, else it calls the emulator in process.
        """
        transport = None if self._socket is not None else Transport(self._app)
        return httpx.Client(transport=transport, **self._options(token))

    def async_client(self, token: str | None = None) -> httpx.AsyncClient:
        """As `client`, for async code."""
        transport = None if self._socket is not None else AsyncTransport(self._app)
        return httpx.AsyncClient(transport=transport, **self._options(token))

    def _options(self, token: str | None) -> dict[str, Any]:
        url = f"http://{HOST}" if self._socket is None else self.url
        headers = self._contract.headers(token or self.token, self.instance)
        # Not through a proxy that the environment names. No certificates are loaded, which takes
        # longer than all else: the server speaks no TLS.
        plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return {"base_url": url, "headers": headers, "trust_env": False, "verify": plain}

    def __enter__(self) -> Self:
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
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_computing()
        self._server.stop()
        self._thread.join()
        if self._service.keeper is not None:
            self._service.keeper.close()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
