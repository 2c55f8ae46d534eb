"""The table of states and events, and the page that shows it."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from runtime_sessions_emulator.core.lifecycle import FINAL, TABLE, Event, Reason, State

ROOT = Path(__file__).parents[2]


@pytest.fixture
def renderer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lifecycle", ROOT / "codegen/lifecycle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_the_table(renderer: ModuleType) -> None:
    page = (ROOT / "docs/semantics.md").read_text(encoding="utf-8")
    assert page == renderer.rendered(page), "run `make docs`"
    assert "inactive --> active: a job starts" in page


def test_nothing_leads_out_of_a_final_state() -> None:
    for (state, _), transition in TABLE.items():
        if state in FINAL:
            assert transition.to is state
            assert transition.reason is None


def test_every_state_is_reached_and_left() -> None:
    reached = {step.to for (state, _), step in TABLE.items() if step.to is not state}
    assert reached == set(State) - {State.OPEN}
    left = {state for (state, _), step in TABLE.items() if step.to is not state}
    assert left == set(State) - FINAL


def test_its_owner_and_an_operator_can_end_it_in_any_state() -> None:
    for event in (Event.CLOSED, Event.CANCELED):
        assert {state for state, what in TABLE if what is event} == set(State)


def test_every_reason_is_given() -> None:
    given = {step.reason for step in TABLE.values()}
    assert given == set(Reason) - {Reason.CREATED} | {None}
