"""The halves cannot drift: what one has, the other has, by the same name, words and types.

Both are plain classes with plain methods: editors, static documentation tools and tracebacks see
what a reader of the source sees.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
import traceback
import typing
from pathlib import Path
from types import ModuleType

import griffe
import jedi  # type: ignore[import-untyped]
import pytest
import unasync

import runtime_sessions
from runtime_sessions import (
    AsyncListedSession,
    AsyncSessionHandle,
    AsyncSessionsClient,
    ListedSession,
    NotFoundError,
    SessionHandle,
    SessionsClient,
)
from runtime_sessions_api.http_library import httpx

TWINS = [
    (SessionsClient, AsyncSessionsClient),
    (SessionHandle, AsyncSessionHandle),
    (ListedSession, AsyncListedSession),
]
CLASSES = [kind for pair in TWINS for kind in pair]
FOLDER = Path(runtime_sessions.__file__).parent


def public(kind: type) -> dict[str, object]:
    return {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}


def methods(kind: type) -> dict[str, typing.Any]:
    return {name: value for name, value in public(kind).items() if inspect.isfunction(value)}


@pytest.mark.parametrize(("sync", "async_"), TWINS)
def test_both_have_the_same(sync: type, async_: type) -> None:
    assert public(sync).keys() == public(async_).keys()
    for name, method in methods(sync).items():
        twin = getattr(async_, name)
        assert inspect.getdoc(method) == inspect.getdoc(twin)
        ours, theirs = inspect.signature(method), inspect.signature(twin)
        assert [*ours.parameters] == [*theirs.parameters]
        returned = str(theirs.return_annotation).replace("Async", "")
        assert str(ours.return_annotation).replace("_sync", "_async") == returned.replace(
            "collections.abc.Async", "collections.abc."
        )
        assert not inspect.iscoroutinefunction(method)
        assert method.__module__ == twin.__module__.replace("_async", "_sync")


def test_the_synchronous_half_is_what_the_script_gives(tmp_path: Path) -> None:
    unasync.write(tmp_path)
    for file in sorted(tmp_path.glob("*.py")):
        assert (FOLDER / "_sync" / file.name).read_bytes() == file.read_bytes(), file.name
    assert {file.name for file in tmp_path.glob("*.py")} == {
        file.name for file in (FOLDER / "_sync").glob("*.py")
    }


def test_nothing_asynchronous_is_left_in_the_synchronous_half() -> None:
    for file in (FOLDER / "_sync").glob("*.py"):
        code = file.read_text(encoding="utf-8").partition("\n")[2]
        assert "await" not in code
        assert "async" not in code.lower(), file.name


@pytest.mark.parametrize("kind", CLASSES)
def test_a_static_reader_finds_all_of_every_method(kind: type) -> None:
    package = griffe.load("runtime_sessions", search_paths=[FOLDER.parent], allow_inspection=False)
    found = package[kind.__module__.removeprefix("runtime_sessions.")][kind.__name__]
    for name in methods(kind):
        method = found[name]
        assert isinstance(method, griffe.Function), name
        assert method.docstring, name
        assert method.returns is not None, name
        parameters = [parameter for parameter in method.parameters if parameter.name != "self"]
        assert all(parameter.annotation is not None for parameter in parameters), name
    for name, attribute in found.attributes.items():
        assert name.startswith("_") or attribute.docstring, name


@pytest.mark.parametrize("kind", CLASSES)
def test_types_have_no_variables(kind: type) -> None:
    for name, method in methods(kind).items():
        hints = typing.get_type_hints(method)
        assert "return" in hints, name
        assert not any("~" in str(hint) for hint in hints.values()), name


@pytest.mark.parametrize("kind", ["SessionsClient", "AsyncSessionsClient"])
def test_an_editor_completes_and_documents(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Two processes that fill one cache read each other's halves.
    monkeypatch.setattr(jedi.settings, "cache_directory", tmp_path_factory.getbasetemp())
    wait = "await " if kind.startswith("Async") else ""
    lines = [
        f"from runtime_sessions import {kind}",
        f"client = {kind}()",
        "async def main():",
        f"    session = {wait}client.create(backend='b')",
        "    client.create(",
        "    session.wait(",
        "    session.dr",
    ]
    script = jedi.Script("\n".join(lines))
    (create,) = script.get_signatures(5, len(lines[4]))
    assert [parameter.name for parameter in create.params][:2] == ["backend", "instance"]
    assert "contract: `createSession`" in create.docstring()
    (wait_signature,) = script.get_signatures(6, len(lines[5]))
    assert [parameter.name for parameter in wait_signature.params] == [
        "until",
        "timeout",
        "progress",
    ]
    assert "Wait until the session is in a state" in wait_signature.docstring()
    (completion,) = script.complete(7, len(lines[6]))
    assert completion.name == "drain"
    assert "Refuse new jobs" in completion.docstring()


def test_a_traceback_leads_through_no_shim() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(404)

    own = httpx.Client(transport=httpx.MockTransport(answer))
    with (
        SessionsClient("https://service.test", token="t", http_client=own) as client,
        pytest.raises(NotFoundError) as caught,
    ):
        client.session("s-1").drain()
    frames = traceback.extract_tb(caught.value.__traceback__)
    ours = [Path(frame.filename) for frame in frames if str(FOLDER) in frame.filename]
    assert [file.parent.name for file in ours[:3]] == ["_sync"] * 3
    assert {file.name for file in ours} == {"session.py", "caller.py", "_call.py"}
    assert [frame.name for frame in frames[1:5]] == ["drain", "_end", "send", "pause_after"]


def test_the_words_are_of_no_one_twin() -> None:
    for sync, async_ in TWINS:
        for name in public(sync):
            assert "async" not in (inspect.getdoc(getattr(async_, name)) or "").lower()


#: Whether types are checked is no name of the package's.
EXPORTED = {
    name: thing
    for name, thing in vars(runtime_sessions).items()
    if not (name.startswith("_") or isinstance(thing, ModuleType | bool))
}


def test_what_is_exported_is_said_to_be_and_in_order() -> None:
    assert runtime_sessions.__all__ == sorted(EXPORTED)


def test_all_that_is_public_is_documented() -> None:
    for name, thing in EXPORTED.items():
        if not isinstance(thing, type):
            continue
        assert inspect.getdoc(thing), name
        for attribute, value in public(thing).items():
            function = value.fget if isinstance(value, property) else value
            module = getattr(function, "__module__", "") or ""
            if module.startswith("runtime_sessions.") and inspect.isfunction(function):
                # The flows are httpx's.
                assert inspect.getdoc(function) or "auth_flow" in attribute, f"{name}.{attribute}"


def test_what_only_some_need_is_imported_only_by_them() -> None:
    code = (
        "import sys, runtime_sessions; "
        "print({'anyio', 'rich', 'aiohttp', 'asyncio'} & set(sys.modules))"
    )
    blocked = "import sys; sys.modules['click'] = None; "  # else httpx imports its command line
    done = subprocess.run(
        [sys.executable, "-c", blocked + code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
