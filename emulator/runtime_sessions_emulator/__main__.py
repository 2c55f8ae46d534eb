"""The command line."""

import argparse
import sys

import uvicorn

from runtime_sessions_emulator._app import App
from runtime_sessions_emulator._control import Control
from runtime_sessions_emulator._emulation import Emulation
from runtime_sessions_emulator._emulator import HOST, address, configured, listen


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="runtime-sessions-emulator",
        description="Serve the runtime session API, with time that can be moved.",
    )
    parser.add_argument(
        "--host", default=HOST, help="the address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8390,
        help="the port; 0 picks a free one (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="what ids are made from (default: %(default)s)"
    )
    options = parser.parse_args()
    try:
        bound = listen(options.host, options.port)
    except OSError as error:
        sys.exit(
            f"Cannot listen on {options.host}:{options.port}: {error}. "
            "Choose another --port, or 0 for a free one."
        )
    with bound:
        emulation = Emulation.of(None, seed=options.seed, virtual_clock=False)
        server = uvicorn.Server(configured(App(emulation, Control(emulation))))
        bound.listen(2048)
        print(f"Listening on {address(bound)}", flush=True)  # noqa: T201 - what a command line tool does
        server.run([bound])


if __name__ == "__main__":
    main()
