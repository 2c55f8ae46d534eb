"""No answer, however wrong, ends a part early, and none makes the suite itself fail."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from rich.console import Console

from runtime_sessions_contract._coverage import Gaps
from runtime_sessions_contract._race import race
from runtime_sessions_contract._run import Run
from runtime_sessions_contract._suite import RUNNERS, Result, execute
from runtime_sessions_contract._summary import summarise
from runtime_sessions_contract._target import Target, emulator_target
from runtime_sessions_contract._tour import tour
from runtime_sessions_emulator import Emulator

Change = Callable[[str, str, int, Any], tuple[int, Any]]


@contextmanager
def meddled(contract: str, change: Change) -> Generator[Target]:
    """The emulator behind somebody who changes the status and the JSON of its answers."""
    with (
        Emulator(contract=contract, virtual_clock=True) as emulator,
        httpx.Client(base_url=emulator.url) as inner,
    ):

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # In one piece, or each answer waits for an acknowledgement.
            wbufsize = -1

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
                answer = inner.request(self.command, self.path, content=body, headers=headers)
                content, status = answer.content, answer.status_code
                if content:
                    status, value = change(self.command, self.path, status, answer.json())
                    content = httpx.Response(200, json=value).content
                self.send_response(status)
                if content:
                    self.send_header("Content-Type", "application/json")
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = pass_on  # noqa: N815
            do_HEAD = do_OPTIONS = pass_on  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            known = emulator_target(emulator.url, contract)
            url = f"http://127.0.0.1:{server.server_address[1]}"
            yield replace(known, url=url, bundled=False)
            server.shutdown()


def held(contract: str, change: Change) -> Run:
    """Everything that takes its own way through a server, and no chance."""
    with meddled(contract, change) as target:
        run = Run(target, seed=1)
        try:
            for part in (race, tour):
                part(run)
        finally:
            run.close()
    return run


def wrong(value: Any, with_what: Any) -> Any:
    """Every field of every object in a value, changed."""
    if isinstance(value, dict):
        return {name: wrong(each, with_what) for name, each in value.items()}
    if isinstance(value, list) and value:
        return [wrong(each, with_what) for each in value]
    return with_what


@pytest.mark.parametrize(
    ("contract", "with_what"),
    [("classic", None), ("platform", "text"), ("platform", [None])],
)
def test_answers_whose_fields_are_all_of_another_type(contract: str, with_what: Any) -> None:
    def change(method: str, path: str, status: int, value: Any) -> tuple[int, Any]:
        del method, path
        # Who creates a session has to learn its id, or nothing more can be tried.
        kept = {"id": value["id"]} if "id" in value else {}
        return status, {**wrong(value, with_what), **kept}

    run = held(contract, change)
    assert run.bugs == []
    assert run.violations
    # The walk went on to its last stop.
    assert {exchange.name for exchange in run.exchanges} >= set(run.contract.operations)


@pytest.mark.parametrize("value", [None, [7], {"id": None}, {}])
def test_a_create_that_answers_nonsense(contract: str, value: Any) -> None:
    def change(method: str, path: str, status: int, answer: Any) -> tuple[int, Any]:
        created = method == "POST" and path == "/sessions" and status == 200
        return status, value if created else answer

    run = held(contract, change)
    assert run.bugs == []
    assert run.violations


def test_a_create_answered_201_is_told_apart_and_everything_else_is_looked_at(
    contract: str,
) -> None:
    def change(method: str, path: str, status: int, answer: Any) -> tuple[int, Any]:
        created = method == "POST" and path == "/sessions" and status == 200
        return 201 if created else status, answer

    run = held(contract, change)
    assert run.bugs == []
    assert run.violations == []
    assert {each.check for each in run.differences} == {"status documented"}
    assert len(run.exchanges) > 1_000


def test_a_first_creation_that_breaks_the_contract_ends_nothing() -> None:
    first = True

    def change(method: str, path: str, status: int, answer: Any) -> tuple[int, Any]:
        nonlocal first
        if first and method == "POST" and path == "/sessions" and status == 200:
            first = False
            return status, {**answer, "max_ttl": "a while"}
        return status, answer

    run = held("platform", change)
    assert run.bugs == []
    assert run.violations
    assert len(run.exchanges) > 1_000


def test_a_bug_of_the_suite_is_told_as_one_and_hides_no_other_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(_: Run) -> None:
        raise KeyError("201")

    monkeypatch.setitem(RUNNERS, "race", breaks)
    with meddled("classic", lambda *call: call[2:]) as target:
        run = Run(target, seed=1, examples=0.05)
        try:
            result = execute(run, ("race", "client"))
        finally:
            run.close()
    (bug,) = result.run.bugs
    assert bug.startswith("race, as a whole: KeyError: '201' (test_wrong_answers.py:")
    assert result.spans.keys() == {"race", "client"}


def reversed_history(method: str, path: str, status: int, answer: Any) -> tuple[int, Any]:
    """Only the order of the changes is another, which nobody promises."""
    del method, path
    if isinstance(answer, dict) and "timestamps" in answer:
        answer = {**answer, "timestamps": answer["timestamps"][::-1], "beside": "the contract"}
    return status, answer


def test_a_server_that_differs_only_from_what_is_assumed_holds_and_is_told_from_what() -> None:
    with meddled("platform", reversed_history) as target:
        run = Run(target, seed=1)
        try:
            result = execute_parts(run)
        finally:
            run.close()
    assert run.violations == []
    assert result.holds
    names = {finding.ground.name: finding.ground for finding in result.differences}
    assert "history-oldest-first" in names
    assert names["history-oldest-first"].provenance == "assumed"
    assert names["history-oldest-first"].reason
    # So is a field that the contract does not declare, with its place.
    assert any(finding.example.check == "fields declared" for finding in result.differences)
    console = Console(file=io.StringIO(), width=160)
    summarise(result, console)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "It differs where nobody can say that it is wrong" in told
    assert "docs/semantics.md#history-oldest-first" in told
    assert "holds to the contract, and differs in" in told


def test_strictly_the_same_server_does_not() -> None:
    with meddled("platform", reversed_history) as target:
        run = Run(target, seed=1, strict=True)
        try:
            result = execute_parts(run)
        finally:
            run.close()
    assert not result.holds
    assert "history-oldest-first" in {finding.ground.name for finding in result.findings}


def test_what_is_measured_is_held_against_anybody() -> None:
    def grows(method: str, path: str, status: int, answer: Any) -> tuple[int, Any]:
        if method == "GET" and path.startswith("/sessions/") and status == 200:
            answer = {**answer, "active_ttl": answer["max_ttl"] + 1}
        return status, answer

    with meddled("platform", grows) as target:
        run = Run(target, seed=1)
        try:
            result = execute_parts(run)
        finally:
            run.close()
    # One cause, wherever it was seen, and however often.
    (finding,) = result.findings
    assert (finding.ground.name, finding.ground.provenance) == (
        "active-ttl-is-a-setting",
        "measured",
    )
    assert finding.times > 10
    assert finding.example.curls


def execute_parts(run: Run) -> Result:
    """The parts that leave nothing to chance, as a result."""
    for part in (race, tour):
        part(run)
    return Result(run, ("race", "model"), Gaps())
