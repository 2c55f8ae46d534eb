"""The status page at `/_emulator/`: files of the package, served as they are."""

from importlib.resources import files
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

_TYPES: Final = {
    "index.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
# The page shows what clients sent. It runs no script but its own, puts nothing together as HTML,
# and cannot be laid invisibly under the pointer by a page of another site.
_HEADERS: Final = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def page_routes(prefix: str) -> list[Route]:
    """The page under the prefix, and beside it what it is made of."""
    folder = files("runtime_sessions_emulator.control") / "page"
    return [
        Route(
            f"{prefix}/{name.removeprefix('index.html')}",
            Response((folder / name).read_bytes(), media_type=kind, headers=_HEADERS),
        )
        for name, kind in _TYPES.items()
    ]
