"""The options of the command, from its arguments or from environment variables."""

import argparse
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.live.settings import Live
from runtime_sessions_contract.suite.suite import PARTS
from runtime_sessions_contract.target.target import LOOPBACK, CannotRunError, Target

LEDGER = ".runtime-sessions-ledger.jsonl"

EPILOG = """\
Every option can come from the environment, in capitals (CONTROL_URL, ...), and so can the URL.
Tokens come from there only: TOKEN is the user's, OTHER_TOKEN a second user's.

What breaks something that IBM documents or somebody measured is a violation. What differs from
what is only reported or assumed is listed apart, with its reason, and fails a run with --strict.

A server that is not on this computer is live: it is only read unless WRITE=1, and where its answers
differ from the contract is told as drift.

exit status: 0 the server holds to the contract; 1 it does not; 2 the suite could not run, or
failed itself; 3 it holds, but for drift that is not in the baseline.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one run.

    Attributes:
        contract: The contract to hold the server to.
        target: The server; None for the bundled emulator.
        parts: The parts of the suite to run.
        seed: What all that is drawn at random is drawn from.
        examples: How thorough to be: a factor.
        max_time: When to stop looking, in seconds.
        report: A folder for the reports.
        live: How to treat the server, if it is a live service.
        replay: A recording to judge instead of a server.
        strict: Whether what is only reported or assumed fails the run, too.
    """

    contract: Contract
    target: Target | None
    parts: tuple[str, ...]
    seed: int
    examples: float
    max_time: float | None
    report: Path | None
    live: "Live | None" = None
    replay: Path | None = None
    strict: bool = False


class _Parser(argparse.ArgumentParser):
    """A parser that raises where argparse would end the program."""

    def error(self, message: str) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        raise CannotRunError(f"{message}. See {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = _Parser(
        prog="runtime-sessions-contract",
        description="Hold a server to the runtime sessions contract; without a URL, the emulator.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "url", nargs="?", metavar="URL", help="the server's base URL, such as http://127.0.0.1:8390"
    )
    parser.add_argument(
        "--backend", metavar="NAME", help="a backend that the server has (default: ibmq_wellington)"
    )
    parser.add_argument(
        "--instance",
        metavar="H/G/P",
        help="an instance that the user may use (default: hub/group/project)",
    )
    parser.add_argument(
        "--control-url", metavar="URL", help="the control plane, if the server is an emulator"
    )
    parser.add_argument(
        "--seed", metavar="N", help="repeat the run that printed this seed (default: a new one)"
    )
    parser.add_argument(
        "--examples",
        metavar="N",
        help="how thorough to be: a factor, 2 is twice as many (default: 1)",
    )
    parser.add_argument(
        "--contract",
        metavar="NAME",
        help=f"{' or '.join(CONTRACTS)} (default: as the URL's host says, else classic)",
    )
    parser.add_argument(
        "--only", metavar="PART,...", help=f"only these parts: {', '.join(PARTS)} (default: all)"
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="fail on what is only reported or assumed, too (always with the bundled emulator)",
    )
    parser.add_argument(
        "--max-time", metavar="SECONDS", help="stop looking after so long (default: when done)"
    )
    live = parser.add_argument_group("live services")
    live.add_argument("--live", action="store_true", help="treat a server of this computer as one")
    live.add_argument("--session", metavar="ID", help="a session of the user's that may be read")
    live.add_argument("--write", action="store_true", help="create sessions, and close them")
    live.add_argument("--max-sessions", metavar="N", help="how many, at most (default: 3)")
    live.add_argument("--max-requests", metavar="N", help="requests, at most (default: 200)")
    live.add_argument("--ledger", metavar="FILE", help=f"what was created (default: {LEDGER})")
    live.add_argument("--baseline", metavar="FILE", help="accepted drift: a drift.json of before")
    parser.add_argument("--replay", metavar="FILE", help="judge a calls.har of before, offline")
    parser.add_argument(
        "--report", metavar="FOLDER", help="write report.html, junit.xml, calls.har"
    )
    return parser


