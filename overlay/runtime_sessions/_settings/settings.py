"""What a source of settings says, and what was found in all of them together."""

import os

from attrs import field, frozen

from runtime_sessions._secrets import Secret


@frozen(kw_only=True)
class Way:
    """How a saved account says that its service is reached."""

    proxy: Secret = field(factory=Secret)
    """The URL of its proxy, for when the environment names none; empty: it has none."""
    verifies: bool = True
    """Whether the service's certificate is verified."""
    wants_ntlm: bool = False
    """Whether its proxy is to be logged in to by NTLM."""
    found: str = ""
    """Where this was found, in words."""


@frozen(kw_only=True)
class Source:
    """What one source says; a setting that it does not say is empty, or None."""

    base_url: Secret = field(factory=Secret)
    """Where the service is."""
    token: Secret = field(factory=Secret)
    """Who asks."""
    instance: str | None = None
    """Who pays."""
    channel: str = ""
    """Which of the saved accounts is meant."""
    contract: str | None = None
    """The contract to go by."""
    is_private: bool = False
    """Whether the service is to be reached within IBM Cloud's own network."""
    way: Way = Way()
    """How the service is reached."""
    account: str | None = None
    """The saved account that is meant, by its name."""
    accounts_file: str | None = None
    """Where accounts are saved, if not where the official client saves them."""

    def or_else(self, other: "Source") -> "Source":
        """Take what this one does not say from another."""
        return Source(
            base_url=self.base_url or other.base_url,
            token=self.token or other.token,
            instance=self.instance or other.instance,
            channel=self.channel or other.channel,
            contract=self.contract or other.contract,
            way=self.way,
            account=self.account,
            accounts_file=self.accounts_file,
        )


@frozen(kw_only=True)
class Settings:
    """What a client goes by."""

    contract: str
    """The name of the contract."""
    base_url: str
    """Where the service is, without a slash at its end."""
    token: Secret
    """Who asks; empty when the authentication brings its own."""
    instance: str | None
    """Who pays."""
    way: Way = Way()
    """How the service is reached."""


def from_arguments(  # noqa: PLR0913 - each by name
    *,
    base_url: str | None,
    token: str | None,
    instance: str | None,
    channel: str | None,
    contract: str | None,
    account: str | None = None,
    accounts_file: str | None = None,
) -> Source:
    """Take what a client was given."""
    return Source(
        base_url=Secret(base_url or ""),
        token=Secret(token or ""),
        instance=instance,
        channel=channel or "",
        contract=contract,
        account=account,
        accounts_file=accounts_file,
    )


def from_environment() -> Source:
    """Read the variables that the official client reads, too."""
    return Source(
        base_url=Secret(os.environ.get("QISKIT_IBM_URL", "")),
        token=Secret(os.environ.get("QISKIT_IBM_TOKEN", "")),
        instance=os.environ.get("QISKIT_IBM_INSTANCE"),
        channel=os.environ.get("QISKIT_IBM_CHANNEL", ""),
    )


def where_token_is(arguments: Source) -> str:
    """Say where the token was found, with the arguments that a client was given."""
    if arguments.token:
        return "see the argument `token`"
    if os.environ.get("QISKIT_IBM_TOKEN") and not arguments.account:
        return "see QISKIT_IBM_TOKEN in the environment"
    return "see the saved account"
