"""The command `runtime-sessions-contract`."""

import os
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext

from rich.console import Console

from runtime_sessions_contract._options import Options, parse
from runtime_sessions_contract._report import write
from runtime_sessions_contract._run import Run
from runtime_sessions_contract._suite import Result, execute
from runtime_sessions_contract._summary import summarise
from runtime_sessions_contract._target import CannotRunError, bundled, check

HOLDS, VIOLATED, CANNOT_RUN = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Hold a server to the contract.

    Returns:
        0: it holds; 1: it does not; 2: the suite could not run.
    """
    # Without a terminal nobody's width binds: a CI log scrolls.
    console = Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False)
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        result = hold(options, console)
        if options.report:
            written = write(result, options.report)
            console.print(
                f"Written: {', '.join(map(str, written))}", highlight=False, soft_wrap=True
            )
    except CannotRunError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"Could not run: {error}", markup=False, highlight=False, style="bold"
        )
        return CANNOT_RUN
    summarise(result, console)
    return HOLDS if result.holds else VIOLATED


def hold(options: Options, console: Console) -> Result:
    """Run the suite.

    Raises:
        CannotRunError: It could not run.
    """
    with nullcontext(options.target) if options.target else bundled() as target:
        check(target)
        kind = (
            "the bundled emulator"
            if target.bundled
            else "no control plane"
            if target.control_url is None
            else "an emulator"
        )
        console.print(
            f"Holding {target.url} ({kind}) to the contract, seed {options.seed}", highlight=False
        )
        with progress(console) as told:
            deadline = time.monotonic() + options.max_time if options.max_time else None
            run = Run(
                target,
                seed=options.seed,
                examples=options.examples,
                deadline=deadline,
                progress=told,
            )
            try:
                return execute(run, options.parts)
            finally:
                run.close()


@contextmanager
def progress(console: Console) -> Generator[Callable[[str], None]]:
    """A line that changes on a terminal; lines that stay elsewhere, one for each thing."""
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


if __name__ == "__main__":
    sys.exit(main())
