"""Write generated/ anew from the contracts, or check that it is what they give."""

import argparse
import ast
import contextlib
import difflib
import importlib.metadata
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Generator, Iterator, Mapping
from keyword import iskeyword
from pathlib import Path
from typing import Any

from places import Pointer, schemas

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "codegen" / "templates"
TARGET = ROOT / "generated" / "runtime_sessions_api"
#: The rules of a session's life, which stand beside the contracts.
SEMANTICS = ROOT / "semantics.yaml"

#: The modules that come out the same for each contract, and so are written once for all.
SHARED = ("client", "errors", "types")
#: What stands beside the clients.
TAKEN = {*SHARED, "http_library"}
#: The HTTP libraries that have the interface which the templates are written for.
LIBRARIES = ("httpx", "httpx2")

INIT = '"""The generated clients, one package a contract, each beside its contract as JSON."""\n'
NOT_OURS = {"__pycache__", ".mypy_cache", ".ruff_cache"}

# Nothing that lies around may change a byte: --isolated keeps out every ruff.toml and
# pyproject.toml, and the files are named one by one because a .gitignore hides only what ruff
# finds by itself.
RUFF_CHECK = ("check", "--fix-only", "--select", "F401,I")
RUFF_OPTIONS = ("--isolated", "--no-cache", "--quiet", "--target-version", "py311")


class GenerateError(Exception):
    """What went wrong, and what to do about it."""


def main() -> int:
    """Generate or check; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; print the diff and exit with 1 when generated/ is out of date",
    )
    check: bool = parser.parse_args().check
    try:
        check_pins()
        with scratch() as fresh:
            write(fresh, contracts(), TEMPLATES)
            diff = "".join(difference(TARGET, fresh))
            if diff and check:
                sys.stdout.write(diff)
                print(
                    "\ngenerated/ is not what the contract gives: run `make generate` "
                    "and commit what it writes.",
                    file=sys.stderr,
                )
                return 1
            if diff:
                swap(TARGET, fresh)
    except GenerateError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("generated/ was written anew." if diff else "generated/ is up to date.")
    return 0


def check_pins() -> None:
    """Refuse to generate with any other generator or ruff than the pinned ones."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted: list[str] = pyproject["dependency-groups"]["dev"]
    pins = dict(line.split("==") for line in wanted if "==" in line)
    for name in ("openapi-python-client", "ruff"):
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "none"
        if found != pins[name]:
            raise GenerateError(
                f"{name} {pins[name]} is needed and {sys.executable} has {found}: "
                "run `make generate`, which sets up .venv"
            )


def contracts() -> dict[str, Path]:
    """Read the table of contracts: name of the package → file."""
    file = ROOT / "codegen" / "contracts.toml"
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise GenerateError(f"{shown(file)} is not TOML: {error}") from error
    for name in table:
        if not name.isidentifier() or iskeyword(name) or name in TAKEN:
            raise GenerateError(f"{shown(file)}: no package can be called {name!r}")
    return {name: ROOT / path for name, path in table.items()}


@contextlib.contextmanager
def scratch() -> Generator[Path]:
    """Yield a new folder on the file system of generated/, so that it can be moved there."""
    TARGET.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET.parent, prefix=".scratch-") as folder:
        fresh = Path(folder) / TARGET.name
        fresh.mkdir()
        yield fresh


def write(into: Path, table: Mapping[str, Path], templates: Path | None) -> None:
    """Write all of the package into an empty folder.

    `templates` holds those that replace the generator's own; None for the stock output.
    """
    (into / "__init__.py").write_text(INIT, encoding="utf-8")
    (into / "py.typed").touch()
    documents = {name: load(file) for name, file in table.items()}
    for name, document in documents.items():
        (into / f"{name}.openapi.json").write_text(dump(document), encoding="utf-8")
    if templates is None:
        for name, document in documents.items():
            generate_stock(document, into / name)
    else:
        generate(documents, table, into, templates)
    (into / "semantics.json").write_text(dump(load(SEMANTICS)), encoding="utf-8")
    if templates is not None:
        (into / "http_library.py").write_text(http_library(), encoding="utf-8")
        for module in SHARED:
            share(module, into, [into / name for name in table])
    tidy(into)


def setting_of_http_library() -> str:
    """Read on which HTTP library everything stands."""
    file = ROOT / "codegen" / "http_library.toml"
    library: str = tomllib.loads(file.read_text(encoding="utf-8")).get("library", "none")
    if library not in LIBRARIES:
        raise GenerateError(f"{file}: `library` is one of {', '.join(LIBRARIES)}, not {library!r}")
    return library


