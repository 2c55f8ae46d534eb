"""Base URLs: which can be used, and what one tells of the contract."""

import re
from urllib.parse import urlsplit

from runtime_sessions._errors import SettingsError
from runtime_sessions._words import shown

_TELLING = {
    # The second name is that of its last year.
    "classic": re.compile(r"[/.]quantum(-computing)?\.ibm\.com([:/]|$)", re.IGNORECASE),
    "platform": re.compile(r"[/.]cloud\.ibm\.com([:/]|$)|/api/v1/*$", re.IGNORECASE),
}
_REGION_OF_CRN = re.compile(r"crn(?::[^:]*){4}:([a-z0-9-]+):")
_DEFAULT_REGION = "us-east"


def contract_of_url(url: str) -> str | None:
    """Return the contract that a URL tells; None when it tells none."""
    for contract, pattern in _TELLING.items():
        if pattern.search(url):
            return contract
    return None


def is_retired(url: object) -> bool:
    """Tell whether a saved URL is one of the generation that no longer answers."""
    return isinstance(url, str) and contract_of_url(url) == "classic"


def checked_url(url: str, instance: str | None = None, *, is_private: bool = False) -> str:
    """Return a base URL as it is used, or raise SettingsError.

    Accounts are saved with the URL of the login, not of the service: that one is made of it, with
    the region of the instance. A private one is within IBM Cloud's own network.
    """
    if "@" in url:
        raise SettingsError("the base URL has an @: credentials in it would show in logs")
    wrong = SettingsError(f"the base URL is http(s)://host[:port][/path], not '{shown(url)}'")
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        raise wrong from None
    if not is_plain or parts.query or parts.fragment:
        raise wrong
    host = parts.netloc.lower()
    path = parts.path.rstrip("/")
    if host.startswith("auth.") and path == "/api":
        host = "api." + host.removeprefix("auth.")
        path = "/runtime"
    elif host == "cloud.ibm.com" and not path:
        host = _host_of_region(instance, is_private=is_private)
        path = "/api/v1"
    return f"{parts.scheme}://{host}{path}"


def _host_of_region(instance: str | None, *, is_private: bool) -> str:
    found = _REGION_OF_CRN.match(instance or "")
    region = found[1] if found else _DEFAULT_REGION
    if is_private:
        return f"private.{region}.quantum.cloud.ibm.com"
    if region == _DEFAULT_REGION:
        return "quantum.cloud.ibm.com"
    return f"{region}.quantum.cloud.ibm.com"
