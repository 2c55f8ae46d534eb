"""The script: the same bytes everywhere, errors that help, and nothing done by halves."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from generate import contracts

from runtime_sessions_api.http_library import LIBRARY

ROOT = Path(__file__).parents[2]
PACKAGE = Path("generated", "runtime_sessions_api")
FURTHER = """
openapi: 3.1.0
info: {title: Tides, version: '1'}
paths:
  /tides:
    get:
      operationId: getTide
      tags: [Tides]
      responses:
        '200':
          description: The tide.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Tide'}
components:
  schemas:
    Tide:
      type: object
      required: [kind, at, next]
      properties:
        kind: {type: string, enum: [ebb, flood]}
        at: {type: string, pattern: '^2', x-client-format: date-time}
        next: {type: [string, 'null'], format: date-time}
        turns: {type: array, items: {type: string, format: date-time}}
"""


class Checkout:
    """A copy of what the script reads and writes, in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "codegen", root / "codegen", ignore=ignored)
        shutil.copytree(ROOT / PACKAGE, root / PACKAGE, ignore=ignored)
        for file in (*contracts().values(), ROOT / "semantics.yaml", ROOT / "pyproject.toml"):
            shutil.copy(file, root)
        self.contract = root / "openapi.yaml"
        self.contracts = root / "codegen" / "contracts.toml"

    def run(
        self, *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, self.root / "codegen" / "generate.py", *arguments],
            cwd=cwd or self.root,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    def replace(self, old: str, new: str) -> None:
        text = self.contract.read_text()
        assert text.count(old) == 1
        self.contract.write_text(text.replace(old, new))

    @property
    def files(self) -> dict[str, bytes]:
        return files(self.root / "generated")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def ignored(_: str, names: list[str]) -> set[str]:
    return {"__pycache__", "node_modules"}.intersection(names)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


def test_the_surroundings_change_not_a_byte(tmp_path: Path) -> None:
    settings = 'line-length = 40\nindent-width = 2\n[lint]\nselect = ["ALL"]\n'
    (tmp_path / "ruff.toml").write_text(settings)
    (tmp_path / "ruff.py").write_text("raise SystemExit('the wrong ruff')")
    (tmp_path / "ruff").write_text("#!/bin/sh\necho the wrong ruff; exit 1\n")
    (tmp_path / "ruff").chmod(0o755)
    checkout = Checkout(tmp_path / "checkout")
    shutil.rmtree(checkout.root / PACKAGE)
    (checkout.root / ".git").mkdir()
    (checkout.root / ".gitignore").write_text("*\n")
    (checkout.root / "generated" / "ruff.toml").write_text(settings)
    with (checkout.root / "pyproject.toml").open("a") as pyproject:
        pyproject.write('\n[tool.ruff.format]\nquote-style = "single"\n')

    hostile = {
        "PATH": str(tmp_path),
        "PYTHONPATH": str(tmp_path),
        "PYTHONHASHSEED": "4711",
        "PYTHONUTF8": "0",
        "PYTHONWARNINGS": "error",
        "LC_ALL": "C",
        "RUFF_CONFIG": str(tmp_path / "ruff.toml"),
    }
    done = checkout.run(cwd=tmp_path, env=hostile)
    assert (done.returncode, done.stdout) == (0, "generated/ was written anew.\n"), done.stderr
    assert files(checkout.root / PACKAGE) == files(ROOT / PACKAGE)


def test_a_changed_type_fails_the_check_and_generating_mends_it(checkout: Checkout) -> None:
    old = "type: string\n          description: The image in which the job runs."
    checkout.replace(old, old.replace("string", "integer"))
    before = checkout.files

    done = checkout.run("--check")
    assert done.returncode == 1
    assert "classic/models/job.py differs\n--- as it is\n+++ as it should be\n" in done.stdout
    assert "\n-    runtime: str\n+    runtime: int\n" in done.stdout
    assert '\n-            "type": "string",\n+            "type": "integer",\n' in done.stdout
    assert "run `make generate`" in done.stderr
    assert checkout.files == before

    assert checkout.run().stdout == "generated/ was written anew.\n"
    assert checkout.files != before
    done = checkout.run("--check")
    assert (done.returncode, done.stdout) == (0, "generated/ is up to date.\n")


