"""What the server cannot read is refused, said, and not done."""

import json

import pytest

from runtime_sessions_api.http_library import httpx

BODY = {"backend": "ibmq_wellington", "instance": "hub/group/project"}
JSON = {"Content-Type": "application/json"}


def refused(answer: httpx.Response, because: str) -> None:
    assert answer.status_code == 400, answer.text
    error = answer.json()["errors"][0]
    assert error["code"] == 1208
    assert because in error["message"]


@pytest.mark.parametrize(
    ("body", "because"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", 'not of type "object"'),
        (b"null", 'not of type "object"'),
        (b'{"backend": "b", "instance": "\xff"}', "not UTF-8"),
        (json.dumps(BODY).encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"backend": "b", "backend": "c", "instance": "i"}', "more than once"),
        (b'{"backend": "b", "instance": "i", "max_session_ttl": NaN}', "NaN"),
        (b'{"backend": "b", "instance": "i", "max_session_ttl": Infinity}', "Infinity"),
        (b'{"backend": "b", "instance": "i", "max_session_ttl": -1e999}', "less than or equal"),
        (b'{"backend": "b", "instance": "i", "max_session_ttl": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"backend": "b"}', '"instance" is a required property'),
        (b'{"backend": "b", "instance": "i", "max_ttl": 5}', "max_ttl"),
        (b'{"backend": "b", "instance": "i", "max_session_ttl": true}', "number"),
        (b'{"backend": "b", "instance": "i", "mode": "fast"}', "fast"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_body(client: httpx.Client, body: bytes, because: str) -> None:
    refused(client.post("/sessions", content=body, headers=JSON), because)


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/json; charset=latin-1", "application/jsonp", ""],
)
def test_content_type(client: httpx.Client, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = client.post("/sessions", content=json.dumps(BODY), headers=headers)
    refused(answer, "content type")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", 'Application/JSON ; charset="UTF-8"', "application/json;x=y"],
)
def test_content_types_that_will_do(client: httpx.Client, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    answer = client.post("/sessions", content=json.dumps(BODY), headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("query", "because"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%2B1", "limit"),
        ("limit=", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=%D9%A1", "limit"),
        ("offset=-1", "offset"),
        ("limit=1&limit=2", "more than once"),
        ("limt=1", "not a parameter"),
        ("limit=%ff", "not UTF-8"),
    ],
)
def test_query(client: httpx.Client, query: str, because: str) -> None:
    session = client.post("/sessions", json=BODY).json()["id"]
    refused(client.get(f"/sessions/{session}/jobs?{query}"), because)


def test_an_offset_beyond_every_list_and_one_beyond_every_number(client: httpx.Client) -> None:
    session = client.post("/sessions", json=BODY).json()["id"]
    for path in (f"/sessions/{session}/jobs", "/jobs"):
        page = client.get(f"{path}?offset={2**31 - 1}").json()
        assert (page["jobs"], page["offset"]) == ([], 2**31 - 1)
        for offset in (2**31, 10**30):
            refused(client.get(f"{path}?offset={offset}"), "offset")


@pytest.mark.parametrize("path", ["", "/extended"])
def test_a_query_where_there_is_none(client: httpx.Client, path: str) -> None:
    session = client.post("/sessions", json=BODY).json()["id"]
    refused(client.get(f"/sessions/{session}{path}?x=1"), "not a parameter")


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_of_more_than_a_mebibyte(client: httpx.Client, *, chunked: bool) -> None:
    body = b" " * (1 << 20) + json.dumps(BODY).encode()
    content = iter([body[: 1 << 19], body[1 << 19 :]]) if chunked else body
    answer = client.post("/sessions", content=content, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["code"] == 413


def test_a_number_beyond_all_floats_is_still_a_number(client: httpx.Client) -> None:
    for number in ("1e999", "1" + "0" * 400):
        body = json.dumps(BODY)[:-1] + f', "max_session_ttl": {number}}}'
        created = client.post("/sessions", content=body, headers=JSON).json()
        assert "28800" in created["messages"][0]["data"]
        assert client.get(f"/sessions/{created['id']}").json()["max_ttl"] == 28800


@pytest.mark.parametrize(
    "path", ["/sessions/", "/sessions//close", "/sessions/a%2Fclose", "//", "/%ff"]
)
def test_a_path_that_is_not_there(client: httpx.Client, path: str) -> None:
    answer = client.delete(path)
    assert answer.status_code in (404, 405)


def test_names_of_lone_surrogates_are_names_like_others(client: httpx.Client) -> None:
    body = b'{"backend": "\\ud800", "instance": "hub/group/project"}'
    assert client.post("/sessions", content=body, headers=JSON).status_code == 404


def test_an_instance_that_is_not_yours_comes_before_a_backend_that_is_not_there(
    client: httpx.Client,
) -> None:
    for backend in ("ibmq_wellington", "nowhere"):
        body = {"backend": backend, "instance": "their/own/instance"}
        answer = client.post("/sessions", json=body)
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["code"] == 1200
