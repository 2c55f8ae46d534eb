"""The clients of the classic contract."""

from collections.abc import Mapping
from typing import Any, cast

from runtime_sessions_api.classic import models
from runtime_sessions_api.classic.api.sessions import (
    close_session,
    create_session,
    get_session,
    get_session_extended,
    list_session_jobs,
    update_session,
)
from runtime_sessions_api.classic.client import AuthenticatedClient
from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.contracts.base.client import Client, Endpoint, Look


class ClassicClient(Client):
    """What is generated from the classic document, and the overlay on it."""

    models = models
    endpoints: Mapping[str, Endpoint] = {
        "createSession": cast("Endpoint", create_session),
        "getSession": cast("Endpoint", get_session),
        "getSessionExtended": cast("Endpoint", get_session_extended),
        "updateSession": cast("Endpoint", update_session),
        "closeSession": cast("Endpoint", close_session),
        "listSessionJobs": cast("Endpoint", list_session_jobs),
    }
    overlay_options: Mapping[str, Any] = {"contract": "classic"}

    def generated(self, url: str, http: httpx.Client) -> AuthenticatedClient:
        """The token is in the headers already: the client itself only has to be of its type."""
        return AuthenticatedClient(base_url=url, token="").set_httpx_client(http)

    def looks(self) -> Mapping[str, Look]:
        """Both views of a session, and its jobs."""
        return {
            "Session": lambda client, name: client.get(name),
            "ExtendedSession": lambda client, name: client.extended(name),
            "JobPage": lambda client, name: next(iter(client.pages(name, page_size=3))),
        }
