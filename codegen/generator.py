"""Run openapi-python-client on contracts that were found good, with names that hide nothing.

It is a program of its own, for `generate.py` to start in an environment where nothing that lies
around can change a byte. What it prints is for people: each line a file, a line of it, and what is
wrong there.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from faults import PREFIX, Fault, faults
from jinja2 import TemplateError
from lines import Lines
from names import endpoints_of, name_fields, name_parameters, names_of_modules
from open_enums import take_text
from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from overlay_names import OverlayNames
from places import Pointer


class FaultsError(Exception):
    """What is wrong with a contract."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__()
        self.found = found


def main() -> int:
    """Generate each client that standard input asks for; returns the exit status.

    It has JSON: the folder of the templates, and a list of contracts, each with its name, its YAML
    file, how that is called where it is shown, the document in it, the document as it is for the
    generator, and the folder to write.
    """
    asked: dict[str, Any] = json.load(sys.stdin)
    complaints = [*complaints_of(asked["contracts"], lambda each: check(each["document"]))]
    if not complaints:
        templates = Path(asked["templates"])
        complaints = [*complaints_of(asked["contracts"], lambda each: client(each, templates))]
    # What two places share, by a YAML anchor, has one line.
    print("\n".join(dict.fromkeys(complaints)))
    return 1 if complaints else 0


def complaints_of(
    contracts: list[dict[str, Any]], work: Callable[[dict[str, Any]], None]
) -> Iterator[str]:
    """What is wrong with contracts as some work on them finds it, each with its line."""
    for contract in contracts:
        try:
            work(contract)
        except FaultsError as error:
            lines = Lines(Path(contract["file"]))
            for fault in error.found:
                yield f"{contract['shown']}:{lines(fault.pointer)}: {fault.what}"
        except SyntaxError as error:
            yield f"the templates give no Python: {error.msg}: {(error.text or '').strip()}"
        except TemplateError as error:
            yield f"the templates cannot be filled in: {error}"


def check(document: dict[str, Any]) -> None:
    """Refuse a contract with which something is wrong."""
    found = faults(document)
    if found:
        raise FaultsError(found)


def client(contract: dict[str, Any], templates: Path) -> None:
    """Write one client."""
    config = Config.from_sources(
        # No post hooks: they would run whatever ruff is first on PATH, or none.
        ConfigFile(post_hooks=[], field_prefix=PREFIX),
        MetaType.NONE,
        Path(),
        "utf-8",
        overwrite=False,
        output_path=Path(contract["into"]),
    )
    project = parsed(contract["for_client"], config, templates)
    hidden = {model.class_info.name for model in project.openapi.models}
    hidden |= {enum.class_info.name for enum in project.openapi.enums}
    hidden &= names_of_modules(project)
    if hidden:
        # As the generator does with a schema that is called as something of Python's.
        strings.RESERVED_WORDS.update(hidden)
        try:
            project = parsed(contract["for_client"], config, templates)
        finally:
            strings.RESERVED_WORDS.difference_update(hidden)
    refuse(shared_modules(project, contract["document"]))
    overlay = OverlayNames(contract["name"])
    name_fields(project, overlay.of_all)
    refuse(overlay.hiding(project.openapi.models))
    for endpoint in endpoints_of(project):
        take_text(endpoint)
    name_parameters(project)
    # It tells what it does on standard output, which is for what is wrong.
    with contextlib.redirect_stdout(io.StringIO()):
        errors = project.build()
    refuse_errors(errors)


def parsed(document: dict[str, Any], config: Config, templates: Path) -> Project:
    """Read a contract as the generator does."""
    try:
        data = GeneratorData.from_dict(document, config=config)
    except Exception as error:
        # For what it has not foreseen, the generator has tracebacks.
        what = f"the generator cannot read it: {type(error).__name__}: {error}"
        raise FaultsError([Fault((), what)]) from error
    if isinstance(data, GeneratorError):
        raise FaultsError([of_generator(data)])
    project = Project(openapi=data, config=config, custom_template_path=templates)
    refuse_errors(project._get_errors())  # noqa: SLF001 - what `build` answers, before it writes
    return project


def refuse_errors(errors: Sequence[GeneratorError]) -> None:
    """Say what the generator could not make anything of: its warnings are errors."""
    refuse(of_generator(error) for error in errors)


def refuse(found: Iterator[Fault]) -> None:
    """Refuse if there is anything wrong."""
    listed = list(found)
    if listed:
        raise FaultsError(listed)


def of_generator(error: GeneratorError) -> Fault:
    """What the generator says, at the place that it names, if it does."""
    said = " ".join(f"{error.header.strip()} {error.detail or ''}".split())
    schema = re.search(r"/components/\w+/[\w.-]+", said)
    operation = re.search(r"\b([A-Z]+) (/\S*) within\b", said)
    pointer: Pointer = ()
    if operation:
        pointer = ("paths", operation[2], operation[1].lower())
    elif schema:
        pointer = tuple(schema[0].strip("/").split("/"))
    return Fault(pointer, said)


def shared_modules(project: Project, document: dict[str, Any]) -> Iterator[Fault]:
    """Classes that would be written into one module, the last over the others."""
    by_module: dict[str, str] = {}
    for each in (*project.openapi.models, *project.openapi.enums):
        name, module = each.class_info.name, each.class_info.module_name
        other = by_module.setdefault(module, name)
        if other != name:
            yield Fault(
                pointer_of(name, document),
                f"the classes {other} and {name} would both be the module {module}.py",
            )


def pointer_of(class_name: str, document: dict[str, Any]) -> Pointer:
    """Where the schema stands that became a class, if it has a name of its own."""
    for name in document.get("components", {}).get("schemas", {}):
        if strings.ClassName(name, PREFIX) == class_name.rstrip("_"):
            return ("components", "schemas", name)
    return ()


if __name__ == "__main__":
    sys.exit(main())
