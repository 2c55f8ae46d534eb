"""The emulator as the proxy of a client: IBM Cloud's hosts are here, and nothing leaves."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator
from runtime_sessions_emulator.qiskit import arguments, environment

CLOUD = "runtime-sessions.test"


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    with Emulator(contract="platform", virtual_clock=True) as running:
        yield running


@pytest.fixture
def through(emulator: Emulator) -> Iterator[httpx.Client]:
    """A client that takes the emulator for its proxy."""
    with httpx.Client(proxy=emulator.url, trust_env=False) as client:
        yield client


def token(emulator: Emulator, through: httpx.Client) -> str:
    grant = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": emulator.api_key}
    answer = through.post(f"http://iam.{CLOUD}/identity/token", data=grant)
    found: str = answer.json()["access_token"]
    return found


@pytest.mark.parametrize("region", ["", "eu-de."])
def test_the_api_is_at_its_host(emulator: Emulator, through: httpx.Client, region: str) -> None:
    headers = {
        "Authorization": f"Bearer {token(emulator, through)}",
        "Service-CRN": emulator.instance,
    }
    api = f"http://{region}quantum.{CLOUD}/api/v1"
    created = through.post(f"{api}/sessions", json={"mode": "batch"}, headers=headers)
    read = through.get(f"{api}/sessions/{created.json()['id']}?a=b", headers=headers)
    assert read.json() == created.json()
    (asked,) = emulator.requests(operation="getSession")
    assert (asked["path"], asked["query"]) == (f"/sessions/{created.json()['id']}", "a=b")


def test_global_search_tells_the_instances_of_a_user(
    emulator: Emulator, through: httpx.Client
) -> None:
    headers = {"Authorization": f"Bearer {token(emulator, through)}"}
    search = f"http://api.global-search-tagging.{CLOUD}/v3/resources/search"
    items = through.post(search, json={"query": "x"}, headers=headers).json()["items"]
    assert [item["crn"] for item in items] == [emulator.instance, emulator.open_instance]
    assert [item["name"] for item in items] == ["standard", "open"]
    assert all(item["doc"]["extensions"] for item in items)
    plans = [
        through.get(f"http://globalcatalog.{CLOUD}/api/v1/{item['service_plan_unique_id']}").json()
        for item in items
    ]
    assert [plan["overview_ui"]["en"]["display_name"] for plan in plans] == ["Standard", "Open"]
    assert [plan["metadata"]["pricing"]["type"] for plan in plans] == ["paid", "free"]
    assert through.get(f"http://globalcatalog.{CLOUD}/api/v1/none").status_code == 404


def test_the_resource_controller_knows_an_instance_by_its_name(
    emulator: Emulator, through: httpx.Client
) -> None:
    headers = {"Authorization": f"Bearer {token(emulator, through)}"}
    url = f"http://resource-controller.{CLOUD}/v2/resource_instances"
    found = through.get(url, params={"name": "open"}, headers=headers).json()
    assert [one["crn"] for one in found["resources"]] == [emulator.open_instance]
    assert through.get(url, params={"name": "none"}, headers=headers).json()["rows_count"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "api.global-search-tagging.runtime-sessions.test/v3/resources/search"),
        ("GET", "resource-controller.runtime-sessions.test/v2/resource_instances"),
    ],
)
def test_nobody_is_told_of_instances_without_a_token(
    through: httpx.Client, method: str, path: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody's"}):
        assert through.request(method, f"http://{path}", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "url",
    [
        "http://quantum.cloud.ibm.com/api/v1/jobs",
        f"http://{CLOUD}/api/v1/jobs",
        f"http://elsewhere.{CLOUD}/",
        f"http://quantum.{CLOUD}.example.test/api/v1/jobs",
        f"http://quantum.{CLOUD}/other",
    ],
)
def test_any_other_host_is_out_of_reach(
    emulator: Emulator, through: httpx.Client, url: str
) -> None:
    answer = through.get(url)
    assert answer.status_code == 403
    assert "lets nothing leave" in answer.text
    assert answer.headers["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    (refused,) = emulator.requests(status=403)
    assert refused["path"] == url.split("/")[2]


def test_a_tunnel_is_refused_and_found_in_the_log(emulator: Emulator) -> None:
    host, _, port = emulator.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        target = b"iam.cloud.ibm.com:443"
        connection.sendall(b"CONNECT " + target + b" HTTP/1.1\r\nHost: " + target + b"\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 403 ")
    (refused,) = emulator.requests(status=403)
    assert (refused["method"], refused["path"]) == ("CONNECT", target.decode())


def test_a_request_to_the_emulator_itself_is_one(emulator: Emulator, through: httpx.Client) -> None:
    assert through.get(f"{emulator.url}/versions").status_code == 200
    assert through.get(f"{emulator.url}/_emulator/health").status_code == 200


def test_a_path_that_begins_with_two_slashes_is_a_path(emulator: Emulator) -> None:
    with emulator.client() as client:
        assert client.get(f"{emulator.url}//versions").status_code == 404


def test_the_client_is_told_where_all_of_it_is(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "mine.test,127.0.0.1")
    monkeypatch.setattr("runtime_sessions_emulator.qiskit._client", lambda: 50)
    found: dict[str, Any] = environment(emulator)
    assert found["IAM_URL"] == emulator.iam_url
    assert found["NO_PROXY"] == found["no_proxy"]
    names = found["NO_PROXY"].split(",")
    assert names[:2] == ["mine.test", "127.0.0.1"]
    assert {CLOUD, "cloud.ibm.com"} < set(names)
    assert len(names) == len(set(names))
    told = arguments(emulator)
    assert (told["token"], told["instance"]) == (emulator.api_key, emulator.instance)
    assert told["proxies"] == {"urls": {"http": emulator.url, "https": emulator.url}}
    with Emulator() as classic:
        assert "IAM_URL" not in environment(classic)
        assert arguments(classic)["url"] == classic.login_url


def test_an_older_client_has_the_emulator_for_the_proxy_of_its_environment(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime_sessions_emulator.qiskit._client", lambda: 49)
    found = environment(emulator)
    assert found["HTTPS_PROXY"] == found["http_proxy"] == emulator.url
    assert CLOUD not in found["NO_PROXY"].split(",")
    with Emulator() as classic:
        assert "HTTPS_PROXY" not in environment(classic)
