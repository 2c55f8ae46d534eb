"""Each template that changes, on our client and, where it is marked `mends`, on the stock one."""

from __future__ import annotations

import ast
import asyncio
import enum
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import attrs
import pytest
from generate import contracts

from runtime_sessions_api import classic
from runtime_sessions_api.http_library import httpx

Copies = Callable[[Any], list[Any]]

CANARY = "canary-7f3a"


def answering(api: Any, status: int, body: bytes, **settings: Any) -> Any:
    """A client to which every request is answered alike."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    return api().AuthenticatedClient(
        base_url="http://test", token=CANARY, httpx_args={"transport": transport}, **settings
    )


# Enums


@pytest.mark.mends(raises=ValueError)
def test_an_unknown_state_is_let_through_as_what_it_is(api: Any, copies: Copies) -> None:
    session = api("models").Session.from_dict({**api.session, "state": "pending_closed"})
    state = session.state
    assert state == "pending_closed" == str(state)
    assert hash(state) == hash("pending_closed")
    assert isinstance(state, api("models").SessionState)
    assert session.to_dict() == {**api.session, "state": "pending_closed"}
    assert set(map(type, copies(state))) == {api("models").SessionState}
    assert set(copies(state)) == {state}
    assert all(again == session for again in copies(session))


def test_a_known_state_is_the_member_of_that_name(api: Any, copies: Copies) -> None:
    state = api("models").SessionState
    assert state("open") is state.OPEN
    assert all(again is state.OPEN for again in copies(state.OPEN))
    state("pending_closed")
    assert list(state) == api.facts.states


@pytest.mark.parametrize("value", [None, 5, True, [], {}])
def test_a_state_that_is_no_string_is_refused(api: Any, value: object) -> None:
    with pytest.raises(ValueError, match="not a valid SessionState"):
        api("models").Session.from_dict({**api.session, "state": value})


# Answers


@pytest.mark.mends(raises=ValueError)
def test_any_status_arrives(api: Any) -> None:
    get_session = api("api.sessions.get_session")
    for status in (299, 520, 521, 522, 524, 600):
        with answering(api, status, b"<html>") as client:
            response = get_session.sync_detailed("id", client=client, **api.call)
        assert response.status_code == status
        assert type(response.status_code) is int
        assert response.content == b"<html>"
        assert response.parsed is None


@pytest.mark.mends(raises=ValueError)
def test_an_answer_that_is_not_json_keeps_its_status(api: Any) -> None:
    get_session = api("api.sessions.get_session")

    async def detailed(client: Any) -> Any:
        async with client:
            return await get_session.asyncio_detailed("id", client=client, **api.call)

    for status in (200, 401, 500):
        for body in (b"<html>Bad gateway</html>", b"", b'{"cut', b"\xff\xfe{"):
            with answering(api, status, body) as client:
                response = get_session.sync_detailed("id", client=client, **api.call)
            assert (response.status_code, response.content, response.parsed) == (status, body, None)
            response = asyncio.run(detailed(answering(api, status, body)))
            assert (response.status_code, response.content, response.parsed) == (status, body, None)


def test_an_answer_that_is_not_json_is_an_undocumented_one(api: Any) -> None:
    get_session = api("api.sessions.get_session")
    with (
        answering(api, 500, b"<html>", raise_on_unexpected_status=True) as client,
        pytest.raises(api("errors").UnexpectedStatus) as caught,
    ):
        get_session.sync("id", client=client, **api.call)
    assert (caught.value.status_code, caught.value.content) == (500, b"<html>")


def test_an_answer_without_a_content_type_is_parsed(api: Any) -> None:
    with answering(api, 200, json.dumps(api.session).encode()) as client:
        session = api("api.sessions.get_session").sync("id", client=client, **api.call)
    assert session.to_dict() == api.session


@pytest.mark.mends(raises=ValueError)
def test_a_client_of_the_callers_own_needs_no_base_url(api: Any) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(204)

    for base in ("http://test/runtime", "http://test/runtime/"):
        client = api().AuthenticatedClient(base_url=base, token=CANARY)
        client.set_httpx_client(httpx.Client(transport=httpx.MockTransport(answer)))
        with client:
            api("api.sessions.close_session").sync_detailed("a/b", client=client, **api.call)
    assert seen == ["http://test/runtime/sessions/a%2Fb/close"] * 2


# Secrets


@pytest.mark.mends(raises=AssertionError)
def test_no_secret_is_in_the_repr_of_a_client(api: Any, copies: Copies) -> None:
    secrets = {
        "headers": {"X-Access-Token": CANARY},
        "cookies": {"sid": CANARY},
        "httpx_args": {"auth": ("user", CANARY)},
    }
    for client in (
        api().Client(base_url="http://test", **secrets),
        api().AuthenticatedClient(base_url="http://test", token=CANARY, **secrets),
    ):
        forms = [
            client,
            *copies(client),
            attrs.evolve(client, base_url="http://other"),
            client.with_headers({"Authorization": CANARY}).with_cookies({"b": CANARY}),
            client.with_timeout(httpx.Timeout(1)),
        ]
        client.get_httpx_client()
        client.get_async_httpx_client()
        for form in forms:
            assert "base_url='http://" in repr(form)
            assert CANARY not in f"{form!r} {form!s} {[form]}"


@pytest.mark.mends(raises=AssertionError)
def test_the_token_does_not_get_into_the_callers_own_headers(api: Any) -> None:
    headers = {"X-Request-Id": "1"}
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(204)

    args = {"transport": httpx.MockTransport(answer)}
    client = api().AuthenticatedClient(
        base_url="http://test", token=CANARY, headers=headers, httpx_args=args
    )
    with client:
        api("api.sessions.close_session").sync_detailed("id", client=client, **api.call)
    assert seen[0]["Authorization"] == f"Bearer {CANARY}"
    assert seen[0]["X-Request-Id"] == "1"
    assert headers == {"X-Request-Id": "1"}


@pytest.mark.mends(raises=AssertionError)
def test_a_derived_client_leaves_its_parent_alone(api: Any) -> None:
    parent = api().AuthenticatedClient(base_url="http://test", token=CANARY)
    pool = parent.get_httpx_client()
    before = (dict(pool.headers), dict(pool.cookies), pool.timeout)
    child = parent.with_headers({"a": "1"}).with_cookies({"b": "2"}).with_timeout(httpx.Timeout(3))
    assert (dict(pool.headers), dict(pool.cookies), pool.timeout) == before
    mine = child.get_httpx_client()
    assert mine.headers["a"] == "1"
    assert mine.cookies["b"] == "2"
    assert mine.timeout == httpx.Timeout(3)


# UNSET


@pytest.mark.mends(raises=AssertionError)
def test_unset_survives_copying_as_the_one_that_it_is(api: Any, copies: Copies) -> None:
    unset = api("types").UNSET
    session = api("models").Session.from_dict(api.session)
    assert all(again is unset for again in copies(unset))
    for again in copies(session):
        assert again == session
        assert again.closed_at is unset
        assert again.to_dict() == api.session


@pytest.mark.mends(raises=AssertionError)
def test_unset_says_what_it_is(api: Any) -> None:
    assert repr(api("types").UNSET) == "UNSET"


# Modules


@pytest.mark.mends(raises=AssertionError)
def test_no_model_imports_while_it_decodes(api: Any) -> None:
    files = sorted(api.folder.glob("models/[!_]*.py"))
    assert len(files) > 10
    inside = {
        file.stem
        for file in files
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert inside == set()


@pytest.mark.mends(raises=AssertionError)
def test_decoding_does_without_what_takes_most_of_its_time(api: Any) -> None:
    file = api.folder / "models" / "job.py"
    (decoding,) = (
        node
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name == "from_dict"
    )
    called = {ast.unparse(node.func) for node in ast.walk(decoding) if isinstance(node, ast.Call)}
    # A list[str] is made anew whenever it is cast to, and `__init__` sets each field once more.
    assert not {"cls", "cast"} & called
    model = api("models").JobState
    came_by: list[str] = []
    sys.setprofile(lambda frame, _, __: came_by.append(frame.f_code.co_filename))
    try:
        model.from_dict(api.facts.job_state)
    finally:
        sys.setprofile(None)
    assert sys.modules[model.__module__].__file__ in came_by
    assert enum.__file__ not in came_by


@pytest.mark.mends(raises=AssertionError)
def test_a_call_imports_only_the_models_that_it_needs(api: Any) -> None:
    code = f"import sys, {api.package}.api.sessions.get_session; print(*sys.modules)"
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": path}, stdout=-1, text=True, check=True
    )
    prefix = f"{api.package}.models."
    models = {name.removeprefix(prefix) for name in done.stdout.split() if prefix in name}
    assert models == api.facts.models


def test_the_package_of_models_has_every_model_and_no_other_name(api: Any) -> None:
    models = api("models")
    assert len(models.__all__) > 10
    assert set(models.__all__) <= set(dir(models))
    assert all(getattr(models, name).__name__ == name for name in models.__all__)
    with pytest.raises(AttributeError, match="Sesion"):
        _ = models.Sesion


@pytest.mark.mends(raises=AssertionError)
def test_type_checkers_are_told_that_there_are_types(api: Any) -> None:
    # Our script puts one at the root of the package: the generator itself writes none.
    root = api.folder if api.package.startswith("stock") else api.folder.parent
    assert (root / "py.typed").is_file()


def test_what_no_contract_is_asked_for_is_the_same_in_every_client(api: Any) -> None:
    for module in ("client", "errors", "types"):
        file, of_classic = Path(api(module).__file__), Path(classic.__file__)
        assert file.read_bytes() == of_classic.with_name(file.name).read_bytes()


# Models


@pytest.mark.parametrize("contract", contracts())
def test_the_annotations_of_every_model_are_there_at_run_time(contract: str) -> None:
    models = importlib.import_module(f"runtime_sessions_api.{contract}.models")
    classes = [getattr(models, name) for name in models.__all__]
    hints = {model: get_type_hints(model) for model in classes if attrs.has(model)}
    assert len(hints) > 10
    for model, found in hints.items():
        assert {field.name for field in attrs.fields(model)} <= set(found)


def test_models_are_equal_by_class_and_fields(api: Any) -> None:
    models = api("models")
    session = models.Session.from_dict(api.session)
    assert session == models.Session.from_dict(api.session)
    assert session != models.Session.from_dict({**api.session, "state": "closed"})
    assert session != models.Session.from_dict({**api.session, "unheard_of": 1})
    child: Any = type("Child", (models.Session,), {})
    assert session != child.from_dict(api.session)
    assert child.from_dict(api.session) == child.from_dict(api.session)
    assert session != api.session
    with pytest.raises(TypeError, match="unhashable"):
        hash(session)


def test_a_model_is_shown_with_all_of_its_fields(api: Any) -> None:
    name, event, time = api.facts.event
    event = getattr(api("models"), name).from_dict({**event, time: "2026-11-27T06:30Z", "more": 1})
    shown = ", ".join(f"{f.name}={getattr(event, f.name)!r}" for f in attrs.fields(type(event)))
    assert repr(event) == f"{name}({shown})"
    assert shown.endswith("additional_properties={'more': 1}")
    event["itself"] = event
    assert "'itself': ..." in repr(event)


@pytest.mark.mends(raises=AssertionError)
def test_what_models_have_alike_is_compiled_once(api: Any) -> None:
    """attrs compiles what it writes for a class when that is imported."""
    models = api("models")
    for method in ("__eq__", "__repr__"):
        assert getattr(models.Session, method) is getattr(models.Error, method)


# Requests


@pytest.mark.only("platform")
def test_a_body_the_version_and_what_no_contract_knows_are_sent_as_they_are(api: Any) -> None:
    sent: list[tuple[Any, httpx.Headers]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((json.loads(request.content), request.headers))
        return httpx.Response(200, json=api.session)

    forms = [
        {"mode": "batch", "max_ttl": 60, "backend": "ibm_backend"},
        {"mode": "dedicated", "max_ttl": 60, "interactive_ttl": 1, "unheard_of": True},
    ]
    models = api("models")
    bodies = [models.SessionRequest.from_dict(form) for form in forms]
    args = {"transport": httpx.MockTransport(answer)}
    client = api().AuthenticatedClient(
        base_url="http://test", token=CANARY, headers={"Service-CRN": "crn:"}, httpx_args=args
    )
    with client:
        for body in bodies:
            api("api.sessions.create_session").sync(client=client, body=body, **api.call)
    assert [body for body, _ in sent] == forms
    for _, headers in sent:
        assert headers["IBM-API-Version"] == "2026-04-15"
        assert headers["Service-CRN"] == "crn:"
        assert headers["Authorization"] == f"Bearer {CANARY}"


def test_what_is_the_same_in_all_clients_is_there_once() -> None:
    names = list(contracts())
    for module in ("client", "errors", "types"):
        shared = importlib.import_module(f"runtime_sessions_api.{module}")
        for name in names:
            passed_on = importlib.import_module(f"runtime_sessions_api.{name}.{module}")
            assert sorted(passed_on.__all__) == sorted(shared.__all__)
            for thing in shared.__all__:
                assert getattr(passed_on, thing) is getattr(shared, thing)


@pytest.mark.only("classic")
def test_a_request_can_be_built_and_sent_by_whoever_likes(api: Any) -> None:
    update = api("api.sessions.update_session")
    body = api("models").SessionUpdate(accepting_jobs=False)
    built = update.build_request("s/1", body=body)
    assert built == {
        "method": "patch",
        "url": "/sessions/s%2F1",
        "json": {"accepting_jobs": False},
        "headers": {"Content-Type": "application/json"},
    }
    assert httpx.Request(**built | {"url": "http://service.test" + built["url"]}).method == "PATCH"
