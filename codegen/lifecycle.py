"""Render the life of a session, as the emulator's table has it, into docs/semantics.md."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from runtime_sessions_emulator.core.lifecycle import TABLE, Event, Reason, State

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "semantics.md"
BLOCK = re.compile(r"(?<=<!-- lifecycle: begin -->\n).*?(?=<!-- lifecycle: end -->)", re.DOTALL)


def diagram() -> str:
    """The transitions as a Mermaid state diagram; events that change nothing are left out."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for (state, event), transition in TABLE.items():
        if transition.reason is not None:
            arrows.setdefault((state, transition.to), []).append(event.value)
    lines = ["stateDiagram-v2", "    [*] --> open: it is created"]
    lines += [f"    {a.value} --> {b.value}: {' / '.join(why)}" for (a, b), why in arrows.items()]
    lines += [f"    {state.value} --> [*]" for state in State if state.final]
    return "\n".join(["```mermaid", *lines, "```"])


def matrix() -> str:
    """Every event in every state: what follows, `stays`, or a dash where it cannot happen."""
    lines = [
        f"| event | {' | '.join(f'`{state.value}`' for state in State)} |",
        "| --- " * (len(State) + 1) + "|",
    ]
    for event in Event:
        cells = [cell(state, event) for state in State]
        lines.append(f"| {event.value} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cell(state: State, event: Event) -> str:
    """What an event leads to in a state."""
    transition = TABLE.get((state, event))
    if transition is None:
        return "-"
    if transition.reason is None:
        return "stays"
    return f"`{transition.to.value}`, {transition.reason.value}"


def rendered(page: str) -> str:
    """The page with its diagram and table as the code has them."""
    born = f"A session begins `{State.OPEN.value}`, {Reason.CREATED.value}."
    block = f"\n{diagram()}\n\n{born} What happens then:\n\n{matrix()}\n\n"
    return BLOCK.sub(lambda _: block, page)


def main() -> int:
    """Write the page anew."""
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
