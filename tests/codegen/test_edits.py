"""Contracts as people edit them: what is generated is formatted, typed, and works over the wire."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import threading
import tokenize
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from generate import contracts

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / "generated" / "runtime_sessions_api"
CONTRACTS = list(contracts())

#: Schemas that are called as something which the modules of models or operations name.
SCHEMAS = [
    "Any",
    "Client",
    "ImportModule",
    "Mapping",
    "Model",
    "RequestArguments",
    "Response",
    "T",
    "Timestamp",
    "Unset",
]
#: Names that issues were filed about, and parts of the names of other fields.
FIELDS = [
    "additional_keys",
    "additional_properties",
    "cls",
    "d",
    "extras_item",
    "extras_item_data",
    "from_dict",
    "plan_type_0",
    "response",
    "self",
    "to_dict",
    "x-client-format",
]
PARAMETERS = ["body", "client", "headers", "json_states", "kwargs", "params", "states_item", "url"]

TEXT = {"type": "string"}
PLAN = {"type": ["string", "null"], "enum": ["open", "premium", None]}
MOMENT = "2026-11-27T06:30:00Z"


def names_in(files: Iterator[Path]) -> list[str]:
    """Every name in some modules, be it a variable's, a function's, a type's or a keyword."""
    found: set[str] = set()
    for file in files:
        with file.open("rb") as source:
            tokens = tokenize.tokenize(source.readline)
            found |= {token.string for token in tokens if token.type == tokenize.NAME}
    return sorted(found)


def apart(names: list[str]) -> list[str]:
    """The names that are no longer the same when one looks at letters alone, the first of each."""
    return list({re.sub(r"\W|_", "", name).lower(): name for name in reversed(names)}.values())


def fields_of(contract: str) -> list[str]:
    return apart([*FIELDS, *names_in(GENERATED.glob(f"{contract}/models/[!_]*.py"))])


def parameters_of(contract: str) -> list[str]:
    return apart([*PARAMETERS, *names_in(GENERATED.glob(f"{contract}/api/*/[!_]*.py"))])


