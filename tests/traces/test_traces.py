"""Recorded answers of the service: both generated clients, the library and the suite read each.

Ids are replaced. Every file names its source, and what it shows. A file that has a `model` is a
part of an answer, and only the generated client reads it.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from runtime_sessions import (
    AsyncSessionsClient,
    BadRequestError,
    BearerToken,
    NotFoundError,
    Retries,
    SessionsClient,
    StatusError,
)
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.wire.secrets import Secrets

FOLDER = Path(__file__).parent
FILES: dict[str, Any] = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))
    for file in sorted(FOLDER.glob("*.json"))
}
TRACES = {name: trace for name, trace in FILES.items() if "model" not in trace}
PARTS = {name: trace for name, trace in FILES.items() if "model" in trace}
URL = "https://service.test"
Reader = Callable[["Replayed"], Any]
CRN = "crn:v1:bluemix:public:quantum-computing:us-east:a/account:instance::"
UNDECLARED = {"not_in_any_contract": {"deep": [1, None, "x"]}}

REFUSED = {name: trace for name, trace in TRACES.items() if trace["status"] >= 400}
DONE = {name: trace for name, trace in TRACES.items() if name not in REFUSED}

each = pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
#: As it was recorded, and with a field more that no contract has.
more = pytest.mark.parametrize("added", [{}, UNDECLARED], ids=["recorded", "with a field more"])


class Replayed:
    """A server that gives one recorded answer, to the request that it was the answer to."""

    def __init__(self) -> None:
        replayed = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # In one piece, or each answer waits for an acknowledgement.
            wbufsize = -1

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                trace = replayed.trace
                if (self.command, self.path) != (trace["method"], trace["path"]):
                    self.send_error(501, "This was not recorded")
                    return
                self.send_response(trace["status"])
                body = b"" if trace["body"] is None else json.dumps(trace["body"]).encode()
                if body:
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = answer  # noqa: N815 - as it calls them

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
                """Say nothing."""

        self.trace: dict[str, Any] = {}
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def options(self) -> dict[str, Any]:
        """What a client of the library is given to be answered."""
        return {
            "token": "t",
            "auth": BearerToken,
            "instance": instance_of(self.trace),
            "contract": self.trace["contract"],
            "retries": Retries(attempts=1),
        }


@pytest.fixture(scope="module")
def running() -> Iterator[Replayed]:
    replayed = Replayed()
    with replayed.http as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield replayed
        http.shutdown()
        thread.join()


@pytest.fixture
def service(running: Replayed, trace: dict[str, Any], added: dict[str, Any]) -> Replayed:
    """The service as it was when it gave an answer."""
    body = trace["body"]
    running.trace = {**trace, "body": None if body is None else {**body, **added}}
    return running


def instance_of(trace: dict[str, Any]) -> str:
    return CRN if trace["contract"] == "platform" else "hub/group/project"


def session_of(trace: dict[str, Any]) -> str:
    """The id in the path."""
    found: str = trace["path"].split("/")[2]
    return found


@pytest.mark.parametrize("trace", FILES.values(), ids=FILES)
def test_it_says_what_it_shows_and_where_it_is_from(trace: dict[str, Any]) -> None:
    assert trace["shows"].endswith(".")
    assert urlsplit(trace["source"]).scheme == "https" or "GitHub" in trace["source"]


def test_there_are_traces_of_both_contracts() -> None:
    assert len(TRACES) >= 10
    assert {trace["contract"] for trace in TRACES.values()} == set(CONTRACTS)


@more
@each
def test_the_generated_client_reads_it_and_loses_nothing(service: Replayed) -> None:
    trace = service.trace
    package = f"runtime_sessions_api.{trace['contract']}"
    names = {"POST": "create_session", "GET": "get_session", "DELETE": "close_session"}
    operation = importlib.import_module(f"{package}.api.sessions.{names[trace['method']]}")
    with importlib.import_module(package).AuthenticatedClient(service.url, token="t") as client:
        if trace["method"] == "POST":
            request = importlib.import_module(f"{package}.models").SessionRequest
            # The recorded caller of 2024 named no mode, which the contract asks for.
            body = request.from_dict({"mode": "batch", **trace["request"]})
            answer = operation.sync_detailed(client=client, body=body)
        else:
            answer = operation.sync_detailed(session_of(trace), client=client)
    assert answer.status_code == trace["status"]
    if trace["body"] is not None:
        assert answer.parsed.to_dict() == trace["body"]


@more
@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_the_generated_model_reads_a_part_and_loses_nothing(
    part: dict[str, Any], added: dict[str, Any]
) -> None:
    models = importlib.import_module(f"runtime_sessions_api.{part['contract']}.models")
    body = {**part["body"], **added}
    assert getattr(models, part["model"]).from_dict(body).to_dict() == body


def read(service: Replayed) -> dict[str, Any] | None:
    """What the synchronous library makes of an answer; None where there is nothing to read."""
    trace = service.trace
    with SessionsClient(service.url, **service.options()) as client:
        if trace["method"] == "POST":
            session = client.create(backend="ibm_x", mode="batch")
            assert session.id == trace["body"]["id"]
            if trace["contract"] == "platform":
                return session.details().to_dict()
            return fields_of(session.response)
        if trace["method"] == "GET":
            return client.get(session_of(trace)).to_dict()
        client.cancel(session_of(trace))
        return None


async def read_in_a_task(service: Replayed) -> dict[str, Any] | None:
    """What the asynchronous library makes of it."""
    trace = service.trace
    async with AsyncSessionsClient(service.url, **service.options()) as client:
        if trace["method"] == "POST":
            session = await client.create(backend="ibm_x", mode="batch")
            assert session.id == trace["body"]["id"]
            if trace["contract"] == "platform":
                return (await session.details()).to_dict()
            return fields_of(session.response)
        if trace["method"] == "GET":
            return (await client.get(session_of(trace))).to_dict()
        await client.cancel(session_of(trace))
        return None


def fields_of(response: Any) -> dict[str, Any]:
    fields: dict[str, Any] = response.json()
    return fields


@pytest.fixture(params=["sync", "async"])
def reader(request: pytest.FixtureRequest) -> Reader:
    """How an answer is read: by either half of the library."""
    if request.param == "sync":
        return read
    return lambda service: asyncio.run(read_in_a_task(service))


@more
@pytest.mark.parametrize("trace", DONE.values(), ids=DONE)
def test_the_library_reads_it_and_loses_nothing(service: Replayed, reader: Reader) -> None:
    body = service.trace["body"]
    answer = reader(service)
    if body is None:
        assert answer is None
        return
    # What a contract names and an answer lacks may be there, as a default.
    assert {name: answer[name] for name in body} == body


@more
@pytest.mark.parametrize("trace", REFUSED.values(), ids=REFUSED)
def test_the_library_raises_it_and_loses_nothing(service: Replayed, reader: Reader) -> None:
    body = service.trace["body"]
    with pytest.raises(StatusError) as caught:
        reader(service)
    error = caught.value
    (told,) = body["errors"]
    assert (error.status, error.trace) == (service.trace["status"], body["trace"])
    assert (error.code, error.message) == (told["code"], told["message"])
    assert (error.solution or None) == told.get("solution")
    assert json.loads(error.body) == body


@pytest.mark.parametrize("added", [{}])
@pytest.mark.parametrize("trace", [TRACES["platform-open-plan"]])
def test_the_library_tells_what_the_plan_forbids(service: Replayed) -> None:
    with pytest.raises(BadRequestError, match="different execution mode") as caught:
        read(service)
    assert caught.value.code == 1352


@pytest.mark.parametrize("added", [{}])
@pytest.mark.parametrize("trace", [TRACES["platform-unknown-2022"]])
def test_the_library_tells_that_a_session_is_unknown(service: Replayed) -> None:
    with pytest.raises(NotFoundError, match="unknown session"):
        read(service)


@more
@each
def test_the_suite_does_not_call_it_wrong(trace: dict[str, Any], added: dict[str, Any]) -> None:
    instance = instance_of(trace)
    target = Target(
        URL, Secrets("token-of-nobody"), CONTRACTS[trace["contract"]], "ibm_x", instance
    )
    run = Run(target, seed=1)
    body = None if trace["body"] is None else {**trace["body"], **added}
    run.known.given = frozenset([trace["path"].split("/")[2]] if "/" in trace["path"][1:] else [])
    exchange = run.exchange(
        method=trace["method"],
        url=URL + trace["path"],
        request_headers={
            name.lower(): value for name, value in target.headers("token-of-nobody").items()
        }
        | {"content-type": "application/json"},
        request_body=json.dumps(trace.get("request", {})).encode(),
        status=trace["status"],
        headers={"content-type": "application/json"} if body is not None else {},
        body=b"" if body is None else json.dumps(body).encode(),
        sent=run.now(),
        received=run.now(),
    )
    assert exchange.operation is not None
    assert run.sees(exchange) == []
    run.close()
