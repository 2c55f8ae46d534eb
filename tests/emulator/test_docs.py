"""What docs/emulator.md shows of the program is what the program says."""

from pathlib import Path
from typing import Any

import pytest

from runtime_sessions_emulator.server.command import parser

PAGE = Path(__file__).parents[2] / "docs/emulator.md"


def test_the_help_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    made: Any = parser()
    text = f"```text\n{made.format_help().strip()}\n```\n"
    page = PAGE.read_text(encoding="utf-8")
    shown = page.partition("<!-- help: begin -->\n")[2].partition("<!-- help: end -->")[0]
    assert shown == f"\n{text}\n"
