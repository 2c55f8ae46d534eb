"""The command line of the emulator."""

import argparse
import ipaddress
import json
import logging
import os
import secrets
import signal
import sys
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from socket import socket
from types import FrameType
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from runtime_sessions_emulator.contracts.registry import CONTRACTS, contract_of
from runtime_sessions_emulator.control.control import Control
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.core.clock import timestamp
from runtime_sessions_emulator.core.config import Config
from runtime_sessions_emulator.core.errors import StateError
from runtime_sessions_emulator.server.app import App
from runtime_sessions_emulator.server.emulator import (
    HOST,
    address,
    configured,
    emulation_of,
    listen,
)
from runtime_sessions_emulator.server.port_file import announced
from runtime_sessions_emulator.server.processes import serve_by
from runtime_sessions_emulator.server.worlds import Settings, Worlds

#: Seeds are drawn below this: short enough to be typed again.
_SEEDS: Final = 1_000_000_000


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    made = argparse.ArgumentParser(
        prog="runtime-sessions-emulator",
        description="Serve the runtime session API, with sessions that live, and with time, jobs "
        "and faults under control at /_emulator/.",
        epilog="runtime-sessions-emulator replay STATE shows what happened in a state.",
    )
    add = made.add_argument
    add("--version", action="version", version=f"runtime-sessions {version('runtime-sessions')}")
    add("--host", default=HOST, help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=8390, help="port; 0: a free one (default: %(default)s)")
    add("--port-file", type=Path, metavar="FILE", help="write the address there once it listens")
    add(
        "--contract",
        choices=list(CONTRACTS),
        default="classic",
        help="the contract that is served (default: %(default)s)",
    )
    add("--config", type=Path, metavar="FILE", help="users, instances, backends, limits (TOML)")
    add(
        "--seed",
        type=int,
        help="what ids and faults are made from: same seed, same run (default: drawn, and printed)",
    )
    add(
        "--state",
        metavar="URL",
        help="keep all that is done: sqlite:FILE, or postgresql://USER@HOST/DATABASE "
        "(default: it is gone with the process)",
    )
    add(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="how many processes serve; several share a state in PostgreSQL (default: %(default)s)",
    )
    add("--virtual-clock", action="store_true", help="let time stand still until it is moved")
    add(
        "--control",
        action=argparse.BooleanOptionalAction,
        help="serve the control plane, which needs no token (default: on the loopback only)",
    )
    add("--log-format", choices=["text", "json"], help="log each request to stderr (default: no)")
    return made


def _replay_parser() -> argparse.ArgumentParser:
    """What can be said on the command line after `replay`."""
    made = argparse.ArgumentParser(
        prog="runtime-sessions-emulator replay",
        description="Show what happened in a state, and serve it as it was then. Nothing is added "
        "to it; the time stands still.",
    )
    add = made.add_argument
    add("state", metavar="STATE", help="sqlite:FILE, or postgresql://USER@HOST/DATABASE")
    add(
        "--until",
        metavar="N|MOMENT",
        help="the number of the last command, or the time in the emulator (default: to the end)",
    )
    add("--port", type=int, default=8390, help="port; 0: a free one (default: %(default)s)")
    return made


def _replay(arguments: list[str]) -> None:
    """Show what happened in a state, and serve it as it was."""
    options = _replay_parser().parse_args(arguments)
    try:
        from runtime_sessions_emulator.state.replay import replayed  # noqa: PLC0415 - an extra

        shown = replayed(options.state, options.until)
    except ModuleNotFoundError as error:
        sys.exit(f"A state needs {error.name}: pip install 'runtime-sessions[state]'")
    except StateError as error:
        sys.exit(str(error))
    except ValueError:
        sys.exit(f"{options.until!r} is neither the number of a command nor a moment.")
    bound = _bound(HOST, options.port)
    print("\n".join(shown.lines))  # noqa: T201 - a command
    token = shown.emulation.service.config.users[0].token
    url, at = address(bound), timestamp(shown.emulation.service.clock.now())
    said = f"after command {shown.number}, at {at}; the token is {token}"
    _serve(shown.emulation, bound, f"Listening on {url} ({said}, control at {url}/_emulator/)")


