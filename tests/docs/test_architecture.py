"""The page on the architecture shows the house as it is built."""

import re
from pathlib import Path

import architecture
import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("codegen", "contract_tests", "emulator", "generated", "overlay")
SOURCES = [
    path.relative_to(ROOT).as_posix()
    for folder in FOLDERS
    for suffix in ("py", "toml")
    for path in (ROOT / folder).rglob(f"*.{suffix}")
]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_drawing_and_the_table_are_those_of_the_code() -> None:
    assert architecture.rendered(PAGE) == PAGE, "make docs"


def test_every_room_is_drawn_and_told() -> None:
    rooms = [room for inside in architecture.House().rooms.values() for room in inside]
    assert "runtime_sessions_emulator.core" in rooms
    for room in rooms:
        name = room.partition(".")[2]
        assert f'["{name}"]' in PAGE
        assert f"| `{name}/` | " in PAGE


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    arrows = {"top": {"middle", "bottom"}, "middle": {"bottom"}}
    assert architecture.shortest(arrows) == {"top": {"middle"}, "middle": {"bottom"}}


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([^` ]+\.(?:py|toml))`", PAGE))))
def test_what_the_page_names_is_there(named: str) -> None:
    # "…" stands for what is in between.
    pattern = re.compile(f"(.*/)?{re.escape(named).replace('…', '.*')}")
    assert any(pattern.fullmatch(path) for path in SOURCES)
