from __future__ import annotations

import importlib.util
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_page_shows_what_the_contract_assumes() -> None:
    spec = importlib.util.spec_from_file_location("assumptions", ROOT / "codegen/assumptions.py")
    assert spec is not None
    assert spec.loader is not None
    assumptions = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(assumptions)

    page = (ROOT / "docs/assumptions.md").read_text(encoding="utf-8")
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    assert page == assumptions.rendered(page, contract), "run `make docs`"
    assert page.count("erratum") > 5