def http_library() -> str:
    """Write the one module that names the HTTP library, as the setting says."""
    library = setting_of_http_library()
    name = "httpx as httpx" if library == "httpx" else f"{library} as httpx"
    return f'''"""The HTTP library, by the name that all else here has for it."""

import {name}

__all__ = ["LIBRARY", "httpx"]

#: What the library is called where it is installed from.
LIBRARY = "{library}"
'''


def share(module: str, package: Path, clients: list[Path]) -> None:
    """Move a module that all clients have alike to the top; each client passes its names on."""
    contents = {(client / f"{module}.py").read_text(encoding="utf-8") for client in clients}
    if len(contents) != 1:
        raise GenerateError(
            f"{module}.py is not the same for all contracts: its template may not depend on one"
        )
    (content,) = contents
    (package / f"{module}.py").write_text(content, encoding="utf-8")
    names = exported(content)
    passed_on = "".join(f"from ..{module} import {name} as {name}\n" for name in names)
    for client in clients:
        (client / f"{module}.py").write_text(
            f'"""What the clients of all contracts share"""\n\n{passed_on}\n__all__ = {names}\n',
            encoding="utf-8",
        )


def exported(source: str) -> list[str]:
    """Read the `__all__` of a module."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(statement.value)
            return sorted(names)
    raise GenerateError("a module that is shared by all contracts has no __all__")


def load(file: Path) -> dict[str, Any]:
    """Read a contract as YAML 1.2, refusing duplicate keys and anything that JSON has not."""
    # Here, so that an interpreter without it gets as far as `check_pins` and its advice.
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    # Not the C parser: it reads YAML 1.1, where `no` is false.
    try:
        document: Any = YAML(typ="safe", pure=True).load(file)
    except OSError as error:
        raise GenerateError(f"cannot read the contract {file}: {error.strerror}") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise GenerateError(f"{shown(file)}:{line}: this is not YAML: {error.problem}") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise GenerateError(f"{shown(file)} is not YAML: {error}") from error
    except RecursionError as error:
        raise GenerateError(f"{shown(file)} is nested too deep to be read") from error
    try:
        refuse_what_json_has_not(document, file)
    except RecursionError as error:
        raise GenerateError(
            f"{shown(file)} is nested too deep, or an alias is in what it stands for"
        ) from error
    if not isinstance(document, dict):
        raise GenerateError(
            f"{shown(file)} is not an OpenAPI document: its top level is no mapping"
        )
    return document


def refuse_what_json_has_not(node: object, file: Path, pointer: Pointer = ()) -> None:
    """Refuse values that JSON cannot hold, and say where they stand."""
    if isinstance(node, dict):
        for key, value in node.items():
            refuse_what_json_has_not(value, file, (*pointer, str(key)))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            refuse_what_json_has_not(value, file, (*pointer, index))
    elif not isinstance(node, str | bool | int | float | None) or (
        isinstance(node, float) and not math.isfinite(node)
    ):
        from lines import Lines  # noqa: PLC0415 - as above

        raise GenerateError(
            f"{shown(file)}:{Lines(file)(pointer)}: JSON has no such value as {node}: quote it"
        )


def dump(document: object) -> str:
    """Write JSON as it is committed: the contract's order, one value a line."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def for_client(document: dict[str, Any]) -> dict[str, Any]:
    """Make the contract that the client is generated from.

    Each `x-client-format` of a schema is its format. The pattern beside it goes: it describes text,
    and the client has a type for it. An enum with null in it is one without, or null: the generator
    would write three classes for it, and use one.
    """
    # By way of JSON: what a YAML anchor shares would be changed twice.
    client: dict[str, Any] = json.loads(json.dumps(document))
    for place in schemas(client):
        schema = place.node
        if "x-client-format" in schema:
            schema["format"] = schema.pop("x-client-format")
            schema.pop("pattern", None)
        values = schema.get("enum", [])
        if None in values and len(values) > 1:
            make_nullable(schema, title_of(place.pointer, client))
    return client


def make_nullable(schema: dict[str, Any], title: str | None) -> None:
    """Write an enum with null in it as either the enum of the other values, or null."""
    values = [value for value in schema.pop("enum") if value is not None]
    kinds = {int: "integer", str: "string"}
    others: dict[str, Any] = {"type": kinds.get(type(values[0]), "string"), "enum": values}
    if title is not None:
        others["title"] = title
    for keyword in ("title", "description", "x-enum-varnames"):
        if keyword in schema:
            others[keyword] = schema[keyword]
    schema.pop("type", None)
    schema.pop("x-enum-varnames", None)
    schema["oneOf"] = [others, {"type": "null"}]


