from __future__ import annotations

from pathlib import Path

import side_by_side
from generate import contracts

ROOT = Path(__file__).parents[2]


def test_page_shows_the_contracts_as_they_are() -> None:
    page = (ROOT / "docs/contracts.md").read_text(encoding="utf-8")
    assert page == side_by_side.rendered(page), "run `make docs`"


def test_counterparts_share_a_table_whatever_they_are_called() -> None:
    tables = side_by_side.compared(contracts())
    assert "### `listSessionJobs` / `listJobs`\n" in tables
    assert "| request | `GET /sessions/{id}/jobs` | `GET /jobs` |\n" in tables
    assert "### `getSessionExtended`\n" in tables
    assert "| request | `GET /sessions/{id}/extended` | - |\n" in tables


def test_a_difference_is_shown_and_what_is_alike_is_said_to_be() -> None:
    tables = side_by_side.compared(contracts())
    assert "| `backend_name` | string, required | string or null, required |\n" in tables
    assert "| `message` | string, required | same |\n" in tables
    platform = "`bearer` and `serviceCrn` or `apiKey` and `serviceCrn`"
    assert f"| credentials | `bearer` or `accessToken` | {platform} |\n" in tables


def test_a_further_contract_is_a_further_column() -> None:
    file = ROOT / "openapi-platform.yaml"
    tables = side_by_side.compared({"one": file, "two": file, "three": file})
    assert "| | one | two | three |\n" in tables
    rows = [row.split(" | ")[1:] for row in tables.splitlines() if row.startswith("| ")]
    assert len(rows) > 100
    assert {tuple(row[1:]) for row in rows} == {
        ("two", "three |"),
        ("---", "--- |"),
        ("same", "same |"),
    }
