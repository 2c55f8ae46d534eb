"""What the tests of codegen share: the script, and the client in our form and in the stock one."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import json
import pickle
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from generate import contracts

from runtime_sessions_api.http_library import LIBRARY

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Facts:
    """What the tests of any client need to know of a contract.

    Attributes:
        call: What every call takes besides its own arguments.
        session: The least that a session answers.
        states: The states that a session can have.
        models: The models that reading a session takes.
        event: The model of a change of state, and one but for its time, whose name is last.
        job_state: The state of a job.
    """

    call: dict[str, Any]
    session: dict[str, Any]
    states: list[str]
    models: set[str]
    event: tuple[str, dict[str, Any], str]
    job_state: dict[str, Any]


FACTS = {
    "classic": Facts(
        call={},
        session={
            "id": "ci8fo2g4mgo3p0c53uc0",
            "backend_name": "ibm-tenerife",
            "interactive_ttl": 60,
            "max_ttl": 450,
            "active_ttl": 450,
            "state": "open",
            "accepting_jobs": True,
        },
        states=["active", "canceled", "closed", "inactive", "open"],
        models={"error", "error_body", "session", "session_mode", "session_state"},
        event=("SessionEvent", {"status": "pending"}, "date"),
        job_state={"status": "Running"},
    ),
    "platform": Facts(
        call={"ibm_api_version": "2026-04-15"},
        session={
            "id": "5a5b9d6c-5f0c-4e63-9c0e-0f6a5f3c2b1d",
            "backend_name": None,
            "mode": "batch",
            "state": "open",
        },
        states=["active", "closed", "inactive", "open"],
        models={
            "error",
            "error_body",
            "session",
            "session_mode",
            "session_state",
            "session_timestamp",
        },
        event=("SessionTimestamp", {"status": "open"}, "timestamp"),
        job_state={"status": "Running"},
    ),
}


class Api:
    """A generated client: `api("models").Session`."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.facts = FACTS[package.rpartition(".")[2]]
        self.call = self.facts.call
        self.session = self.facts.session

    def __call__(self, module: str = "") -> Any:
        return importlib.import_module(f"{self.package}.{module}".rstrip("."))

    @property
    def folder(self) -> Path:
        return Path(self().__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "mends(raises): the test holds for our clients, and fails so on what the stock templates "
        "give. When it passes there, a template has become needless.",
    )
    config.addinivalue_line(
        "markers", "only(contract): the test is about what no other contract than this has."
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "api" not in metafunc.fixturenames:
        return
    only = [mark.args[0] for mark in metafunc.definition.iter_markers("only")]
    names = only or list(contracts())
    packages: list[Any] = [f"runtime_sessions_api.{name}" for name in names]
    # The stock templates know httpx alone.
    marks = metafunc.definition.iter_markers("mends") if LIBRARY == "httpx" else ()
    for mark in marks:
        fails = pytest.mark.xfail(
            reason="the stock templates", strict=True, raises=mark.kwargs["raises"]
        )
        packages += [pytest.param(f"stock_api.{name}", marks=fails) for name in names]
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
def stock(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make the package importable that the stock templates give: `stock_api`."""
    folder = tmp_path_factory.mktemp("stock")
    package = folder / "stock_api"
    package.mkdir()
    script.write(package, contracts(), templates=None)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def api(request: pytest.FixtureRequest) -> Api:
    if request.param.startswith("stock_api."):
        request.getfixturevalue("stock")
    return Api(request.param)


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
