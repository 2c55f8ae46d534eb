"""The whole server as one ASGI application: the API at the root, all else beside it."""

from typing import Final

from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp

from runtime_sessions_emulator.control.control import Control
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.control.routes import PREFIX, control_app
from runtime_sessions_emulator.http.messages import Receive, Scope, Send
from runtime_sessions_emulator.server.api import Api
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
        self._proxy = Proxy(self._here, emulation.log, emulation.service.clock)
        self._beside = dict(emulation.contract.beside)
        self._control = control
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the API, or to what is beside it."""
        await self._proxy(scope, receive, send)

    async def _here(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if self._control is not None and path == "/" and scope["method"] in {"GET", "HEAD"}:
            await RedirectResponse(f"{PREFIX}/")(scope, receive, send)
            return
        if path == _HEALTH and scope["method"] in {"GET", "HEAD"}:
            await JSONResponse({"status": "ok"})(scope, receive, send)
            return
        if self._control is not None and path.startswith(PREFIX):
            await self._plane(self._control)(scope, receive, send)
            return
        for prefix, app in self._beside.items():
            if path.startswith(prefix):
                await app(scope, receive, send)
                return
        await self._api(scope, receive, send)

    def _plane(self, control: Control) -> ASGIApp:
        """The control plane over HTTP."""
        if PREFIX not in self._beside:
            self._beside[PREFIX] = control_app(control, local=self._local)
        return self._beside[PREFIX]