def parse(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Options:
    """Read the options.

    Raises:
        CannotRunError: One of them makes no sense.
    """
    given = vars(parser().parse_args(arguments))

    def option(name: str) -> str | None:
        # An empty variable is how make passes what was not given.
        value = given.get(name) or environment.get(name.upper()) or None
        return "1" if value is True else value

    only = option("only")
    parts = tuple(part for part in PARTS if only is None or part in only.split(","))
    if only is not None and (unknown := set(only.split(",")) - set(PARTS)):
        raise CannotRunError(
            f"ONLY: there is no part {', '.join(sorted(unknown))}. Choose from {', '.join(PARTS)}"
        )
    contract = _contract(option("contract"), option("url"))
    target = None if option("replay") else _target(contract, option, environment)
    return Options(
        contract=contract,
        target=target,
        parts=parts,
        seed=int(_number("SEED", option("seed"), random.SystemRandom().getrandbits(32))),
        examples=_number("EXAMPLES", option("examples"), 1),
        max_time=_number("MAX_TIME", option("max_time"), 0) or None,
        report=Path(report) if (report := option("report")) else None,
        live=None if option("replay") else _live(option, target),
        replay=Path(file) if (file := option("replay")) else None,
        strict=option("strict") not in {None, "0"},
    )


def _contract(name: str | None, url: str | None) -> Contract:
    """The contract that is asked for; else the one that names the URL's host; else the classic."""
    if name is not None:
        if name not in CONTRACTS:
            raise CannotRunError(f"CONTRACT: {name} is none. Choose from {', '.join(CONTRACTS)}")
        return CONTRACTS[name]
    host = urlsplit(url or "").hostname
    named = (
        contract for contract in CONTRACTS.values() if host in contract.document.hosts - LOOPBACK
    )
    return next(named, CONTRACTS["classic"])


def _target(
    contract: Contract, option: Callable[[str], str | None], environment: Mapping[str, str]
) -> Target | None:
    """The server that the options name; None for the bundled emulator."""
    url, control_url = option("url"), option("control_url")
    if url is None:
        if control_url is not None:
            raise CannotRunError("CONTROL_URL is given without the URL of a server")
        return None
    for name, value in (("URL", url), ("CONTROL_URL", control_url)):
        if value is not None and (
            urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname
        ):
            raise CannotRunError(f"{name}: {value} is not a URL such as http://127.0.0.1:8390")
    token = environment.get("TOKEN")
    if not token:
        raise CannotRunError(
            "TOKEN is not set: give a user's token in the environment, TOKEN=... make contract"
        )
    return Target.server(
        url,
        token,
        other_token=environment.get("OTHER_TOKEN") or None,
        contract=contract.name,
        backend=option("backend"),
        instance=option("instance"),
        control_url=control_url,
    )


def _live(option: Callable[[str], str | None], target: Target | None) -> Live | None:
    """How to treat the server, if it is a live service; else None."""
    if target is None:
        if option("live"):
            raise CannotRunError("LIVE is given without the URL of a service")
        return None
    if target.on_loopback and option("live") in {None, "0"}:
        return None
    if target.control_url is not None:
        raise CannotRunError("CONTROL_URL is for emulators: leave it out, or leave out LIVE")
    return Live(
        session=option("session"),
        write=option("write") not in {None, "0"},
        sessions=int(_number("MAX_SESSIONS", option("max_sessions"), 3)),
        requests=int(_number("MAX_REQUESTS", option("max_requests"), 200)),
        ledger=Path(option("ledger") or LEDGER),
        baseline=Path(file) if (file := option("baseline")) else None,
    )


def _number(name: str, text: str | None, default: float) -> float:
    """A number of 0 or more from an option."""
    if text is None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise CannotRunError(f"{name}: {text} is not a number of 0 or more")
    return int(text) if text.isdigit() else number
