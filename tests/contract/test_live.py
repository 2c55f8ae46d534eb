"""Live services: an emulator plays one, and its own log says what was done to it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

import runtime_sessions
from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.cli.command import main
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.live.guard import BudgetSpentError, Guard
from runtime_sessions_contract.live.ledger import Ledger
from runtime_sessions_contract.live.settings import Live
from runtime_sessions_contract.live.walk import alive
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.wire.secrets import Secrets
from runtime_sessions_emulator import ContractName, Emulator, Fault


@pytest.fixture
def service(contract: ContractName) -> Iterator[Emulator]:
    with Emulator(contract=contract) as emulator:
        yield emulator


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch, service: Emulator) -> None:
    monkeypatch.setenv("CONTRACT", service.contract)
    monkeypatch.setenv("TOKEN", service.token)
    monkeypatch.setenv("OTHER_TOKEN", service.other_token)
    monkeypatch.setenv("LIVE", "1")


def created(service: Emulator) -> list[str]:
    return [session["id"] for session in service.sessions()]


def left_open(service: Emulator) -> list[str]:
    return [
        s["id"]
        for s in service.sessions()
        if s["history"][-1]["state"] not in {"closed", "canceled"}
    ]


def test_live_only_reads(
    service: Emulator, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with service.client() as client:
        names = CONTRACTS[service.contract].creation.names(service.backend, service.instance)
        given = client.post("/sessions", json=names).json()["id"]
    service.clear_requests()
    assert main([service.url, "--session", given, "--ledger", str(ledger)]) == 0
    said = capsys.readouterr().out
    assert f"{service.url} contradicts nothing; it was only read." in said
    assert "holds to the contract" not in said
    assert "Out of reach, for it takes WRITE=1" in said
    assert "status 200 of createSession" in said
    seen = service.requests()
    assert {request["method"] for request in seen} == {"GET"}
    assert {request["status"] for request in seen} == {200, 401, 404}
    assert left_open(service) == [given]
    assert not ledger.exists()


@pytest.mark.parametrize(("text", "status"), [("no", 0), ("false", 0), ("maybe", 2)])
def test_write_that_is_not_on_writes_nothing(
    service: Emulator, ledger: Path, text: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRITE", text)
    assert main([service.url, "--ledger", str(ledger)]) == status
    assert {request["method"] for request in service.requests()} <= {"GET"}
    assert created(service) == []
    assert not ledger.exists()


def test_write_keeps_to_its_budget_and_leaves_nothing_open(
    service: Emulator, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([service.url, "--write", "--ledger", str(ledger)]) == 0
    assert "holds to the contract" in capsys.readouterr().out
    assert len(created(service)) == 3
    assert left_open(service) == []
    assert len(service.requests()) <= 200
    bodies = [request["body"] for request in service.requests(operation="createSession")]
    ttl = {"classic": "max_session_ttl", "platform": "max_ttl"}[service.contract]
    assert {body[ttl] for body in bodies} == {1}
    assert Ledger(ledger, service.url, service.contract).left_open() == []


@pytest.mark.parametrize(("option", "most"), [("--max-sessions", 1), ("--max-requests", 40)])
def test_a_smaller_budget(service: Emulator, ledger: Path, option: str, most: int) -> None:
    assert main([service.url, "--write", "--ledger", str(ledger), option, str(most)]) == 0
    counted = created(service) if option == "--max-sessions" else service.requests()
    # What was created is closed all the same.
    closing = 1 if option == "--max-requests" else 0
    assert len(counted) <= most + closing
    assert left_open(service) == []


def run(service: Emulator, ledger: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "runtime_sessions_contract",
        service.url,
        "--write",
        "--ledger",
    ]
    return subprocess.Popen([*command, str(ledger)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def until_created(service: Emulator, ledger: Path) -> None:
    limit = time.monotonic() + 30
    while not (created(service) and Ledger(ledger, service.url, "").left_open()):
        assert time.monotonic() < limit
        time.sleep(0.02)


@pytest.mark.parametrize(("by", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_ended_by_force(service: Emulator, ledger: Path, by: signal.Signals, status: int) -> None:
    # The first look at a new session takes so long that the run is in the midst of it when it ends.
    service.add_fault(Fault("delay", operation="updateSession", seconds=1))
    with run(service, ledger) as process:
        until_created(service, ledger)
        process.send_signal(by)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == status
    assert (b"Interrupted: this is what was found so far." in said) is (by is signal.SIGINT)
    if by is signal.SIGKILL:
        assert len(left_open(service)) == 1
        assert main([service.url, "--ledger", str(ledger)]) == 0
    assert created(service)
    assert left_open(service) == []


def walk(
    service: Emulator, ledger: Path, *, baseline: Path | None = None
) -> tuple[Guard, Run, list[float]]:
    slept: list[float] = []
    live = Live(
        session=None, write=True, sessions=3, requests=200, ledger=ledger, baseline=baseline
    )
    guard = Guard(
        Ledger(ledger, service.url, service.contract),
        live.sessions,
        live.requests,
        Secrets(service.token, service.other_token),
        sleep=slept.append,
    )
    target = Target(
        service.url,
        Secrets(service.token, service.other_token),
        CONTRACTS[service.contract],
        service.backend,
        service.instance,
    )
    run = Run(target, seed=1, transport=guard)
    alive(run, guard, live)
    run.close()
    return guard, run, slept


@pytest.mark.parametrize("echo", ["{}", "s-{}", "{}%2F"])
def test_a_token_that_comes_back_as_an_id_is_not_written_down(
    service: Emulator, ledger: Path, echo: str
) -> None:
    token = "canary/8f14e45fceea"
    told = {"id": echo.format(quote(token, safe=""))}
    guard = Guard(
        Ledger(ledger, service.url, service.contract),
        1,
        9,
        Secrets(token),
        inner=httpx.MockTransport(lambda _: httpx.Response(200, json=told)),
    )
    with httpx.Client(transport=guard) as client:
        assert client.post(f"{service.url}/sessions", json={}).json() == told
        assert Ledger(ledger, service.url, service.contract).left_open() == []
        assert "canary" not in ledger.read_text()
        told["id"] = "s-1"
        guard.sessions = 2
        client.post(f"{service.url}/sessions", json={})
    assert Ledger(ledger, service.url, service.contract).left_open() == ["s-1"]


@pytest.mark.parametrize("answer", [200, 400, 502, None])
def test_a_create_is_written_down_before_it_is_sent(ledger: Path, answer: int | None) -> None:
    book = runtime_sessions.Ledger(ledger)
    sent: list[str | None] = []

    def answered(_: httpx.Request) -> httpx.Response:
        sent.extend(intent.backend for intent in book.intents())
        if answer is None:
            raise httpx.ReadError("gone")
        return httpx.Response(answer, json={"id": "made"})

    url = "https://service.test"
    guard = Guard(
        Ledger(ledger, url, "platform"),
        1,
        9,
        Secrets("token"),
        inner=httpx.MockTransport(answered),
    )
    with httpx.Client(transport=guard) as client:
        with nullcontext() if answer else pytest.raises(httpx.ReadError):
            client.post(f"{url}/sessions", json={"backend": "ibm_backend", "mode": "batch"})
        with pytest.raises(BudgetSpentError):
            client.post(f"{url}/sessions", json={"backend": "other", "mode": "batch"})
    assert sent == ["ibm_backend"]
    assert [entry.id for entry in book.entries()] == (["made"] if answer == 200 else [])
    assert len(book.intents()) == (answer in {502, None})


def test_retry_after_is_obeyed(service: Emulator, ledger: Path) -> None:
    service.add_fault(Fault("rate_limit", operation="createSession", times=2, retry_after=7))
    guard, found, slept = walk(service, ledger)
    assert slept == [7, 7]
    assert not found.violations
    assert guard.made == len(service.requests())
    assert len(created(service)) == guard.created == 3
    assert left_open(service) == []


def test_retry_after_by_a_date_is_obeyed(service: Emulator, ledger: Path) -> None:
    service.add_fault(
        Fault("rate_limit", operation="closeSession", times=1, retry_after=30, as_date=True)
    )
    _, _, slept = walk(service, ledger)
    assert [25 < pause <= 31 for pause in slept] == [True]


def test_what_cannot_be_closed_is_told(
    service: Emulator, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.add_fault(Fault("gateway", operation="closeSession", status=502))
    assert main([service.url, "--write", "--ledger", str(ledger), "--max-sessions", "1"]) == 2
    assert "may be open" in capsys.readouterr().err
    assert Ledger(ledger, service.url, service.contract).left_open() == left_open(service) != []


def test_drift_is_told_and_can_be_accepted(
    service: Emulator, ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.add_fault(
        Fault("unknown_value", operation="getSession", field="state", value="pending_closed")
    )
    operation, schema, field = {
        "classic": ("getSessionExtended", "ExtendedSession", "interactive_ttl"),
        "platform": ("createSession", "Session", "mode"),
    }[service.contract]
    service.add_fault(Fault("missing_field", operation=operation, field=field))
    options = [service.url, "--write", "--ledger", str(ledger), "--report", str(tmp_path)]
    assert main(options) == 3
    said = capsys.readouterr().out
    assert "drifts from the contract: 2 differences" in said
    found = json.loads((tmp_path / "drift.json").read_text(encoding="utf-8"))
    assert {
        (each["operation"], each["kind"], each["pointer"], each["field"]) for each in found
    } == {
        ("getSession", "enum", "#/components/schemas/Session/properties/state", "state"),
        (operation, "missing field", f"#/components/schemas/{schema}", field),
    }
    (tmp_path / "accepted.json").write_text(json.dumps(found), encoding="utf-8")
    capsys.readouterr()
    assert main([*options, "--baseline", str(tmp_path / "accepted.json")]) == 0
    assert "not seen" not in capsys.readouterr().out
    # What was accepted stays in the file, which is the baseline of the next run.
    assert json.loads((tmp_path / "drift.json").read_text(encoding="utf-8")) == found
    # What was mended meanwhile is told.
    for fault in service.faults()[1:]:
        service.remove_fault(fault["name"])
    assert main([*options, "--baseline", str(tmp_path / "accepted.json")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    place = f"#/components/schemas/{schema}"
    gone = f"drift of {operation} (200): missing field of {field}, {place}"
    assert f"Accepted, and not seen in this run: {gone}" in told
    assert told.count("not seen in this run") == 1
    assert gone in unescape((tmp_path / "report.html").read_text(encoding="utf-8"))


def test_a_baseline_that_is_none(service: Emulator, ledger: Path) -> None:
    assert main([service.url, "--ledger", str(ledger), "--baseline", os.devnull]) == 2


def test_a_recorded_run_is_replayed_offline(
    service: Emulator, ledger: Path, tmp_path: Path
) -> None:
    assert main([service.url, "--write", "--ledger", str(ledger), "--report", str(tmp_path)]) == 0
    file = tmp_path / "calls.har"
    service.clear_requests()
    assert main(["--replay", str(file)]) == 0
    assert service.requests() == []
    recorded = file.read_text(encoding="utf-8")
    assert '\\"accepting_jobs\\":false' in recorded
    file.write_text(
        recorded.replace('\\"accepting_jobs\\":false', '\\"accepting_jobs\\":true'),
        encoding="utf-8",
    )
    assert main(["--replay", str(file)]) == 1
    assert main(["--replay", str(ledger)]) == 2
    log = json.loads(file.read_text(encoding="utf-8"))
    wrong: object
    for wrong in ({"log": log["log"] | {"entries": [{"request": 5}]}}, {"log": []}, []):
        file.write_text(json.dumps(wrong), encoding="utf-8")
        assert main(["--replay", str(file)]) == 2
    file.write_text("[" * 100_000, encoding="utf-8")
    assert main(["--replay", str(file)]) == 2
