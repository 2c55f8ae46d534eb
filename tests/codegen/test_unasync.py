"""The synchronous half of the overlay is made of the asynchronous one."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest
import unasync

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("async def get(self) -> None:", "def get(self) -> None:"),
        ("async with a, b:", "with a, b:"),
        ("async for page in pages:", "for page in pages:"),
        ("return await self.send(x)", "return self.send(x)"),
        ("AsyncIterator[Job]", "Iterator[Job]"),
        ("from runtime_sessions._async.caller import AsyncCaller", None),
        ("async def __aenter__(self) -> Self:", "def __enter__(self) -> Self:"),
        ("await client.aclose()", "client.close()"),
        ("await async_pause(1)", "sync_pause(1)"),
        ("in an `async with` block", "in a `with` block"),
        ("awaited = asynchronous", "awaited = asynchronous"),
    ],
)
def test_each_word_is_turned(source: str, expected: str | None) -> None:
    expected = expected or "from runtime_sessions._sync.caller import Caller"
    assert unasync.synchronous(source) == expected


def test_a_half_that_is_out_of_date_is_shown_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "_sync"
    shutil.copytree(unasync.TARGET, target)
    monkeypatch.setattr(unasync, "TARGET", target)
    caller = target / "caller.py"
    good = caller.read_text(encoding="utf-8")
    caller.write_text(good.replace("def send", "def sent"), encoding="utf-8")
    (target / "stale.py").touch()

    monkeypatch.setattr(sys, "argv", ["unasync.py", "--check"])
    assert unasync.main() == 1
    said = capsys.readouterr()
    assert "-    def sent" in said.out
    assert "_sync/stale.py is written by nothing" in said.out
    assert "run `make generate`" in said.err

    monkeypatch.setattr(sys, "argv", ["unasync.py"])
    assert unasync.main() == 0
    assert caller.read_text(encoding="utf-8") == good
    assert not (target / "stale.py").exists()
    assert unasync.main() == 0
    assert "is up to date" in capsys.readouterr().out
