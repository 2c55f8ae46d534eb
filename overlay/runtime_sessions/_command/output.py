"""Tables for people, documents for scripts."""

import json
import sys
from collections.abc import Mapping, Sequence

import click
from attrs import frozen
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from runtime_sessions._command.words import plain, style_of

#: What no terminal is wide enough for: without one, nothing is cut.
_ENDLESS = 10_000


@frozen
class Column:
    """A column of a table.

    Attributes:
        title: What stands above it.
        is_needed: Whether it is shown however narrow the terminal is; others go, the last first.
    """

    title: str
    is_needed: bool = False


Row = Sequence[str]


def console() -> Console:
    """Return what is written to: in colour on a terminal, unless `NO_COLOR` says otherwise."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=_ENDLESS, no_color=True)


def table(columns: Sequence[Column], rows: Sequence[Row], width: int) -> RenderableType:
    """Make a table that fits: of what does not, the last columns are left out, no text is cut."""
    shown = _that_fit(columns, rows, width)
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place in shown:
        made.add_column(columns[place].title, no_wrap=True, overflow="ignore")
    for row in rows:
        made.add_row(*(_cell(columns[place].title, row[place]) for place in shown))
    return made


def _that_fit(columns: Sequence[Column], rows: Sequence[Row], width: int) -> list[int]:
    shown = list(range(len(columns)))
    widths = [
        max(len(column.title), *(len(row[place]) for row in rows), 0) + 2
        for place, column in enumerate(columns)
    ]
    for place in reversed(range(len(columns))):
        if sum(widths[one] for one in shown) - 2 > width and not columns[place].is_needed:
            shown.remove(place)
    return shown


def _cell(title: str, text: str) -> Text:
    return Text(plain(text), style=style_of(text) if title == "STATE" else "")


def show_table(columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """Print a table."""
    out = console()
    out.print(table(columns, rows, out.width), soft_wrap=True)


def show_facts(facts: Mapping[str, str]) -> None:
    """Print what is known of one thing, a line each; what is not known is left out."""
    out = console()
    widest = max(map(len, facts), default=0)
    for name, text in facts.items():
        if text:
            style = style_of(text) if name == "state" else ""
            line = Text(f"{name.ljust(widest)}  ", style="bold")
            out.print(line.append(Text(plain(text), style=style)), soft_wrap=True)


def show_json(document: Mapping[str, object]) -> None:
    """Print the one document of a call."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def say(text: str) -> None:
    """Say something that is not the result: to stderr, so that a pipe carries results alone."""
    click.echo(plain(text), err=True)
