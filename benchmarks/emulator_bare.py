"""What the emulator is measured against: one Starlette route that answers a constant."""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runtime_sessions_emulator.server.emulator import HOST, address, configured, listen


def main() -> None:
    """Serve a constant of so many bytes, under the same uvicorn in the same configuration."""
    constant = b"x" * int(sys.argv[1])

    async def session(_: Request) -> Response:
        return Response(constant, media_type="application/json")

    with listen(HOST, 0) as bound:
        bound.listen(2048)
        print(f"Listening on {address(bound)} (bare)", flush=True)
        app = Starlette(routes=[Route("/sessions/{id}", session)])
        uvicorn.Server(configured(app)).run([bound])


if __name__ == "__main__":
    main()
