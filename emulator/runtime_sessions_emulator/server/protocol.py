"""uvicorn's HTTP, which also takes requests as a proxy gets them.

A client that is told to take the emulator for its proxy sends everything here, whatever the host:
nothing leaves the machine that way.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
# pyright: reportOptionalMemberAccess=false

from collections.abc import MutableMapping
from typing import Any, Final, cast
from urllib.parse import urlsplit

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Under which name a scope has the host that a request was to be passed on to.
PROXIED: Final = "runtime_sessions_emulator.proxied"


class Protocol(HttpToolsProtocol):
    """Takes requests that name a whole address, and those for a tunnel, as what they are."""

    def on_headers_complete(self) -> None:
        """Read the address apart before it is read as a path."""
        scope = cast("MutableMapping[str, Any]", self.scope)
        if self.parser.get_method() == b"CONNECT":
            scope[PROXIED] = self.url.decode("latin-1")
            self.url = b"/"
        elif not self.url.startswith((b"/", b"*")):
            scope[PROXIED] = urlsplit(self.url.decode("latin-1")).netloc
        super().on_headers_complete()
