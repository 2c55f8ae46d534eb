"""Who is trusted over TLS."""

import ssl
from functools import cache

from runtime_sessions_api.http_library import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The authorities that are trusted. They are read once: it takes longer than a call."""
    return httpx.create_ssl_context()
