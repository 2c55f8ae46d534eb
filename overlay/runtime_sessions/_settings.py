"""Where the service is and who asks: arguments, then environment, then saved accounts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from runtime_sessions._errors import SettingsError, fields_of

_LOOKED = "no {} was found, neither as the argument `{}`, nor in the environment as {}, nor in {}"
NO_INSTANCE = _LOOKED.format("instance", "instance", "QISKIT_IBM_INSTANCE", "the saved account")


class Secret(str):
    """Text that a traceback with variables does not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[secure]'"


def find(
    base_url: Secret, token: Secret, instance: str | None, channel: str | None, *, needed: bool
) -> tuple[str, Secret, str | None]:
    """Find base URL, token (if `needed`), instance. A saved account's are for its own URL only."""
    base_url = base_url or Secret(os.environ.get("QISKIT_IBM_URL", ""))
    token = token or Secret(os.environ.get("QISKIT_IBM_TOKEN", ""))
    instance = instance or os.environ.get("QISKIT_IBM_INSTANCE")
    if not (base_url and instance and (token or not needed)):
        account, said = _saved(channel or os.environ.get("QISKIT_IBM_CHANNEL", "ibm_quantum"))
        try:
            saved_url = checked(account["url"]) if account else ""
        except (KeyError, SettingsError):
            saved_url, said = "", f"{said}, which has no base URL"
        base_url = base_url or Secret(saved_url)
        if not base_url:
            raise SettingsError(_LOOKED.format("base URL", "base_url", "QISKIT_IBM_URL", said))
        if saved_url == checked(base_url):
            token = token or account.get("token", Secret())
            instance = instance or account.get("instance")
        elif saved_url:
            said += f", whose token is for {saved_url} and not for {checked(base_url)}"
        if needed and not token:
            raise SettingsError(_LOOKED.format("token", "token", "QISKIT_IBM_TOKEN", said))
    return checked(base_url), token, instance


def checked(url: Secret) -> str:
    """Return a base URL as it is used, or raise SettingsError."""
    if "@" in url:
        raise SettingsError("the base URL has an @: credentials in it would show in logs")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"the base URL is http(s)://host[:port][/path], not '{url}'")
    host, path = parts.netloc, parts.path.rstrip("/")
    if host.startswith("auth.") and path == "/api":
        # Accounts of this generation are saved with the URL of the login, not of the service.
        host, path = "api." + host.removeprefix("auth."), "/runtime"
    return f"{parts.scheme}://{host}{path}"


def _saved(channel: str) -> tuple[dict[str, Secret], str]:
    """Choose the account of a channel, the default or the only one; say what was looked at."""
    file = Path("~/.qiskit/qiskit-ibm.json").expanduser()
    said = f"the saved accounts in {file}"
    try:
        content = fields_of(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}, f"{said}, which is not there"
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not JSON"
        return {}, f"{said}, which cannot be read: {why}"
    accounts = {
        name: {
            key: Secret(value)
            for key, value in fields_of(account).items()
            if value and isinstance(value, str)
        }
        for name, account in content.items()
        if fields_of(account).get("channel") == channel
    }
    marked = [name for name in accounts if fields_of(content[name]).get("is_default_account")]
    named = [name for name in accounts if name == f"default-{channel.replace('_', '-')}"]
    names = marked or named or list(accounts)
    if len(names) != 1:
        some = f"{', '.join(names)} are for the channel" if names else "none is for the channel"
        return {}, f"{said}, of which {some} {channel!r}"
    return accounts[names[0]], f"the saved account {names[0]!r} in {file}"
