"""Accepted findings: a server that is not perfect yet can be held to the rest."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime_sessions_contract.cli.command import main
from runtime_sessions_emulator import Emulator, Fault


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator() as emulator:
        emulator.add_fault(Fault("missing_field", operation="getSession", field="max_ttl"))
        monkeypatch.setenv("TOKEN", emulator.token)
        yield emulator


@pytest.fixture
def options(server: Emulator, tmp_path: Path) -> list[str]:
    return [server.url, "--only", "race", "--seed", "1", "--report", str(tmp_path)]


def test_a_run_writes_what_the_next_one_accepts(
    server: Emulator, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(options) == 1
    file = tmp_path / "accepted.json"
    entries = json.loads(file.read_text(encoding="utf-8"))
    (entry,) = entries
    assert entry.keys() == {"finding", "reason", "since"}
    # Nobody has accepted anything yet.
    assert main([*options, "--baseline", str(file)]) == 2
    assert f"gives no reason why {entry['finding']} is accepted" in said(capsys)
    entry["reason"] = "We count it in minutes until spring."
    mine = tmp_path / "mine.json"
    mine.write_text(json.dumps(entries), encoding="utf-8")
    assert main([*options, "--baseline", str(mine)]) == 0
    told = said(capsys)
    assert "holds to the contract, but for 1 accepted finding." in told
    assert "We count it in minutes until spring." in told
    # What is written anew keeps the reason and the date.
    assert json.loads(file.read_text(encoding="utf-8")) == entries
    for name in ("junit.xml", "report.html"):
        assert "until spring" in (tmp_path / name).read_text(encoding="utf-8")
    # Something else is found all the same.
    server.add_fault(Fault("missing_field", operation="getSessionExtended", field="user_id"))
    assert main([*options, "--baseline", str(mine)]) == 1
    assert "1 finding" in said(capsys)
    # What was mended is told.
    for fault in server.faults():
        server.remove_fault(fault["name"])
    assert main([*options, "--baseline", str(mine)]) == 0
    assert f"Accepted, and not seen in this run: {entry['finding']}" in said(capsys)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, however wide the terminal is."""
    return " ".join("".join(capsys.readouterr()).split())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "cannot be read"),
        ("no JSON", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ('[{"finding": "drain", "reason": " ", "since": "2026-11-27"}]', "no reason why drain"),
        ('[{"finding": "drain", "reason": "r"}]', "since when drain"),
        ('[{"finding": "drain", "reason": "r", "since": "spring"}]', "since when drain"),
    ],
)
def test_a_file_that_accepts_nothing_is_told_at_the_start(
    text: str | None,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TOKEN", "t")
    file = tmp_path / "accepted.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    # Before anything is asked: nothing answers there.
    assert main(["http://127.0.0.1:9", "--baseline", str(file)]) == 2
    assert told in said(capsys)
