"""The server that is held to the contract."""

from dataclasses import dataclass
from typing import Protocol, Self
from urllib.parse import urlsplit

from runtime_sessions import ContractName
from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.classic.contract import CLASSIC
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.wire.secrets import Secrets

#: How long a server may take to answer, in seconds.
TIMEOUT = 10.0
LOOPBACK = {"localhost", "127.0.0.1", "::1", "[::1]"}


class CannotRunError(Exception):
    """The suite could not run at all; says why and what to do."""


class Emulated(Protocol):
    """What an emulator says of itself, as `runtime_sessions_emulator.Emulator` does."""

    @property
    def url(self) -> str:
        """Where it is served."""
        ...

    @property
    def contract(self) -> str:
        """The name of its contract."""
        ...

    @property
    def token(self) -> str:
        """A user's token."""
        ...

    @property
    def other_token(self) -> str:
        """A second user's token."""
        ...

    @property
    def api_key(self) -> str | None:
        """The first user's API key, where the contract takes one."""
        ...

    @property
    def backend(self) -> str:
        """A backend that it has."""
        ...

    @property
    def instance(self) -> str:
        """An instance that the first user may use."""
        ...

    @property
    def open_instance(self) -> str | None:
        """An instance of the open plan that the first user may use."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """A server.

    Attributes:
        url: Where it is.
        secrets: The tokens that it knows.
        contract: The contract that it is held to.
        backend: The name of a backend that it has.
        instance: An instance that the user may use.
        open_instance: An instance of the open plan that the user may use, if one is known.
        other_instance: Another instance that the user may use, if one is known.
        control_url: Where its control plane is, if it is an emulator.
        bundled: Whether it is the bundled emulator, of which everything is known.
    """

    url: str
    secrets: Secrets
    contract: Contract = CLASSIC
    backend: str = CLASSIC.backend
    instance: str = CLASSIC.instance
    open_instance: str | None = None
    other_instance: str | None = None
    control_url: str | None = None
    bundled: bool = False

    @classmethod
    def server(  # noqa: PLR0913 - each of them has a default
        cls,
        url: str,
        token: str,
        *,
        other_token: str | None = None,
        contract: ContractName = "classic",
        backend: str | None = None,
        instance: str | None = None,
        other_instance: str | None = None,
        control_url: str | None = None,
    ) -> Self:
        """Any server.

        Args:
            url: Where it is, such as http://127.0.0.1:8390.
            token: A user's token.
            other_token: A second user's, to see that the two are kept apart.
            contract: The contract that it is held to, by its name.
            backend: A backend that it has; else that of the bundled emulator.
            instance: An instance that the user may use; else that of the bundled emulator.
            other_instance: Another one, to see that the two are kept apart.
            control_url: Where its control plane is, if it is an emulator.

        Raises:
            ValueError: There is no such contract.
        """
        known = CONTRACTS.get(contract)
        if known is None:
            raise ValueError(f"contract is one of {', '.join(CONTRACTS)}, not {contract!r}")
        return cls(
            url=url.rstrip("/"),
            secrets=Secrets(token, other_token),
            contract=known,
            backend=backend or known.backend,
            instance=instance or known.instance,
            other_instance=other_instance,
            control_url=control_url.rstrip("/") if control_url else None,
        )

    @classmethod
    def emulator(cls, emulator: Emulated, url: str | None = None) -> Self:
        """The bundled emulator, as it is configured unless somebody says otherwise.

        Args:
            emulator: The emulator, or one that says the same of itself.
            url: Where it is served, if not by this one.
        """
        where = emulator.url if url is None else url
        return cls(
            url=where,
            secrets=Secrets(emulator.token, emulator.other_token, emulator.api_key),
            contract=CONTRACTS[emulator.contract],
            backend=emulator.backend,
            instance=emulator.instance,
            open_instance=emulator.open_instance,
            control_url=f"{where}/_emulator",
            bundled=True,
        )

    @property
    def base_path(self) -> str:
        """What the paths of the contract hang under."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def instances(self) -> frozenset[str]:
        """The instances that are known to be the user's."""
        known = (self.instance, self.open_instance, self.other_instance)
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
