"""Draw the rooms of the house, and which imports which, into docs/architecture.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BLOCK = re.compile(r"(?<=<!-- rooms: begin -->\n).*?(?=<!-- rooms: end -->)", re.DOTALL)

#: The packages, each with the folder that it is in, from the top of the house down.
PACKAGES = {
    "runtime_sessions_contract": "contract_tests/",
    "runtime_sessions_pytest": "emulator/",
    "runtime_sessions_emulator": "emulator/",
    "runtime_sessions": "overlay/",
    "runtime_sessions_api": "generated/",
}

Arrows = dict[str, set[str]]


class House:
    """The packages, their rooms, and who imports whom.

    A room is a package inside one of the packages. Modules that stand in no room belong to the
    package itself.
    """

    def __init__(self) -> None:
        self._graph = grimp.build_graph(*PACKAGES)
        self.rooms = {package: list(self._rooms_of(package)) for package in PACKAGES}

    def _rooms_of(self, package: str) -> Iterator[str]:
        for child in sorted(self._graph.find_children(package)):
            if self._graph.find_children(child):
                yield child

    def _place(self, module: str) -> tuple[str, str]:
        """The package and the room of a module; the package twice, where it is in no room."""
        package = module.partition(".")[0]
        room = ".".join(module.split(".")[:2])
        return package, room if room in self.rooms[package] else package

    def imports(self) -> tuple[Arrows, Arrows]:
        """Which package imports which, and which room of a package imports which of the same."""
        packages: Arrows = {}
        rooms: Arrows = {}
        for module in self._graph.modules:
            package, room = self._place(module)
            for imported in self._graph.find_modules_directly_imported_by(module):
                other, other_room = self._place(imported)
                if package != other:
                    packages.setdefault(package, set()).add(other)
                elif other_room not in {room, package}:
                    rooms.setdefault(room, set()).add(other_room)
        # What stands at the top of a package may import anything in it: that is no news.
        for package in PACKAGES:
            rooms.pop(package, None)
        return packages, rooms


def shortest(arrows: Arrows) -> Arrows:
    """The arrows without those that a longer way says already."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        ahead = list(arrows.get(start, ()))
        while ahead:
            place = ahead.pop()
            if place not in found:
                found.add(place)
                ahead.extend(arrows.get(place, ()))
        return found

    return {
        start: {
            end for end in ends if not any(end in reached(other) for other in ends if other != end)
        }
        for start, ends in arrows.items()
    }


def drawing(house: House) -> str:
    """The packages with their rooms, and an arrow from what imports to what is imported."""
    packages, rooms = house.imports()
    lines = ["```mermaid", "flowchart TD"]
    for package, inside in house.rooms.items():
        if not inside:
            lines.append(f'    {package}["{package}"]')
            continue
        lines.append(f'    subgraph {package}["{package}"]')
        lines += [f'        {_key(room)}["{room.partition(".")[2]}"]' for room in inside]
        lines.append("    end")
    for arrows in (shortest(rooms), shortest(packages)):
        for start in sorted(arrows):
            lines += [f"    {_key(start)} --> {_key(end)}" for end in sorted(arrows[start])]
    return "\n".join([*lines, "```"])


def _key(place: str) -> str:
    return place.replace(".", "__")


def table(house: House) -> str:
    """What each package and each room owns, in the first sentence of its docstring."""
    lines = ["| room | what it owns |", "| --- | --- |"]
    for package, folder in PACKAGES.items():
        lines.append(f"| **`{folder}{package}`** | {_says(package)} |")
        lines += [
            f"| `{room.partition('.')[2]}/` | {_says(room)} |" for room in house.rooms[package]
        ]
    return "\n".join(lines)


def _says(module: str) -> str:
    said = import_module(module).__doc__
    if not said:
        raise ValueError(f"{module} has no docstring: say in a sentence what it owns")
    return " ".join(said.split("\n\n")[0].split())


def rendered(page: str) -> str:
    """The page with its drawing and its table as the code has them."""
    house = House()
    return BLOCK.sub(lambda _: f"\n{drawing(house)}\n\n{table(house)}\n\n", page)


def main() -> int:
    """Write the page anew."""
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
