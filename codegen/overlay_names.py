"""What the overlay's classes add to the models of a contract, which no field may be called."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from faults import Fault
from openapi_python_client.parser.properties import ModelProperty

OVERLAY = Path(__file__).resolve().parent.parent / "overlay" / "runtime_sessions"


class OverlayNames:
    """The overlay's classes that stand on models of one contract, read from its source."""

    def __init__(self, contract: str) -> None:
        self._all = {class_.name: class_ for class_ in classes(OVERLAY.glob("*.py"))}
        self._on: dict[str, ast.ClassDef] = {}
        for class_ in classes(OVERLAY.glob(f"_contracts/{contract}.py")):
            for base in class_.bases:
                if isinstance(base, ast.Attribute) and ast.unparse(base.value) == "models":
                    self._on[base.attr] = class_

    def of_all(self, model: str) -> set[str]:
        """What a model is given that others are given, too."""
        if model not in self._on:
            return set()
        bases = (base.id for base in self._on[model].bases if isinstance(base, ast.Name))
        return {name for base in bases if base in self._all for name in defined(self._all[base])}

    def hiding(self, models: Iterable[ModelProperty]) -> Iterator[Fault]:
        """The fields that a class of the overlay has by itself, so that one of the two is lost."""
        for model in models:
            name = model.class_info.name
            for field in (*(model.required_properties or []), *(model.optional_properties or [])):
                if name in self._on and field.python_name in defined(self._on[name]):
                    called = field.name.get_untrusted_value()
                    yield Fault(
                        ("components", "schemas", name, "properties", called),
                        f"{self._on[name].name} of the overlay has a {field.python_name!r} of its "
                        "own, which would hide this: take it out there first",
                    )


def classes(files: Iterable[Path]) -> Iterator[ast.ClassDef]:
    """The classes of some modules."""
    for file in sorted(files):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        yield from (each for each in tree.body if isinstance(each, ast.ClassDef))


def defined(class_: ast.ClassDef) -> set[str]:
    """What a class gives a name in its body."""
    found: set[str] = set()
    for statement in class_.body:
        if isinstance(statement, ast.AnnAssign):
            found.add(ast.unparse(statement.target))
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(statement.name)
        elif isinstance(statement, ast.Assign):
            found.update(map(ast.unparse, statement.targets))
    return found
