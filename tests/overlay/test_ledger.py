"""The ledger: what was created is on disk until it has ended, whatever ends the process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import (
    CallError,
    ContractError,
    Ledger,
    SessionsClient,
    SettingsError,
    set_testing,
)
from runtime_sessions._ledger import Ledger as LedgerClass
from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runtime_sessions_emulator import Emulator

    Connect = Callable[..., SessionsClient]

PROGRAM = """
import json, os, sys
from runtime_sessions import BearerToken, SessionsClient

url, options, backend, ledger, then = json.loads(sys.argv[1])
client = SessionsClient(url, **options, auth=BearerToken, ledger=ledger)
session = client.create(backend=backend, mode="batch")
print(session.id, flush=True)
if then == "wait":
    sys.stdin.read()
elif then == "fork":
    if os.fork() == 0:
        print(client.create(backend=backend).id, flush=True)
        os._exit(0)
    os.wait()
    sys.stdin.read()
else:
    session.cancel()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sessions.ledger"


@pytest.fixture
def noting(connect: Connect, emulator: Emulator, file: Path) -> SessionsClient:
    return connect(emulator.url, ledger=file)


def ids(file: Path) -> list[str]:
    return [entry.id for entry in Ledger(file).entries()]


def process(
    emulator: Emulator, account: dict[str, Any], file: Path, then: str
) -> subprocess.Popen[str]:
    """Start a program that creates a session and says its id."""
    options = {name: value for name, value in account.items() if name != "auth"}
    given = json.dumps([emulator.url, options, emulator.backend, str(file), then])
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def state_of(emulator: Emulator, session_id: str) -> str:
    (state,) = [one["state"] for one in emulator.sessions() if one["id"] == session_id]
    return str(state)


def test_what_is_created_is_written_down_and_struck_out_by_its_end(
    noting: SessionsClient, emulator: Emulator, file: Path
) -> None:
    drained = noting.create(backend=emulator.backend, mode="batch")
    cancelled = noting.create(backend=emulator.backend)
    (first, second) = Ledger(file).entries()
    assert (first.id, second.id) == (drained.id, cancelled.id)
    assert (first.base_url, first.instance) == (emulator.url, emulator.instance)
    assert (first.backend, first.mode) == (emulator.backend, "batch")
    assert first.contract == emulator.contract
    assert first.created_at.tzinfo is not None
    assert not first.is_left
    drained.drain()
    assert ids(file) == [cancelled.id]
    noting.cancel(cancelled.id)
    assert ids(file) == []
    assert emulator.token not in file.read_text()


def test_it_is_on_disk_before_the_handle_is_there(
    noting: SessionsClient, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    noting.create(backend=emulator.backend)
    assert len(flushed) == 1


def test_details_that_show_the_end_strike_it_out(
    noting: SessionsClient, emulator: Emulator, file: Path
) -> None:
    session = noting.create(backend=emulator.backend, max_ttl=60)
    emulator.submit_job(session.id, duration=3600)
    emulator.advance(60)
    assert ids(file) == [session.id]
    session.refresh()
    assert ids(file) == []


def test_a_block_that_leaves_its_session_on_purpose_strikes_it_out(
    noting: SessionsClient, emulator: Emulator, file: Path
) -> None:
    with noting.create(backend=emulator.backend, on_exit="leave") as session:
        assert ids(file) == [session.id]
    assert ids(file) == []


def test_an_ending_that_fails_leaves_it_written_down(
    noting: SessionsClient, emulator: Emulator, file: Path
) -> None:
    session = noting.create(backend=emulator.backend)
    emulator.add_fault(Fault("error", status=503))
    with set_testing(True), pytest.raises(CallError):
        session.cancel()
    assert ids(file) == [session.id]


def test_the_end_of_another_is_not_written_down(
    noting: SessionsClient, client: SessionsClient, emulator: Emulator, file: Path
) -> None:
    noting.cancel(client.create(backend=emulator.backend).id)
    assert file.read_bytes() == b""


def test_a_session_of_a_broken_answer_stays_written_down_until_it_is_ended(
    mocked: Callable[..., SessionsClient], file: Path
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"id": "s-1", "messages": 1, "mode": 1})
        return httpx.Response(403)

    with pytest.raises(ContractError):
        mocked(answer, ledger=file).create(backend="ibm_backend")
    assert ids(file) == ["s-1"]


def test_a_session_that_cannot_be_written_down_is_cancelled(
    noting: SessionsClient, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LedgerClass, "_append", full)
    with pytest.raises(SettingsError, match="No space left"):
        noting.create(backend=emulator.backend)
    (session,) = emulator.sessions()
    assert session["state"] == "closed"


