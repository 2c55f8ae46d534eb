"""The campaign of programs that are killed, as `make bench-client` runs it, bounded."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_what_killed_programs_leave_is_found_and_ended(
    contract: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("client_killed")
    wrong, summary = module.campaign(60, 0, contract)
    print(summary)  # noqa: T201 - what a failure needs
    assert wrong == []
    assert ", 0 programs killed" not in summary
