"""A state in PostgreSQL, which several processes share. Debian's PostgreSQL is begun for it."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, Fault, StateError
from runtime_sessions_emulator.state import journal

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
#: Where Debian keeps the programs that only an administrator calls.
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def _deeds() -> Any:
    spec = importlib.util.spec_from_file_location("deeds", BENCHMARKS / "emulator_deeds.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


deeds = _deeds()


class Server:
    """A PostgreSQL of our own, reached by a socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = os.pathsep.join([*map(str, reversed(DEBIAN)), os.environ["PATH"]])
        self._user: dict[str, Any] = {}
        if os.getuid() == 0:
            # It does not run as root.
            user = pwd.getpwnam("postgres" if _is_user("postgres") else "nobody")
            self._user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)

    def call(self, program: str, *arguments: str) -> None:
        found = shutil.which(program, path=self._path)
        if found is None:
            pytest.skip(f"PostgreSQL is not there: no {program}")
        done = subprocess.run(
            [found, "--pgdata", str(self.folder / "data"), *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._user,
        )
        assert done.returncode == 0, done.stdout

    def begin(self) -> None:
        # Without fsync: the computer does not go down in a test.
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        log = str(self.folder / "log")
        self.call("pg_ctl", "start", "--wait", "--options", options, "--log", log)

    def end(self, mode: str = "immediate") -> None:
        self.call("pg_ctl", "stop", "--mode", mode)


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Not below pytest's own folder, into which nobody else may look.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        made = Server(Path(folder))
        made.call("initdb", "--auth", "trust", "--username", "tester", "--no-sync")
        made.begin()
        yield made
        made.end()


@pytest.fixture
def state(server: Server, request: pytest.FixtureRequest) -> str:
    psycopg = importlib.import_module("psycopg")
    where = f"host={server.folder} user=tester"
    name = f"state_{abs(hash(request.node.name))}"
    with psycopg.connect(f"{where} dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql://tester@/{name}?host={server.folder}"


@pytest.fixture
def several(state: str) -> Iterator[Callable[[int], list[Emulator]]]:
    with ExitStack() as stack:
        yield lambda count: [
            stack.enter_context(Emulator(state=state, virtual_clock=True)) for _ in range(count)
        ]


@pytest.mark.parametrize("seed", range(2))
def test_several_are_as_one(
    several: Callable[[int], list[Emulator]], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_EVERY", 7)
    random = Random(seed)  # noqa: S311 - to be repeated
    twin = Emulator(virtual_clock=True)
    workers = several(3)
    for number in range(80):
        here = deeds.do(random.choice(workers), f"{seed} {number}")
        assert here == deeds.do(twin, f"{seed} {number}"), f"seed {seed}, deed {number}"
    for worker in (*workers, *several(1)):
        assert deeds.everything(worker) == deeds.everything(twin)


def test_what_one_is_told_the_others_know(several: Callable[[int], list[Emulator]]) -> None:
    one, other = several(2)
    with one.client() as client, other.client() as there:
        one.add_fault(Fault("error", operation="getSession", times=2))
        assert client.get("/sessions/none").status_code == 500
        assert there.get("/sessions/none").status_code == 500
        assert there.get("/sessions/none").status_code == 404
    assert [request["status"] for request in other.requests()] == [500, 500, 404]
    assert [request["status"] for request in one.requests(since=1, status=404)] == [404]
    assert "emulator-token" not in str(one.requests())
    name = one.snapshot()
    other.advance(60)
    assert one.now() == other.now()
    other.restore(name)
    assert one.now().second == 0
    other.reset()
    assert one.requests() == []
    assert one.faults() == []


def test_a_look_that_was_too_early_is_taken_back(state: str) -> None:
    with Emulator(state=state) as one, Emulator(state=state) as other:
        session = deeds.create(one, Random(2))  # noqa: S311 - to be repeated
        one.submit_job(session, duration=0.001)
        # As of a computer whose clock is an hour ahead: it sees the session inactive.
        clock: Any = other._service.clock
        clock._clock.set(clock._clock.now() + 3_600_000_000)
        states = [session["state"] for session in other.sessions()]
        assert states != ["active"]
        one.drain_session(session)
        clock._clock.set(one._service.clock.now())
        assert other.sessions() == one.sessions()


def test_a_database_that_is_gone_and_comes_back(server: Server, state: str) -> None:
    with Emulator(state=state, virtual_clock=True) as emulator, emulator.client() as client:
        body = {"backend": emulator.backend, "instance": emulator.instance}
        session = client.post("/sessions", json=body).json()["id"]
        server.end()
        try:
            gone = [client.get(f"/sessions/{session}"), client.post("/sessions", json=body)]
            with pytest.raises(StateError, match="out of reach"):
                emulator.advance(1)
        finally:
            server.begin()
        assert [answer.status_code for answer in gone] == [503, 503]
        assert client.get(f"/sessions/{session}").status_code == 200
        assert [one["id"] for one in emulator.sessions()] == [session]


def test_one_that_is_cut_off_in_the_middle_harms_nobody(
    several: Callable[[int], list[Emulator]],
) -> None:
    one, other = several(2)
    psycopg = importlib.import_module("psycopg")
    database: Any = one._service.keeper._database  # type: ignore[union-attr]
    with pytest.raises(StateError, match="terminating"), database.transaction() as connection:  # noqa: PT012 - it is the end of the block that raises
        # As if the network was gone: the database gives up on it.
        process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        url = database._engine.url.set(drivername="postgresql").render_as_string()
        with psycopg.connect(url, autocommit=True) as operator:
            operator.execute("SELECT pg_terminate_backend(%s)", [process])
        other.advance(30)
        connection.exec_driver_sql("SELECT 1")
    assert one.now() == other.now()


@pytest.mark.parametrize("way", [[], ["--over-http"]], ids=["in process", "over HTTP"])
def test_workers_that_are_killed_have_kept_what_they_were_answered_for(
    state: str, way: list[str]
) -> None:
    script = str(BENCHMARKS / "emulator_killed.py")
    command = [sys.executable, script, state, "--rounds", "12"]
    done = subprocess.run([*command, *way], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("12 kills")


@pytest.fixture
def served(state: str, tmp_path: Path) -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "runtime_sessions_emulator", "--port", "0", "--virtual-clock"]
    with (
        (tmp_path / "errors").open("w") as errors,
        subprocess.Popen(
            [*command, "--workers", "4", "--state", state],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        yield process.stdout.readline().split()[2], process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(child) for child in found]


def test_four_workers_hold_to_the_contract_in_a_race(served: tuple[str, int]) -> None:
    url, _ = served
    command = [sys.executable, "-m", "runtime_sessions_contract", url, "--only", "race"]
    environment = {
        **os.environ,
        "TOKEN": "emulator-token",
        "OTHER_TOKEN": "emulator-token-2",
        "CONTROL_URL": f"{url}/_emulator",
    }
    done = subprocess.run(
        [*command, "--strict"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_worker_that_is_killed_is_replaced(served: tuple[str, int]) -> None:
    url, process = served
    made: set[str] = set()
    body = {"backend": "ibm-tenerife", "instance": "hub/group/project"}
    # The first of them answers before the last is there.
    while len(before := _children(process)) < 4:
        assert httpx.get(f"{url}/_emulator/health").status_code == 200
    for worker in (None, *before):
        if worker is not None:
            os.kill(worker, signal.SIGKILL)
        # Who had a connection to that one makes another.
        for _ in range(5):
            try:
                head = {"Authorization": "Bearer emulator-token"}
                answer = httpx.post(f"{url}/sessions", json=body, headers=head)
            except httpx.TransportError:
                continue
            made.add(answer.json()["id"])
    shown = httpx.get(f"{url}/_emulator/sessions").json()["sessions"]
    assert made <= {session["id"] for session in shown}
    assert len(made) >= 15
    assert not set(before) & set(_children(process))


def test_a_password_is_not_told() -> None:
    with pytest.raises(StateError, match="out of reach") as told:
        Emulator(state="postgresql://tester:canary@127.0.0.1:1/nowhere")
    assert "canary" not in str(told.value)


def test_several_workers_need_a_state_that_they_can_share() -> None:
    command = [sys.executable, "-m", "runtime_sessions_emulator", "--workers"]
    for arguments, said in (
        (["0"], "at least one"),
        (["2"], "share a state"),
        (["2", "--state", "sqlite:x"], "share a state"),
    ):
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert said in done.stderr