def test_a_ledger_that_cannot_be_written_is_said_before_anything_is_sent(
    connect: Connect, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="cannot be written: No such file"):
        connect("https://service.test", ledger=tmp_path / "nowhere" / "ledger")


def test_without_a_ledger_there_is_nothing_to_end(client: SessionsClient) -> None:
    with pytest.raises(ValueError, match="ledger="):
        client.end_left()


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_a_torn_last_line_loses_nothing_before_it_or_after_it(
    noting: SessionsClient, connect: Connect, emulator: Emulator, file: Path, cut: int
) -> None:
    kept = noting.create(backend=emulator.backend).id
    lost = noting.create(backend=emulator.backend).id
    assert ids(file) == [kept, lost]
    os.truncate(file, file.stat().st_size - cut)
    assert ids(file) == [kept]
    after = connect(emulator.url, ledger=file).create(backend=emulator.backend).id
    assert ids(file) == [kept, after]


def test_garbage_is_passed_over(noting: SessionsClient, emulator: Emulator, file: Path) -> None:
    session = noting.create(backend=emulator.backend).id
    with file.open("ab") as ledger:
        ledger.write(b'\nnonsense\n{"open": true}\n[1]\n\xff\x00\n{"open": true, "owner": "me"}')
    assert ids(file) == [session]


def test_one_that_was_emptied_is_read_anew(
    noting: SessionsClient, emulator: Emulator, file: Path
) -> None:
    ledger = Ledger(file)
    noting.create(backend=emulator.backend)
    assert len(ledger.entries()) == 1
    file.write_bytes(b"")
    assert ledger.entries() == ()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_killed_process_left_is_ended_by_the_next_one(
    noting: SessionsClient,
    emulator: Emulator,
    account: dict[str, Any],
    file: Path,
    sign: signal.Signals,
) -> None:
    with process(emulator, account, file, "wait") as killed:
        session = said(killed)
        assert noting.end_left() == ()
        assert state_of(emulator, session) == "open"
        killed.send_signal(sign)
    (entry,) = Ledger(file).entries()
    assert entry.is_left
    assert noting.end_left() == (session,)
    assert state_of(emulator, session) == "closed"
    assert ids(file) == []


def test_what_living_processes_hold_is_left_alone(
    noting: SessionsClient, emulator: Emulator, account: dict[str, Any], file: Path
) -> None:
    own = noting.create(backend=emulator.backend)
    with (
        process(emulator, account, file, "wait") as living,
        process(emulator, account, file, "wait") as killed,
    ):
        held, left = said(living), said(killed)
        killed.kill()
        killed.wait()
        assert noting.end_left() == (left,)
        assert [state_of(emulator, one) for one in (own.id, held)] == ["open", "open"]
        living.kill()
    assert noting.end_left() == (held,)
    assert ids(file) == [own.id]


def test_several_processes_share_one_file(
    emulator: Emulator, account: dict[str, Any], file: Path
) -> None:
    running = [process(emulator, account, file, "wait") for _ in range(3)]
    ending = [process(emulator, account, file, "cancel") for _ in range(3)]
    left = {said(one) for one in running}
    for one in ending:
        one.communicate()
    assert set(ids(file)) == left
    for one in running:
        one.kill()
        one.communicate()
    assert {entry.id for entry in Ledger(file).entries() if entry.is_left} == left


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_is_another_one(
    noting: SessionsClient, emulator: Emulator, account: dict[str, Any], file: Path
) -> None:
    with process(emulator, account, file, "fork") as parent:
        of_parent, of_child = said(parent), said(parent)
        until = time.monotonic() + 10
        while not (left := noting.end_left()) and time.monotonic() < until:
            pass
        assert left == (of_child,)
        assert ids(file) == [of_parent]
        parent.kill()


def test_other_services_and_what_is_not_known_stay_written_down(
    noting: SessionsClient,
    emulator: Emulator,
    account: dict[str, Any],
    file: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with process(emulator, account, file, "wait") as killed:
        session = said(killed)
        killed.kill()
    line = json.loads(file.read_text().strip())
    with file.open("a") as ledger:
        for changed in ({"base_url": "https://elsewhere.test"}, {"id": "no-such-session"}):
            ledger.write("\n" + json.dumps(line | changed))
    assert noting.end_left() == (session,)
    assert ids(file) == [session, "no-such-session"]
    assert "no-such-session stays in the ledger" in caplog.text
