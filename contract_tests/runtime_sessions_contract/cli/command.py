"""The command `runtime-sessions-contract`."""

import os
import sys
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from io import TextIOWrapper
from pathlib import Path

from rich.console import Console

from runtime_sessions_contract._extra import missing
from runtime_sessions_contract.cli.options import Options, parse
from runtime_sessions_contract.cli.watching import WORDS, parse_watching, watch_it
from runtime_sessions_contract.live.guard import Guard
from runtime_sessions_contract.live.ledger import Ledger
from runtime_sessions_contract.live.settings import Live
from runtime_sessions_contract.live.walk import alive
from runtime_sessions_contract.report.files import prepare, write
from runtime_sessions_contract.report.summary import summarise
from runtime_sessions_contract.run.coverage import Gaps
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.suite.accepted import Acceptance, accept, read_accepted
from runtime_sessions_contract.suite.replay import recorded, replay
from runtime_sessions_contract.suite.result import InterruptedRunError, Result, result_of
from runtime_sessions_contract.target.bundled import bundled
from runtime_sessions_contract.target.reach import check
from runtime_sessions_contract.target.target import CannotRunError, Target
from runtime_sessions_contract.wire.secrets import Secrets

HOLDS, VIOLATED, CANNOT_RUN, DRIFTED, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Hold a server to the contract.

    Returns:
        0: it holds; 1: it does not; 2: the suite could not run, or failed itself; 3: it holds, but
        for drift; 130: somebody interrupted it.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no such character shows its number: that is no reason to fail.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    console = _Console(width=_width(os.environ), soft_wrap=False)
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False, style="bold")
    try:
        return _run(sys.argv[1:] if arguments is None else arguments, console)
    except CannotRunError as error:
        errors.print(f"Could not run: {error}")
        return CANNOT_RUN
    except KeyboardInterrupt:
        errors.print("Interrupted.")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a crash must not look like a verdict
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        told = f"{type(error).__name__}: {error} ({where})"
        errors.print(f"The suite itself failed, which is a bug: {hidden(told, os.environ)}")
        return CANNOT_RUN


class _Console(Console):
    """A console whose reader may leave, as `head` does."""

    def on_broken_pipe(self) -> None:
        """Go on without a reader: the exit status is for the one who started this."""
        self.quiet = True
        # What is still buffered has nowhere to go when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _width(environment: Mapping[str, str]) -> int | None:
    """How wide to print, in columns; None: as wide as the terminal is."""
    if sys.stdout.isatty() or environment.get("COLUMNS", "").isdigit():
        return None
    # Without a terminal nobody's width binds: a CI log scrolls.
    return 160


def _run(arguments: Sequence[str], console: Console) -> int:
    """Run what was asked for, and tell what it came to."""
    if arguments and arguments[0] in WORDS:
        return _watch(arguments, console)
    options = parse(arguments)
    # Not after half an hour.
    if options.report is not None:
        prepare(options.report)
    accepted = () if options.baseline is None else read_accepted(options.baseline)
    try:
        result = again(options, options.replay) if options.replay else hold(options, console)
    except InterruptedRunError as error:
        result = error.result
    return _conclude(result, options.report, accepted, console)


def _watch(arguments: Sequence[str], console: Console) -> int:
    """Judge what passes by, and tell what it came to."""
    watching = parse_watching(arguments)
    if watching.report is not None:
        prepare(watching.report)
    accepted = () if watching.baseline is None else read_accepted(watching.baseline)
    # Whoever starts a proxy in a script reads where it listens.
    result = watch_it(watching, lambda said: print(said, flush=True))  # noqa: T201
    held = f"the {result.target.contract.name} contract"
    console.print(f"Held {result.target.url} (watched) to {held}", highlight=False)
    return _conclude(result, watching.report, accepted, console)


def _conclude(
    result: Result, report: Path | None, accepted: tuple[Acceptance, ...], console: Console
) -> int:
    """Write and tell what a run came to; returns the exit status."""
    result = accept(result, accepted)
    if report is not None:
        written = write(result, report, accepted)
        console.print(f"Written: {', '.join(map(str, written))}", highlight=False)
    summarise(result, console)
    if result.interrupted:
        return INTERRUPTED
    if result.findings:
        return VIOLATED
    if result.bugs:
        return CANNOT_RUN
    return DRIFTED if result.drift else HOLDS


def hold(options: Options, console: Console) -> Result:
    """Run the suite.

    Raises:
        CannotRunError: It could not run.
    """
    # Not before it is known that it is wanted: Schemathesis and Hypothesis take a while.
    try:
        from runtime_sessions_contract.suite.suite import run_suite  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise CannotRunError(missing(error)) from None
    with nullcontext(options.target) if options.target else bundled(options.contract) as target:
        kinds = {target.bundled: "the bundled emulator", options.live is not None: "live"}
        kind = kinds.get(True, "an emulator" if target.control_url else "no control plane")
        contract = f"the {target.contract.name} contract"
        told = f"Holding {target.url} ({kind}) to {contract}, seed {options.seed}"
        console.print(told, highlight=False)
        with progress(console) as tell:
            if options.live is not None:
                return _hold_live(options, options.live, target, tell)
            return run_suite(
                target,
                parts=options.parts,
                seed=options.seed,
                examples=options.examples,
                strict=options.strict,
                max_time=options.max_time,
                progress=tell,
            )


def _hold_live(
    options: Options, live: Live, target: Target, progress: Callable[[str], None]
) -> Result:
    """Hold a live service to the contract, within its budget."""
    check(target)
    guard = _guard(live, target)
    run = Run(target, seed=options.seed, strict=options.strict, progress=progress, transport=guard)
    try:
        return alive(run, guard, live)
    finally:
        run.close()


def _guard(live: Live, target: Target) -> Guard:
    """The transport that keeps to the budget of a live run."""
    return Guard(
        ledger=Ledger(live.ledger, target.url, target.contract.name),
        sessions=live.sessions if live.write else 0,
        requests=live.requests,
        secrets=target.secrets,
        # Those that saw whether it is there and knows the tokens.
        made=1 if target.secrets.other_token is None else 2,
    )


def hidden(text: str, environment: Mapping[str, str]) -> str:
    """The text without the tokens that the environment holds."""
    secrets = Secrets(environment.get("TOKEN", ""), environment.get("OTHER_TOKEN"))
    return secrets.redact(text)


def again(options: Options, file: Path) -> Result:
    """Judge a recorded run."""
    target, control, entries = recorded(file)
    run = Run(target, seed=options.seed)
    replay(run, entries, control=control)
    return result_of(run, ("replay",), Gaps(), {})


@contextmanager
def progress(console: Console) -> Generator[Callable[[str], None]]:
    """Show what is being done: one line that changes on a terminal, else a line for each step."""
    if console.is_terminal and not os.environ.get("CI"):
        with console.status("") as status:
            yield status.update
        return
    said: list[str] = []

    def tell(text: str) -> None:
        head = text.partition(":")[0]
        if head not in said:
            said.append(head)
            console.print(f"  {head}", highlight=False)

    yield tell
