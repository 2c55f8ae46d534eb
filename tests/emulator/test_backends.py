"""What the official client asks for beside the contracts: backends, usage, a classic login."""

from collections.abc import Iterator
from typing import Any

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator

PARTS = ("configuration", "properties", "status", "defaults")


@pytest.fixture(scope="module", params=["classic", "platform"])
def served(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with Emulator(contract=request.param, virtual_clock=True) as running:
        yield running


@pytest.fixture(scope="module")
def classic() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def read(client: httpx.Client, path: str) -> dict[str, Any]:
    answer = client.get(path)
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    return body


def test_all_backends_are_listed_in_the_form_of_the_generation(
    client: httpx.Client, emulator: Emulator
) -> None:
    listed = read(client, "/backends")["devices"]
    names = listed if emulator.contract == "classic" else [device["name"] for device in listed]
    assert tuple(names) == emulator.config.backends


@pytest.mark.parametrize(("version", "told"), [("2025-01-01", str), ("2025-05-01", dict)])
def test_an_old_version_of_the_platform_lists_names(version: str, told: type) -> None:
    with Emulator(contract="platform") as emulator, emulator.client() as client:
        listed = client.get("/backends", headers={"IBM-API-Version": version}).json()["devices"]
    assert {type(one) for one in listed} == {told}


def test_a_backend_is_described_under_its_own_name(
    client: httpx.Client, emulator: Emulator
) -> None:
    for name in emulator.config.backends:
        configuration = read(client, f"/backends/{name}/configuration")
        properties = read(client, f"/backends/{name}/properties")
        assert configuration["backend_name"] == properties["backend_name"] == name
        assert len(properties["qubits"]) == configuration["n_qubits"] == 5
        assert configuration["simulator"] is False  # in one the official client opens no session
        status = read(client, f"/backends/{name}/status")
        assert (status["state"], status["status"]) == (True, "active")


def test_what_is_told_of_gates_agrees(client: httpx.Client, emulator: Emulator) -> None:
    configuration = read(client, f"/backends/{emulator.backend}/configuration")
    properties = read(client, f"/backends/{emulator.backend}/properties")
    places = {
        (gate["name"], tuple(place))
        for gate in configuration["gates"]
        for place in gate["coupling_map"]
    }
    assert {(gate["gate"], tuple(gate["qubits"])) for gate in properties["gates"]} == places
    assert {name for name, _ in places} == set(configuration["basis_gates"])
    assert {place for name, place in places if name == "cz"} == {
        tuple(pair) for pair in configuration["coupling_map"]
    }


@pytest.mark.parametrize("part", PARTS)
def test_a_backend_that_is_not_there(client: httpx.Client, part: str) -> None:
    answer = client.get(f"/backends/nowhere/{part}")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == 1007


@pytest.mark.parametrize("path", ["/backends", *(f"/backends/x/{part}" for part in PARTS)])
def test_nobody_is_told_of_backends(client: httpx.Client, path: str) -> None:
    assert client.get(path, headers={"Authorization": "Bearer nobody"}).status_code == 401


def test_usage_is_what_the_jobs_of_the_instance_ran_for() -> None:
    with Emulator(contract="platform", virtual_clock=True) as emulator, emulator.client() as client:
        job = {"program_id": "sampler", "backend": emulator.backend}
        client.post("/jobs", json=job).raise_for_status()
        with emulator.client(emulator.other_token) as other:
            other.post("/jobs", json=job).raise_for_status()
        assert emulator.open_instance
        elsewhere = {"Service-CRN": emulator.open_instance}
        client.post("/jobs", json=job, headers=elsewhere).raise_for_status()
        emulator.advance(1)
        assert read(client, "/instances/usage") == {
            "instance_id": emulator.instance,
            "plan_id": "emulator",
            "usage_consumed_seconds": 2,
            "usage_limit_reached": False,
        }


def test_a_login_tells_where_the_api_is_and_who_pays(classic: Emulator) -> None:
    with httpx.Client(base_url=classic.login_url, trust_env=False) as client:
        assert "api-auth" in client.get("/version").json()
        login = client.post("/users/loginWithToken", json={"apiToken": classic.token})
        user = {"X-Access-Token": login.json()["id"]}
        urls = client.get("/users/me", headers=user).json()["urls"]
        assert (urls["http"], urls["services"]["runtime"]) == (classic.login_url, classic.url)
        found = {
            f"{hub['name']}/{group}/{project}"
            for hub in client.get("/Network", headers=user).json()
            for group, projects in hub["groups"].items()
            for project in projects["projects"]
        }
        assert found == classic.config.users[0].instances
        again = httpx.get(f"{urls['services']['runtime']}/backends", headers=user)
        assert again.status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b'{"apiToken": "nobody"}', 401),
        (b'{"apiToken": null}', 401),
        (b"{}", 400),
        (b"[]", 400),
        (b'"apiToken"', 400),
        (b"{", 400),
        (b'{"apiToken": "' + b"x" * 2**20 + b'"}', 400),
    ],
)
def test_a_login_of_nobody(classic: Emulator, sent: bytes, status: int) -> None:
    answer = httpx.post(f"{classic.login_url}/users/loginWithToken", content=sent)
    assert answer.status_code == status
    assert answer.json()["error"]["name"]


@pytest.mark.parametrize("path", ["/users/me", "/Network"])
def test_without_a_login_nothing_is_told(classic: Emulator, path: str) -> None:
    for headers in ({}, {"X-Access-Token": "nobody"}):
        assert httpx.get(classic.login_url + path, headers=headers).status_code == 401


def test_no_token_of_a_login_is_in_the_log(classic: Emulator) -> None:
    httpx.post(f"{classic.login_url}/users/loginWithToken", json={"apiToken": classic.token})
    httpx.get(f"{classic.login_url}/users/me", headers={"X-Access-Token": classic.token})
    assert classic.token not in str(classic.requests())


def test_each_contract_has_its_own_way_in(classic: Emulator) -> None:
    with pytest.raises(RuntimeError, match="no IAM"):
        _ = classic.iam_url
    with (
        Emulator(contract="platform") as platform,
        pytest.raises(RuntimeError, match="no login"),
    ):
        _ = platform.login_url