def main() -> None:
    """Serve until told to stop."""
    if sys.argv[1:2] == ["replay"]:
        _replay(sys.argv[2:])
        return
    options = parser().parse_args()
    if not options.host:
        # A variable that is not set, most likely: it would be every address of this computer.
        sys.exit("--host is empty: give the address to listen on, 0.0.0.0 for every one.")
    try:
        config = contract_of(options.contract).config
        if options.config is not None:
            config = Config.load(options.config, config)
    except (OSError, ValueError) as error:
        sys.exit(f"The configuration {options.config} cannot be used: {error}")
    if options.workers != 1:
        _hold_shareable(options.workers, options.state)
    bound = _bound(options.host, options.port)
    # Drawn, so that a handle from an earlier run does not find somebody else's session in this one.
    seed = secrets.randbelow(_SEEDS) if options.seed is None else options.seed
    try:
        emulation = emulation_of(
            config,
            contract=options.contract,
            seed=seed,
            virtual_clock=options.virtual_clock,
            state=options.state,
        )
    except StateError as error:
        sys.exit(str(error))
    if options.seed not in {None, emulation.service.seed}:
        sys.exit(f"The state {options.state} was begun with the seed {emulation.service.seed}.")
    seed = emulation.service.seed
    if options.log_format is not None:
        emulation.log.follower = _write_json if options.log_format == "json" else _write_text
    local = _is_loopback(bound.getsockname()[0])
    with_control = local if options.control is None else options.control
    url = address(bound)
    plane = f"control at {url}/_emulator/" if with_control else "no control plane"
    said = f"Listening on {url} (seed {seed}, {plane})"
    settings = Settings(
        config=config,
        contract=options.contract,
        seed=seed,
        virtual_clock=options.virtual_clock,
    )
    _serve(
        emulation,
        bound,
        said,
        worlds=None if options.state else settings,
        with_control=with_control,
        port_file=options.port_file,
        workers=options.workers,
    )


def _hold_shareable(workers: int, state: str | None) -> None:
    """End the program where not so many processes can serve."""
    if workers < 1:
        sys.exit(f"--workers {workers}: there must be at least one.")
    if state is None or not state.startswith("postgres"):
        sys.exit("Several workers share a state: --state postgresql://USER@HOST/DATABASE.")
    if not hasattr(os, "fork"):
        sys.exit("Several workers need a system that forks processes. Start each by itself.")


def _bound(host: str, port: int) -> socket:
    """A socket to listen on, or the end of the program."""
    try:
        return listen(host, port)
    except (OSError, OverflowError) as error:
        sys.exit(
            f"Cannot listen on {host}:{port}: {str(error).rstrip('.')}. "
            "Choose another --port, or 0 for a free one."
        )


def _serve(  # noqa: PLR0913 - what a server is
    emulation: Emulation,
    bound: socket,
    said: str,
    *,
    worlds: Settings | None = None,
    with_control: bool = True,
    port_file: Path | None = None,
    workers: int = 1,
) -> None:
    """Serve until told to stop, having said where that is."""
    control = Control(emulation) if with_control else None
    # Errors of the server, and answers of ours that break the contract.
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    # uvicorn ends in peace on SIGTERM and then raises it anew: that is no failure.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    local = _is_loopback(bound.getsockname()[0])
    with ExitStack() as stack:
        stack.enter_context(bound)
        bound.listen(2048)
        if port_file is not None:
            try:
                stack.enter_context(announced(address(bound), port_file))
            except OSError as error:
                sys.exit(f"The port file cannot be written: {error}")
        print(said, flush=True)  # noqa: T201 - a command

        def serve() -> None:
            app: ASGIApp = App(emulation, control, local=local)
            if control is not None:
                app = Worlds(app, worlds, local=local, follower=emulation.log.follower)
            uvicorn.Server(configured(app)).run([bound])

        if workers == 1:
            serve()
            return
        if emulation.service.keeper is not None:
            # Each of them has a connection of its own.
            emulation.service.keeper.close()
        serve_by(workers, serve)


def _end(_: int, __: FrameType | None) -> None:
    sys.exit(0)


def _is_loopback(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback


def _write_json(request: dict[str, Any]) -> None:
    print(json.dumps(request), file=sys.stderr, flush=True)  # noqa: T201 - a log


def _write_text(request: dict[str, Any]) -> None:
    query = f"?{request['query']}" if request["query"] else ""
    fault = f" ({request['fault']})" if request["fault"] else ""
    status = request["status"] or "cut off"
    line = f"{request['at']} {request['method']} {request['path']}{query} {status}{fault}"
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a log
