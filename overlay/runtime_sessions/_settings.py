"""Where the service is and who asks: arguments, then environment, then saved accounts."""

import json
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from runtime_sessions._errors import SettingsError, fields_of
from runtime_sessions._http import Secret

_LOOKED = "no {} was found, neither as the argument `{}`, nor in the environment as {}, nor in {}"
NO_INSTANCE = _LOOKED.format("instance", "instance", "QISKIT_IBM_INSTANCE", "the saved account")
# Which contract the accounts of a channel are for, and which a URL tells.
_CHANNELS = {"ibm_quantum": "classic", "ibm_quantum_platform": "platform", "ibm_cloud": "platform"}
_URLS = {
    "classic": r"[/.]quantum-computing\.ibm\.com([:/]|$)",
    "platform": r"[/.]cloud\.ibm\.com([:/]|$)|/api/v1/*$",
}
Text = str | None


def find(  # noqa: PLR0913 - all that may be given
    base_url: Secret, token: Secret, instance: Text, channel: Text, contract: Text, *, needed: bool
) -> tuple[str, str, Secret, Text]:
    """Find contract, base URL, token (if `needed`), instance. An account's are for its own URL."""
    url = base_url or Secret(os.environ.get("QISKIT_IBM_URL", ""))
    token = token or Secret(os.environ.get("QISKIT_IBM_TOKEN", ""))
    instance = instance or os.environ.get("QISKIT_IBM_INSTANCE")
    channel = channel or os.environ.get("QISKIT_IBM_CHANNEL", "")
    told = (name for name, pattern in _URLS.items() if re.search(pattern, url))
    contract = contract or next(told, None) or _CHANNELS.get(channel)
    if not (url and instance and (token or not needed)):
        fitting = [one for one, of in _CHANNELS.items() if contract in {None, of}]
        account, said = _saved([channel] if channel else fitting)
        payer = instance or account.get("instance")
        try:
            saved_url = checked(account["url"], payer) if account else ""
        except (KeyError, SettingsError):
            saved_url, said = "", f"{said}, which has no base URL"
        url = url or Secret(saved_url)
        if not url:
            raise SettingsError(_LOOKED.format("base URL", "base_url", "QISKIT_IBM_URL", said))
        if saved_url == checked(url, payer):
            token = token or account.get("token", Secret())
            instance = payer
            contract = contract or _CHANNELS.get(account["channel"])
        elif saved_url:
            said += f", whose token is for {saved_url} and not for {checked(url, instance)}"
        if needed and not token:
            raise SettingsError(_LOOKED.format("token", "token", "QISKIT_IBM_TOKEN", said))
    return contract or "classic", checked(url, instance), token, instance


def checked(url: Secret, instance: Text = None) -> str:
    """Return a base URL as it is used, or raise SettingsError."""
    if "@" in url:
        raise SettingsError("the base URL has an @: credentials in it would show in logs")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"the base URL is http(s)://host[:port][/path], not '{url}'")
    host, path = parts.netloc, parts.path.rstrip("/")
    # Accounts are saved with the URL of the login, not of the service.
    if host.startswith("auth.") and path == "/api":
        host, path = "api." + host.removeprefix("auth."), "/runtime"
    elif host == "cloud.ibm.com" and not path:
        (region, *_) = *re.findall(r"^crn(?::[^:]*){4}:([a-z0-9-]+):", instance or ""), "us-east"
        host, path = f"{region}.quantum.{host}".removeprefix("us-east."), "/api/v1"
    return f"{parts.scheme}://{host}{path}"


def _saved(channels: list[str]) -> tuple[dict[str, Secret], str]:
    """Choose the account: the default, or the only one of the first channel that has any."""
    file = Path("~/.qiskit/qiskit-ibm.json").expanduser()
    said = f"the saved accounts in {file}"
    try:
        content = fields_of(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not JSON"
        return {}, f"{said}, which cannot be read: {why}"
    every = {name: fields_of(account) for name, account in content.items()}
    accounts = {name: one for name, one in every.items() if one.get("channel") in channels}
    ranks = [[name for name, one in accounts.items() if one.get("is_default_account")]]
    for channel in channels:
        ranks.append([name for name in accounts if name == f"default-{channel.replace('_', '-')}"])
        ranks.append([name for name, one in accounts.items() if one["channel"] == channel])
    names = next((rank for rank in ranks if rank), list[str]())
    if len(names) != 1:
        some = f"{', '.join(names)} are" if names else "none is"
        return {}, f"{said}, of which {some} for the channel {' or '.join(map(repr, channels))}"
    chosen = accounts[names[0]].items()
    account = {key: Secret(value) for key, value in chosen if value and isinstance(value, str)}
    return account, f"the saved account {names[0]!r} in {file}"