def reference(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


def edit(contract: str, document: dict[str, Any]) -> None:
    """Make every edit that generation has to stand."""
    schemas = document["components"]["schemas"]
    session = schemas["Session"]
    known = set(session["properties"])
    fields = [name for name in fields_of(contract) if name not in known]
    for index, name in enumerate(fields):
        # Texts, moments, and lists of both, some of them required.
        kind: dict[str, Any] = TEXT if index % 2 else {"type": "string", "format": "date-time"}
        session["properties"][name] = {"type": "array", "items": kind} if index % 5 == 0 else kind
        if index % 3 == 0:
            session["required"].append(name)
    session["properties"] |= {
        "extras": {"type": "array", "items": reference("Timestamp")},
        "plan": PLAN,
        "plans": {"type": "array", "items": PLAN},
        "tier": reference("Tier"),
    }
    schemas["Tier"] = PLAN
    schemas["Notes"] = {
        "type": "object",
        "properties": dict.fromkeys(
            ["additional_property", "prop", "prop_dict", "prop_name"], TEXT
        ),
        "additionalProperties": {"type": "string", "format": "date-time"},
    }
    session["properties"]["notes"] = reference("Notes")
    schemas["OpenStrEnum"] = {"type": "string", "enum": ["a-b", "c"]}
    session["properties"]["of_OpenStrEnum"] = reference("OpenStrEnum")
    for name in SCHEMAS:
        at = {"type": "string", "format": "date-time"}
        schemas[name] = {"type": "object", "properties": {"at": at}}
        session["properties"][f"of_{name}"] = reference(name)
    document["paths"]["/things/{params}/{quote}"] = {"post": operation(contract)}


def operation(contract: str) -> dict[str, Any]:
    """An operation whose parameters are called as whatever operations name."""
    state = {"type": "string", "enum": ["p", "q"]}
    called: dict[str, dict[str, Any]] = {
        "path": dict.fromkeys(["params", "quote"], TEXT),
        "query": dict.fromkeys(parameters_of(contract), TEXT)
        | {"plan": PLAN, "state": state, "states": {"type": "array", "items": state}},
        "header": {"params": TEXT, "X-State": state},
        "cookie": {"cookies": TEXT},
    }
    return {
        "operationId": "importModule",
        "tags": ["Sessions"],
        "parameters": [
            {"name": name, "in": place, "required": place == "path", "schema": schema}
            for place, parameters in called.items()
            for name, schema in parameters.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": reference("Timestamp")}},
        },
        "responses": {
            "200": {
                "description": "What came.",
                "content": {"application/json": {"schema": reference("Session")}},
            }
        },
    }


class Edited(NamedTuple):
    """The package that the edited contracts give."""

    folder: Path
    documents: dict[str, dict[str, Any]]

    def module(self, name: str) -> Any:
        return importlib.import_module(f"edited_api.{name}")


@pytest.fixture(scope="module")
def edited(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edited]:
    folder = tmp_path_factory.mktemp("edited")
    package = folder / "edited_api"
    package.mkdir()
    documents: dict[str, dict[str, Any]] = {}
    files: dict[str, Path] = {}
    for name, file in contracts().items():
        text = file.read_text(encoding="utf-8")
        # By way of JSON: what a YAML anchor shares would be edited twice.
        documents[name] = json.loads(json.dumps(yaml.load(text, yaml.CSafeLoader)))
        edit(name, documents[name])
        files[name] = folder / f"{name}.yaml"
        files[name].write_text(json.dumps(documents[name]), encoding="utf-8")
    script.write(package, files, script.TEMPLATES)
    sys.path.insert(0, str(folder))
    yield Edited(folder, documents)
    sys.path.remove(str(folder))


USE = """
from typing import assert_type

from edited_api.{contract} import AuthenticatedClient
from edited_api.{contract}.api.sessions import import_module
from edited_api.{contract}.models import (
    ImportModuleState,
    ImportModuleStatesItem,
    Session,
    SessionPlan,
    Timestamp_,
)
from edited_api.types import Unset


def use(client: AuthenticatedClient, members: list[ImportModuleStatesItem]) -> None:
    import_module.sync("a", "b", client=client, body=Timestamp_(), states=members)
    texts = ["p", "new"]
    import_module.sync("a", "b", client=client, body=Timestamp_(), states=texts, state="new")
    session = import_module.sync(
        "a", "b", client=client, body=Timestamp_(), state=ImportModuleState.P, plan=None
    )
    assert isinstance(session, Session)
    assert_type(session.plan, SessionPlan | None | Unset)
    assert_type(session.to_dict()["id"], object)
"""


def test_it_is_formatted_and_typed(edited: Edited) -> None:
    python = [sys.executable, "-m"]
    settings = ["--config-file=", "--strict", "--cache-dir", str(edited.folder / "cache")]
    for contract in CONTRACTS:
        use = edited.folder / f"use_{contract}.py"
        use.write_text(USE.format(contract=contract).replace(", object)", ", Any)"))
        use.write_text(use.read_text().replace("assert_type\n", "Any, assert_type\n", 1))
    checks = [
        [*python, "ruff", "format", "--isolated", "--check", "edited_api"],
        [*python, "mypy", *settings, "."],
        [*python, "pyright", "--pythonpath", sys.executable, "."],
    ]
    running = [
        subprocess.Popen(
            check, cwd=edited.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for check in checks
    ]
    said = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], "\n".join(said)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_each_new_schema_is_one_class(edited: Edited, contract: str) -> None:
    now = edited.module(f"{contract}.models").__all__
    before = importlib.import_module(f"runtime_sessions_api.{contract}.models").__all__
    hidden = [f"{name}_" for name in SCHEMAS if name != "ImportModule"]
    of_the_operation = ["ImportModule", "Plan", "State", "StatesItem", "XState"]
    assert set(now) - set(before) == {
        *hidden,
        "OpenStrEnum_",
        "Notes",
        "SessionPlan",
        "SessionPlansItem",
        "Tier",
        *(f"ImportModule{name}" for name in of_the_operation[1:]),
        "ImportModule",
    }
    assert set(now) >= set(before)


class Echo(BaseHTTPRequestHandler):
    """Answers each request with a session, and keeps the request."""

    seen: list[tuple[str, str, Any, dict[str, str]]]
    answer: dict[str, Any]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        path, _, query = self.path.partition("?")
        self.seen.append((path, query, body, dict(self.headers)))
        content = json.dumps(self.answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 - the name there


@pytest.fixture
def echo() -> Iterator[Callable[[dict[str, Any]], tuple[str, type[Echo]]]]:
    servers: list[ThreadingHTTPServer] = []

    def serve(answer: dict[str, Any]) -> tuple[str, type[Echo]]:
        handler = type("Handler", (Echo,), {"seen": [], "answer": answer})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", handler

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


# httpx has no other way to send a cookie with one request.
@pytest.mark.filterwarnings("ignore:Setting per-request cookies:DeprecationWarning")
@pytest.mark.parametrize("contract", CONTRACTS)
def test_it_works_over_the_wire(edited: Edited, contract: str, echo: Any) -> None:
    models, module = edited.module(f"{contract}.models"), edited.module(f"{contract}.api.sessions")
    schemas = edited.documents[contract]["components"]["schemas"]
    answer = valid(schemas["Session"], schemas)
    url, handler = echo(answer)
    given = {name: f"of {name}" for name in parameters_of(contract)}
    arguments = arguments_of(module.import_module, given)
    with edited.module(contract).AuthenticatedClient(base_url=url, token="t") as client:
        session = module.import_module.sync(
            "a/b",
            "c d",
            client=client,
            body=models.Timestamp_.from_dict({"at": MOMENT}),
            states=["p", models.ImportModuleStatesItem.Q, "new"],
            state="new",
            plan=models.ImportModulePlan.OPEN,
            x_state="newer",
            **arguments,
        )
    ((path, query, body, headers),) = handler.seen
    assert unquote(urlsplit(path).path) == "/things/a/b/c d"
    sent = parse_qs(query)
    assert sent.pop("states") == ["p", "q", "new"]
    assert (sent.pop("state"), sent.pop("plan")) == (["new"], ["open"])
    assert sent == {name: [value] for name, value in given.items()}
    assert body == {"at": MOMENT}
    assert headers["X-State"] == "newer"
    assert session.to_dict() == answer
    assert type(session.additional_properties) is dict
    assert session.additional_keys == []


def arguments_of(module: Any, given: dict[str, str]) -> dict[str, str]:
    """The parameters of an operation by the names that they have in Python."""
    source = Path(module.__file__).read_text(encoding="utf-8")
    called = dict(re.findall(r'^    params\["([^"]+)"\] = (\w+)$', source, re.MULTILINE))
    return {called[name]: value for name, value in given.items()}


def valid(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """A value of a service that knows more than its contract: enums have another one."""
    if "$ref" in schema:
        return valid(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "oneOf" in schema or "enum" in schema:
        return "new"
    if schema.get("format") == "date-time":
        return MOMENT
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    if kind == "array":
        return [valid(schema["items"], schemas)] * 2
    if kind == "object":
        return {name: valid(each, schemas) for name, each in schema["properties"].items()}
    return {"string": "text", "number": 1.5, "integer": 1, "boolean": True}[kind]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_an_enum_may_be_null_in_every_place(edited: Edited, contract: str) -> None:
    models = edited.module(f"{contract}.models")
    schemas = edited.documents[contract]["components"]["schemas"]
    whole = valid(schemas["Session"], schemas)
    least = {name: whole[name] for name in schemas["Session"]["required"]}
    nulls = {"plan": None, "plans": [None, "open"], "tier": None}
    session = models.Session.from_dict({**least, **nulls})
    assert (session.plan, session.tier) == (None, None)
    assert session.plans == [None, models.SessionPlansItem.OPEN]
    assert session.to_dict() == {**least, **nulls}
    session = models.Session.from_dict({**least, "plan": "open", "tier": "premium"})
    assert session.plan is models.SessionPlan.OPEN
    assert session.tier is models.Tier.PREMIUM


@pytest.mark.parametrize("contract", CONTRACTS)
def test_fields_beside_those_that_are_not_listed_keep_apart(edited: Edited, contract: str) -> None:
    notes = {"prop": "a", "prop_name": "b", "prop_dict": "c", "additional_property": "d"}
    more = {"noted": MOMENT}
    read = edited.module(f"{contract}.models").Notes.from_dict(notes | more)
    assert read.to_dict() == notes | more
    assert read.additional_keys == ["noted"]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_what_has_a_name_already_keeps_it(edited: Edited, contract: str) -> None:
    """An edit gives other names to what it adds, and to nothing else."""
    before = importlib.import_module(f"runtime_sessions_api.{contract}.models")
    now = edited.module(f"{contract}.models")
    for name in before.__all__:
        assert set(dir(getattr(before, name))) <= set(dir(getattr(now, name)))


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_field_leaves_alone_what_the_overlay_adds_to_its_model(
    edited: Edited, contract: str
) -> None:
    """`Answered` keeps the answer as `response`; models that it is not added to keep the name."""
    session = edited.module(f"{contract}.models.session").Session
    assert hasattr(session, "response_")
    assert not hasattr(session, "response")