def test_files_that_no_contract_gives_are_found_and_removed(checkout: Checkout) -> None:
    before = checkout.files
    package = checkout.root / PACKAGE
    (package / "stale.py").touch()
    (package / "classic" / "models" / "stale.py").write_text("x = 1\n")
    (package / "tides").mkdir()
    (package / "tides" / "__init__.py").touch()
    (package / "py.typed").unlink()
    done = checkout.run("--check")
    assert done.returncode == 1
    for line in (
        "classic/models/stale.py comes from no contract",
        "py.typed is missing",
        "stale.py comes from no contract",
        "tides/__init__.py comes from no contract",
    ):
        assert f"generated/runtime_sessions_api/{line}\n" in done.stdout
    assert "-x = 1\n" in done.stdout
    assert checkout.run().returncode == 0
    assert checkout.files == before


def test_a_further_contract_is_one_line(checkout: Checkout) -> None:
    before = checkout.files
    (checkout.root / "tides.yaml").write_text(FURTHER)
    with checkout.contracts.open("a") as contracts:
        contracts.write('tides = "tides.yaml"\n')
    assert checkout.run().returncode == 0
    after = checkout.files
    assert {name: after[name] for name in before} == before
    assert {name for name in after if name not in before} > {
        "runtime_sessions_api/tides.openapi.json",
        "runtime_sessions_api/tides/client.py",
        "runtime_sessions_api/tides/models/tide.py",
    }
    code = """
        from runtime_sessions_api.http_library import httpx
        from runtime_sessions_api.tides import Client
        from runtime_sessions_api.tides.api.tides import get_tide

        at = "2021-05-05 00:56:04"
        answer = {"kind": "spring", "at": at, "next": None, "turns": [at, at]}
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
        client = Client(base_url="http://test", httpx_args={"transport": transport})
        tide = get_tide.sync(client=client)
        assert tide.at.year == tide.turns[1].year == 2021, tide
        assert tide.to_dict() == answer, tide
    """
    env = {"PYTHONPATH": str(checkout.root / "generated")}
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], env=env, check=True)


@pytest.mark.parametrize(("name", "file"), contracts().items())
def test_the_json_form_is_the_contract(name: str, file: Path) -> None:
    contract = yaml.safe_load(file.read_text())
    form = (ROOT / PACKAGE / f"{name}.openapi.json").read_text()
    assert json.loads(form) == contract
    assert list(json.loads(form)) == list(contract)
    marks = file.read_text().count(" x-client-format: ")
    assert form.count('"x-client-format": ') == marks
    assert marks > 0 or name != "classic"


def test_the_rules_of_a_session_stand_beside_the_contracts() -> None:
    table = yaml.safe_load((ROOT / "semantics.yaml").read_text())
    assert json.loads((ROOT / PACKAGE / "semantics.json").read_text()) == table


def test_a_format_for_the_client_takes_the_place_of_the_pattern(script: ModuleType) -> None:
    schema = {"type": "string", "pattern": "^2", "x-client-format": "date-time"}
    # A field may have that name too, and what is no schema may hold what looks like one.
    fields: dict[str, Any] = {"x-client-format": {"type": "string", "pattern": "^a"}, "at": schema}
    example = {"x-client-format": "date", "pattern": "^"}
    holder: dict[str, Any] = {
        "properties": fields,
        "examples": [example],
        "default": example,
        "x-note": example,
    }
    document = script.for_client({"components": {"schemas": {"Tide": holder}}})
    assert document["components"]["schemas"]["Tide"] == {
        **holder,
        "properties": {**fields, "at": {"type": "string", "format": "date-time"}},
    }
    assert fields["at"] is schema
    assert "x-client-format" in schema


