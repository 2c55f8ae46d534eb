from __future__ import annotations

from pathlib import Path

import assumptions
import yaml

ROOT = Path(__file__).parents[2]


def test_page_shows_what_the_contract_assumes() -> None:
    page = (ROOT / "docs/assumptions.md").read_text(encoding="utf-8")
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    assert page == assumptions.rendered(page, contract), "run `make docs`"
    assert page.count("erratum") > 5
