"""`make mutants`: run the suite against every mutant, and see which part catches it, and how soon."""

import argparse
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import product

from rich.console import Console
from rich.table import Table

from mutants import MUTANTS
from mutants._meddling import BOTH
from mutants._serve import served
from runtime_sessions import ContractName
from runtime_sessions_contract import PARTS, Result, run_suite


def hunt(
    name: str | None,
    parts: tuple[str, ...],
    *,
    seed: int,
    examples: float = 1,
    contract: ContractName = "classic",
) -> Result:
    """Run parts of the suite against a mutant, up to the first violation.

    None: against the emulator as it is, with a contract.
    """
    planted = MUTANTS[name].planted() if name else nullcontext()
    with served(name, contract) as target, planted:
        return run_suite(target, parts=parts, seed=seed, examples=examples, fail_fast=True)


def alarms(seeds: int) -> int:
    """Run the whole suite against the emulator as it is; whatever it finds is a false alarm."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    false = 0
    for contract, seed in product(BOTH, range(1, seeds + 1)):
        result = hunt(None, PARTS, seed=seed, contract=contract)
        false += not result.holds
        found = "; ".join(violation.title for violation in result.violations) or "nothing found"
        told = f"{contract}, seed {seed}: {found}, {result.calls:,} calls"
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
    parser.add_argument(
        "--findings",
        action="store_true",
        help="instead: look at each to the end, and tell how many findings it comes down to",
    )
    options = parser.parse_args()
    if options.unmutated:
        return alarms(options.unmutated)
    if options.findings:
        return count_findings(options.names or list(MUTANTS), options.seed)
    return hunt_all(options.names or list(MUTANTS), options.seed)


@dataclass(frozen=True)
class Catch:
    """How a mutant was caught, or that it was not.

    Attributes:
        part: The part of the suite that caught it; None where nobody did.
        title: What it was caught by.
        seconds: How long that took.
    """

    name: str
    part: str | None
    title: str
    seconds: float


def caught(name: str, seed: int) -> Catch:
    """Hunt a mutant."""
    begun = time.monotonic()
    result = hunt(name, PARTS, seed=seed)
    seconds = time.monotonic() - begun
    real = (violation for violation in result.violations if violation.check != "covered")
    first = next(real, next(iter(result.violations), None))
    if first is None:
        return Catch(name, None, MUTANTS[name].says, seconds)
    return Catch(name, first.part, first.title, seconds)


def found_in_all(name: str, seed: int) -> list[str]:
    """The findings that a mutant comes down to, when nothing ends the run."""
    mutant = MUTANTS[name]
    with served(name, mutant.contract) as target, mutant.planted():
        result = run_suite(target, seed=seed, examples=0.2)
    return [finding.title for finding in result.findings]


def count_findings(names: Sequence[str], seed: int) -> int:
    """Tell how many findings each mutant comes down to: one bug should be one finding."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    counts: list[int] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, found in zip(
            names, pool.map(found_in_all, names, [seed] * len(names)), strict=True
        ):
            counts.append(len(found))
            console.print(f"{name}: {len(found)}: {'; '.join(found)}", highlight=False)
    told = f"median {statistics.median(counts)}, most {max(counts)}"
    console.print(f"findings of {len(counts)} mutants: {told}", highlight=False)
    return 0


def hunt_all(names: Sequence[str], seed: int) -> int:
    """Hunt mutants, as many at once as there are processors, and tell of each as it is caught."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table("mutant", "class", "caught by", "check", "seconds", box=None, header_style="bold")
    catches: list[Catch] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for catch in pool.map(caught, names, [seed] * len(names)):
            catches.append(catch)
            part = catch.part or "[bold red]nobody[/]"
            console.print(f"{catch.name}: {part}, {catch.seconds:.1f} s", highlight=False)
            kind = MUTANTS[catch.name].kind
            table.add_row(catch.name, kind, part, catch.title, f"{catch.seconds:.1f}")
    console.print(table)
    parts = Counter(catch.part for catch in catches if catch.part is not None)
    median = statistics.median(catch.seconds for catch in catches)
    told = f"{parts.total()} of {len(catches)} caught, median {median:.1f} s: {dict(parts)}"
    console.print(told, highlight=False)
    idle = [part for part in PARTS if not parts[part]]
    if idle and len(names) == len(MUTANTS):
        console.print(
            f"Parts that catch nothing which the parts before them do not: {', '.join(idle)}"
        )
    return 1 if parts.total() < len(catches) else 0


if __name__ == "__main__":
    sys.exit(main())
