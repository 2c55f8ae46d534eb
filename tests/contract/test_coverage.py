"""Coverage that can fail: what this server could have shown and did not is a violation."""

from pathlib import Path

import pytest

from runtime_sessions_contract import _source
from runtime_sessions_contract._contract import Contract
from runtime_sessions_contract._coverage import Coverage
from runtime_sessions_contract._life import State
from runtime_sessions_contract._run import Run
from runtime_sessions_contract._suite import RUNNERS, execute
from runtime_sessions_contract._target import emulator_target
from runtime_sessions_emulator import Emulator

CONTRACT = Contract.classic()


def test_nothing_seen() -> None:
    gaps = Coverage(CONTRACT).missing(fuzz=True, model=True, control=True)
    links = [missed for missed in gaps.missed if missed.startswith("link")]
    statuses = [missed for missed in gaps.missed if missed.startswith("status")]
    edges = [missed for missed in gaps.missed if "on a session that is" in missed]
    assert (len(links), len(statuses), len(edges)) == (15, 22, 25)
    assert len(gaps.missed) == 62
    assert {why for _, why in gaps.unreachable} == {"an internal error cannot be asked for"}


def test_what_takes_a_control_plane_is_out_of_reach_without_one() -> None:
    gaps = Coverage(CONTRACT).missing(fuzz=False, model=True, control=False)
    edges = [missed for missed in gaps.missed if "on a session that is" in missed]
    assert len(edges) == 10
    assert all(missed.endswith(("open", "closed")) for missed in edges)
    assert len([why for _, why in gaps.unreachable if "control plane" in why]) == 15


def test_what_was_seen_is_not_missed() -> None:
    coverage = Coverage(CONTRACT)
    coverage.edge(State.ACTIVE, "closeSession")
    coverage.answered("createSession", 403)
    coverage.link("createSession [200] -> getSession")
    missed = coverage.missing(fuzz=True, model=True, control=True).missed
    assert "closeSession on a session that is active" not in missed
    assert "status 403 of createSession" not in missed
    assert "link createSession [200] -> getSession" not in missed


def test_what_was_missed_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    def idle(_: Run) -> None:
        pass

    monkeypatch.setitem(RUNNERS, "model", idle)
    with Emulator(virtual_clock=True) as emulator:
        run = Run(emulator_target(emulator.url), seed=1)
        result = execute(run, ("model",))
        run.close()
    assert not result.holds
    assert {violation.check for violation in run.violations} == {"covered"}
    assert len(run.violations) == 47


@pytest.mark.parametrize("written", [True, False])
def test_the_line_of_a_pointer(written: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    _source._tree.cache_clear()
    if not written:
        monkeypatch.setattr(_source, "WRITTEN", Path("there-is-no-such-file"))
    name, _, number = _source.line_of("#/components/schemas/Session/properties/state").partition(
        ":"
    )
    root = Path(__file__).parents[2]
    file = root / "openapi.yaml" if written else root / "generated/runtime_sessions_api" / name
    assert (
        file.read_text(encoding="utf-8")
        .splitlines()[int(number) - 1]
        .strip()
        .strip('"')
        .startswith("state")
    )
    _source._tree.cache_clear()
