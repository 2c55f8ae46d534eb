"""Worlds: many on one server, and none sees anything of another.

Each leak that is planted at the end is one that the comparison has to find.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import anyio
import pytest
from attrs import evolve

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import (
    Config,
    ContractName,
    Emulator,
    Fault,
    JobRule,
    NotAcceptingError,
    StateError,
    World,
    default_config,
)
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.core.config import User
from runtime_sessions_emulator.server import worlds
from runtime_sessions_emulator.server.endpoint import Endpoint
from runtime_sessions_emulator.server.worlds import HEADER, IDLE, Settings, Worlds

BODY = {"backend": "ibmq_wellington", "instance": "hub/group/project"}
SETTINGS = Settings(config=default_config(), contract="classic", seed=0, virtual_clock=True)
Controlled = Emulator | World


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def create(world: Controlled) -> str:
    with world.client() as client:
        return str(client.post("/sessions", json=BODY).raise_for_status().json()["id"])


def begin_job(world: Controlled) -> None:
    world.submit_job(create(world), duration=1000)


def fail_jobs(world: Controlled) -> None:
    world.add_job_rule(JobRule(outcome="failed"))


def break_answers(world: Controlled) -> None:
    world.add_fault(Fault("error", operation="getSession"))


def start_over(world: Controlled) -> None:
    create(world)
    world.reset()


#: What is done in one world. No other may be otherwise for it.
DEEDS: dict[str, Callable[[Controlled], object]] = {
    "a session": create,
    "a job": begin_job,
    "a job rule": fail_jobs,
    "a fault": break_answers,
    "a later time": lambda world: world.advance(5000),
    "a snapshot": lambda world: world.snapshot(),
    "a start over": start_over,
}


def life(world: Controlled) -> list[Any]:
    """What comes of some calls, the same in every world that nobody has touched."""
    with world.client() as client:
        began = world.now()
        session = create(world)
        job = client.post("/jobs", json={"session_id": session, "program_id": "sampler"})
        world.advance(30)
        return [
            began,
            session,
            job.json(),
            client.get(f"/sessions/{session}").status_code,
            world.sessions(),
            world.faults(),
            [(one["number"], one["path"]) for one in world.requests()],
            world.snapshot(),
        ]


def seen_of_another(server: Emulator, deed: Callable[[Controlled], object]) -> bool:
    """Whether what is done in one world, before and while another lives, is seen in that."""
    with Emulator(virtual_clock=True) as alone:
        expected = life(alone)
    with (
        World(server.url, virtual_clock=True) as busy,
        World(server.url, virtual_clock=True) as other,
    ):
        deed(busy)
        if life(other) != expected:
            return True
        before = other.sessions(), other.now(), other.faults(), len(other.requests())
        deed(busy)
        return (other.sessions(), other.now(), other.faults(), len(other.requests())) != before


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_no_world_sees_another(server: Emulator, deed: Callable[[Controlled], object]) -> None:
    assert not seen_of_another(server, deed)
    assert server.sessions() == []
    assert server.requests() == []


#: What worlds could have in common by mistake, and by which deed that is seen.
LEAKS = {
    "service": "a session",
    "faults": "a fault",
    "log": "a session",
    "snapshots": "a snapshot",
}


@pytest.mark.parametrize("part", LEAKS)
def test_a_planted_leak_is_found(
    server: Emulator, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    made: list[Emulation] = []

    def of(*arguments: Any, **options: Any) -> Emulation:
        emulation = Emulation.of(*arguments, **options)
        made.append(emulation)
        shared = getattr(made[0], part)
        if part == "snapshots":
            # They are taken by commands, which its own service is given.
            emulation.service.folds.update(shared.folds())
        return evolve(emulation, **{part: shared})

    monkeypatch.setattr(worlds, "Emulation", type("Leaking", (), {"of": staticmethod(of)}))
    assert seen_of_another(server, DEEDS[LEAKS[part]])


def test_a_clock_in_common_is_found(server: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    clocks: list[Any] = []

    def of(*arguments: Any, **options: Any) -> Emulation:
        emulation = Emulation.of(*arguments, **options, clock=clocks[0] if clocks else None)
        clocks.append(emulation.service.clock)
        return emulation

    monkeypatch.setattr(worlds, "Emulation", type("Leaking", (), {"of": staticmethod(of)}))
    assert seen_of_another(server, DEEDS["a later time"])


def test_a_name_that_is_not_heeded_is_found(
    server: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = Worlds._pass

    async def pass_to_the_first(self: Worlds, _: str, *rest: Any) -> None:
        await passed(self, next(iter(self._worlds)), *rest)

    monkeypatch.setattr(Worlds, "_pass", pass_to_the_first)
    assert seen_of_another(server, DEEDS["a session"])


def test_a_world_is_made_when_it_is_named(server: Emulator) -> None:
    token = {"Authorization": f"Bearer {server.token}"}
    by_header = {**token, HEADER: "mine"}
    made = httpx.post(f"{server.url}/sessions", json=BODY, headers=by_header)
    session = made.json()["id"]
    by_path = httpx.get(f"{server.url}/_worlds/mine/sessions/{session}", headers=token)
    assert by_path.json()["id"] == session
    assert httpx.get(f"{server.url}/sessions/{session}", headers=token).status_code == 404
    control = httpx.get(f"{server.url}/_emulator/sessions", headers={HEADER: "mine"}).json()
    assert [one["id"] for one in control["sessions"]] == [session]
    assert "mine" in httpx.get(f"{server.url}/_emulator/worlds").json()["worlds"]
    assert httpx.delete(f"{server.url}/_emulator/worlds/mine").status_code == 204
    assert httpx.get(f"{server.url}/sessions/{session}", headers=by_header).status_code == 404
    httpx.delete(f"{server.url}/_emulator/worlds/mine").raise_for_status()


def test_the_path_leads_before_the_header(server: Emulator) -> None:
    with World(server.url) as one, World(server.url) as other:
        session = create(one)
        headers = {"Authorization": f"Bearer {one.token}", HEADER: other.name}
        assert httpx.get(f"{one.url}/sessions/{session}", headers=headers).status_code == 200


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "a/b", "é", "a" * 101])
def test_what_cannot_be_a_name(server: Emulator, name: str) -> None:
    with (
        pytest.raises(ValueError, match=r"cannot name a world|Not Found|no emulator"),
        World(server.url, name=name),
    ):
        pass
    answer = httpx.get(f"{server.url}/sessions/x", headers={HEADER.encode(): name.encode()})
    assert answer.status_code == 400
    assert "cannot name a world" in answer.json()["error"]


def test_a_name_is_taken_once(server: Emulator) -> None:
    with (
        World(server.url, name="taken"),
        pytest.raises(ValueError, match=r"a world 'taken' already. Drop it first"),
        World(server.url, name="taken"),
    ):
        pass
    with World(server.url, name="taken") as again:
        assert again.url == f"{server.url}/_worlds/taken"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"contract": "modern"}, "There is no contract 'modern'. It is one of classic, platform."),
        ({"contract": 1}, "contract: "),
        ({"seed": "one"}, "seed: "),
        ({"clock": 3}, "'clock'"),
        ({"config": {"unused_ttl": -1}}, "unused_ttl: "),
        (
            {"config": {"users": [{"id": "a", "token": "b", "instances": ["c"]}]}},
            "not in instances",
        ),
    ],
)
def test_what_a_world_cannot_be_made_with(server: Emulator, body: Any, said: str) -> None:
    answer = httpx.put(f"{server.url}/_emulator/worlds/odd", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert "odd" not in httpx.get(f"{server.url}/_emulator/worlds").json()["worlds"]


def test_a_body_that_is_no_json(server: Emulator) -> None:
    answer = httpx.put(f"{server.url}/_emulator/worlds/odd", content=b"{")
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["error"]


def test_its_configuration_is_its_own(server: Emulator) -> None:
    config = evolve(
        default_config("platform"),
        users=(User("me", "my-token", ["crn:mine"], api_key="my-key"),),
        instances=(evolve(default_config("platform").instances[0], name="crn:mine"),),
        backends=("my_backend",),
        unused_ttl=None,
    )
    assert Config.of(json.loads(json.dumps(config.given()))) == config
    with World(server.url, config, contract="platform", seed=4, virtual_clock=True) as world:
        assert (world.token, world.api_key) == ("my-token", "my-key")
        with world.client() as client:
            body = {"mode": "batch", "backend": "my_backend"}
            session = client.post("/sessions", json=body).raise_for_status().json()["id"]
            world.advance(1_000_000)
            # It has no time after which an unused one closes.
            assert client.get(f"/sessions/{session}").json()["state"] == "open"
        answer = httpx.post(
            f"{world.iam_url}/identity/token",
            data={"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": "my-key"},
        )
        assert answer.status_code == 200


async def nobody(*_: object) -> None:
    raise AssertionError("Every request here names a world.")


def test_what_is_not_used_is_dropped() -> None:
    now = 0.0
    apart = Worlds(nobody, SETTINGS, now=lambda: now)
    transport = httpx.ASGITransport(apart)

    async def main() -> list[str]:
        nonlocal now
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await client.get("/_worlds/old/sessions/x")
            await client.get("/_worlds/used/sessions/x")
            now = IDLE
            await client.get("/_worlds/used/sessions/x")
            now += 1
            await client.get("/_worlds/new/sessions/x")
            listed: list[str] = (await client.get("/_emulator/worlds")).json()["worlds"]
            return listed

    assert anyio.run(main) == ["used", "new"]


def test_a_server_that_keeps_its_state_has_none(tmp_path: Any) -> None:
    with Emulator(state=f"sqlite:{tmp_path}/state") as kept:
        with pytest.raises(ValueError, match="start one without --state"), World(kept.url):
            pass
        answer = httpx.get(f"{kept.url}/sessions/x", headers={HEADER: "mine"})
        assert answer.status_code == 400


def test_what_answers_no_emulator(raw_url: str) -> None:
    with (
        pytest.raises(ConnectionError, match=r"No emulator answers at http://127.0.0.1:1"),
        World("http://127.0.0.1:1"),
    ):
        pass
    with (
        pytest.raises(ValueError, match="There is no emulator with a control plane"),
        World(raw_url),
    ):
        pass


def test_a_server_is_named_by_its_url() -> None:
    with pytest.raises(ValueError, match=r"such as http://127\.0\.0\.1:8390, not 'localhost:8390'"):
        World("localhost:8390")


@pytest.fixture
def raw_url() -> Iterator[str]:
    """The API of an emulator, where nothing is beside it."""
    with Emulator() as emulator:
        yield f"{emulator.url}/sessions"


def test_a_site_elsewhere_makes_none(server: Emulator) -> None:
    answer = httpx.put(
        f"{server.url}/_emulator/worlds/odd", headers={"Origin": "http://elsewhere.test"}
    )
    assert answer.status_code == 403
    with World(server.url) as world:
        answer = httpx.post(f"{world.url}/_emulator/reset", headers={"Host": "elsewhere.test"})
        assert answer.status_code == 403


def test_it_is_controlled_as_an_emulator_is() -> None:
    def public(kind: type) -> dict[str, inspect.Signature]:
        return {
            name: inspect.signature(member)
            for name, member in inspect.getmembers(kind, callable)
            if not name.startswith("_")
        }

    here, there = public(Emulator), public(World)
    # It is the server's business, and no world's, where jobs are computed.
    del here["stop_computing"]
    assert there == here
    assert issubclass(World, Endpoint)


@pytest.mark.parametrize("contract", ["classic", "platform"])
def test_errors_are_those_of_an_emulator(server: Emulator, contract: ContractName) -> None:
    with World(server.url, contract=contract, virtual_clock=True) as world:
        with pytest.raises(LookupError, match="no"):
            world.remove_fault("none")
        with pytest.raises(LookupError):
            world.drain_session("nobody's")
        with pytest.raises(ValueError, match="Time goes forward"):
            world.advance(-1)
        assert world.about()["contract"] == contract


def test_a_closed_session_takes_no_job(server: Emulator) -> None:
    with World(server.url, virtual_clock=True) as world:
        session = create(world)
        world.close_session(session)
        with pytest.raises(NotAcceptingError):
            world.submit_job(session)


def test_everything_can_be_done_in_it(server: Emulator) -> None:
    with World(server.url, virtual_clock=True) as world:
        first, second = create(world), create(world)
        name = world.snapshot()
        world.drain_session(first)
        world.cancel_session(second)
        assert [one["state"] for one in world.sessions()] == ["canceled", "closed"]
        world.restore(name)
        assert {one["state"] for one in world.sessions()} == {"open"}
        assert [one["id"] for one in world.sessions(search=first[2:])] == [first]
        later = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - without a zone it is UTC
        assert world.set_time(later) == world.now()
        fault = world.add_fault(Fault("error", status=503, name="a/b", session_id=first))
        with world.client() as client:
            assert client.get(f"/sessions/{first}").status_code == 503
        world.remove_fault(fault)
        assert len(world.requests(operation="createSession", status=200)) == 2
        world.clear_requests()
        assert world.requests() == []


def test_it_is_there_in_its_block_only(server: Emulator) -> None:
    world = World(server.url)
    for use in (lambda: world.url, world.now, world.client):
        with pytest.raises(RuntimeError, match="use it in a `with` block"):
            use()


def test_an_end_without_a_server_is_an_end() -> None:
    with Emulator() as server:
        world = World(server.url)
        world.__enter__()
    world.__exit__(None, None, None)


def test_the_status_page_of_a_world(server: Emulator) -> None:
    with World(server.url) as world:
        page = httpx.get(f"{world.url}/", follow_redirects=True)
        assert str(page.url) == f"{world.url}/_emulator/"
        assert page.status_code == 200
        assert httpx.get(f"{world.url}/_emulator/page.js").status_code == 200


def test_the_login_of_a_world_leads_back_to_it(server: Emulator) -> None:
    with World(server.url) as world:
        me = httpx.get(f"{world.login_url}/users/me", headers={"X-Access-Token": world.token})
        assert me.json()["urls"]["services"]["runtime"] == world.url


def test_what_is_logged_is_where_it_was_sent() -> None:
    told: list[str] = []
    apart = Worlds(nobody, SETTINGS, follower=lambda request: told.append(request["path"]))

    async def main() -> None:
        transport = httpx.ASGITransport(apart)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await client.get("/_worlds/mine/sessions/x")

    anyio.run(main)
    assert told == ["/_worlds/mine/sessions/x"]


def test_an_emulator_within_another() -> None:
    with Emulator() as server:
        with Emulator(contract="platform", within=server) as one, Emulator(within=server) as other:
            assert one.url.startswith(f"{server.url}/_worlds/")
            create(other)
            assert (len(one.sessions()), len(other.sessions()), len(server.sessions())) == (0, 1, 0)
            with one.client() as client:
                assert client.get("/backends").status_code == 200
            url = other.url
        with pytest.raises(RuntimeError, match="not running"):
            _ = other.url
        headers = {"Authorization": f"Bearer {server.token}"}
        # Who names it anew has a new one.
        assert httpx.get(f"{url}/_emulator/sessions", headers=headers).json() == {"sessions": []}


def test_an_emulator_may_end_after_the_one_that_it_is_within() -> None:
    server = Emulator()
    with server, Emulator(within=server) as inside:
        create(inside)
        server.__exit__(None, None, None)
        server.__enter__()
    assert len(inside.sessions()) == 1


def test_an_emulator_within_one_that_does_not_run() -> None:
    with pytest.raises(RuntimeError, match="not running"), Emulator(within=Emulator()):
        pass


def test_a_state_error_is_one_in_a_world(server: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise StateError("out of reach")

    with World(server.url) as world:
        monkeypatch.setattr("runtime_sessions_emulator.core.service.Service.sessions", broken)
        with pytest.raises(StateError, match="out of reach"):
            world.sessions()
