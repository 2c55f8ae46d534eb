"""The ledger: what was created is on disk until it has ended, whatever ends the process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import (
    CallError,
    ContractError,
    Ledger,
    OutcomeUnknownError,
    SessionsClient,
    SettingsError,
    set_testing,
)
from runtime_sessions import _ledger_file as ledger_file
from runtime_sessions import _owners as owners
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
if then == "churn":
    from runtime_sessions import Ledger, _ledger_file

    _ledger_file._SMALL = 2000
    book, place = Ledger(ledger), {"base_url": url, "contract": "classic", "instance": None}
    for number in range(10**6):
        name = f"{os.getpid()}-{number}"
        book.write(name, **place, backend=None, mode="batch")
        print("+", name, flush=True)
        if number % 4:
            print("-", name, flush=True)
            book.strike(name, base_url=url)
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
    # What it intends, and what came of it.
    assert len(flushed) == 2


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
    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LedgerClass, "write", full)
    with pytest.raises(SettingsError, match="No space left"):
        noting.create(backend=emulator.backend)
    (session,) = emulator.sessions()
    assert session["state"] == "closed"
    monkeypatch.setattr(LedgerClass, "intend", full)
    with pytest.raises(SettingsError, match="No space left"):
        noting.create(backend=emulator.backend)
    assert len(emulator.sessions()) == 1


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
    line = json.loads(file.read_text().splitlines()[-1])
    with file.open("a") as ledger:
        for changed in ({"base_url": "https://elsewhere.test"}, {"id": "no-such-session"}):
            ledger.write("\n" + json.dumps(line | changed))
    assert noting.end_left() == (session,)
    assert ids(file) == [session, "no-such-session"]
    assert "no-such-session stays in the ledger" in caplog.text


def test_a_create_is_written_down_before_it_is_sent(
    mocked: Callable[..., SessionsClient], file: Path
) -> None:
    seen: list[object] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            (intent,) = Ledger(file).intents()
            seen.append((intent.backend, intent.mode, intent.is_left, ids(file)))
            assert intent.given_up_by is not None
            assert timedelta(0) < intent.given_up_by - intent.begun_at <= timedelta(seconds=120)
        return httpx.Response(400)

    with pytest.raises(CallError):
        mocked(answer, ledger=file).create(backend="ibm_backend", mode="batch")
    assert seen == [("ibm_backend", "batch", False, [])]
    # It was refused.
    assert Ledger(file).intents() == ()


def test_what_was_answered_is_an_intent_no_more(
    noting: SessionsClient, connect: Connect, emulator: Emulator, file: Path
) -> None:
    noting.create(backend=emulator.backend)
    assert Ledger(file).intents() == ()
    with pytest.raises(CallError):
        connect("http://127.0.0.1:9", ledger=file).create(backend=emulator.backend)
    assert Ledger(file).intents() == ()


@pytest.mark.parametrize("interruption", [None, KeyboardInterrupt])
def test_a_create_without_an_answer_stays_written_down(
    mocked: Callable[..., SessionsClient], file: Path, interruption: type[BaseException] | None
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise interruption() if interruption else httpx.ReadError("gone")

    client = mocked(answer, ledger=file)
    begun = datetime.now(UTC)
    with pytest.raises(interruption or OutcomeUnknownError):
        client.create(backend="ibm_backend")
    (intent,) = Ledger(file).intents()
    assert intent.given_up_by is not None
    assert begun - timedelta(seconds=1) < intent.given_up_by <= datetime.now(UTC)
    # This process can still look into its error.
    assert client.unanswered() == ()


def cut_off(emulator: Emulator, account: dict[str, Any], file: Path) -> str:
    """Kill a process between its create and the answer; returns what it created."""
    before = {one["id"] for one in emulator.sessions()}
    name = emulator.add_fault(
        Fault("delay", seconds=5, after=True, operation="createSession", times=1)
    )
    with process(emulator, account, file, "wait") as killed:
        until = time.monotonic() + 20
        while len(emulator.sessions()) == len(before) and time.monotonic() < until:
            time.sleep(0.01)
        killed.kill()
    with suppress(LookupError):
        emulator.remove_fault(name)
    (made,) = {one["id"] for one in emulator.sessions()} - before
    return str(made)


@pytest.fixture
def strangers_create_too(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    # The emulator gives ids anew that it gave in other tests.
    monkeypatch.setattr("runtime_sessions._unended._CREATED_HERE", set())
    with emulator.client() as stranger:
        body = {"backend": emulator.backend, "mode": "dedicated", "instance": emulator.instance}
        stranger.post("/sessions", json=body).raise_for_status()


@pytest.mark.usefixtures("strangers_create_too")
def test_what_a_cut_off_create_may_have_made_is_shown_and_not_ended(
    noting: SessionsClient,
    emulator: Emulator,
    account: dict[str, Any],
    file: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = cut_off(emulator, account, file)
    (create,) = noting.unanswered()
    assert (create.intent.backend, create.intent.mode) == (emulator.backend, "batch")
    assert noting.end_left() == ()
    assert state_of(emulator, made) == "open"
    assert "has no answer" in caplog.text
    if emulator.contract == "classic":
        assert create.candidates is None
    else:
        assert create.candidates == (made,)
        assert f"it may have made {made}" in caplog.text
        noting.cancel(made)
        assert [one.candidates for one in noting.unanswered()] == [()]
    Ledger(file).settle(create.intent.id)
    assert noting.unanswered() == ()


def test_a_create_of_long_ago_that_made_nothing_is_struck_out(
    noting: SessionsClient, emulator: Emulator, account: dict[str, Any], file: Path
) -> None:
    cut_off(emulator, account, file)
    emulator.reset()
    line = json.loads(file.read_text().splitlines()[-1])
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    with file.open("a") as ledger:
        for name, given_up_by in (("settled", hour_ago), ("for ever", None)):
            said = {"intent": name, "begun_at": hour_ago, "given_up_by": given_up_by}
            ledger.write("\n" + json.dumps({**line, **said}))
    assert len(noting.unanswered()) == (3 if emulator.contract == "classic" else 2)
    left = {intent.id for intent in Ledger(file).intents()}
    assert ("settled" in left) is (emulator.contract == "classic")
    assert "for ever" in left


def test_a_session_that_accepts_jobs_again_is_written_down_again(
    noting: SessionsClient, emulator: Emulator, file: Path
) -> None:
    session = noting.create(backend=emulator.backend)
    emulator.submit_job(session.id, duration=3600)
    session.drain()
    assert ids(file) == []
    noting.update(session.id, accepting_jobs=True)
    (entry,) = Ledger(file).entries()
    assert (entry.id, entry.base_url, entry.is_left) == (session.id, emulator.url, False)
    assert (entry.backend, entry.mode) == (None, None)
    noting.update(session.id, accepting_jobs=False)
    assert ids(file) == []
    with pytest.raises(CallError):
        noting.update("no-such-session", accepting_jobs=True)
    assert ids(file) == []


def test_one_that_accepts_jobs_stays_its_owners_while_that_is_there(
    noting: SessionsClient, emulator: Emulator, account: dict[str, Any], file: Path
) -> None:
    with process(emulator, account, file, "wait") as other:
        session = said(other)
        (before,) = Ledger(file).entries()
        noting.update(session, accepting_jobs=True)
        assert Ledger(file).entries() == (before,)
        other.kill()
    noting.update(session, accepting_jobs=True)
    (after,) = Ledger(file).entries()
    assert not after.is_left
    assert noting.end_left() == ()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let ledgers be written anew at a small size already."""
    monkeypatch.setattr(ledger_file, "_SMALL", 2000)
    return 2000