def title_of(pointer: Pointer, document: dict[str, Any]) -> str | None:
    """What the generator would call the class of a schema: as the field or parameter is called."""
    *before, last = pointer
    if last == "items":
        called = title_of(tuple(before), document)
        return None if called is None else f"{called}_item"
    if before[-1] in {"properties", "schemas"}:
        return str(last)
    holder: Any = document
    for step in before:
        holder = holder[step]
    return holder.get("name") if last == "schema" else None


def generate(
    documents: Mapping[str, dict[str, Any]],
    table: Mapping[str, Path],
    into: Path,
    templates: Path,
) -> None:
    """Have each contract looked over and its client written, by our own templates."""
    asked = {
        "templates": str(templates),
        "contracts": [
            {
                "name": name,
                "file": str(table[name]),
                "shown": shown(table[name]),
                "document": document,
                "for_client": for_client(document),
                "into": str(into / name),
            }
            for name, document in documents.items()
        ],
    }
    script = str(ROOT / "codegen" / "generator.py")
    run([script], cwd=into, asked=json.dumps(asked), what="no client can be generated")


def shown(file: Path) -> str:
    """How a file is called where people read it."""
    return str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else str(file)


def generate_stock(document: dict[str, Any], into: Path) -> None:
    """Have openapi-python-client write one client as it comes; its warnings are errors."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "openapi.json"
        source.write_text(dump(for_client(document)), encoding="utf-8")
        config = Path(folder) / "config.json"
        # No post hooks: they would run whatever ruff is first on PATH, or none.
        config.write_text(dump({"post_hooks": []}), encoding="utf-8")
        command = ["openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
        command += ["--path", str(source), "--config", str(config), "--output-path", str(into)]
        run_module(command, cwd=into.parent)


def tidy(package: Path) -> None:
    """Sort imports, remove unused ones and format."""
    files = [str(file.relative_to(package)) for file in sorted(package.rglob("*.py"))]
    for command in (RUFF_CHECK, ("format",)):
        run_module(["ruff", *command, *RUFF_OPTIONS, *files], cwd=package)


def run_module(command: list[str], cwd: Path) -> None:
    """Run a module of this interpreter's environment."""
    run(["-P", "-m", *command], cwd, what=f"{command[0]} failed")


def run(command: list[str], cwd: Path, *, asked: str = "", what: str) -> None:
    """Run this interpreter, out of reach of the caller's variables."""
    # A fixed hash seed and UTF-8 mode: the generator walks through sets and prints with the locale.
    environment = {"PATH": os.defpath, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "COLUMNS": "100"}
    done = subprocess.run(  # noqa: S603 - the command is ours
        [sys.executable, *command],
        cwd=cwd,
        env=environment,
        input=asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise GenerateError(f"{what}:\n{done.stdout.strip()}")


def tree(package: Path) -> dict[str, bytes]:
    """Read the files of a package: relative path → content."""
    return {
        file.relative_to(package).as_posix(): file.read_bytes()
        for file in package.rglob("*")
        if file.is_file() and not NOT_OURS & set(file.relative_to(package).parts)
    }


def difference(
    old: Path,
    new: Path,
    name: str = f"{TARGET.parent.name}/{TARGET.name}",
    stale: str = "comes from no contract",
) -> Iterator[str]:
    """Yield what differs, file by file with a unified diff; nothing when every byte is the same."""
    before, after = tree(old), tree(new)
    for path in sorted({*before, *after}):
        if before.get(path) == after.get(path):
            continue
        if path not in before:
            yield f"{name}/{path} is missing\n"
        elif path not in after:
            yield f"{name}/{path} {stale}\n"
        else:
            yield f"{name}/{path} differs\n"
        yield from difflib.unified_diff(
            lines(before.get(path, b"")), lines(after.get(path, b"")), "as it is", "as it should be"
        )


def lines(content: bytes) -> list[str]:
    """Split a file into lines that can be shown."""
    return [f"{line}\n" for line in content.decode("utf-8", "backslashreplace").split("\n")]


def swap(target: Path, fresh: Path) -> None:
    """Put the fresh package in the place of the old one, or leave the old one as it was."""
    old = fresh.with_name("old")
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
