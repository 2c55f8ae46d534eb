"""Recorded answers of the service: both generated clients, the library and the suite read each.

Ids are replaced. Every file names its source, and what it shows.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from runtime_sessions import (
    AsyncSessionsClient,
    BadRequestError,
    BearerToken,
    NotFoundError,
    Retries,
    SessionsClient,
)
from runtime_sessions_contract._run import Run
from runtime_sessions_contract._target import DIALECTS, Target
from runtime_sessions_contract._wire import Secrets

FOLDER = Path(__file__).parent
TRACES: dict[str, Any] = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))
    for file in sorted(FOLDER.glob("*.json"))
}
URL = "https://service.test"
CRN = "crn:v1:bluemix:public:quantum-computing:us-east:a/account:instance::"

each = pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
answers = pytest.mark.parametrize(
    "trace", [one for one in TRACES.values() if one["status"] == 200], ids=lambda one: one["path"]
)


def answering(trace: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == (trace["method"], trace["path"])
        if trace["body"] is None:
            return httpx.Response(trace["status"])
        return httpx.Response(trace["status"], json=trace["body"])

    return answer


def options(trace: dict[str, Any], http_client: Any) -> dict[str, Any]:
    instance = CRN if trace["contract"] == "platform" else "hub/group/project"
    return {
        "token": "t",
        "auth": BearerToken,
        "instance": instance,
        "contract": trace["contract"],
        "http_client": http_client,
        "retries": Retries(attempts=1),
    }


@each
def test_it_says_what_it_shows_and_where_it_is_from(trace: dict[str, Any]) -> None:
    assert trace["shows"].endswith(".")
    assert urlsplit(trace["source"]).scheme == "https" or "GitHub" in trace["source"]


def test_there_are_traces_of_both_contracts() -> None:
    assert len(TRACES) >= 10
    assert {trace["contract"] for trace in TRACES.values()} == set(DIALECTS)


@each
def test_the_generated_client_reads_it_and_loses_nothing(trace: dict[str, Any]) -> None:
    package = f"runtime_sessions_api.{trace['contract']}"
    transport = httpx.MockTransport(answering(trace))
    client = importlib.import_module(package).AuthenticatedClient(URL, token="t")
    client.set_httpx_client(httpx.Client(base_url=URL, transport=transport))
    names = {"POST": "create_session", "GET": "get_session", "DELETE": "close_session"}
    operation = importlib.import_module(f"{package}.api.sessions.{names[trace['method']]}")
    if trace["method"] == "POST":
        request = importlib.import_module(f"{package}.models").SessionRequest
        # The recorded caller of 2024 named no mode, which the contract asks for.
        body = request.from_dict({"mode": "batch", **trace["request"]})
        answer = operation.sync_detailed(client=client, body=body)
    else:
        answer = operation.sync_detailed(trace["path"].split("/")[2], client=client)
    assert answer.status_code == trace["status"]
    if trace["body"] is not None:
        assert answer.parsed.to_dict() == trace["body"]


@answers
def test_the_library_reads_it(trace: dict[str, Any]) -> None:
    transport = httpx.MockTransport(answering(trace))
    body = trace["body"]
    with (
        httpx.Client(transport=transport) as http_client,
        SessionsClient(URL, **options(trace, http_client)) as client,
    ):
        if trace["method"] == "POST":
            assert client.create(backend="ibm_x", mode="batch").id == body["id"]
            return
        details = client.get(body["id"])
    assert {name: details.to_dict()[name] for name in body} == body


async def _reads(trace: dict[str, Any]) -> None:
    transport = httpx.MockTransport(answering(trace))
    async with (
        httpx.AsyncClient(transport=transport) as http_client,
        AsyncSessionsClient(URL, **options(trace, http_client)) as client,
    ):
        if trace["method"] == "POST":
            session = await client.create(backend="ibm_x", mode="batch")
            assert session.id == trace["body"]["id"]
        else:
            details = await client.get(trace["body"]["id"])
            assert details.id == trace["body"]["id"]


@answers
def test_the_library_reads_it_in_tasks(trace: dict[str, Any]) -> None:
    asyncio.run(_reads(trace))


def test_the_library_tells_the_errors() -> None:
    refused = TRACES["platform-open-plan"]
    with httpx.Client(transport=httpx.MockTransport(answering(refused))) as http_client:
        client = SessionsClient(URL, **options(refused, http_client))
        with pytest.raises(BadRequestError, match="open plan") as caught:
            client.create(backend="ibm_x")
        assert caught.value.code == 1352
        assert "different execution mode" in str(caught.value)
    unknown = TRACES["platform-unknown-2022"]
    with httpx.Client(transport=httpx.MockTransport(answering(unknown))) as http_client:
        client = SessionsClient(URL, **options(unknown, http_client))
        with pytest.raises(NotFoundError, match="unknown session"):
            client.get("unknown")


@each
def test_the_suite_does_not_call_it_wrong(trace: dict[str, Any]) -> None:
    instance = CRN if trace["contract"] == "platform" else "hub/group/project"
    target = Target(URL, Secrets("token-of-nobody"), DIALECTS[trace["contract"]], "ibm_x", instance)
    run = Run(target, seed=1)
    body = trace["body"]
    run.model.given = frozenset([trace["path"].split("/")[2]] if "/" in trace["path"][1:] else [])
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