PLACE: dict[str, Any] = {"base_url": "https://service.test", "contract": "platform"}


def write(ledger: Ledger, session: str) -> None:
    ledger.write(session, **PLACE, instance=None, backend="ibm_backend", mode="batch")


def test_a_ledger_does_not_grow_for_ever(file: Path, small: int) -> None:
    written, read = Ledger(file), Ledger(file)
    intent = written.intend(**PLACE, instance=None, backend=None, mode="dedicated")
    write(written, "kept")
    for number in range(100):
        write(written, f"{number}")
        if number % 7 == 0:
            # It may have been written anew since then, once or several times.
            assert [entry.id for entry in read.entries()] == ["kept", f"{number}"]
        read.strike(f"{number}", base_url=PLACE["base_url"])
        assert file.stat().st_size < 2 * small
    assert ids(file) == ["kept"]
    assert [one.id for one in Ledger(file).intents()] == [intent]
    # What is open is never dropped.
    for number in range(20):
        write(written, f"open {number}")
    assert len(Ledger(file).entries()) == 21


def test_one_that_was_written_anew_and_has_grown_since_is_read_anew(file: Path, small: int) -> None:
    written, read = Ledger(file), Ledger(file)
    write(written, "struck out")
    write(written, "kept")
    assert len(read.entries()) == 2
    seen = file.stat().st_size
    assert seen < small
    written.strike("struck out", base_url=PLACE["base_url"])
    written._file._may_grow_to = 0
    write(written, "after")
    assert file.stat().st_size < seen + 200
    write(written, "more")
    assert file.stat().st_size > seen
    assert [entry.id for entry in read.entries()] == ["kept", "after", "more"]


