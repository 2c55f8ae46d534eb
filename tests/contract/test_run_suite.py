"""The suite as other people's tests use it: one function, one frozen result."""

import dataclasses
import os
from functools import partial
from pathlib import Path

import pytest
from mutants._serve import served

from runtime_sessions_contract import CannotRunError, Target, run_suite
from runtime_sessions_emulator import ContractName, Emulator, Fault


@pytest.fixture
def emulator(contract: ContractName) -> Emulator:
    return Emulator(contract=contract, virtual_clock=True)


def test_what_holds_is_told_with_the_seed_that_repeats_it(emulator: Emulator) -> None:
    told: list[str] = []
    with emulator:
        result = run_suite(Target.emulator(emulator), parts=["race"], progress=told.append)
        again = run_suite(Target.emulator(emulator), parts=["race"], seed=result.seed)
    assert result.holds
    assert result.parts == ("race",)
    assert not result.findings
    assert not result.violations
    assert not result.bugs
    assert result.calls > 100
    assert result.checks > 1_000
    assert result.timings.keys() == {"race"}
    assert again.seed == result.seed
    assert told


def test_what_is_wrong_is_told_by_cause_and_a_run_can_end_with_the_first(
    emulator: Emulator,
) -> None:
    with emulator:
        emulator.add_fault(Fault("missing_field", operation="getSession", field="state"))
        target = Target.server(
            emulator.url,
            emulator.token,
            contract=emulator.contract,
            instance=emulator.instance,
            control_url=f"{emulator.url}/_emulator",
        )
        first = run_suite(target, parts=["race"], fail_fast=True)
        result = run_suite(target, parts=["race"])
    assert not result.holds
    assert result.findings[0].example.operation == "getSession"
    assert result.findings[0].times > 1
    assert first.calls < result.calls


def test_a_result_does_not_change(emulator: Emulator) -> None:
    with emulator:
        result = run_suite(Target.emulator(emulator), parts=["client"], examples=0.05)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.seed = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        result.timings["client"] = None  # type: ignore[index]


def test_what_cannot_run_says_why(contract: ContractName) -> None:
    nobody = Target.server("http://127.0.0.1:9", "t", contract=contract)
    with pytest.raises(CannotRunError, match="Nothing answers"):
        run_suite(nobody)
    far = Target.server("https://sessions.invalid", "t", contract=contract)
    with pytest.raises(CannotRunError, match="is not on this computer"):
        run_suite(far)
    with pytest.raises(ValueError, match="There is no part rase: choose from race, model"):
        run_suite(nobody, parts=["rase"])


def test_a_netrc_of_the_users_is_no_credential_of_the_fuzz(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    with emulator:
        result = run_suite(Target.emulator(emulator), parts=["fuzz"], seed=1, examples=0.05)
    wrong = [each for each in result.violations if each.check != "covered"]
    assert wrong == []
    assert result.coverage.statuses["createSession", "200"]
    assert "NETRC" not in os.environ


def test_two_instances_of_a_foreign_server_are_kept_apart() -> None:
    with served("platform/crn-ignored") as target:
        server = partial(
            Target.server,
            target.url,
            target.secrets.token,
            instance=target.instance,
            contract="platform",
        )
        alone, both = server(), server(other_instance=target.open_instance)
        unseen = run_suite(alone, parts=["model"], seed=1, examples=0.1)
        seen = run_suite(both, parts=["model"], seed=1, examples=0.1, strict=True)
    gap = "that sessions of another instance are hidden"
    assert (gap, "takes a second instance (OTHER_INSTANCE)") in unseen.out_of_reach
    rule = "session-is-in-its-instance"
    assert rule not in {each.ground.name for each in (*unseen.findings, *unseen.differences)}
    assert rule in {each.ground.name for each in seen.findings}
    assert gap not in dict(seen.out_of_reach)
