"""What the tests of codegen share: the script, and the client in our form and in the stock one."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import json
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


class Api:
    """A generated client: `api("models").Session`."""

    def __init__(self, package: str) -> None:
        self.package = package

    def __call__(self, module: str = "") -> Any:
        return importlib.import_module(f"{self.package}.{module}".rstrip("."))

    @property
    def folder(self) -> Path:
        return Path(self().__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "mends(raises): the test holds for our client, and fails so on what the stock templates "
        "give. When it passes there, a template has become needless.",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "api" not in metafunc.fixturenames:
        return
    packages: list[Any] = ["ours"]
    for mark in metafunc.definition.iter_markers("mends"):
        fails = pytest.mark.xfail(
            reason="the stock templates", strict=True, raises=mark.kwargs["raises"]
        )
        packages.append(pytest.param("stock", marks=fails))
    metafunc.parametrize("api", packages, indirect=True, scope="session")


@pytest.fixture(scope="session")
def script() -> ModuleType:
    """codegen/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "codegen" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def stock(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package that the stock templates give."""
    folder = tmp_path_factory.mktemp("stock")
    package = folder / "stock_api"
    package.mkdir()
    script.write(package, {"classic": ROOT / "openapi.yaml"}, templates=None)
    sys.path.insert(0, str(folder))
    yield "stock_api.classic"
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def api(request: pytest.FixtureRequest) -> Api:
    return Api(
        "runtime_sessions_api.classic"
        if request.param == "ours"
        else request.getfixturevalue("stock")
    )


@pytest.fixture(scope="session")
def job() -> dict[str, Any]:
    """The documented job."""
    contract = json.loads(
        (ROOT / "generated/runtime_sessions_api/classic.openapi.json").read_text()
    )
    answer = contract["paths"]["/sessions/{id}/jobs"]["get"]["responses"]["200"]
    page = answer["content"]["application/json"]["examples"]["documented"]["value"]
    return dict(page["jobs"][0])


@pytest.fixture(scope="session")
def copies() -> Callable[[Any], list[Any]]:
    """Every way to copy something."""

    def every(it: Any) -> list[Any]:
        pickles = [pickle.dumps(it, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
        return [copy.copy(it), copy.deepcopy(it), *map(pickle.loads, pickles)]

    return every
