"""The server that is held to the contract: where it is, who we are to it, what is known of it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.classic.contract import CLASSIC
from runtime_sessions_contract.wire.secrets import Secrets

#: How long a server may take to answer, in seconds.
TIMEOUT = 10.0
LOOPBACK = {"localhost", "127.0.0.1", "::1", "[::1]"}


class CannotRunError(Exception):
    """The suite could not run at all; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server.

    Attributes:
        contract: The contract that it is held to.
        backend: The name of a backend that it has.
        instance: An instance that the user may use.
        open_instance: An instance of the open plan that the user may use, if one is known.
        bundled: Whether it is the bundled emulator, of which everything is known.
    """

    url: str
    secrets: Secrets
    contract: Contract = CLASSIC
    backend: str = CLASSIC.backend
    instance: str = CLASSIC.instance
    open_instance: str | None = None
    control_url: str | None = None
    bundled: bool = False

    @property
    def base_path(self) -> str:
        """What the paths of the contract hang under."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def instances(self) -> frozenset[str]:
        """The instances that are known to be the user's."""
        known = (self.instance, self.open_instance)
        return frozenset(name for name in known if name is not None)

    def headers(self, token: str | None) -> dict[str, str]:
        """What every call has to carry: who calls, in which instance, and the like."""
        return self.contract.credentials.headers(token, self.instance) | dict(
            self.contract.credentials.parameters
        )

    @property
    def on_loopback(self) -> bool:
        """Whether the server is on this computer."""
        return urlsplit(self.url).hostname in LOOPBACK
