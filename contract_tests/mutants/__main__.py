"""`make mutants`: run the suite against every mutant, and see which part catches it, and how soon."""

import argparse
import statistics
import sys
import time
from collections import Counter
from contextlib import nullcontext
from itertools import product

from rich.console import Console
from rich.table import Table

from mutants import MUTANTS
from mutants._serve import served
from runtime_sessions_contract._options import PARTS
from runtime_sessions_contract._run import Run
from runtime_sessions_contract._suite import execute
from runtime_sessions_contract._target import DIALECTS


def hunt(
    name: str | None,
    parts: tuple[str, ...],
    *,
    seed: int,
    examples: float = 1,
    contract: str = "classic",
) -> Run:
    """Run parts of the suite against a mutant, up to the first violation.

    None: against the emulator as it is, with a contract.
    """
    planted = MUTANTS[name].planted() if name else nullcontext()
    with served(name, contract) as target, planted:
        run = Run(target, seed=seed, examples=examples, fail_fast=True)
        try:
            execute(run, parts)
        finally:
            run.close()
        return run


def alarms(seeds: int) -> int:
    """Run the whole suite against the emulator as it is; whatever it finds is a false alarm."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    false = 0
    for contract, seed in product(DIALECTS, range(1, seeds + 1)):
        run = hunt(None, PARTS, seed=seed, contract=contract)
        false += bool(run.violations)
        found = "; ".join(violation.title for violation in run.violations) or "nothing found"
        told = f"{contract}, seed {seed}: {found}, {len(run.exchanges):,} calls"
        console.print(told, highlight=False)
    console.print(f"{false} false alarms with {seeds} seeds", highlight=False)
    return 1 if false else 0


def main() -> int:
    """Hunt them all."""
    parser = argparse.ArgumentParser(
        prog="make mutants", description="Prove that the suite finds what is planted."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="only these mutants (default: all)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        help="what is drawn at random is drawn from this (default: 1)",
    )
    parser.add_argument(
        "--unmutated",
        type=int,
        metavar="SEEDS",
        help="instead: the emulator as it is, with that many seeds, none of which may find anything",
    )
    options = parser.parse_args()
    if options.unmutated:
        return alarms(options.unmutated)
    console = Console(width=None if sys.stdout.isatty() else 160)
    spans: list[float] = []
    caught = Counter[str]()
    table = Table("mutant", "class", "caught by", "check", "seconds", box=None, header_style="bold")
    for name in options.names or MUTANTS:
        begun = time.monotonic()
        run = hunt(name, PARTS, seed=options.seed)
        spans.append(time.monotonic() - begun)
        first = next(
            (v for v in run.violations if v.check != "covered"), next(iter(run.violations), None)
        )
        part = first.part if first else "[bold red]nobody[/]"
        caught[part] += 1
        console.print(f"{name}: {part}, {spans[-1]:.1f} s", highlight=False)
        table.add_row(
            name,
            MUTANTS[name].kind,
            part,
            first.title if first else MUTANTS[name].says,
            f"{spans[-1]:.1f}",
        )
    console.print(table)
    missed = caught["[bold red]nobody[/]"]
    idle = [part for part in PARTS if not caught[part]]
    console.print(
        f"{len(spans) - missed} of {len(spans)} caught, median {statistics.median(spans):.1f} s: {dict(caught)}",
        highlight=False,
    )
    if idle and not options.names:
        console.print(
            f"Parts that catch nothing which the parts before them do not: {', '.join(idle)}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
