"""The report as an HTML page: one file that needs no script and loads nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from typing import Final

from runtime_sessions_contract.model.life import State
from runtime_sessions_contract.report.verdict import NOT_AGAIN, verdict
from runtime_sessions_contract.suite.result import Result
from runtime_sessions_contract.verdicts.findings import Finding

MARKER: Final = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0 10 5 0 10z" fill="currentColor"/></marker></defs>'
)
#: Every colour has a contrast of 4.5 or more on its ground, by day and by night.
STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
:root { --paper: #fff; --ink: #1a1a1a; --dim: #595959; --line: #c8c8c8; --code: #f1f1f1; }
:root { --bad: #b3261e; --good: #1b6e2b; --open: #7a5200; --link: #0b57d0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181b; --ink: #e8e8e8; --dim: #a8a8a8; --line: #4a4d52; --code: #22262b; }
  :root { --bad: #ff9a8f; --good: #8ed49b; --open: #f0b95c; --link: #9ec1ff; }
}
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
body { background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2rem; }
a { color: var(--link); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .15rem .6rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
.wide th:first-child { overflow-wrap: normal; }
.bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
.open { color: var(--open); } .none { color: var(--dim); }
article { border-left: 4px solid var(--bad); padding: .1rem 1rem; margin: 1rem 0; }
article.apart { border-color: var(--open); }
pre { white-space: pre-wrap; background: var(--code); padding: .6rem; margin: .3rem 0; }
button { font: inherit; padding: .2rem .8rem; }
dt { font-weight: 600; } dd { margin-left: 1rem; }
svg { min-width: 46rem; max-width: 100%; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
@media (max-width: 40rem) { dd { margin-left: 0; } article { padding: .1rem .6rem; } }
"""
#: The buttons are made by the script that serves them: without one there are none.
SCRIPT: Final = """
for (const pre of document.querySelectorAll("pre")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = "Selected: copy it with the keyboard";
    }
  });
  pre.before(button);
}
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
    """The report as an HTML page."""
    comes_to, url = verdict(result), escape(result.target.url)
    sections = [section for section in _sections(result) if section.content]
    contents = "".join(
        f'<li><a href="#{section.anchor}">{section.title}</a>' for section in sections
    )
    body = "".join(
        f'<section id="{section.anchor}"><h2>{section.title}</h2>{section.content}</section>'
        for section in sections
    )
    bugs = "".join(f'<p class="bad">The suite itself failed: {escape(bug)}' for bug in result.bugs)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{url} {comes_to.says}</title><style>{STYLE}</style>
<main><h1>{url} <span class="{comes_to.mood}">{comes_to.says}</span></h1>
<p>{result.begun:%Y-%m-%d %H:%M} UTC, by runtime-sessions {version("runtime-sessions")}.
The {result.document.name} contract: {result.calls:,} calls, {result.checks:,} checks,
seed {result.seed}.</p>
{bugs}<nav aria-label="Contents"><ul>{contents}</ul></nav>
{body}</main><script>{SCRIPT}</script>
</html>"""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page that the contents lead to."""

    anchor: str
    title: str
    content: str


def _sections(result: Result) -> Iterator[Section]:
    """All of the page below its contents; those that have nothing to say are empty."""
    found, differs = result.findings, result.differences
    yield Section("overview", "Overview", _overview(found))
    told = "".join(_finding(result, number, each) for number, each in enumerate(found, 1))
    yield Section("findings", f"Findings: {len(found)}", told)
    known = (f"<li>{escape(f'{each.title}: {reason}')}" for each, reason in result.accepted)
    unseen = (f"<li>{escape(name)}: not seen in this run" for name in result.unseen)
    accepted = "".join((*known, *unseen))
    yield Section("accepted", "Accepted", f"<ul>{accepted}</ul>" if accepted else "")
    told = "".join(_finding(result, f"d{number}", each) for number, each in enumerate(differs, 1))
    yield Section("differences", "It differs where nobody can say that it is wrong", told)
    yield Section("checks", "Checks by operations", _wide("Checks by operations", _matrix(result)))
    title = "States, and the operations called in each"
    yield Section("states", title, _wide(title, _diagram(result)))
    spans = "".join(
        f'<tr><th scope="row">{escape(part)}<td>{timing.calls}<td>{timing.seconds:.1f} s'
        for part, timing in result.timings.items()
    )
    yield Section("timings", "Timings", f"<table>{_head('part', 'calls', 'time')}{spans}</table>")
    gaps = "".join(f"<li>{escape(what)}: {escape(why)}" for what, why in result.out_of_reach)
    yield Section("out-of-reach", "Out of reach", f"<ul>{gaps or '<li>nothing'}</ul>")


def _head(*names: str) -> str:
    """The first row of a table."""
    cells = (f'<th scope="col">{escape(name)}' for name in names)
    return f"<tr>{''.join(cells)}"


def _wide(label: str, content: str) -> str:
    """What may be wider than the page, which then scrolls by itself, by the keyboard too."""
    return f'<div class="wide" role="region" tabindex="0" aria-label="{label}">{content}</div>'


def _overview(found: Sequence[Finding]) -> str:
    """The findings in a table, the gravest first."""
    rows = "".join(
        f'<tr><th scope="row"><a href="#finding-{number}">{number}. {escape(each.title)}</a>'
        f"<td>{each.example.part}<td>{each.gravity.says}<td>{each.times}"
        for number, each in enumerate(found, 1)
    )
    head = _head("finding", "part", "about", "seen")
    return f"<table>{head}{rows}</table>" if found else ""


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
    apart = ' class="apart"' if isinstance(number, str) else ""
    return (
        f'<article id="finding-{number}"{apart}>'
        f"<h3>{number}. {escape(finding.title)} ({escape(example.part)})</h3><dl>"
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
    rows = [_head("check", *result.columns)]
    for check, cells in result.matrix():
        row = "".join(
            f'<td class="bad">{failed}/{made}'
            if failed
            else f"<td>{made}"
            if made
            else '<td class="none">·'
            for made, failed in cells
        )
        rows.append(f'<tr><th scope="row">{escape(check)}{row}')
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
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="var(--paper)" '
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
