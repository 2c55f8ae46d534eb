"""What a run tells at its end: what held, what did not, and how to see it for oneself."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from runtime_sessions_contract._drift import Difference
from runtime_sessions_contract._suite import Result

SHOWN = 400


def summarise(result: Result, console: Console) -> None:
    """Print it."""
    run = result.run
    console.print(matrix(result))
    coverage = run.coverage
    links = sum(1 for link in run.contract.links if coverage.links[str(link)])
    statuses = sum(len(operation.responses) for operation in run.contract.operations.values())
    seen = len(
        [
            1
            for name, operation in run.contract.operations.items()
            for s in operation.responses
            if coverage.statuses[name, s]
        ]
    )
    edges = coverage.wanted_edges()
    parts = [f"{sum(1 for edge in edges if coverage.edges[edge])} of {len(edges)} edges"]
    parts += [
        f"{seen} of {statuses} documented answers",
        f"{links} of {len(run.contract.links)} links",
    ]
    console.print("Seen: " + ", ".join(parts))
    reasons: dict[str, list[str]] = {}
    for what, why in result.gaps.unreachable:
        reasons.setdefault(why, []).append(what)
    for why, whats in reasons.items():
        console.print(
            f"Out of reach, for it {why}: {len(whats)}"
            if why.startswith("takes")
            else f"Out of reach, for {why}: {len(whats)}"
        )
        console.print(f"  {'; '.join(whats)}", style="dim", highlight=False)
    for number, violation in enumerate(run.violations, 1):
        console.print()
        console.print(f"[bold red]{number}. {escape(violation.title)}[/] ({violation.part})")
        pointer, text = run.contract.quote(violation.pointer)
        for label, value in (
            ("expected", violation.expected),
            ("came", violation.got),
            ("by", f"{pointer} {text}".strip()),
        ):
            console.print(f"   {label + ':':<10}{escape(_short(value))}", highlight=False)
        for line in violation.curls:
            console.print(f"   {escape(line)}", highlight=False, soft_wrap=True)
    if result.drift:
        console.print(drifted(result.drift))
    console.print()
    calls = len(run.exchanges)
    spans = ", ".join(f"{part} {seconds:.1f} s" for part, (seconds, _) in result.spans.items())
    console.print(
        f"{calls:,} calls and {result.checks:,} checks: {spans}. Seed {run.seed}.", highlight=False
    )
    if result.holds and result.drift:
        told = f"{run.target.url} drifts from the contract: {len(result.drift)} differences."
        console.print(f"[bold yellow]{escape(told)}[/]")
    elif result.holds:
        console.print(f"[bold green]{escape(run.target.url)} holds to the contract.[/]")
    else:
        count = len(run.violations)
        console.print(
            f"[bold red]{escape(run.target.url)} breaks the contract: {count} violations.[/]"
        )


def drifted(found: list[Difference]) -> Table:
    """The differences."""
    names = ("operation", "status", "kind", "field", "sample", "contract")
    table = Table(*names, box=None, header_style="bold", title="Drift", title_justify="left")
    for each in found:
        cells = (each.operation, each.status, each.kind, each.field, each.sample, each.pointer)
        table.add_row(*map(escape, cells))
    return table


def matrix(result: Result) -> Table:
    """Checks by operations, with counts."""
    table = Table("check", box=None, header_style="bold")
    for name in result.columns:
        table.add_column(name, justify="right")
    for check, cells in result.matrix():
        shown = [
            f"[bold red]{failed}/{made}[/]" if failed else str(made) if made else "[dim]·[/]"
            for made, failed in cells
        ]
        table.add_row(check, *shown)
    return table


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[:SHOWN] + " ..."
