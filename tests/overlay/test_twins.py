"""The twins cannot drift: what one has, the other has, by the same name, words and types."""

from __future__ import annotations

import inspect
import pydoc
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import runtime_sessions
from runtime_sessions import (
    AsyncSessionHandle,
    AsyncSessionsClient,
    SessionHandle,
    SessionsClient,
)
from runtime_sessions._twins import run

TWINS = [(SessionsClient, AsyncSessionsClient), (SessionHandle, AsyncSessionHandle)]
SOURCES = sorted(Path(runtime_sessions.__file__).parent.glob("**/*.py"))


def public(kind: type) -> dict[str, object]:
    return {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize(("sync", "async_"), TWINS)
def test_both_have_the_same(sync: type, async_: type) -> None:
    assert public(sync).keys() == public(async_).keys()
    for name, method in public(sync).items():
        if not inspect.isfunction(method):
            continue
        twin = getattr(async_, name)
        assert inspect.getdoc(method) == inspect.getdoc(twin)
        ours, theirs = inspect.signature(method), inspect.signature(twin)
        assert ours.parameters == theirs.parameters
        returned = str(theirs.return_annotation).replace("Async", "")
        assert str(ours.return_annotation) == returned
        assert not inspect.iscoroutinefunction(inspect.unwrap(method))
        assert (method.__name__, method.__module__) == (twin.__name__, twin.__module__)


def test_the_words_are_of_no_one_twin() -> None:
    for sync, async_ in TWINS:
        for name in public(sync):
            assert "async" not in (inspect.getdoc(getattr(async_, name)) or "").lower()
    assert "-> 'SessionHandle'" in pydoc.render_doc(SessionsClient.create)


def test_a_coroutine_that_would_wait_is_not_run() -> None:
    class Forever:
        def __await__(self) -> object:
            yield

    async def wait() -> None:
        await Forever()  # type: ignore[misc]

    with pytest.raises(RuntimeError, match="waited for an event loop"):
        run(wait())


EXPORTED = {
    name: thing
    for name, thing in vars(runtime_sessions).items()
    if not (name.startswith("_") or isinstance(thing, ModuleType))
}


def test_what_is_exported_is_said_to_be() -> None:
    """By its own name again, as type checkers want to have it; and in order."""
    lines = Path(runtime_sessions.__file__).read_text(encoding="utf-8").splitlines()
    said = [re.fullmatch(r"from (\S+) import (\w+) as \2", line) for line in lines[2:]]
    assert all(said)
    assert {line[2] for line in said if line} == set(EXPORTED)
    assert lines[2:] == sorted(lines[2:])


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


def test_httpx_is_imported_in_one_place() -> None:
    found = [
        file.name
        for file in SOURCES
        if any(
            line.lstrip().startswith(("import httpx", "from httpx"))
            for line in file.read_text(encoding="utf-8").splitlines()
        )
    ]
    assert found == ["_http.py"]


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
