"""What the command answers, does, and ends with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from runtime_sessions import BearerToken, Ledger, SessionsClient, set_testing
from runtime_sessions._command.cli import cli
from runtime_sessions._command.shell import Shell as ShellClass
from runtime_sessions._command.spans import SPAN, in_short
from runtime_sessions._command.words import plain
from runtime_sessions_emulator import Emulator, Fault

if TYPE_CHECKING:
    from tests.command.conftest import Shell

PLATFORM = pytest.mark.parametrize("contract", ["platform"])
CLASSIC = pytest.mark.parametrize("contract", ["classic"])


def states(emulator: Emulator) -> dict[str, str]:
    return {one["id"]: one["state"] for one in emulator.sessions()}


@PLATFORM
def test_list_shows_what_may_cost(shell: Shell, client: SessionsClient, emulator: Emulator) -> None:
    ended = client.create(backend=emulator.backend)
    ended.cancel()
    draining = client.create(backend=emulator.backend, mode="batch")
    emulator.submit_job(draining.id, duration=3600)
    draining.drain()
    result = shell("list")
    assert result.exit_code == 0
    (head, row) = result.stdout.splitlines()
    assert head.split() == ["ID", "STATE", "AGE", "MODE", "BACKEND", "CHARGED", "CREATED"]
    assert row.startswith(draining.id)
    assert "in_progress, draining" in row
    assert "batch" in row
    assert ended.id in shell("list", "--all").stdout
    assert ended.id in shell("list", "--state", "canceled").stdout


@PLATFORM
def test_list_narrows_down(shell: Shell, client: SessionsClient, emulator: Emulator) -> None:
    old = client.create(backend=emulator.backend, mode="batch").id
    emulator.advance(900)
    new = client.create(backend=emulator.backend).id

    def listed(*words: str) -> list[str]:
        return [one["id"] for one in shell.json("list", *words)["sessions"]]

    assert listed() == [new, old]
    assert listed("--oldest-first") == [old, new]
    assert listed("--limit", "1") == [new]
    assert listed("--mode", "batch") == [old]
    assert listed("--backend", "ibm_none") == []
    assert listed("--search", old[:10]) == [old]
    # The emulator's clock is a quarter of an hour ahead of ours.
    assert listed("--newer-than", "1m") == [new, old]
    assert listed("--older-than", "90s") == []


@PLATFORM
def test_a_document_is_stable(shell: Shell, client: SessionsClient, emulator: Emulator) -> None:
    client.create(backend=emulator.backend, mode="batch")
    (session,) = shell.json("list")["sessions"]
    assert list(session) == [
        "id",
        "state",
        "mode",
        "backend",
        "created_at",
        "ended_at",
        "accepting_jobs",
        "charged_seconds",
    ]
    assert session["created_at"].endswith("Z")
    assert (session["mode"], session["ended_at"]) == ("batch", None)


def intend_elsewhere(ledger: str, emulator: Emulator) -> None:
    """Let a process that ends then write down that it is going to create a session."""
    program = (
        "import json, sys; from runtime_sessions import Ledger;"
        "Ledger(sys.argv[1]).intend(**json.loads(sys.argv[2]))"
    )
    intent = {
        "base_url": emulator.url,
        "contract": emulator.contract,
        "instance": emulator.instance,
        "backend": emulator.backend,
        "mode": "dedicated",
    }
    subprocess.run([sys.executable, "-c", program, ledger, json.dumps(intent)], check=True)


def documented(command: str) -> dict[str, list[str]]:
    """What the page says of a command's document: its parts, and what each of them has."""
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text()
    rows = re.findall(r"^\| (`[a-z]+`(?:, `[a-z]+`)*) \| (`.*) \|$", page, re.MULTILINE)
    (said,) = [text for names, text in rows if f"`{command}`" in names.split(", ")]
    parts: dict[str, list[str]] = {}
    for part in re.split(r"; with a ledger ", said):
        name, *fields = re.findall(r"`([a-z_]+)`", part)
        parts[name] = fields
    return parts


