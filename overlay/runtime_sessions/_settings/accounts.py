"""The accounts that the official client saves in `~/.qiskit/qiskit-ibm.json`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from runtime_sessions._errors import fields_of
from runtime_sessions._secrets import Secret
from runtime_sessions._settings.channels import CONTRACT_OF_CHANNEL
from runtime_sessions._settings.settings import Source
from runtime_sessions._settings.url import is_retired

Accounts = Mapping[str, Mapping[str, object]]


@frozen
class Lookup:
    """What was found among the saved accounts, and words for where it was looked for."""

    source: Source | None
    words: str


def from_saved_account(channels: list[str]) -> Lookup:
    """Look up the account: the default, or the only one of the first channel that has any."""
    try:
        file = Path("~/.qiskit/qiskit-ibm.json").expanduser()
    except RuntimeError:
        return Lookup(None, "the saved accounts, for which there is no home directory")
    words = f"the saved accounts in {file}"
    try:
        content = fields_of(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        return Lookup(None, f"{words}, which cannot be read: {error.strerror}")
    except (ValueError, RecursionError):
        return Lookup(None, f"{words}, which cannot be read: it is not JSON")
    every = {name: fields_of(account) for name, account in content.items()}
    accounts = {name: one for name, one in every.items() if one.get("channel") in channels}
    names = next((rank for rank in _ranks(accounts, channels) if rank), list[str]())
    if len(names) == 1:
        (name,) = names
        return Lookup(_source(accounts[name]), f"the saved account {name!r} in {file}")
    some = f"{', '.join(names)} are" if names else "none is"
    wanted = " or ".join(map(repr, channels))
    return Lookup(None, f"{words}, of which {some} for the channel {wanted}")


def _ranks(accounts: Accounts, channels: list[str]) -> Iterator[list[str]]:
    """Yield the names of the accounts that come first, then those that come next, and so on."""
    # The service of a generation is gone: an account for it is the last that is taken.
    living = {name: one for name, one in accounts.items() if not is_retired(one.get("url"))}
    yield from _ranks_of(living, channels)
    yield from _ranks_of(accounts, channels)


def _ranks_of(accounts: Accounts, channels: list[str]) -> Iterator[list[str]]:
    yield [name for name, account in accounts.items() if account.get("is_default_account")]
    for channel in channels:
        default = f"default-{channel.replace('_', '-')}"
        yield [name for name in accounts if name == default]
        yield [name for name, account in accounts.items() if account["channel"] == channel]


#: In the place of an instance: whichever the official client finds.
_ANY_INSTANCE = "auto"


def _source(account: Mapping[str, object]) -> Source:
    """Take what an account says; what is no text is not said."""
    said = {key: Secret(value) for key, value in account.items() if isinstance(value, str)}
    channel = said["channel"]
    instance = str(said.get("instance", ""))
    return Source(
        base_url=said.get("url", Secret()),
        token=said.get("token", Secret()),
        # No secret: an error shows it.
        instance=None if instance in {"", _ANY_INSTANCE} else instance,
        channel=channel,
        contract=CONTRACT_OF_CHANNEL.get(channel),
        is_private=account.get("private_endpoint") is True,
    )
