"""Coverage that can fail: what this server could have shown and did not is a violation."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.model.life import State
from runtime_sessions_contract.openapi import lines
from runtime_sessions_contract.run.coverage import Coverage
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.suite.suite import RUNNERS, execute
from runtime_sessions_contract.target.bundled import emulator_target
from runtime_sessions_emulator import ContractName, Emulator


@dataclass
class Counts:
    """What there is to see of a contract, and what of it nobody can bring about."""

    links: int
    statuses: int
    edges: int
    controlled: int
    unprovoked: set[str]


COUNTS = {
    "classic": Counts(15, 22, 25, 15, {"an internal error cannot be asked for"}),
    "platform": Counts(
        12,
        23,
        16,
        8,
        {
            "an internal error cannot be asked for",
            "an instance that is not the caller's is answered with 404",
        },
    ),
}


def nothing_seen(contract: ContractName) -> Coverage:
    known = CONTRACTS[contract]
    return Coverage(known.document, known)


def test_nothing_seen(contract: ContractName) -> None:
    gaps, counts = (
        nothing_seen(contract).missing(fuzz=True, model=True, control=True),
        COUNTS[contract],
    )
    links = [missed for missed in gaps.missed if missed.startswith("link")]
    statuses = [missed for missed in gaps.missed if missed.startswith("status")]
    edges = [missed for missed in gaps.missed if "on a session that is" in missed]
    wanted = (counts.links, counts.statuses, counts.edges)
    assert (len(links), len(statuses), len(edges)) == wanted
    assert len(gaps.missed) == sum(wanted)
    assert {why for _, why in gaps.unreachable} == counts.unprovoked


def test_what_takes_a_control_plane_is_out_of_reach_without_one(contract: ContractName) -> None:
    gaps, counts = (
        nothing_seen(contract).missing(fuzz=False, model=True, control=False),
        COUNTS[contract],
    )
    edges = [missed for missed in gaps.missed if "on a session that is" in missed]
    assert len(edges) == counts.edges - counts.controlled
    assert all(missed.endswith(("open", "closed")) for missed in edges)
    missing = [why for _, why in gaps.unreachable if "control plane" in why]
    assert len(missing) == counts.controlled


def test_what_was_seen_is_not_missed(contract: ContractName) -> None:
    coverage = nothing_seen(contract)
    coverage.edge(State.ACTIVE, "closeSession")
    coverage.answered("createSession", 401)
    coverage.link("createSession [200] -> getSession")
    missed = coverage.missing(fuzz=True, model=True, control=True).missed
    assert "closeSession on a session that is active" not in missed
    assert "status 401 of createSession" not in missed
    assert "link createSession [200] -> getSession" not in missed


def test_what_was_missed_is_a_violation(
    contract: ContractName, monkeypatch: pytest.MonkeyPatch
) -> None:
    def idle(_: Run) -> None:
        pass

    monkeypatch.setitem(RUNNERS, "model", idle)
    with Emulator(contract=contract, virtual_clock=True) as emulator:
        run = Run(emulator_target(emulator.url, contract), seed=1)
        result = execute(run, ("model",))
        run.close()
    assert not result.holds
    assert {violation.check for violation in run.violations} == {"covered"}
    assert len(run.violations) == COUNTS[contract].statuses + COUNTS[contract].edges


@pytest.mark.parametrize("written", [True, False])
def test_the_line_of_a_pointer(
    contract: ContractName,
    written: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines._tree.cache_clear()
    if not written:
        monkeypatch.setattr(lines, "WRITTEN", Path("there-is-no-such-file"))
    pointer = "#/components/schemas/Session/properties/state"
    name, _, number = lines.line_of(contract, pointer).partition(":")
    root = Path(__file__).parents[2]
    file = root / name if written else root / "generated/runtime_sessions_api" / name
    assert file.suffix == (".yaml" if written else ".json")
    assert (
        file.read_text(encoding="utf-8")
        .splitlines()[int(number) - 1]
        .strip()
        .strip('"')
        .startswith("state")
    )
    lines._tree.cache_clear()