@PLATFORM
def test_the_documents_are_as_documented(
    shell: Shell, client: SessionsClient, emulator: Emulator, tmp_path: Path
) -> None:
    def create(*words: str) -> str:
        with shell.start("create", "--backend", emulator.backend, "--yes", *words) as created:
            return created.communicate()[0].strip()

    def fields(command: str, *words: str) -> dict[str, list[str]]:
        document = json.loads(shell(command, *words, "--json").stdout)
        return {
            name: list(part[0] if isinstance(part, list) else part)
            for name, part in document.items()
        }

    ledger = str(tmp_path / "ledger")
    session = client.create(backend=emulator.backend).id
    emulator.submit_job(session)
    listed = documented("list")["sessions"]
    assert fields("list") == {"sessions": listed}
    whole = [*listed, *documented("show")["session"]]
    assert fields("show", session) == fields("wait", session, "--until", "active")
    assert fields("show", session) == {"session": whole}
    assert fields("jobs", session) == documented("jobs")
    assert fields("create", "--backend", emulator.backend, "--yes") == documented("create")
    ended = documented("drain")["sessions"]
    assert fields("drain", session, "--yes") == {"sessions": ended}
    assert fields("cancel", session, "--yes") == {"sessions": ended}
    assert fields("settings") == documented("settings")
    create("--ledger", ledger)
    intend_elsewhere(ledger, emulator)
    create()  # without the ledger: it may be what was intended
    pruned = fields("prune", "--ledger", ledger, "--yes")
    assert pruned == {"sessions": ended, "unanswered": documented("prune")["unanswered"]}