BROKEN = {
    "openapi.yaml:5: this is not YAML: found duplicate key": (
        "  version: 1.0.0",
        "  version: 1.0.0\n  version: 1.0.0",
    ),
    "openapi.yaml:4: JSON has no such value as 2026-11-22: quote it": (
        "  version: 1.0.0",
        "  version: 2026-11-22",
    ),
    "openapi.yaml:4: JSON has no such value as nan: quote it": (
        "  version: 1.0.0",
        "  version: .nan",
    ),
    "openapi.yaml:7: this is not YAML: expected <block end>": ("title: Runtime", "title: 'Runtime"),
    "openapi.yaml is nested too deep, or an alias is in what it stands for": (
        "openapi: 3.1.0\n",
        "openapi: 3.1.0\nx-more: &more\n  more: *more\n",
    ),
    "openapi.yaml is nested too deep to be read": (
        "openapi: 3.1.0\n",
        "openapi: 3.1.0\nx-more: " + "[" * 1000 + "]" * 1000 + "\n",
    ),
    "openapi.yaml:331: '#/components/schemas/Pages' leads nowhere": (
        "schemas/JobPage'",
        "schemas/Pages'",
    ),
    "openapi.yaml:639: 'strng' is no type; is 'string' meant?": (
        "type: string\n      description: The status of a session,",
        "type: strng\n      description: The status of a session,",
    ),
}


@pytest.mark.parametrize(("message", "edit"), BROKEN.items())
def test_a_broken_contract_is_explained_and_nothing_is_written(
    checkout: Checkout, message: str, edit: tuple[str, str]
) -> None:
    before = checkout.files
    checkout.replace(*edit)
    done = checkout.run()
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert checkout.files == before


def test_what_is_wrong_in_several_contracts_is_told_at_once(checkout: Checkout) -> None:
    for file in ("openapi.yaml", "openapi-platform.yaml"):
        contract = checkout.root / file
        text = contract.read_text(encoding="utf-8")
        contract.write_text(text.replace("type: boolean", "type: bool"), encoding="utf-8")
    done = checkout.run()
    assert done.returncode == 2
    first, *lines = done.stderr.splitlines()
    assert first == "error: no client can be generated:"
    # What an anchor shares is told once.
    assert len(lines) == len(set(lines))
    files = [line.partition(":")[0] for line in lines]
    assert set(files) == {"openapi.yaml", "openapi-platform.yaml"}
    assert all(line.endswith("'bool' is no type; is 'boolean' meant?") for line in lines)


def test_a_contract_that_is_not_there_is_named(checkout: Checkout) -> None:
    checkout.contract.unlink()
    done = checkout.run()
    assert done.returncode == 2
    assert done.stderr.endswith("openapi.yaml: No such file or directory\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('types = "openapi.yaml"', "contracts.toml: no package can be called 'types'"),
        ('new-one = "openapi.yaml"', "contracts.toml: no package can be called 'new-one'"),
        ("tides", "contracts.toml is not TOML: "),
    ],
)
def test_a_table_of_contracts_that_will_not_do_is_told(
    checkout: Checkout, line: str, said: str
) -> None:
    with checkout.contracts.open("a") as contracts:
        contracts.write(f"{line}\n")
    done = checkout.run()
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_failure_after_the_first_contract_leaves_everything(checkout: Checkout) -> None:
    before = checkout.files
    checkout.replace("title: Runtime sessions", "title: Sessions")
    (checkout.root / "tides.yaml").write_text(FURTHER.replace("schemas/Tide", "schemas/Tides"))
    with checkout.contracts.open("a") as contracts:
        contracts.write('tides = "tides.yaml"\n')
    done = checkout.run()
    assert done.returncode == 2
    assert "schemas/Tides" in done.stderr
    assert checkout.files == before


