"""The whole server as one ASGI application: the API at the root, the control plane beside it."""

from runtime_sessions_emulator._classic import ClassicApi
from runtime_sessions_emulator._control import PREFIX, control_app
from runtime_sessions_emulator._http import Receive, Scope, Send
from runtime_sessions_emulator._service import Service


class App:
    """The ASGI application."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._api = ClassicApi(service)
        self._control = control_app(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the API or to the control plane."""
        if scope["type"] == "http" and not scope["path"].startswith(PREFIX):
            await self._api(scope, receive, send)
        else:
            await self._control(scope, receive, send)