@PLATFORM
def test_nothing_is_said_in_words_but_not_on_stdout(shell: Shell) -> None:
    result = shell("list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no such session" in result.stderr
    assert shell.json("list") == {"sessions": []}


@CLASSIC
def test_the_classic_contract_lists_what_is_in_a_ledger(
    shell: Shell, emulator: Emulator, tmp_path: Path
) -> None:
    result = shell("list")
    assert result.exit_code == 2
    assert "--ledger" in result.stderr
    ledger = str(tmp_path / "ledger")
    created = shell("create", "--backend", emulator.backend, "--yes", "--ledger", ledger)
    assert created.exit_code == 0, created.stderr
    (row,) = shell.json("list", "--ledger", ledger)["sessions"]
    assert (row["id"], row["state"]) == (created.stdout.strip(), "open")
    assert shell("list", "--ledger", ledger, "--all").exit_code == 2


def test_show_and_jobs(shell: Shell, client: SessionsClient, emulator: Emulator) -> None:
    session = client.create(backend=emulator.backend, max_ttl=900)
    job = emulator.submit_job(session.id, duration=60)
    shown = shell("show", session.id)
    assert shown.exit_code == 0
    facts = dict(line.split(None, 1) for line in shown.stdout.splitlines())
    assert (facts["id"], facts["state"]) == (session.id, "active")
    assert "15m" in shown.stdout
    assert "closes by" in shown.stdout
    document = shell.json("show", session.id)["session"]
    assert (document["id"], document["max_ttl_seconds"]) == (session.id, 900)
    assert document["closes_by"] > document["started_at"]
    (listed,) = shell.json("jobs", session.id)["jobs"]
    assert (listed["id"], listed["status"]) == (job, "Running")
    assert job in shell("jobs", session.id).stdout


def test_times_are_local_or_utc(shell: Shell, client: SessionsClient, emulator: Emulator) -> None:
    session = client.create(backend=emulator.backend)
    created = client.get(session.id).created_at
    assert created
    with shell.start("show", session.id) as local, shell.start("show", session.id, "--utc") as utc:
        here, there = local.communicate()[0], utc.communicate()[0]
    assert f"{created:%Y-%m-%d %H:%M:%S}Z" in there
    # New York, in the winter of the emulator's clock or in the summer.
    hours = [created - timedelta(hours=hour) for hour in (4, 5)]
    assert any(f"{hour:%Y-%m-%d %H:%M:%S}\n" in here for hour in hours)


def test_create_drain_and_cancel(shell: Shell, emulator: Emulator) -> None:
    options = ("--backend", emulator.backend, "--mode", "batch", "--max-ttl", "1h30m", "--yes")
    first = shell("create", *options).stdout.strip()
    second = shell.json("create", *options)["session"]["id"]
    assert states(emulator) == {first: "open", second: "open"}
    assert shell.json("show", first)["session"]["max_ttl_seconds"] == 5400
    drained = shell("drain", first, "--yes")
    assert drained.stdout.split() == [first, "drained"]
    assert shell.json("cancel", second, "--yes") == {
        "sessions": [{"id": second, "outcome": "cancelled", "error": None}]
    }
    assert set(states(emulator).values()) == {"closed"}


@pytest.mark.parametrize(
    "words",
    [
        ["create", "--backend", "b"],
        ["drain", "x"],
        ["cancel", "x"],
        ["run", "--backend", "b", "--", "true"],
    ],
)
def test_what_costs_or_ends_wants_yes_where_nobody_can_be_asked(
    shell: Shell, emulator: Emulator, words: list[str]
) -> None:
    result = shell(*words)
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert emulator.requests() == []


def test_some_of_several_that_cannot_be_ended_are_status_3(
    shell: Shell, emulator: Emulator
) -> None:
    session = shell("create", "--backend", emulator.backend, "--yes").stdout.strip()
    result = shell("cancel", session, "no-such-session", "--yes")
    assert result.exit_code == 3
    assert result.stdout.split() == [session, "cancelled"]
    assert "no-such-session: " in result.stderr
    assert "1 of 2" in result.stderr
    assert states(emulator) == {session: "closed"}


def test_an_unknown_id_is_one_sentence(shell: Shell) -> None:
    for words in (["show", "nobody"], ["jobs", "nobody"], ["cancel", "nobody", "--yes"]):
        result = shell(*words)
        assert result.exit_code == 1
        (line,) = result.stderr.splitlines()
        assert line.startswith("runtime-sessions: ")
        assert "runtime-sessions list --all" in line


def test_a_wrong_token_is_one_sentence(shell: Shell, contract: str) -> None:
    shell.environment["QISKIT_IBM_TOKEN"] = "of-nobody"
    result = shell("show", "any")
    assert result.exit_code == (1 if contract == "classic" else 2)
    assert len(result.stderr.splitlines()) == 1
    assert "of-nobody" not in result.output


def test_no_settings_are_one_sentence(shell: Shell) -> None:
    for name in ("QISKIT_IBM_URL", "QISKIT_IBM_TOKEN", "QISKIT_IBM_INSTANCE"):
        del shell.environment[name]
    result = shell("show", "any")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "QISKIT_IBM_URL" in line
    assert shell("settings").exit_code == 2


@CLASSIC
def test_no_service_is_one_sentence(shell: Shell) -> None:
    with set_testing(True):
        result = shell("show", "any", "--url", "http://127.0.0.1:9")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "cannot be reached" in line
    assert "runtime-sessions settings" in line


def test_an_unknown_create_says_what_to_do(shell: Shell, emulator: Emulator) -> None:
    emulator.add_fault(Fault("reset", after=True, operation="createSession"))
    result = shell("create", "--backend", emulator.backend, "--yes")
    assert result.exit_code == 1
    assert "may have been created" in result.stderr
    assert "list --newer-than 5m" in result.stderr


def test_wait_ends_with_the_session_or_with_124(
    shell: Shell, client: SessionsClient, emulator: Emulator
) -> None:
    session = client.create(backend=emulator.backend)
    late = shell("wait", session.id, "--timeout", "1s")
    assert late.exit_code == 124
    assert len(late.stderr.splitlines()) == 1
    assert shell.json("wait", session.id, "--until", "open")["session"]["state"] == "open"
    session.cancel()
    assert shell.json("wait", session.id)["session"]["state"] == "closed"
    assert shell("wait", session.id, "--until", "active").exit_code == 1


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let the command look at a later time."""

    def move(seconds: float) -> None:
        then = datetime.now(UTC) + timedelta(seconds=seconds)
        monkeypatch.setattr(ShellClass, "now", lambda _: then)

    return move


@PLATFORM
def test_prune_takes_what_is_old_idle_or_unused(
    shell: Shell,
    client: SessionsClient,
    emulator: Emulator,
    later: Callable[[float], None],
) -> None:
    def create() -> str:
        return client.create(backend=emulator.backend, mode="batch", max_ttl=7200).id

    busy, idle, unused = create(), create(), create()
    emulator.submit_job(busy, duration=7200)
    emulator.submit_job(idle, duration=1)
    emulator.advance(2)

    def ended(*words: str) -> set[str]:
        sessions = shell.json("prune", *words, "--yes")["sessions"]
        assert all(one["outcome"] == "cancelled" for one in sessions)
        return {one["id"] for one in sessions}

    assert shell("prune").exit_code == 2
    later(1000)
    assert ended("--older-than", "1h") == ended("--idle", "1h") == ended("--unused", "1h") == set()
    assert ended("--unused", "15m") == {unused}
    assert ended("--idle", "15m") == {idle}
    assert ended("--older-than", "15m") == {busy}
    assert set(states(emulator).values()) == {"closed"}


@PLATFORM
def test_prune_shows_first_and_asks(
    shell: Shell,
    client: SessionsClient,
    emulator: Emulator,
    later: Callable[[float], None],
) -> None:
    session = client.create(backend=emulator.backend, mode="batch").id
    later(1000)
    result = shell("prune", "--unused", "15m")
    assert result.exit_code == 2
    assert session in result.stdout
    assert "never used" in result.stdout
    assert "Cancel 1 session?" in result.stderr
    assert states(emulator) == {session: "open"}


@PLATFORM
def test_list_counts_ages_from_now(
    shell: Shell,
    client: SessionsClient,
    emulator: Emulator,
    later: Callable[[float], None],
) -> None:
    session = client.create(backend=emulator.backend, mode="batch").id
    later(1000)
    assert " 16m" in shell("list").stdout
    assert session in shell("list", "--older-than", "15m").stdout
    assert session not in shell("list", "--older-than", "20m").stdout
    assert session not in shell("list", "--newer-than", "15m").stdout


def test_prune_ends_what_is_left_in_a_ledger_and_no_more(
    shell: Shell, client: SessionsClient, emulator: Emulator, tmp_path: Path
) -> None:
    file = str(tmp_path / "ledger")
    other = client.create(backend=emulator.backend).id
    options = ["create", "--backend", emulator.backend, "--yes", "--ledger", file]
    with shell.start(*options) as created:
        left = created.communicate()[0].strip()
    with SessionsClient(
        emulator.url,
        token=emulator.token,
        auth=BearerToken,
        instance=emulator.instance,
        contract=emulator.contract,
        ledger=file,
    ) as living:
        held = living.create(backend=emulator.backend).id
        asked = shell("prune", "--ledger", file)
        assert asked.exit_code == 2
        assert left in asked.stdout
        assert held not in asked.stdout
        assert states(emulator)[left] == "open"
        document = shell.json("prune", "--ledger", file, "--yes")
    assert document == {
        "sessions": [{"id": left, "outcome": "cancelled", "error": None}],
        "unanswered": [],
    }
    assert states(emulator) == {left: "closed", other: "open", held: "open"}
    assert [entry.id for entry in Ledger(file).entries()] == [held]


@PLATFORM
def test_prune_looks_again_before_it_ends_a_session(  # noqa: PLR0913 - each by name
    *,
    shell: Shell,
    client: SessionsClient,
    emulator: Emulator,
    later: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def create() -> str:
        return client.create(backend=emulator.backend, mode="batch", max_ttl=7200).id

    idle, used, closed = create(), create(), create()
    file = str(tmp_path / "ledger")
    options = ["create", "--backend", emulator.backend, "--yes", "--ledger", file]
    with shell.start(*options) as created:
        left = created.communicate()[0].strip()
    for one in (idle, used, closed):
        emulator.submit_job(one, duration=1)
    emulator.advance(2)
    later(1000)

    def meanwhile(question: str, *, yes: bool) -> None:
        assert question == "Cancel 4 sessions?"
        assert yes
        emulator.submit_job(used, duration=7200)
        client.cancel(closed)
        client.cancel(left)

    monkeypatch.setattr("runtime_sessions._command.pruning.confirm", meanwhile)
    document = shell.json("prune", "--idle", "15m", "--ledger", file, "--yes")
    outcomes = {one["id"]: (one["outcome"], one["error"]) for one in document["sessions"]}
    assert outcomes == {
        idle: ("cancelled", None),
        used: ("kept", "it is used again"),
        closed: ("kept", "it has ended by now"),
        left: ("kept", "it has ended by now"),
    }
    assert states(emulator)[used] == "active"
    assert Ledger(file).entries() == ()


@PLATFORM
def test_prune_says_what_it_keeps(
    shell: Shell,
    client: SessionsClient,
    emulator: Emulator,
    later: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = client.create(backend=emulator.backend).id
    later(1000)

    def meanwhile(*_: object, **__: object) -> None:
        emulator.submit_job(session, duration=7200)

    monkeypatch.setattr("runtime_sessions._command.pruning.confirm", meanwhile)
    result = shell("prune", "--unused", "15m", "--yes")
    assert result.exit_code == 0
    assert f"{session}  kept: it is used again" in result.stdout


def test_prune_shows_what_a_cut_off_create_may_have_made_and_does_not_end_it(
    shell: Shell, emulator: Emulator, tmp_path: Path
) -> None:
    file = str(tmp_path / "ledger")
    emulator.add_fault(Fault("delay", seconds=5, after=True, operation="createSession", times=1))
    options = ["create", "--backend", emulator.backend, "--yes", "--ledger", file]
    with shell.start(*options) as created:
        until = time.monotonic() + 20
        while not emulator.sessions() and time.monotonic() < until:
            time.sleep(0.01)
        created.kill()
    (made,) = states(emulator)
    listed = shell("list", "--ledger", file)
    assert listed.stdout == ""
    assert "1 create has no answer: `runtime-sessions prune` shows" in listed.stderr
    told = shell("prune", "--ledger", file, "--yes", "--utc")
    assert told.exit_code == 3
    assert f"a create on {emulator.backend} (dedicated) at " in told.stderr
    assert "--forget" in told.stderr
    document = json.loads(shell("prune", "--ledger", file, "--yes", "--json").stdout)
    (create,) = document["unanswered"]
    assert document["sessions"] == []
    assert (create["backend"], create["mode"]) == (emulator.backend, "dedicated")
    assert create["begun_at"].endswith("Z")
    if emulator.contract == "platform":
        assert f"it may have made {made}\n" in told.stderr
        assert create["candidates"] == [made]
    else:
        assert "the classic contract lists none" in told.stderr
        assert create["candidates"] is None
    assert states(emulator) == {made: "open"}
    assert shell("prune", "--ledger", file, "--yes", "--forget").exit_code == 0
    assert Ledger(file).intents() == ()
    assert states(emulator) == {made: "open"}
    assert shell.json("prune", "--ledger", file) == {"sessions": [], "unanswered": []}


@PLATFORM
def test_what_is_old_enough_is_ended_and_no_candidate_any_more(
    shell: Shell, emulator: Emulator, tmp_path: Path, later: Callable[[float], None]
) -> None:
    ledger = str(tmp_path / "ledger")
    session = shell("create", "--backend", emulator.backend, "--yes").stdout.strip()
    intend_elsewhere(ledger, emulator)
    later(1000)
    document = shell.json("prune", "--ledger", ledger, "--unused", "15m", "--yes")
    assert [one["id"] for one in document["sessions"]] == [session]
    assert document["unanswered"] == []


def test_what_cannot_be_looked_at_keeps_nothing_else_open(
    shell: Shell, emulator: Emulator, tmp_path: Path
) -> None:
    ledger = str(tmp_path / "ledger")
    options = ["create", "--backend", emulator.backend, "--yes", "--ledger", ledger]
    left: list[str] = []
    for _ in range(2):
        with shell.start(*options) as created:
            left.append(created.communicate()[0].strip())
    intend_elsewhere(ledger, emulator)
    emulator.add_fault(Fault("gateway", status=403, operation="getSession", session_id=left[0]))
    if emulator.contract == "platform":
        emulator.add_fault(Fault("error", status=400, operation="listWorkloads"))
    told = shell("prune", "--ledger", ledger, "--yes")
    assert told.exit_code == 3
    assert f"not all could be looked at: {left[0]}, 403" in told.stderr
    if emulator.contract == "platform":
        assert "what creates without an answer have made, 400" in told.stderr
    assert states(emulator) == {left[0]: "open", left[1]: "closed"}


def test_prune_forgets_what_nobody_knows_when_it_is_told_to(
    shell: Shell, emulator: Emulator, tmp_path: Path
) -> None:
    file = str(tmp_path / "ledger")
    options = ["create", "--backend", emulator.backend, "--yes", "--ledger", file]
    with shell.start(*options) as created:
        created.communicate()
    emulator.reset()
    told = shell("prune", "--ledger", file, "--yes")
    assert told.exit_code == 3
    assert "--forget" in told.stderr
    assert len(Ledger(file).entries()) == 1
    assert shell("prune", "--ledger", file, "--yes", "--forget").exit_code == 0
    assert Ledger(file).entries() == ()


def test_settings_say_what_was_found_where(shell: Shell, emulator: Emulator) -> None:
    document = shell.json("settings")
    found = {one["name"]: (one["value"], one["source"]) for one in document["settings"]}
    assert found["service"] == (emulator.url, "QISKIT_IBM_URL")
    assert found["instance"] == (emulator.instance, "QISKIT_IBM_INSTANCE")
    assert found["contract"][0] == emulator.contract
    assert found["token"][1] == "QISKIT_IBM_TOKEN"
    table = shell("settings")
    assert shell.environment["QISKIT_IBM_TOKEN"] not in table.output + json.dumps(document)
    assert emulator.url in table.stdout
    other = shell.json("settings", "--url", "https://elsewhere.test/api/v1")
    assert other["settings"][0]["source"] == "the command line"


@CLASSIC
def test_settings_name_the_saved_account(shell: Shell, emulator: Emulator) -> None:
    home = Path(shell.environment["HOME"])
    for name in ("QISKIT_IBM_URL", "QISKIT_IBM_TOKEN", "QISKIT_IBM_INSTANCE"):
        del shell.environment[name]
    (home / ".qiskit").mkdir()
    account = {"channel": "ibm_quantum", "url": emulator.url, "token": "saved-token"}
    (home / ".qiskit" / "qiskit-ibm.json").write_text(json.dumps({"mine": account}))
    found = {one["name"]: one["source"] for one in shell.json("settings")["settings"]}
    assert "'mine'" in found["service"]
    assert "'mine'" in found["token"]
    assert "'mine'" in found["contract"]


@CLASSIC
def test_settings_of_a_named_account_are_found_in_it(shell: Shell, emulator: Emulator) -> None:
    # What the environment says is for what the account does not say.
    shell.environment["QISKIT_IBM_URL"] = "https://quantum.cloud.ibm.com/api/v1"
    shell.environment["QISKIT_IBM_CHANNEL"] = "ibm_cloud"
    home = Path(shell.environment["HOME"])
    (home / ".qiskit").mkdir()
    account = {"channel": "ibm_quantum", "url": emulator.url, "token": "saved-token"}
    (home / ".qiskit" / "qiskit-ibm.json").write_text(json.dumps({"mine": account}))
    document = shell.json("settings", "--account", "mine", "--ledger", "ledger")
    found = {one["name"]: one["source"] for one in document["settings"]}
    assert document["settings"][0]["value"] == emulator.url
    assert {name for name, source in found.items() if "'mine'" in source} == {
        "service",
        "token",
        "contract",
    }
    assert found["instance"] == "QISKIT_IBM_INSTANCE"
    assert found["ledger"] == "the command line"
    shell.environment["RUNTIME_SESSIONS_LEDGER"] = "ledger"
    assert shell.json("settings")["settings"][-1]["source"] == "RUNTIME_SESSIONS_LEDGER"


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("1h30m", 5400), ("1h", 3600)]
)
def test_lengths_of_time_are_typed_and_shown_alike(text: str, seconds: int) -> None:
    assert SPAN.convert(text, None, None) == timedelta(seconds=seconds)
    assert SPAN.convert(in_short(seconds), None, None) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "15", "1.5h", "1d", "m", "0s", "15 m", "30m1h", "-5s"])
def test_nothing_vaguer_is_taken(text: str) -> None:
    with pytest.raises(click.BadParameter):
        SPAN.convert(text, None, None)


def test_a_terminal_obeys_nothing_that_a_service_says() -> None:
    assert plain("a\x1b[31mb\r\nc\x07") == "a?[31mb c?"


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_help_says_what_it_does_and_how_it_ends(shell: Shell, contract: str, name: str) -> None:
    del contract
    text = shell(name, "--help").stdout
    assert "Exit status:" in text
    assert "124" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    # What `watch` shows is for people, and what `run` prints is its program's.
    assert ("--json" in text) is (name not in {"completion", "run", "watch"})


def test_the_list_of_commands_cuts_no_sentence(shell: Shell, contract: str) -> None:
    del contract
    _, _, commands = shell("--help").stdout.partition("Commands:")
    assert commands
    assert "..." not in commands


@CLASSIC
@pytest.mark.parametrize("kind", ["zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: Shell, kind: str) -> None:
    result = shell("completion", kind)
    assert result.exit_code == 0
    assert "_RUNTIME_SESSIONS_COMPLETE" in result.stdout
    done = shell.start("unused")
    done.communicate()
    assert done.returncode == 2


def test_watch_ends_after_some_looks(
    shell: Shell, client: SessionsClient, emulator: Emulator, contract: str
) -> None:
    session = client.create(backend=emulator.backend)
    assert shell("watch", "--json").exit_code == 2
    result = shell("watch", "--times", "2", "--interval", "1s")
    if contract == "classic":
        assert result.exit_code == 2
        return
    assert result.exit_code == 0
    assert session.id in result.stdout
