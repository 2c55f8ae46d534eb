"""Names for what a contract names, so that none hides another in the code that is generated.

The templates have names of their own: the arguments and variables of the functions that they
write, the methods of models, what modules import. Which these are is not listed anywhere: each
template is filled in with names that nobody has, and what else it names is read from the result.
A name of the contract that would be one of them gets an underscore at its end, as Python's keywords
do.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from openapi_python_client import Project
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import Property
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier

#: Names that nobody has, by the number of the property and of its part.
STAND_IN = re.compile(r"zz(\d+)_(\d+)zz")


class Part(Protocol):
    """A property, or one of those that it is made of: all that has a name in a function."""

    python_name: PythonIdentifier


def name_fields(project: Project, reserved: Callable[[str], Iterable[str]]) -> None:
    """Give other names to the fields of models that would hide something in their class.

    `reserved` tells what else no field of a model may be called, by the name of its class.
    """
    template = project.env.get_template("model.py.jinja")
    found: list[Names] = []
    for model in project.openapi.models:
        fields = [*(model.required_properties or []), *(model.optional_properties or [])]
        with standing_in(fields):
            source = template.render(model=model)
        names = Names(source, fields)
        (class_,) = names.scopes(lambda scope: scope.get_type() == "class")
        names.seen.update(class_.get_identifiers(), annotated(source))
        names.seen.update(*map(seen_in, class_.get_children()))
        names.reserved.update(reserved(model.class_info.name))
        found.append(names)
    settle(found)


def name_parameters(project: Project) -> None:
    """Give other names to the parameters of operations that would hide something."""
    template = project.env.get_template("endpoint_module.py.jinja")
    endpoints = endpoints_of(project)
    found: list[Names] = []
    before = [[each.python_name for each in endpoint.path_parameters] for endpoint in endpoints]
    for endpoint in endpoints:
        parameters = [parameter for _, parameter in endpoint.iter_all_parameters()]
        with standing_in(parameters):
            source = template.render(endpoint=endpoint)
        names = Names(source, parameters)
        takes = names.scopes(lambda scope: any(map(STAND_IN.search, scope.get_identifiers())))
        names.seen.update(*map(seen_in, takes))
        found.append(names)
    settle(found)
    for endpoint, old in zip(endpoints, before, strict=True):
        path = endpoint.path.get_untrusted_value()
        for name, parameter in zip(old, endpoint.path_parameters, strict=True):
            path = path.replace(f"{{{name}}}", f"{{{parameter.python_name}}}")
        endpoint.path = UntrustedString(path)


def endpoints_of(project: Project) -> list[Endpoint]:
    """All operations, whatever their tag."""
    collections = project.openapi.endpoint_collections_by_tag.values()
    return [endpoint for collection in collections for endpoint in collection.endpoints]


def names_of_modules(project: Project) -> set[str]:
    """What the modules of models and operations name, but for the models: no class can be so."""
    found: set[str] = set()
    for model in project.openapi.models:
        found |= bound(project.env.get_template("model.py.jinja").render(model=model))
    for endpoint in endpoints_of(project):
        template = project.env.get_template("endpoint_module.py.jinja")
        found |= bound(template.render(endpoint=endpoint))
    for enum in project.openapi.enums:
        kind = "str_enum" if enum.value_type is str else "int_enum"
        found |= bound(project.env.get_template(f"{kind}.py.jinja").render(enum=enum))
    return found


def bound(source: str) -> set[str]:
    """The names at the top of a module, without models and what they are in."""
    found: set[str] = set()
    for statement in ast.parse(source).body:
        module = statement.module or "" if isinstance(statement, ast.ImportFrom) else ""
        if module.startswith("models."):
            continue
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found |= {(name.asname or name.name).partition(".")[0] for name in statement.names}
        elif isinstance(statement, ast.Assign):
            found |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return found


class Names:
    """What is named in a source that was written with stand-ins for the names of properties.

    Attributes:
        properties: The properties.
        seen: What the source names where a property could hide it.
        reserved: What no property may be called for other reasons.
    """

    def __init__(self, source: str, properties: list[Property]) -> None:
        self._top = symtable.symtable(source, "template", "exec")
        self.properties = properties
        self.seen: set[str] = set()
        self.reserved: set[str] = set()

    def scopes(self, wanted: Callable[[symtable.SymbolTable], bool]) -> list[symtable.SymbolTable]:
        """The classes and functions of the module that are wanted."""
        return list(filter(wanted, self._top.get_children()))

    @property
    def of_templates(self) -> set[str]:
        """What the templates themselves name."""
        return {name for name in self.seen if not STAND_IN.search(name)}

    @property
    def made(self) -> list[set[str]]:
        """What is named after each of the properties, and so stands beside it."""
        own = [list(parts(each)) for each in self.properties]
        made: list[set[str]] = [{part.python_name for part in each[1:]} for each in own]
        for name in self.seen:
            if (found := STAND_IN.search(name)) and found[0] != name:
                index, inner = map(int, found.groups())
                made[index].add(name.replace(found[0], own[index][inner].python_name))
        return made


def settle(found: list[Names]) -> None:
    """Give another name to each property that has one that is taken.

    What the templates name in one place is taken in all, so that a name does not depend on what
    stands beside it.
    """
    of_templates = set[str]().union(*(names.of_templates for names in found))
    for names in found:
        made = names.made
        for index, each in enumerate(names.properties):
            taken = of_templates.union(names.reserved, *made[:index], *made[index + 1 :])
            taken |= {other.python_name for other in names.properties if other is not each}
            name = str(each.python_name)
            while name in taken:
                name += "_"
            if name != each.python_name:
                set_name(each, name)


def set_name(part: Part, name: str) -> None:
    """Call a property otherwise, as it is: the generator's own way would take underscores off."""
    part.python_name = str.__new__(PythonIdentifier, name)


def parts(each: Any) -> Iterator[Part]:  # noqa: ANN401 - some properties hold others
    """A property, and all that it holds which has a name in the same function."""
    yield each
    inner = getattr(each, "inner_property", None)
    for part in getattr(each, "inner_properties", [] if inner is None else [inner]):
        yield from parts(part)


@contextmanager
def standing_in(properties: list[Property]) -> Iterator[None]:
    """Give the properties names that nobody has, for a while."""
    before: list[tuple[Part, str]] = []
    for index, each in enumerate(properties):
        for inner, part in enumerate(parts(each)):
            before.append((part, part.python_name))
            set_name(part, f"zz{index}_{inner}zz")
    yield
    # Backwards: a part that two of them share was called by its own name first.
    for part, name in reversed(before):
        set_name(part, name)


def seen_in(function: symtable.SymbolTable) -> Iterator[str]:
    """What a function names, and what the functions inside of it take from around them."""
    yield from function.get_identifiers()
    for inner in function.get_children():
        own = {symbol.get_name() for symbol in inner.get_symbols() if symbol.is_local()}
        yield from (name for name in seen_in(inner) if name not in own)


def annotated(source: str) -> Iterator[str]:
    """What annotations name, which are looked up in the class first."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AnnAssign):
            yield from (each.id for each in ast.walk(node.annotation) if isinstance(each, ast.Name))
