"""The campaign of `make bench-client`, bounded."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "benchmarks/client_faults.py"


def test_under_faults_no_session_is_created_twice_lost_or_left_open(contract: str) -> None:
    spec = importlib.util.spec_from_file_location("client_faults", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["client_faults"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wrong, summary = module.campaign(150, contract=contract)
    print(summary)  # noqa: T201 - with the seed, 0, what a failure needs
    assert wrong == []
