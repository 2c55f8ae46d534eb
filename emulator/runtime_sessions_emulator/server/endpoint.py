"""What a client of an emulated service is told: where it is, and who asks."""

import ssl
from abc import ABC, abstractmethod
from typing import Any, Final

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator.contracts.registry import ContractName, contract_of
from runtime_sessions_emulator.core.config import Config


class Endpoint(ABC):
    """An emulated service as its clients see it.

    Args:
        config: What the service knows; None: as by default.
        contract: The contract that it keeps.

    Raises:
        ValueError: There is no such contract.
    """

    config: Final[Config]
    """What the service knows."""
    contract: Final[ContractName]
    """The name of the contract."""
    token: Final[str]
    """The token of the first user."""
    other_token: Final[str]
    """The token of the last user."""
    api_key: Final[str | None]
    """The first user's API key; None: it has none."""
    instance: Final[str]
    """The first instance that the first user may use and that is not of the open plan, or else the
    first one of all.
    """
    open_instance: Final[str | None]
    """The first instance of the open plan that the first user may use; None: there is none."""
    backend: Final[str]
    """The first backend."""

    def __init__(self, config: Config | None, contract: ContractName) -> None:
        self._kind = contract_of(contract)
        self.config = config or self._kind.config
        self.contract = contract
        user = self.config.users[0]
        self.token = user.token
        self.other_token = self.config.users[-1].token
        self.api_key = user.api_key
        usable = [one for one in self.config.instances if one.name in user.instances]
        paying = [one.name for one in usable if not one.open_plan]
        self.instance = (paying or [one.name for one in usable] or [""])[0]
        self.open_instance = next((one.name for one in usable if one.open_plan), None)
        self.backend = next(iter(self.config.backends), "")

    @property
    @abstractmethod
    def url(self) -> str:
        """Where the API is. Raises RuntimeError outside of the `with` block."""

    @property
    def iam_url(self) -> str:
        """Where the stand-in for IAM is, for a client's `iam_url` or the variable `IAM_URL`.

        Raises:
            RuntimeError: The contract has no IAM, or it is outside of the `with` block.
        """
        return self._beside(self._kind.iam_path, "IAM")

    @property
    def login_url(self) -> str:
        """Where the stand-in for the login is, as which the official client takes its `url`.

        Raises:
            RuntimeError: The contract has no login, or it is outside of the `with` block.
        """
        return self._beside(self._kind.login_path, "login")

    def client(self, token: str | None = None) -> httpx.Client:
        """A client with a token, the first user's if none is given; to be closed after use."""
        return httpx.Client(**self._options(self.url, token))

    def async_client(self, token: str | None = None) -> httpx.AsyncClient:
        """As `client`, for async code."""
        return httpx.AsyncClient(**self._options(self.url, token))

    def _beside(self, path: str | None, what: str) -> str:
        if path is None:
            raise RuntimeError(f"The {self.contract} contract has no {what}.")
        return self.url + path

    def _options(self, url: str, token: str | None) -> dict[str, Any]:
        """The arguments of an httpx client of this service."""
        headers = self._kind.headers(token or self.token, self.instance)
        return {"base_url": url, "headers": headers, **plain()}


def plain() -> dict[str, Any]:
    """The arguments of an httpx client that goes straight to a server without TLS.

    It goes through no proxy that the environment names. No certificates are loaded, which takes
    longer than all else.
    """
    return {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
