"""A state that outlives the process: what is kept, what is said when it cannot be."""

import importlib.util
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import (
    Config,
    Emulator,
    Fault,
    Instance,
    JobRule,
    StateError,
    User,
    default_config,
)
from runtime_sessions_emulator.core.job_rule import JobOrder
from runtime_sessions_emulator.state import clock, journal

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def _deeds() -> Any:
    spec = importlib.util.spec_from_file_location("deeds", BENCHMARKS / "emulator_deeds.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


deeds = _deeds()


@pytest.fixture
def state(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'state.db'}"


def test_what_was_done_is_there_after_a_restart(state: str) -> None:
    with Emulator(state=state, virtual_clock=True) as emulator, emulator.client() as client:
        body = {"backend": emulator.backend, "instance": emulator.instance}
        session = client.post("/sessions", json=body).json()["id"]
        emulator.advance(90)
    with Emulator(state=state, virtual_clock=True) as emulator, emulator.client() as client:
        assert emulator.now().isoformat() == "2026-01-01T00:01:30+00:00"
        assert client.get(f"/sessions/{session}").status_code == 200
        assert client.delete(f"/sessions/{session}/close").status_code == 204
    with Emulator(state=state, virtual_clock=True) as emulator:
        (shown,) = emulator.sessions()
        assert shown["state"] == "closed"


@pytest.mark.parametrize("seed", range(6))
def test_it_goes_on_as_one_that_was_never_stopped(
    state: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_EVERY", 9)
    random = Random(seed)  # noqa: S311 - to be repeated
    twin = Emulator(virtual_clock=True)
    number = 0
    for _ in range(6):
        emulator = Emulator(state=state, virtual_clock=True)
        assert deeds.everything(emulator) == deeds.everything(twin)
        for _ in range(random.randrange(25)):
            number += 1
            here, there = (deeds.do(one, f"{seed} {number}") for one in (emulator, twin))
            assert here == there, f"seed {seed}, deed {number}"
        assert deeds.everything(emulator) == deeds.everything(twin)
        assert emulator._service.keeper is not None
        emulator._service.keeper.close()


def written_down(emulator: Emulator) -> None:
    """Do what changes nothing that is looked at until the state has been written down."""
    journal_of: Any = emulator._service.keeper
    due = journal_of._due
    while journal_of._due == due:
        emulator.advance(0)


def test_an_id_that_comes_again_may_be_somebody_elses(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_EVERY", 4)
    with Emulator(state=state, virtual_clock=True) as emulator:
        name = emulator.snapshot()
        submitted = []
        for user in emulator.config.users:
            emulator.restore(name)
            job = emulator._service.submit(
                user,
                JobOrder(request={}),
                session_id=None,
                instance=emulator.instance,
                backend=emulator.backend,
            )
            submitted.append(job.id)
            written_down(emulator)
    with Emulator(state=state, virtual_clock=True) as emulator:
        first, second = emulator.config.users
        assert list(emulator._service.jobs(first)) == []
        assert [one.id for one in emulator._service.jobs(second)] == submitted[1:]


def test_ids_that_come_again_come_in_another_order(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_EVERY", 4)
    random = Random(1)  # noqa: S311 - to be repeated
    with Emulator(state=state, virtual_clock=True) as emulator:
        first = deeds.create(emulator, random)
        deeds.submit_alone(emulator, random)
        third = deeds.create(emulator, random)
        written_down(emulator)
        # Now the dice give a session what they gave a job.
        emulator.reset()
        again = [deeds.create(emulator, random) for _ in range(3)]
        assert (again[0], again[2]) == (first, third)
        written_down(emulator)
    with Emulator(state=state, virtual_clock=True) as emulator:
        assert [session["id"] for session in emulator.sessions()] == again[::-1]


@pytest.mark.parametrize("form", [None, 0])
def test_a_checkpoint_of_another_form_is_made_again_from_the_commands(
    tmp_path: Path, state: str, monkeypatch: pytest.MonkeyPatch, form: int | None
) -> None:
    monkeypatch.setattr(journal, "_EVERY", 5)
    with Emulator(state=state, virtual_clock=True) as emulator:
        for number in range(30):
            deeds.do(emulator, f"{number}")
        before = deeds.everything(emulator)
    with sqlite3.connect(tmp_path / "state.db") as connection:
        ((rest,),) = connection.execute("SELECT value FROM held WHERE kind = 'rest'")
        changed = json.dumps({**json.loads(rest), "form": form})
        connection.execute("UPDATE held SET value = ? WHERE kind = 'rest'", (changed,))
    connection.close()
    with Emulator(state=state, virtual_clock=True) as emulator:
        assert deeds.everything(emulator) == before


def test_a_start_does_not_do_again_what_was_written_down(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_EVERY", 5)
    with Emulator(state=state, virtual_clock=True) as emulator:
        for _ in range(28):
            emulator.advance(1)
    again: list[int] = []
    redo = journal.redo

    def counted(emulation: Any, clock: Any, entry: Any) -> Any:
        again.append(entry.number)
        return redo(emulation, clock, entry)

    monkeypatch.setattr(journal, "redo", counted)
    with Emulator(state=state, virtual_clock=True) as emulator:
        assert emulator.now().second == 28
    assert len(again) < 6


def test_time_goes_on_while_nobody_runs_it(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(state=state) as emulator:
        emulator.advance(3600)
        before = emulator.now()
        ahead = before.timestamp()
    with Emulator(state=state) as emulator:
        assert emulator.now() >= before
        assert emulator.now().timestamp() - ahead < 600
    real = clock.computer_time
    monkeypatch.setattr(clock, "computer_time", lambda: real() + 7_200_000_000)
    with Emulator(state=state) as emulator:
        assert emulator.now().timestamp() - ahead > 7200
        monkeypatch.undo()
        emulator.reset()
    with Emulator(state=state) as emulator:
        assert ahead - emulator.now().timestamp() > 3000


def test_the_seed_is_that_which_the_state_was_begun_with(state: str) -> None:
    def create(emulator: Emulator) -> str:
        with emulator.client() as client:
            body = {"backend": emulator.backend, "instance": emulator.instance}
            ident: str = client.post("/sessions", json=body).json()["id"]
            return ident

    with Emulator(seed=5, virtual_clock=True) as alone:
        wanted = [create(alone), create(alone)]
    with Emulator(state=state, seed=5, virtual_clock=True) as emulator:
        assert create(emulator) == wanted[0]
    with Emulator(state=state, virtual_clock=True) as emulator:
        assert create(emulator) == wanted[1]


def test_two_cannot_have_the_same_file(state: str) -> None:
    with Emulator(state=state) as emulator:
        with pytest.raises(StateError, match="another process uses it"):
            Emulator(state=state)
        assert emulator.sessions() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"contract": "platform"}, "contract classic, not platform"),
        ({"virtual_clock": False}, "clock virtual, not running"),
        ({"config": Config(backends=("other",), job_duration=1)}, "backends, job_duration"),
    ],
)
def test_a_state_is_used_as_it_was_begun(state: str, options: dict[str, Any], said: str) -> None:
    with Emulator(state=state, virtual_clock=True):
        pass
    with pytest.raises(StateError, match=said):
        Emulator(**{"state": state, "virtual_clock": True, **options})


def test_a_token_may_be_another_from_one_start_to_the_next(state: str) -> None:
    def config(token: str) -> Config:
        return Config(users=(User("1", token, frozenset({"i"})),), instances=(Instance("i"),))

    with Emulator(config("first-token"), state=state):
        pass
    with Emulator(config("second-token"), state=state) as emulator, emulator.client() as client:
        assert client.get("/sessions/none").status_code == 404


@pytest.mark.parametrize(
    "what", ["nothing", "mysql://host/db", "sqlite:", "postgresql://host:port/db"]
)
def test_what_is_no_state_is_said(what: str) -> None:
    with pytest.raises(StateError, match=r"sqlite:FILE|cannot be read"):
        Emulator(state=what)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all, but long enough to be taken for one" * 9)
    with pytest.raises(StateError, match="not a database"):
        Emulator(state=f"sqlite:{tmp_path / 'text'}")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="unable to open database file"):
        Emulator(state=f"sqlite:{tmp_path}/nowhere/state.db")


def test_a_torn_journal_is_said(tmp_path: Path, state: str) -> None:
    with Emulator(state=state) as emulator:
        emulator.add_job_rule(JobRule())
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("UPDATE journal SET command = 'Juggle'")
    connection.close()
    with pytest.raises(StateError, match="Command 1, Juggle, cannot be done again"):
        Emulator(state=state)


def test_a_full_disk_is_an_error_and_nothing_is_half_there(state: str) -> None:
    with Emulator(state=state) as emulator, emulator.client() as client:
        database: Any = emulator._service.keeper._database  # type: ignore[union-attr]
        body = {"backend": emulator.backend, "instance": emulator.instance}
        kept = client.post("/sessions", json=body).json()["id"]
        database._connected().exec_driver_sql("PRAGMA max_page_count = 1")
        # It takes a while until the last page is full.
        answers = [client.post("/sessions", json=body) for _ in range(40)]
        assert {answer.status_code for answer in answers} == {200, 503}
        answered = [one.json()["id"] for one in answers if one.status_code == 200]
        failed = next(answer for answer in answers if answer.status_code == 503)
        assert "full" in failed.text
        # The connection is another after an error, and so is its limit.
        there = {session["id"] for session in emulator.sessions()}
        assert there == {kept, *answered}


def test_a_control_call_says_that_the_state_is_out_of_reach(state: str) -> None:
    with Emulator(state=state) as emulator, emulator.client() as client:
        database: Any = emulator._service.keeper._database  # type: ignore[union-attr]
        database._connected().exec_driver_sql("DROP TABLE journal")
        answer = client.post("/_emulator/clock/advance", json={"seconds": 1})
        assert answer.status_code == 503
        assert "no such table: journal" in answer.json()["error"]


def test_no_token_is_in_a_state(tmp_path: Path) -> None:
    canaries = ("canary-token-1", 'canary "token" 2', "canary-key-1", "canary-key-2")
    known = (
        User("1", canaries[0], frozenset({"i"}), api_key=canaries[2]),
        User("2", canaries[1], frozenset({"i"}), api_key=canaries[3]),
    )
    config = Config(users=known, instances=(Instance("i"),), backends=("b",))
    with (
        Emulator(config, contract="platform", state=f"sqlite:{tmp_path}/state.db") as emulator,
        emulator.client() as client,
    ):
        grant = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": canaries[2]}
        issued = client.post("/_iam/identity/token", data=grant).json()["access_token"]
        session = client.post("/sessions", json={"mode": "batch", "backend": "b"}).json()["id"]
        for number, secret in enumerate((*canaries, issued)):
            emulator.add_fault(Fault("error", name=f"{number} {secret}", operation="getJob"))
            emulator.add_job_rule(JobRule(program_id=secret))
            job = {
                "program_id": "p",
                "backend": "b",
                "session_id": session,
                "params": {"token": secret, "texts": [f"Bearer {secret}"]},
                "tags": [secret[:86]],
            }
            ident = client.post("/jobs", json=job).json()["id"]
            client.put(f"/jobs/{ident}/tags", json={"tags": [secret[:86]]})
        assert len(emulator.sessions()[0]["jobs"]) == 5
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"SubmitJob" in kept
    for secret in ("canary", issued):
        assert secret.encode() not in kept


@pytest.mark.parametrize("way", [[], ["--over-http"]], ids=["in process", "over HTTP"])
def test_whoever_is_killed_has_kept_what_it_was_answered_for(
    tmp_path: Path, way: list[str]
) -> None:
    script = str(BENCHMARKS / "emulator_killed.py")
    command = [sys.executable, script, f"sqlite:{tmp_path}/s.db", "--rounds", "12", *way]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("12 kills")


def test_nothing_is_imported_for_a_state_that_nobody_wants() -> None:
    program = (
        "import sys; from runtime_sessions_emulator import Emulator; Emulator(); "
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def _replay(state: str, *arguments: str) -> tuple[list[str], dict[str, Any], list[Any]]:
    """The lines of a replay, and the session and the time that it then serves."""
    command = [sys.executable, "-m", "runtime_sessions_emulator", "replay", state, "--port", "0"]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("Listening"):
            lines.append(process.stdout.readline().rstrip())
            assert lines[-1], process.wait()
        with httpx.Client(base_url=lines[-1].split()[2]) as client:
            clock = client.get("/_emulator/clock").json()
            sessions = client.get("/_emulator/sessions").json()["sessions"]
        process.terminate()
    return lines[:-1], clock, sessions


def test_a_replay_shows_what_happened_and_how_it_was_then(state: str) -> None:
    with Emulator(state=state, virtual_clock=True) as emulator:
        assert emulator._service.keeper is not None
        session = deeds.create(emulator, Random(1))  # noqa: S311 - to be repeated
        job = emulator.submit_job(session, duration=10)
        emulator.advance(5)
        emulator.advance(3600)
    lines, time, shown = _replay(state, "--until", "3")
    assert [line.split()[2] for line in lines] == ["CreateSession", "SubmitJob", "SetTime"]
    assert job in lines[1]
    assert time["now"] == "2026-01-01T00:00:05.000Z"
    assert shown[0]["jobs"][0]["status"] == "Running"
    lines, time, shown = _replay(state, "--until", "2026-01-01T00:00:11")
    assert len(lines) == 3
    assert time["now"] == "2026-01-01T00:00:11.000Z"
    assert shown[0]["jobs"][0]["status"] == "Completed"
    lines, time, shown = _replay(state)
    assert len(lines) == 4
    assert time["now"] == "2026-01-01T01:00:05.000Z"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sqlite:STATE", "--until", "soon"], "'soon' is neither the number of a command nor"),
        (["sqlite:STATE-2"], "out of reach"),
        (["here"], "no kind of state"),
    ],
)
def test_what_cannot_be_replayed_is_said(tmp_path: Path, arguments: list[str], said: str) -> None:
    with Emulator(state=f"sqlite:{tmp_path}/STATE"):
        pass
    done = subprocess.run(
        [sys.executable, "-m", "runtime_sessions_emulator", "replay", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert {file.name for file in tmp_path.iterdir()} == {"STATE"}


def test_a_program_that_is_killed_goes_on_with_another_process(state: str) -> None:
    command = [sys.executable, "-m", "runtime_sessions_emulator", "--port", "0", "--state", state]

    def started(*arguments: str) -> tuple["subprocess.Popen[str]", str]:
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return process, process.stdout.readline()

    process, line = started("--seed", "7")
    with process, httpx.Client(base_url=line.split()[2]) as client:
        client.headers["Authorization"] = "Bearer emulator-token"
        body = {"backend": "ibm-tenerife", "instance": "hub/group/project"}
        session = client.post("/sessions", json=body).json()["id"]
        process.kill()
    process, line = started()
    with process, httpx.Client(base_url=line.split()[2]) as client:
        client.headers["Authorization"] = "Bearer emulator-token"
        assert client.get(f"/sessions/{session}").status_code == 200
        process.kill()
    assert "(seed 7," in line
    done = subprocess.run([*command, "--seed", "8"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "was begun with the seed 7" in done.stderr


def test_what_was_used_up_unseen_closes_nothing_that_came_later(state: str) -> None:
    known = default_config("platform")
    limited = evolve(known.instances[0], usage_limit=10)
    config = evolve(known, instances=(limited, *known.instances[1:]))
    body = {"mode": "dedicated", "backend": known.backends[0]}
    with Emulator(config, contract="platform", virtual_clock=True, state=state) as emulator:
        with emulator.client() as client:
            first = client.post("/sessions", json=body).json()["id"]
            emulator.submit_job(first, duration=60)
            emulator.advance(100)
            second = client.post("/sessions", json=body).json()["id"]
        before = {session["id"]: session["state"] for session in emulator.sessions()}
        assert before == {first: "closed", second: "open"}
    with Emulator(config, contract="platform", virtual_clock=True, state=state) as emulator:
        after = {session["id"]: session["state"] for session in emulator.sessions()}
        assert after == before
