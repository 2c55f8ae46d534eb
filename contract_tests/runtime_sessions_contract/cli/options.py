"""The options of the command, from its arguments or from environment variables."""

import argparse
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.live.settings import Live
from runtime_sessions_contract.suite.parts import PARTS
from runtime_sessions_contract.target.target import LOOPBACK, CannotRunError, Target

LEDGER = ".runtime-sessions-ledger.jsonl"
#: What a switch in the environment may say. Anything else is refused: what is meant to be off must
#: not write to a service that costs money.
ON, OFF = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})

EPILOG = """\
  runtime-sessions-contract judge FILE.har   judge a recording of any tool, without a request
  runtime-sessions-contract proxy URL        judge what passes between a client and a server

Every option can come from the environment, in capitals (CONTROL_URL, ...), and so can the URL.
Tokens come from there only: TOKEN is the user's, OTHER_TOKEN a second user's. The switches LIVE,
WRITE and STRICT are on with 1, true, yes or on, and off with 0, false, no, off or nothing.

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
    baseline: Path | None = None


class Parser(argparse.ArgumentParser):
    """A parser that raises where argparse would end the program."""

    def error(self, message: str) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Say what is wrong, as whatever else is wrong is said."""
        raise CannotRunError(f"{message}. See {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = Parser(
        prog="runtime-sessions-contract",
        description="Hold a server to the runtime sessions contract; without a URL, the emulator.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "url", nargs="?", metavar="URL", help="the server's base URL, such as http://127.0.0.1:8390"
    )
    parser.add_argument(
        "--version", action="version", version=f"runtime-sessions {version('runtime-sessions')}"
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
        "--other-instance",
        metavar="NAME",
        help="a second one, to see that sessions of one are hidden in the other",
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
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="what is accepted: an accepted.json of before, with reasons; of live services also "
        "a drift.json",
    )
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
    said = Said(vars(parser().parse_args(arguments)), environment)
    replay = said.path("replay")
    contract = _contract(said.text("contract"), said.text("url"))
    # What was said wrong is told before what was not said, such as the token.
    options = Options(
        contract=contract,
        target=None,
        parts=_parts(said.text("only")),
        seed=int(said.number("seed", random.SystemRandom().getrandbits(32))),
        examples=said.number("examples", 1),
        max_time=said.number("max_time", 0) or None,
        report=said.path("report"),
        replay=replay,
        strict=said.switch("strict"),
        baseline=said.path("baseline"),
    )
    live, careful = _live(said), said.switch("live")
    if replay is not None:
        return options
    target = _target(contract, said)
    if target is None:
        if careful:
            raise CannotRunError("LIVE is given without the URL of a service")
        return options
    if target.on_loopback and not careful:
        return replace(options, target=target)
    if target.control_url is not None:
        raise CannotRunError("CONTROL_URL is for emulators: leave it out, or leave out LIVE")
    return replace(options, target=target, live=live)


@dataclass(frozen=True, slots=True)
class Said:
    """What was said on the command line; else in the environment."""

    given: Mapping[str, object]
    environment: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """The text of an option."""
        # An empty variable is how make passes what was not given.
        return str(self.given.get(name) or self.environment.get(name.upper()) or "") or None

    def path(self, name: str) -> Path | None:
        """The file or folder of an option."""
        text = self.text(name)
        return None if text is None else Path(text)

    def number(self, name: str, default: float) -> float:
        """The number of an option.

        Raises:
            CannotRunError: It is none, or less than 0.
        """
        text = self.text(name)
        if text is None:
            return default
        try:
            number = float(text)
        except ValueError:
            number = -1
        if not 0 <= number < float("inf"):
            raise CannotRunError(f"{name.upper()}: {text} is not a number of 0 or more")
        return int(text) if text.isdigit() else number

    def switch(self, name: str) -> bool:
        """Whether something is switched on.

        Raises:
            CannotRunError: The environment says neither that it is, nor that it is not.
        """
        text = self.environment.get(name.upper(), "").strip()
        if text.lower() not in ON | OFF:
            raise CannotRunError(
                f"{name.upper()}: {text} is neither on (1, true, yes, on) nor off "
                "(0, false, no, off, or empty)"
            )
        return bool(self.given.get(name)) or text.lower() in ON


def _parts(only: str | None) -> tuple[str, ...]:
    """The parts that are asked for, in the order in which they run."""
    wanted = set(PARTS) if only is None else set(only.split(","))
    if unknown := wanted - set(PARTS):
        raise CannotRunError(
            f"ONLY: there is no part {', '.join(sorted(unknown))}. Choose from {', '.join(PARTS)}"
        )
    return tuple(part for part in PARTS if part in wanted)


def _contract(name: str | None, url: str | None) -> Contract:
    """The contract that is asked for; else the one that names the URL's host; else the classic."""
    if name is not None:
        if name not in CONTRACTS:
            raise CannotRunError(f"CONTRACT: {name} is none. Choose from {', '.join(CONTRACTS)}")
        return CONTRACTS[name]
    host = urlsplit(url).hostname if url and is_url(url) else None
    named = (
        contract for contract in CONTRACTS.values() if host in contract.document.hosts - LOOPBACK
    )
    return next(named, CONTRACTS["classic"])


def is_url(value: str) -> bool:
    """Whether something is the address of a server."""
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _target(contract: Contract, said: Said) -> Target | None:
    url, control_url = said.text("url"), said.text("control_url")
    if url is None:
        if control_url is not None:
            raise CannotRunError("CONTROL_URL is given without the URL of a server")
        return None
    for name, value in (("URL", url), ("CONTROL_URL", control_url)):
        if value is not None and not is_url(value):
            raise CannotRunError(f"{name}: {value} is not a URL such as http://127.0.0.1:8390")
    whole = url.rstrip("/")
    if whole.endswith("/sessions"):
        base = whole.removesuffix("/sessions")
        raise CannotRunError(f"URL: {url} is where sessions are; give what comes before it: {base}")
    token = said.environment.get("TOKEN")
    if not token:
        raise CannotRunError(
            "TOKEN is not set: give a user's token in the environment, TOKEN=... make contract"
        )
    other_token = said.environment.get("OTHER_TOKEN") or None
    sent = {"TOKEN": token, "OTHER_TOKEN": other_token}
    sent |= {name.upper(): said.text(name) for name in ("instance", "other_instance")}
    for name, value in sent.items():
        if value is not None and not all("!" <= one <= "~" for one in value):
            raise CannotRunError(
                f"{name} holds what a header may not, such as a space, a newline or an accent"
            )
    return Target.server(
        url,
        token,
        other_token=other_token,
        contract=contract.name,
        backend=said.text("backend"),
        instance=said.text("instance"),
        other_instance=said.text("other_instance"),
        control_url=control_url,
    )


def _live(said: Said) -> Live:
    """How to treat the server if it is a live service."""
    return Live(
        session=said.text("session"),
        write=said.switch("write"),
        sessions=int(said.number("max_sessions", 3)),
        requests=int(said.number("max_requests", 200)),
        ledger=said.path("ledger") or Path(LEDGER),
        baseline=said.path("baseline"),
    )
