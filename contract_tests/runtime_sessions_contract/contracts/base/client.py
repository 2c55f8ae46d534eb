"""The generated client and the overlay, as they are used by one contract."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Protocol

from runtime_sessions import SessionsClient
from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.openapi.values import Json

#: A call of the overlay that shows something of a session.
Look = Callable[[SessionsClient, str], Any]


class Encodes(Protocol):
    """A model of the generated client."""

    def to_dict(self) -> Json:
        """The JSON object that it came from."""
        ...


class Endpoint(Protocol):
    """A module of the generated client: one operation."""

    def sync_detailed(self, *args: Any, client: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Make the call."""
        ...


class Client(ABC):
    """What makes the calls of one contract.

    Attributes:
        models: The models of the generated client.
        endpoints: Its modules, by operation.
        overlay_options: What the overlay has to be told of the contract, as keyword arguments.
    """

    models: ModuleType
    endpoints: Mapping[str, Endpoint]
    overlay_options: Mapping[str, Any]

    @abstractmethod
    def generated(self, url: str, http: httpx.Client) -> Any:  # noqa: ANN401 - each has its own type
        """The generated client of a server, on somebody's connections, which carry the token."""

    @abstractmethod
    def looks(self) -> Mapping[str, Look]:
        """The calls of the overlay that decode an answer, by the schema of that answer."""

    def request(self, body: Json) -> Encodes:
        """The model of a body of create."""
        model: Encodes = self.models.SessionRequest.from_dict(body)
        return model

    def update(self, *, accepting: bool) -> Encodes:
        """The model of a body of update."""
        model: Encodes = self.models.SessionUpdate(accepting_jobs=accepting)
        return model
