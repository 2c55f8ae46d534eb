from __future__ import annotations

from pathlib import Path

import assumptions

ROOT = Path(__file__).parents[2]


def test_page_shows_what_the_contracts_assume() -> None:
    page = (ROOT / "docs/assumptions.md").read_text(encoding="utf-8")
    assert page == assumptions.rendered(page), "run `make docs`"
    assert page.count("erratum") > 5
    assert page.count("erratum P") > 5
