"""The accounts that the official client saves, in `~/.qiskit/qiskit-ibm.json` or another file."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from runtime_sessions._errors import fields_of
from runtime_sessions._secrets import Secret
from runtime_sessions._settings.channels import CONTRACT_OF_CHANNEL
from runtime_sessions._settings.settings import Source, Way
from runtime_sessions._settings.url import is_retired

Accounts = Mapping[str, Mapping[str, object]]


@frozen
class Lookup:
    """What was found among the saved accounts, and words for where it was looked for."""

    source: Source | None
    words: str


def from_saved_account(
    channels: list[str], name: str | None = None, file: str | None = None
) -> Lookup:
    """Look up the account: the one of that name, or the one that comes first for the channels.

    Without a name that is the default, or the only one of the first channel that has any.
    """
    try:
        path = Path(file or "~/.qiskit/qiskit-ibm.json").expanduser()
    except RuntimeError:
        return Lookup(None, "the saved accounts, for which there is no home directory")
    words = f"the saved accounts in {path}"
    try:
        content = fields_of(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        return Lookup(None, f"{words}, which cannot be read: {error.strerror}")
    except (ValueError, RecursionError):
        return Lookup(None, f"{words}, which cannot be read: it is not JSON")
    every = {each: fields_of(account) for each, account in content.items()}
    if name is not None and name not in every:
        return Lookup(None, f"{words}, of which none is called {name!r}: {_named(every)}")
    accounts = {each: one for each, one in every.items() if one.get("channel") in channels}
    if name is not None:
        names = [name] if name in accounts else []
    else:
        names = next((rank for rank in _ranks(accounts, channels) if rank), list[str]())
    if len(names) == 1:
        words = f"the saved account {names[0]!r} in {path}"
        return Lookup(_source(accounts[names[0]], words), words)
    wanted = f"for the channel {' or '.join(map(repr, channels))}"
    if names:
        some = f"{', '.join(names)} are {wanted}: say which, as `account`"
    elif name is not None:
        some = f"{name!r} is not {wanted}"
    else:
        some = f"none is {wanted}"
    return Lookup(None, f"{words}, of which {some}")


def _named(accounts: Accounts) -> str:
    return f"there are {', '.join(map(repr, accounts))}" if accounts else "there is none at all"


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


def _source(account: Mapping[str, object], words: str) -> Source:
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
        way=_way(account, words),
    )


def _way(account: Mapping[str, object], words: str) -> Way:
    """Take how an account says that its service is reached."""
    proxies = fields_of(account.get("proxies"))
    urls = fields_of(proxies.get("urls"))
    scheme, _, _ = str(account.get("url")).partition(":")
    proxy = urls.get(scheme.lower())
    return Way(
        proxy=Secret(proxy if isinstance(proxy, str) else ""),
        verifies=account.get("verify") is not False,
        wants_ntlm=bool(proxies.get("username_ntlm")),
        found=words,
    )
