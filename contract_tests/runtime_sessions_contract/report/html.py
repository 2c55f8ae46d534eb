"""The report as an HTML page: one file that needs no script and loads nothing else."""

from collections.abc import Sequence
from html import escape
from typing import Final

from runtime_sessions_contract.model.life import State
from runtime_sessions_contract.report.verdict import NOT_AGAIN, verdict
from runtime_sessions_contract.suite.result import Result
from runtime_sessions_contract.verdicts.findings import Finding

MARKER: Final = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0 10 5 0 10z" fill="currentColor"/></marker></defs>'
)
STYLE: Final = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
:root { --line: #8884; --bad: #c62828; --good: #2e7d32; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .6rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
.bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); } .none { opacity: .4; }
article { border-left: 4px solid var(--bad); padding: .1rem 1rem; margin: 1rem 0; }
pre { overflow-x: auto; background: #8881; padding: .6rem; }
dt { font-weight: 600; } dd { overflow-wrap: anywhere; }
svg { max-width: 100%; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
"""

#: Where the states stand on the diagram.
PLACES: Final = {
    State.OPEN: (20, 160),
    State.ACTIVE: (300, 70),
    State.INACTIVE: (300, 250),
    State.CLOSED: (600, 70),
    State.CANCELED: (600, 250),
}
WIDTH, HEIGHT = 190, 116


def page(result: Result) -> str:
    """The text of the page."""
    found, differs = result.findings, result.differences
    comes_to = verdict(result)
    apart = "<h2>It differs where nobody can say that it is wrong</h2>" if differs else ""
    bugs = "".join(f'<p class="bad">The suite itself failed: {escape(bug)}' for bug in result.bugs)
    spans = "".join(
        f"<tr><td>{escape(part)}<td>{timing.calls}<td>{timing.seconds:.1f} s"
        for part, timing in result.timings.items()
    )
    gaps = "".join(f"<li>{escape(what)}: {escape(why)}" for what, why in result.out_of_reach)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(result.target.url)} {comes_to.says}</title><style>{STYLE}</style>
<h1>{escape(result.target.url)} <span class="{comes_to.mood}">{comes_to.says}</span></h1>
<p>The {result.document.name} contract: {result.calls} calls, {result.checks} checks,
seed {result.seed}.</p>
{bugs}{_overview(found)}
{"".join(_finding(result, number, each) for number, each in enumerate(found, 1))}
{apart}{"".join(_finding(result, f"d{number}", each) for number, each in enumerate(differs, 1))}
<h2>Checks by operations</h2>{_matrix(result)}
<h2>States, and the operations called in each</h2>{_diagram(result)}
<h2>Timings</h2><table><tr><th>part<th>calls<th>time{spans}</table>
<h2>Out of reach</h2><ul>{gaps or "<li>nothing"}</ul>
</html>"""


def _overview(found: Sequence[Finding]) -> str:
    """The findings in a table, the gravest first."""
    rows = "".join(
        f"<tr><td>{number}. {escape(each.title)}<td>{each.gravity.says}<td>{each.times}"
        for number, each in enumerate(found, 1)
    )
    return f"<table><tr><th>finding<th>about<th>seen{rows}</table>" if found else ""


def _finding(result: Result, number: int | str, finding: Finding) -> str:
    """A finding: what it breaks, how that is known, and how to see it."""
    example, ground = finding.example, finding.ground
    pointer, _ = result.document.quote(example.pointer)
    sources = " ".join(f"<code>{escape(url)}</code>" for url in ground.sources)
    known = escape(f"{ground.provenance}. {ground.reason}".strip())
    then = ""
    if finding.follows:
        then = f"<dt>Seen after it on the same sessions<dd>{escape('; '.join(finding.follows))}"
    if finding.hides:
        hidden = escape("; ".join(finding.hides))
        then += f"<dt>Not looked at because of it: run again when it is mended<dd>{hidden}"
    curls = "\n".join(example.curls)
    return (
        f"<article><h2>{number}. {escape(finding.title)}</h2><dl>"
        f"<dt>Rule<dd>{escape(ground.says)} <code>{escape(ground.link)}</code>"
        f"<dt>How we know<dd>{known} {sources}"
        f"<dt>Expected<dd>{escape(example.expected)}<dt>Came<dd>{escape(example.got)}"
        f"<dt>Where<dd>{finding.times} times, in {escape(', '.join(finding.operations))}"
        f"<dt>By<dd><code>{escape(pointer)}</code>{then}</dl>"
        f"{f'<p>{NOT_AGAIN}' if example.again is False else ''}"
        f"<pre>{escape(curls)}</pre></article>"
    )


def _matrix(result: Result) -> str:
    """The table of checks by operations."""
    rows = [f"<tr><th>check{''.join(f'<th>{escape(name)}' for name in result.columns)}"]
    for check, cells in result.matrix():
        row = "".join(
            f'<td class="bad">{failed}/{made}'
            if failed
            else f"<td>{made}"
            if made
            else '<td class="none">·'
            for made, failed in cells
        )
        rows.append(f"<tr><td>{escape(check)}{row}")
    return f"<table>{''.join(rows)}</table>"


def _diagram(result: Result) -> str:
    """The drawing of the states, with the operations that were called in each."""
    coverage = result.coverage
    label = "States and what was called in each"
    parts = [f'<svg viewBox="0 0 820 436" role="img" aria-label="{label}">{MARKER}']
    for (before, after), count in sorted(coverage.moves.items()):
        parts.append(_arrow(PLACES[State(before)], PLACES[State(after)], count))
    for state in map(State, result.document.states):
        x, y = PLACES[state]
        parts.append(
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="Canvas" '
            f'stroke="currentColor"/><text x="{x + 10}" y="{y + 20}">{state}</text>'
        )
        called = [name for of, name in coverage.wanted_edges() if of == state]
        for line, name in enumerate(called):
            count = coverage.edges[str(state), name]
            color = f"fill:var(--{'good' if count else 'bad'})"
            below = y + 38 + 17 * line
            parts.append(f'<text x="{x + 10}" y="{below}" style="{color}">{name} {count}</text>')
    note = "<p>An arrow leads from a state to the one that the next look found.</p>"
    return "".join([*parts, "</svg>", note])


def _arrow(start: tuple[int, int], end: tuple[int, int], count: int) -> str:
    """An arrow of the drawing, from one state to another."""
    (x1, y1), (x2, y2) = start, end
    if x2 - x1 > 2 * WIDTH:
        # Past the boxes between: over them, or below.
        up = y2 < y1
        x1, x2 = x1 + WIDTH // 2, x2 + WIDTH // 2
        y1, y2 = (y1, y2) if up else (y1 + HEIGHT, y2 + HEIGHT)
        beyond = -50 if up else 486
        label = (x1 + x2) // 2, (y1 + y2) // 4 + beyond // 2
        path = f"M{x1} {y1} Q{(x1 + x2) // 2} {beyond} {x2} {y2}"
    else:
        # From box to box, and a little aside, so that there and back are two lines.
        aside = 14 if (x2, y2) > (x1, y1) else -14
        if x1 == x2:
            x1 = x2 = x1 + WIDTH // 2 + aside
            y1, y2 = (y1 + HEIGHT, y2) if y2 > y1 else (y1, y2 + HEIGHT)
        else:
            x1, x2 = (x1 + WIDTH, x2) if x2 > x1 else (x1, x2 + WIDTH)
            y1, y2 = y1 + HEIGHT // 2 + aside, y2 + HEIGHT // 2 + aside
        label = (x1 + x2) // 2 + 4, (y1 + y2) // 2
        path = f"M{x1} {y1} L{x2} {y2}"
    line = f'<path d="{path}" fill="none" stroke="currentColor" marker-end="url(#tip)"/>'
    return f'{line}<text x="{label[0]}" y="{label[1] - 4}">{count}</text>'
