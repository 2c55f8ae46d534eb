"""The whole server as one ASGI application: the API at the root, all else beside it."""

from typing import Final

from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp

from runtime_sessions_emulator.control.control import Control
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.control.routes import PREFIX, control_app
from runtime_sessions_emulator.core.clock import http_date
from runtime_sessions_emulator.http.messages import Message, Receive, Scope, Send
from runtime_sessions_emulator.server.api import Api
from runtime_sessions_emulator.server.protocol import PROXIED
from runtime_sessions_emulator.server.proxy import Proxy

#: Whoever runs the server asks this without a token, whether there is a control plane or not.
_HEALTH: Final = f"{PREFIX}/health"


class App:
    """The ASGI application; without a control plane everything but its health is the API's.

    The control plane is made when it is first asked for: most tests never do.
    """

    def __init__(
        self, emulation: Emulation, control: Control | None, *, local: bool = True
    ) -> None:
        self._api = Api(emulation)
        self._clock = emulation.service.clock
        self._proxy = Proxy(self._here, emulation.log, emulation.service.clock)
        self._beside = dict(emulation.contract.beside)
        self._prefixes = (PREFIX, *self._beside)
        self._control = control
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the API, or to what is beside it."""
        await (self._proxy if PROXIED in scope else self._here)(scope, receive, send)

    async def _here(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app_beside(scope)
        if app is None:
            # It says the time itself: a fault may cut its answer off.
            await self._api(scope, receive, send)
        else:
            await app(scope, receive, self._dating(send))

    def _dating(self, send: Send) -> Send:
        """What says in each answer which time it is here."""

        async def dating(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = (b"date", http_date(self._clock.now()))
                message = {**message, "headers": [*message.get("headers", ()), date]}
            await send(message)

        return dating

    def _app_beside(self, scope: Scope) -> ASGIApp | None:
        """What answers a request beside the API; None where that is the API's."""
        path = scope["path"]
        if path != "/" and not path.startswith(self._prefixes):
            return None
        reads = scope["method"] in {"GET", "HEAD"}
        if self._control is not None and path == "/" and reads:
            return RedirectResponse(f"{scope.get('root_path', '')}{PREFIX}/")
        if path == _HEALTH and reads:
            return JSONResponse({"status": "ok"})
        if self._control is not None and path.startswith(PREFIX):
            return self._plane(self._control)
        return next((app for prefix, app in self._beside.items() if path.startswith(prefix)), None)

    def _plane(self, control: Control) -> ASGIApp:
        """The control plane over HTTP."""
        if PREFIX not in self._beside:
            self._beside[PREFIX] = control_app(control, local=self._local)
        return self._beside[PREFIX]
