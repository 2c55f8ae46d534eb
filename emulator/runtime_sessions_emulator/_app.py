"""The whole server as one ASGI application: the API at the root, the control plane beside it."""

from runtime_sessions_emulator._api import Api
from runtime_sessions_emulator._classic import Classic
from runtime_sessions_emulator._control import Control
from runtime_sessions_emulator._control_http import PREFIX, control_app
from runtime_sessions_emulator._emulation import Emulation
from runtime_sessions_emulator._http import Receive, Scope, Send


class App:
    """The ASGI application; without a control plane everything is the API's."""

    def __init__(
        self, emulation: Emulation, control: Control | None, *, local: bool = True
    ) -> None:
        self._api = Api(Classic(emulation.service), emulation)
        self._control = None if control is None else control_app(control, local=local)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the API or to the control plane."""
        if self._control is not None and scope["path"].startswith(PREFIX):
            await self._control(scope, receive, send)
        else:
            await self._api(scope, receive, send)
