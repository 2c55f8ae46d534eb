"""The end of the command's output: what was found, and how to see it for oneself."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from runtime_sessions_contract.checks.drift import Difference
from runtime_sessions_contract.report.verdict import NOT_AGAIN, verdict
from runtime_sessions_contract.suite.result import Result
from runtime_sessions_contract.verdicts.findings import Finding

SHOWN = 400


def summarise(result: Result, console: Console) -> None:
    """Print the result: the findings, the gravest first; then the checks, and what was not seen."""
    for number, finding in enumerate(result.findings, 1):
        _tell(result, finding, console, f"{number}. ", "bold red")
    if result.accepted or result.unseen:
        console.print()
    for finding, reason in result.accepted:
        console.print(escape(f"Accepted: {finding.title}. {reason}"), highlight=False)
    for name in result.unseen:
        console.print(escape(f"Accepted, and not seen in this run: {name}"), highlight=False)
    if result.differences:
        console.print()
        console.print("[bold yellow]It differs where nobody can say that it is wrong:[/]")
        for number, finding in enumerate(result.differences, 1):
            _tell(result, finding, console, f"d{number}. ", "bold yellow")
    if result.drift:
        _fit(console, drifted(result.drift), "Drift", _drift_lines(result.drift))
    console.print()
    _fit(console, matrix(result), "Checks, by operation: made, or failed/made", _lines(result))
    _seen(result, console)
    _verdict(result, console)


def _tell(result: Result, finding: Finding, console: Console, number: str, style: str) -> None:
    """Print a finding: what it breaks, how that is known, and how to see it."""
    example, ground = finding.example, finding.ground
    console.print()
    often = "" if finding.times == 1 else f", {finding.times:,} times"
    title = escape(finding.title)
    console.print(f"[{style}]{number}{title}[/] ({example.part}{often})", soft_wrap=True)
    pointer, _ = result.document.quote(example.pointer)
    known = f"{ground.provenance}: {ground.reason}" if ground.reason else ground.provenance
    lines = [
        ("rule", ground.says),
        ("known", f"{known} {' '.join(ground.sources)} [{ground.link}]"),
        ("expected", example.expected),
        ("came", example.got),
        ("by", pointer),
    ]
    if finding.follows:
        lines.append(("then", "; ".join(finding.follows)))
    if finding.hides:
        told = f"{'; '.join(finding.hides)}: run again when this is mended"
        lines.append(("unseen", f"because of {number.rstrip('. ')}, {told}"))
    for label, value in lines:
        if value:
            console.print(f"   {label + ':':<10}{escape(_short(value))}", highlight=False)
    if example.again is False:
        console.print(f"   [yellow]{NOT_AGAIN}[/]")
    for line in example.curls:
        console.print(f"   {escape(line)}", highlight=False, soft_wrap=True)


def _seen(result: Result, console: Console) -> None:
    """Print what was covered, and what was out of reach."""
    document, coverage = result.document, result.coverage
    links = sum(1 for link in document.links if coverage.links[str(link)])
    operations = document.operations.values()
    statuses = [(each.name, status) for each in operations for status in each.responses]
    edges = coverage.wanted_edges()
    answered = sum(1 for each in statuses if coverage.statuses[each])
    parts = [
        f"{sum(1 for edge in edges if coverage.edges[edge])} of {len(edges)} edges",
        f"{answered} of {len(statuses)} documented answers",
        f"{links} of {len(document.links)} links",
    ]
    console.print("Seen: " + ", ".join(parts))
    reasons: dict[str, list[str]] = {}
    for what, why in result.out_of_reach:
        reasons.setdefault(why, []).append(what)
    for why, whats in reasons.items():
        subject = "it " if why.startswith("takes") else ""
        console.print(f"Out of reach, for {subject}{why}: {len(whats)}")
        console.print(f"  {'; '.join(whats)}", style="dim", highlight=False)


def _verdict(result: Result, console: Console) -> None:
    """Print the verdict."""
    console.print()
    timings = result.timings.items()
    spans = ", ".join(f"{part} {timing.seconds:.1f} s" for part, timing in timings)
    console.print(
        f"{result.calls:,} calls and {result.checks:,} checks: {spans}. Seed {result.seed}.",
        highlight=False,
    )
    url = escape(result.target.url)
    if result.interrupted:
        console.print("[bold yellow]Interrupted: this is what was found so far.[/]")
    for bug in result.bugs:
        console.print(f"[bold red]The suite itself failed, which is a bug: {escape(bug)}[/]")
    found = verdict(result)
    color = {"good": "green", "bad": "red", "open": "yellow"}[found.mood]
    console.print(f"[bold {color}]{url} {found.says}.[/]")
    if result.bugs and not result.findings:
        console.print("[bold red]Report this, with the seed.[/]")


def _fit(console: Console, table: Table, title: str, lines: Iterable[str]) -> None:
    """Print a table where it is not too wide; else the same as lines, so that no name is cut."""
    endless = console.options.update(max_width=10_000)
    if console.measure(table, options=endless).maximum <= console.width:
        console.print(table)
        return
    console.print(title, style="bold")
    for line in lines:
        console.print(escape(f"  {line}"), highlight=False)


def _lines(result: Result) -> Iterator[str]:
    """Checks by operations, a line each."""
    for check, cells in result.matrix():
        counts = [
            f"{name} {failed}/{made}" if failed else f"{name} {made}"
            for name, (made, failed) in zip(result.columns, cells, strict=True)
            if made
        ]
        yield f"{check}: {', '.join(counts)}"


def _drift_lines(found: Sequence[Difference]) -> Iterator[str]:
    """The differences, a line each."""
    for each in found:
        where = f"{each.operation} {each.status}"
        yield f"{where}: {each.kind} {each.field} ({each.sample}), {each.pointer}"


def drifted(found: Sequence[Difference]) -> Table:
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
    """A text on one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[:SHOWN] + " ..."
