"""The proxies of the environment: which is taken, where it was found, what is wrong with one."""

import os
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from runtime_sessions._errors import SettingsError
from runtime_sessions._http import ClientT, Proxy, UrlFailure, client_of_our_own

#: What no proxy can reach for us: each means itself by these.
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SCHEMES = ("http", "https", "all")


def checked_client_of_our_own(kind: type[ClientT]) -> ClientT:
    """Make an HTTP client, or say which setting of the environment is in the way."""
    direct = {f"all://{_in_url(host)}": None for host in _LOOPBACK} if getproxies() else None
    try:
        return client_of_our_own(kind, direct)
    except OSError as error:
        raise SettingsError(f"{_certificates()} cannot be used: {error}") from None
    except (UrlFailure, ValueError, ImportError) as error:
        raise SettingsError(f"{_wrong_proxy()} cannot be used: {error}") from None


def proxy_for(url: str) -> str:
    """Say which proxy a request to a URL goes by, and where that was found; nothing for none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxies = getproxies()
    if host in _LOOPBACK or proxy_bypass(host):
        return ""
    for scheme in (parts.scheme, "all"):
        if proxy := proxies.get(scheme):
            # What is before an @ is a password.
            return f"by the proxy {proxy.rpartition('@')[2]}, which is set by {_found(scheme)}"
    return ""


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