def test_a_template_that_gives_no_python_is_an_error(checkout: Checkout) -> None:
    before = checkout.files
    (checkout.root / "codegen" / "templates" / "str_enum.py.jinja").write_text("class:\n")
    done = checkout.run()
    assert done.returncode == 2
    assert done.stderr == (
        "error: no client can be generated:\nthe templates give no Python: invalid syntax: class:\n"
    )
    assert checkout.files == before


@pytest.mark.parametrize("package", ["ruff", "openapi-python-client"])
def test_another_version_than_the_pinned_one_is_refused(checkout: Checkout, package: str) -> None:
    pyproject = checkout.root / "pyproject.toml"
    version = importlib.metadata.version(package)
    pyproject.write_text(pyproject.read_text().replace(f"{package}=={version}", f"{package}==9.9"))
    done = checkout.run()
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {package} 9.9 is needed and ")
    assert f"has {version}: run `make generate`, which sets up .venv\n" in done.stderr


def test_an_environment_without_the_generator_is_told_what_to_do(checkout: Checkout) -> None:
    script = checkout.root / "codegen" / "generate.py"
    # -S: no site-packages.
    done = subprocess.run(
        [sys.executable, "-S", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "has none: run `make generate`" in done.stderr


def test_a_missing_ruff_is_an_error(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = tmp_path / "python"
    stub.write_text(
        f'#!/bin/sh\n[ "$3" = ruff ] || exec {sys.executable} "$@"\necho no ruff; exit 1\n'
    )
    stub.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stub))
    with pytest.raises(script.GenerateError, match="no ruff"):
        script.write(tmp_path, {"classic": ROOT / "openapi.yaml"}, script.TEMPLATES)


def test_a_swap_that_fails_puts_the_old_package_back(script: ModuleType, tmp_path: Path) -> None:
    target = tmp_path / "package"
    target.mkdir()
    (target / "old.py").touch()
    (tmp_path / "scratch").mkdir()
    with pytest.raises(FileNotFoundError):
        script.swap(target, tmp_path / "scratch" / "package")
    assert [path.name for path in target.iterdir()] == ["old.py"]


def test_generating_twice_leaves_the_files_alone(checkout: Checkout) -> None:
    file = checkout.root / PACKAGE / "classic" / "client.py"
    before = file.stat()
    assert checkout.run().stdout == "generated/ is up to date.\n"
    assert os.path.samestat(file.stat(), before)
    assert [path.name for path in (checkout.root / "generated").iterdir()] == [PACKAGE.name]


def test_the_http_library_is_named_once() -> None:
    """All else takes it from there, so that a move to its successor is one setting."""
    packages = ("contract_tests", "emulator", "generated", "overlay")
    named = [
        file.relative_to(ROOT).as_posix()
        for package in packages
        for file in sorted((ROOT / package).rglob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*(import|from) httpx", line)
    ]
    assert named == ["generated/runtime_sessions_api/http_library.py"]


def test_a_setting_that_is_no_http_library_is_refused(checkout: Checkout) -> None:
    before = checkout.files
    (checkout.root / "codegen" / "http_library.toml").write_text('library = "requests"\n')
    done = checkout.run()
    assert done.returncode == 2
    assert "`library` is one of httpx, httpx2, not 'requests'" in done.stderr
    assert checkout.files == before


def test_the_successor_is_one_word(checkout: Checkout) -> None:
    other = "httpx2" if LIBRARY == "httpx" else "httpx"
    before = checkout.files
    (checkout.root / "codegen" / "http_library.toml").write_text(f'library = "{other}"\n')
    assert checkout.run().returncode == 0
    after = checkout.files
    changed = [name for name in after if after[name] != before.get(name)]
    assert changed == ["runtime_sessions_api/http_library.py"]
    assert f'LIBRARY = "{other}"' in after[changed[0]].decode()
