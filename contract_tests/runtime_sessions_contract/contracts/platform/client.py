"""The clients of the platform contract."""

from collections.abc import Mapping
from typing import Any, cast

from runtime_sessions import BearerToken
from runtime_sessions_api.http_library import httpx
from runtime_sessions_api.platform import models
from runtime_sessions_api.platform.api.jobs import list_jobs
from runtime_sessions_api.platform.api.sessions import (
    close_session,
    create_session,
    get_session,
    update_session,
)
from runtime_sessions_api.platform.api.versions import list_versions
from runtime_sessions_api.platform.api.workloads import list_workloads
from runtime_sessions_api.platform.client import AuthenticatedClient
from runtime_sessions_contract.contracts.base.client import Client, Endpoint, Look


class PlatformClient(Client):
    """What is generated from the platform's document, and the overlay on it."""

    models = models
    endpoints: Mapping[str, Endpoint] = {
        "createSession": cast("Endpoint", create_session),
        "getSession": cast("Endpoint", get_session),
        "updateSession": cast("Endpoint", update_session),
        "closeSession": cast("Endpoint", close_session),
        "listJobs": cast("Endpoint", list_jobs),
        "listWorkloads": cast("Endpoint", list_workloads),
        "listVersions": cast("Endpoint", list_versions),
    }
    overlay_options: Mapping[str, Any] = {"contract": "platform", "auth": BearerToken}

    def generated(self, url: str, http: httpx.Client) -> AuthenticatedClient:
        """The token is in the headers already: the client itself only has to be of its type."""
        return AuthenticatedClient(base_url=url, token="").set_httpx_client(http)

    def looks(self) -> Mapping[str, Look]:
        """The one view of a session, and its jobs."""
        return {
            "Session": lambda client, name: client.get(name),
            "JobPage": lambda client, name: next(iter(client.pages(name, page_size=3))),
        }
