"""The proxies of the environment, and of an account: which is taken, what is wrong with one."""

import os
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from runtime_sessions._errors import SettingsError
from runtime_sessions._http import ClientT, Proxy, UrlFailure, client_of_our_own
from runtime_sessions._log import log
from runtime_sessions._settings import Way

#: What no proxy can reach for us: each means itself by these.
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SCHEMES = ("http", "https", "all")


def checked_client_of_our_own(kind: type[ClientT], way: Way) -> ClientT:
    """Make an HTTP client, or say which setting is in the way."""
    if way.wants_ntlm:
        raise SettingsError(
            f"{way.found} has a proxy that wants NTLM, which is not spoken here: give an "
            "http_client that can, or a proxy of this computer that does it"
        )
    if not way.verifies:
        log.warning("settings: no certificate is verified, as %s says", way.found)
    proxy = _proxy_of(way)
    is_proxied = proxy or getproxies()
    direct = {f"all://{_in_url(host)}": None for host in _LOOPBACK} if is_proxied else None
    try:
        return client_of_our_own(kind, direct, proxy, verifies=way.verifies)
    except OSError as error:
        raise SettingsError(f"{_certificates()} cannot be used: {error}") from None
    except (UrlFailure, ValueError, ImportError) as error:
        wrong = f"the proxy of {way.found}" if proxy else _wrong_proxy()
        raise SettingsError(f"{wrong} cannot be used: {error}") from None


def proxy_for(url: str, way: Way) -> str:
    """Say which proxy a request to a URL goes by, and where that was found; nothing for none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in _LOOPBACK:
        return ""
    if proxy := _proxy_of(way):
        return _told(proxy, way.found)
    if proxy_bypass(host):
        return ""
    proxies = getproxies()
    for scheme in (parts.scheme, "all"):
        if proxy := proxies.get(scheme):
            return _told(proxy, _found(scheme))
    return ""


def _proxy_of(way: Way) -> str | None:
    """Return the account's proxy: as with all settings, what the environment says comes first."""
    is_in_environment = any(getproxies().get(scheme) for scheme in _SCHEMES)
    return None if is_in_environment else way.proxy or None


def _told(proxy: str, found: str) -> str:
    # What is before an @ is a password.
    return f"by the proxy {proxy.rpartition('@')[2]}, which is set by {found}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _found(scheme: str) -> str:
    """Name the variable that a proxy is from; the one in small letters comes first."""
    for name in (f"{scheme}_proxy", f"{scheme}_PROXY".upper()):
        if os.environ.get(name):
            return f"{name} in the environment"
    return "the system's settings"


def _wrong_proxy() -> str:
    proxies = getproxies()
    for scheme in _SCHEMES:
        proxy = proxies.get(scheme, "")
        try:
            if proxy:
                Proxy(proxy if "://" in proxy else f"http://{proxy}")
        except (UrlFailure, ValueError):
            return _found(scheme)
        if proxy.startswith("socks"):
            return _found(scheme)
    return _found("no")


def _certificates() -> str:
    name = "SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "SSL_CERT_DIR"
    return f"{name} in the environment, {os.environ.get(name)!r},"
