"""The whole server as one ASGI application: the API at the root, all else beside it."""

from runtime_sessions_emulator._api import Api
from runtime_sessions_emulator._control import Control
from runtime_sessions_emulator._control_http import PREFIX, control_app
from runtime_sessions_emulator._emulation import Emulation
from runtime_sessions_emulator._http import Receive, Scope, Send


class App:
    """The ASGI application; without a control plane everything is the API's."""

    def __init__(
        self, emulation: Emulation, control: Control | None, *, local: bool = True
    ) -> None:
        self._api = Api(emulation)
        self._beside = dict(emulation.skin.beside)
        if control is not None:
            self._beside[PREFIX] = control_app(control, local=local)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the API, or to what is beside it."""
        for prefix, app in self._beside.items():
            if scope["path"].startswith(prefix):
                await app(scope, receive, send)
                return
        await self._api(scope, receive, send)
