"""No answer, however wrong, ends a part early, and none makes the suite itself fail."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from mutants._mutant import Answer, Forward, Mutant, Receive, Request, Scope, Send
from rich.console import Console

from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.drivers.race import race
from runtime_sessions_contract.drivers.tour import tour
from runtime_sessions_contract.report import html
from runtime_sessions_contract.report.summary import summarise
from runtime_sessions_contract.run.coverage import Gaps
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.suite.result import Result, result_of
from runtime_sessions_contract.suite.suite import RUNNERS, execute
from runtime_sessions_contract.target.bundled import emulator_target
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.verdicts.violation import Violation
from runtime_sessions_contract.wire.secrets import Secrets
from runtime_sessions_emulator import ContractName, Emulator
from runtime_sessions_emulator.server.app import App

Change = Callable[[str, str, int, Any], tuple[int, Any]]


@contextmanager
def meddled(contract: ContractName, change: Change) -> Generator[Target]:
    """The emulator with somebody in front who changes the status and the JSON of its answers."""

    async def meddle(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if answer.body:
            changed = change(request.method, request.path, answer.status, answer.json)
            answer.status, value = changed
            if isinstance(value, bytes):
                answer.body = value
            else:
                answer.json = value
        return answer

    mutant = Mutant("meddled", "shapes", "What a test says.", meddle=meddle, contract=contract)
    plain = App.__call__

    async def mutated(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        await mutant.wrapped(partial(plain, app))(scope, receive, send)

    with (
        patch.object(App, "__call__", mutated),
        Emulator(contract=contract, virtual_clock=True) as emulator,
    ):
        yield replace(emulator_target(emulator.url, contract), bundled=False)


def held(contract: ContractName, change: Change) -> Run:
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
    [("classic", None), ("platform", [None])],
)
def test_answers_whose_fields_are_all_of_another_type(
    contract: ContractName, with_what: Any
) -> None:
    def change(method: str, path: str, status: int, value: Any) -> tuple[int, Any]:
        del method, path
        # Who creates a session has to learn its id, or nothing more can be tried.
        kept = {"id": value["id"]} if "id" in value else {}
        return status, {**wrong(value, with_what), **kept}

    run = held(contract, change)
    assert run.bugs == []
    assert run.violations
    # The walk went on to its last stop.
    assert {exchange.name for exchange in run.exchanges} >= set(run.document.operations)


@pytest.mark.parametrize(("contract", "body"), [("classic", b"{{"), ("platform", b"[" * 100_000)])
def test_answers_that_cannot_be_read(contract: ContractName, body: bytes) -> None:
    def change(method: str, path: str, status: int, value: Any) -> tuple[int, Any]:
        del path
        return status, value if method == "POST" else body

    run = held(contract, change)
    assert run.bugs == []
    assert run.violations


@pytest.mark.parametrize("value", [None, [7], {"id": None}, {}])
def test_a_create_that_answers_nonsense(contract: ContractName, value: Any) -> None:
    def change(method: str, path: str, status: int, answer: Any) -> tuple[int, Any]:
        created = method == "POST" and path == "/sessions" and status == 200
        return status, value if created else answer

    run = held(contract, change)
    assert run.bugs == []
    assert run.violations


def test_a_create_answered_201_is_told_apart_and_everything_else_is_looked_at(
    contract: ContractName,
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
    (bug,) = result.bugs
    assert bug.startswith("race, as a whole: KeyError: '201' (test_wrong_answers.py:")
    assert result.timings.keys() == {"race", "client"}
    assert not result.violations
    assert not result.holds
    assert "has no verdict: the suite itself failed" in html.page(result)


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


def test_strictly_that_is_a_violation() -> None:
    target = Target("http://127.0.0.1:9", Secrets("t"), CONTRACTS["platform"])
    differs = Violation("history", "getSession", "", "", "#/paths", rule="history-oldest-first")
    assert not Run(target, seed=1).holds_against(differs)
    assert Run(target, seed=1, strict=True).holds_against(differs)
    assert Run(replace(target, bundled=True), seed=1).holds_against(differs)


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
    return result_of(run, ("race", "model"), Gaps(), {})
