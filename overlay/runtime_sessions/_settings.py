"""Where the service is and who asks: arguments, then environment, then saved accounts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import urlsplit

from runtime_sessions._errors import SettingsError
from runtime_sessions._service import fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHANNEL = "ibm_quantum"  # what saved accounts of the classic generation carry


class Secret(str):
    """Text that a traceback with variables does not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[secure]'"


class Settings(NamedTuple):
    """What a client needs to know. The token is empty where none is needed."""

    base_url: str
    token: Secret
    instance: str | None


class _Saved(NamedTuple):
    """What the file of saved accounts gives, and how to speak of it in an error."""

    account: Mapping[str, str]
    said: str

    def __repr__(self) -> str:
        return f"_Saved({self.said!r})"


def find(
    base_url: str | None,
    token: Secret,
    instance: str | None,
    channel: str | None,
    *,
    token_needed: bool,
) -> Settings:
    """Find the settings, or raise SettingsError saying what was looked for where.

    The token of a saved account goes to the URL of that account only.
    """
    url = base_url or os.environ.get("QISKIT_IBM_URL")
    token = token or Secret(os.environ.get("QISKIT_IBM_TOKEN", ""))
    instance = instance or os.environ.get("QISKIT_IBM_INSTANCE")
    if url and (token or not token_needed) and instance:
        return Settings(checked(url), token, instance)
    saved = _saved(channel or os.environ.get("QISKIT_IBM_CHANNEL") or _CHANNEL)
    found = saved.account.get("url")
    if not url and not found:
        raise _missing("base URL", "base_url", "QISKIT_IBM_URL", saved.said)
    url = checked(url or cast("str", found))
    if found and checked(found) == url:
        token = token or Secret(saved.account.get("token", ""))
        instance = instance or saved.account.get("instance")
        said = saved.said
    else:
        said = (
            saved.said
            if not found
            else f"{saved.said}, whose token is for {checked(found)} and not for {url}"
        )
    if token_needed and not token:
        raise _missing("token", "token", "QISKIT_IBM_TOKEN", said)
    return Settings(url, token, instance)


def instance_of(given: str | None, settled: str | None) -> str:
    """Return who pays, or raise SettingsError."""
    instance = settled if given is None else given
    if instance is None:
        said = "that of the client; the saved account of its URL"
        raise _missing("instance", "instance", "QISKIT_IBM_INSTANCE", said)
    return instance


def _missing(what: str, argument: str, variable: str, saved: str) -> SettingsError:
    return SettingsError(
        f"no {what} was found. Looked for, in this order: the argument `{argument}`; "
        f"the environment variable {variable}; {saved}."
    )


def checked(url: str) -> str:
    """Return a base URL as it is used, or raise SettingsError."""
    parts = urlsplit(url)
    # Checked first, so that no message shows it.
    if "@" in parts.netloc:
        raise SettingsError(
            "the base URL holds credentials, which would show in logs: give a token instead"
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(
            f"the base URL {url!r} is none: it starts with https:// or http:// and has a host"
        )
    if parts.query or parts.fragment:
        raise SettingsError(f"the base URL {url!r} has a query or a fragment, and takes neither")
    host, path = parts.netloc, parts.path.rstrip("/")
    if host.startswith("auth.") and path == "/api":
        # Classic accounts are saved with the URL of the login, not of the service.
        host, path = "api." + host.removeprefix("auth."), "/runtime"
    return f"{parts.scheme}://{host}{path}"


def _saved(channel: str) -> _Saved:
    """Choose the account of a channel: the one marked as default, or named so, or the only one."""
    file = Path("~/.qiskit/qiskit-ibm.json").expanduser()
    try:
        content: object = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _Saved({}, f"the saved accounts in {file}, which is not there")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not JSON"
        return _Saved({}, f"the saved accounts in {file}, which cannot be read: {why}")
    all_accounts = {name: fields_of(account) for name, account in fields_of(content).items()}
    accounts = {
        name: account for name, account in all_accounts.items() if account.get("channel") == channel
    }
    default = f"default-{channel.replace('_', '-')}"
    marked = [name for name, account in accounts.items() if account.get("is_default_account")]
    names = marked[:1] or [name for name in accounts if name == default] or list(accounts)
    if not names:
        return _Saved(
            {}, f"the saved accounts in {file}, none of which is for the channel {channel!r}"
        )
    if len(names) > 1:
        said = f"the saved accounts in {file}, where none of {', '.join(names)} is the default"
        return _Saved({}, said)
    fields = accounts[names[0]].items()
    account = {key: value for key, value in fields if isinstance(value, str) and value}
    return _Saved(account, f"the saved account {names[0]!r} in {file}")
