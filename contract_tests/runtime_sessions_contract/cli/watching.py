"""The commands that judge what passes by: `judge FILE.har` and `proxy URL`."""

import argparse
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime_sessions_contract.cli.options import Parser, is_url
from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.suite.result import Result
from runtime_sessions_contract.target.target import CannotRunError
from runtime_sessions_contract.watch.masks import mask
from runtime_sessions_contract.watch.proxy import Proxy
from runtime_sessions_contract.watch.recording import judge_calls, judge_har

PORT: Final = 8391
#: The words that a command line begins with that judges what passes by.
WORDS: Final = ("judge", "proxy")
MEANING: Final = """\
Nothing is asked of the server. What is judged is what holds whatever others do: how answers look,
that what was asked for is kept, that what must not move does not, and that what has ended has
ended. Tokens are taken out before anything else is done.

exit status: 0 nothing contradicts the contract; 1 something does; 2 there is nothing to judge.
"""


@dataclass(frozen=True, slots=True)
class Watching:
    """What is to be watched.

    Attributes:
        file: A recording; None for a proxy.
        url: The server.
        port: Where the proxy listens.
        contract: The contract; None: the one that the calls speak for.
        strict: Whether what is only reported or assumed fails the run, too.
        report: A folder for the reports.
        baseline: A file of what is accepted.
    """

    file: Path | None
    url: str | None
    port: int
    contract: Contract | None
    strict: bool
    report: Path | None
    baseline: Path | None


def parse_watching(arguments: Sequence[str]) -> Watching:
    """Read the options of either command.

    Raises:
        CannotRunError: One of them makes no sense.
    """
    word = arguments[0]
    parser = Parser(
        prog=f"runtime-sessions-contract {word}",
        epilog=MEANING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if word == "judge":
        parser.description = "Judge a recording of any tool: a browser, mitmproxy, this suite."
        parser.add_argument("file", type=Path, metavar="FILE.har", help="the recording")
        parser.add_argument(
            "url", nargs="?", metavar="URL", help="the server (default: as the calls say)"
        )
    else:
        parser.description = "Pass on what a client sends to a server, and judge it on Ctrl-C."
        parser.add_argument("url", metavar="URL", help="the server")
        parser.add_argument(
            "--port", type=int, default=PORT, metavar="N", help=f"where to listen (default: {PORT})"
        )
    parser.add_argument(
        "--contract",
        choices=tuple(CONTRACTS),
        metavar="NAME",
        help=f"{' or '.join(CONTRACTS)} (default: as the calls say)",
    )
    parser.add_argument(
        "--strict", action="store_true", help="fail on what is only reported or assumed, too"
    )
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="what is accepted: an accepted.json of before"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FOLDER", help="write report.html, junit.xml, calls.har"
    )
    said = parser.parse_args(arguments[1:])
    url: str | None = said.url
    if url and not is_url(url):
        raise CannotRunError(
            f"URL: {url} is not a URL such as https://quantum.cloud.ibm.com/api/v1"
        )
    return Watching(
        file=getattr(said, "file", None),
        url=url,
        port=getattr(said, "port", PORT),
        contract=CONTRACTS[said.contract] if said.contract else None,
        strict=said.strict,
        report=said.report,
        baseline=said.baseline,
    )


def watch_it(watching: Watching, tell: Callable[[str], None]) -> Result:
    """Judge a recording, or what passes by until Ctrl-C or SIGTERM.

    Raises:
        CannotRunError: There is nothing to judge.
    """
    contract, strict = watching.contract, watching.strict
    if watching.file is not None:
        return judge_har(watching.file, contract=contract, url=watching.url, strict=strict)
    if watching.url is None:
        raise CannotRunError("URL: a proxy takes the server's")
    with Proxy(watching.url, watching.port).serving() as proxy:
        tell(f"Listening on {proxy.url}, for {watching.url}. Ctrl-C judges what has passed by.")
        _wait()
    calls = sorted(mask(proxy.calls), key=lambda call: call.received)
    return judge_calls(calls, contract=contract, url=watching.url.rstrip("/"), strict=strict)


def _wait() -> None:
    """Wait for Ctrl-C, or for SIGTERM, which scripts send."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        """It is how watching ends."""
    finally:
        signal.signal(signal.SIGTERM, before)