def test_a_link_to_a_ledger_stays_one(file: Path, tmp_path: Path, small: int) -> None:
    del small
    (tmp_path / "link").symlink_to(file)
    linked = Ledger(tmp_path / "link")
    for number in range(20):
        write(linked, f"{number}")
        linked.strike(f"{number}", base_url=PLACE["base_url"])
    write(linked, "last")
    assert (tmp_path / "link").is_symlink()
    assert ids(file) == ids(tmp_path / "link") == ["last"]


class Killed(BaseException):
    """Stands in for a process that is no more: nothing is done after it."""


def test_whoever_is_killed_while_it_is_written_anew_loses_nothing(
    file: Path, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    del small
    ledger = Ledger(file)
    for number in range(3):
        write(ledger, f"kept {number}")
    kept = ids(file)
    # Between any two things that are done to files.
    done = 0
    kill_at = 0

    def counted(do: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **options: Any) -> Any:
            nonlocal done
            done += 1
            if done == kill_at:
                raise Killed
            return do(*args, **options)

        return counting

    for holder, name in ((os, "open"), (os, "write"), (os, "fsync"), (type(file), "replace")):
        monkeypatch.setattr(holder, name, counted(getattr(holder, name)))
    was_written_anew = False
    while not was_written_anew:
        kill_at, done = kill_at + 1, 0
        size = file.stat().st_size
        with suppress(Killed):
            write(ledger, f"number {kill_at}")
        was_written_anew = done < kill_at and file.stat().st_size < size
        kill_at, done, now = 0, 0, kill_at
        left = ids(file)
        assert left[:3] == kept
        for name in left[3:]:
            Ledger(file).strike(name, base_url=PLACE["base_url"])
        assert ids(file) == kept
        ledger = Ledger(file)
        ledger._file._may_grow_to = 0
        kill_at = now
    # Opened, written and flushed, twice; its name changed, and its folder flushed.
    assert kill_at > 8


def test_processes_that_are_killed_while_they_share_a_ledger_lose_nothing(
    emulator: Emulator, account: dict[str, Any], file: Path
) -> None:
    wanted: set[str] = set()
    doubtful: set[str] = set()
    for _ in range(3):
        with (
            process(emulator, account, file, "churn") as one,
            process(emulator, account, file, "churn") as other,
        ):
            begun = [[said(each) for _ in range(100)] for each in (one, other)]
            for each in (one, other):
                each.kill()
            outputs = [
                lines + (each.stdout.read().splitlines() if each.stdout else [])
                for lines, each in zip(begun, (one, other), strict=True)
            ]
        for lines in outputs:
            words = [line.split() for line in lines if len(line.split()) == 2]
            created = {name for sign, name in words if sign == "+"}
            struck = {name for sign, name in words if sign == "-"}
            wanted |= created - struck
            # It may have been killed before it said what it had done.
            last = int(words[-1][1].split("-")[1])
            doubtful |= {words[-1][1], f"{words[-1][1].split('-')[0]}-{last + 1}"}
    left = set(ids(file))
    assert left - doubtful == wanted - doubtful
    assert len(wanted) > 3 * 2 * 10
    assert all(entry.is_left for entry in Ledger(file).entries())


def test_a_process_that_was_stopped_with_the_pen_is_not_waited_for_for_ever(
    connect: Connect, emulator: Emulator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect(emulator.url, ledger=file)
    monkeypatch.setattr(owners, "_PATIENCE", 0.05)
    program = (
        "import fcntl, sys; file = open(sys.argv[1], 'r+b');"
        "fcntl.lockf(file, fcntl.LOCK_EX, 1, int(sys.argv[2])); print('has it', flush=True);"
        "sys.stdin.read()"
    )
    words = [sys.executable, "-c", program, f"{file}.lock", str(owners._PEN)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as stopped:
        assert said(stopped) == "has it"
        with pytest.raises(SettingsError, match="another process has it"):
            client.create(backend=emulator.backend)
        stopped.communicate("")
    assert emulator.sessions() == []
    client.create(backend=emulator.backend)
