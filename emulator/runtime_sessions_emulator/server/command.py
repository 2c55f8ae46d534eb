"""The command line of the emulator."""

import argparse
import ipaddress
import json
import logging
import secrets
import signal
import sys
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any, Final

import uvicorn

from runtime_sessions_emulator.contracts.registry import CONTRACTS, contract_of
from runtime_sessions_emulator.control.control import Control
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.core.config import Config
from runtime_sessions_emulator.server.app import App
from runtime_sessions_emulator.server.emulator import HOST, address, configured, listen
from runtime_sessions_emulator.server.port_file import announced

#: Seeds are drawn below this: short enough to be typed again.
_SEEDS: Final = 1_000_000_000


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    made = argparse.ArgumentParser(
        prog="runtime-sessions-emulator",
        description="Serve the runtime session API, with sessions that live, and with time, jobs "
        "and faults under control at /_emulator/.",
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
    add("--virtual-clock", action="store_true", help="let time stand still until it is moved")
    add(
        "--control",
        action=argparse.BooleanOptionalAction,
        help="serve the control plane, which needs no token (default: on the loopback only)",
    )
    add("--log-format", choices=["text", "json"], help="log each request to stderr (default: no)")
    return made


def main() -> None:
    """Serve until told to stop."""
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
    try:
        bound = listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        sys.exit(
            f"Cannot listen on {options.host}:{options.port}: {str(error).rstrip('.')}. "
            "Choose another --port, or 0 for a free one."
        )
    # Drawn, so that a handle from an earlier run does not find somebody else's session in this one.
    seed = secrets.randbelow(_SEEDS) if options.seed is None else options.seed
    emulation = Emulation.of(
        config,
        contract=options.contract,
        seed=seed,
        virtual_clock=options.virtual_clock,
    )
    if options.log_format is not None:
        emulation.log.follower = _write_json if options.log_format == "json" else _write_text
    local = _is_loopback(bound.getsockname()[0])
    with_control = local if options.control is None else options.control
    control = Control(emulation) if with_control else None
    url = address(bound)
    # Errors of the server, and answers of ours that break the contract.
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    # uvicorn ends in peace on SIGTERM and then raises it anew: that is no failure.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    plane = "no control plane" if control is None else f"control at {url}/_emulator/"
    with ExitStack() as stack:
        stack.enter_context(bound)
        bound.listen(2048)
        if options.port_file is not None:
            try:
                stack.enter_context(announced(url, options.port_file))
            except OSError as error:
                sys.exit(f"The port file cannot be written: {error}")
        print(f"Listening on {url} (seed {seed}, {plane})", flush=True)  # noqa: T201 - a command
        uvicorn.Server(configured(App(emulation, control, local=local))).run([bound])


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
