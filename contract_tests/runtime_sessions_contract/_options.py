"""The command line, and the environment that stands in for it."""

import argparse
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from runtime_sessions_contract._target import CannotRunError, Target
from runtime_sessions_contract._wire import Secrets

#: The parts of the suite, in the order in which they run.
PARTS = ("race", "model", "fuzz", "client")

EPILOG = """\
Every option can also come from the environment, in capitals (CONTROL_URL, MAX_TIME ...), and so can
the URL. Tokens come from there only: TOKEN is the user's, OTHER_TOKEN a second user's.

exit status: 0 the server holds to the contract; 1 it does not; 2 the suite could not run.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for. `target` is None for the bundled emulator."""

    target: Target | None
    parts: tuple[str, ...]
    seed: int
    examples: float
    max_time: float | None
    report: Path | None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        raise CannotRunError(f"{message}. See {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """The command line."""
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
        "--only", metavar="PART,...", help=f"only these parts: {', '.join(PARTS)} (default: all)"
    )
    parser.add_argument(
        "--max-time", metavar="SECONDS", help="stop looking after so long (default: when done)"
    )
    parser.add_argument(
        "--report", metavar="FOLDER", help="write report.html, junit.xml, calls.har"
    )
    return parser


def parse(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Options:
    """The options.

    Raises:
        CannotRunError: One of them can't be.
    """
    given = vars(parser().parse_args(arguments))

    def option(name: str) -> str | None:
        # An empty variable is how make passes what was not given.
        return given.get(name) or environment.get(name.upper()) or None

    only = option("only")
    parts = tuple(part for part in PARTS if only is None or part in only.split(","))
    if only is not None and (unknown := set(only.split(",")) - set(PARTS)):
        raise CannotRunError(
            f"ONLY: there is no part {', '.join(sorted(unknown))}. Choose from {', '.join(PARTS)}"
        )
    return Options(
        target=_target(option, environment),
        parts=parts,
        seed=int(_number("SEED", option("seed"), random.SystemRandom().getrandbits(32))),
        examples=_number("EXAMPLES", option("examples"), 1),
        max_time=_number("MAX_TIME", option("max_time"), 0) or None,
        report=Path(report) if (report := option("report")) else None,
    )


def _target(option: Callable[[str], str | None], environment: Mapping[str, str]) -> Target | None:
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
    return Target(
        url=url.rstrip("/"),
        secrets=Secrets(token, environment.get("OTHER_TOKEN") or None),
        backend=option("backend") or "ibmq_wellington",
        instance=option("instance") or "hub/group/project",
        control_url=control_url.rstrip("/") if control_url else None,
    )


def _number(name: str, text: str | None, default: float) -> float:
    if text is None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise CannotRunError(f"{name}: {text} is not a number of 0 or more")
    return int(text) if text.isdigit() else number
