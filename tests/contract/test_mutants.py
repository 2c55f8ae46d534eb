"""The suite notices what is planted: in a bounded form, a second or two for each."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from mutants import MUTANTS, Mutant
from mutants.__main__ import alarms, hunt
from mutants._meddling import PLANTED
from mutants._serve import served

import runtime_sessions_emulator
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.drivers.actor import Actor
from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.verdicts.violation import ContractViolationError

SOURCE = Path(runtime_sessions_emulator.__file__).parent

#: One of each class, of those that the issues name.
NAMED = [
    "patch-lost",
    "close-does-nothing",
    "ttl-lost",
    "mode-lost",
    "views-differ",
    "ids-repeated",
    "others-readable",
    "created-201",
    "extra-field",
    "found-first",
    "mixed-up",
    "platform/version-demanded",
    "platform/crn-ignored",
    "platform/open-plan-code",
    "platform/flag-stays",
    "platform/unused-early",
    "platform/jobs-404",
    "platform/no-trace",
    "platform/history-reversed",
    "platform/patch-lost",
]


@pytest.mark.parametrize("name", NAMED)
def test_a_planted_bug_is_found_without_the_fuzzer(name: str) -> None:
    result = hunt(name, ("race", "model"), seed=1, examples=0.2)
    assert result.violations, MUTANTS[name].says
    assert result.violations[0].check != "covered"
    assert result.violations[0].curls


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("platform/no-trace", lambda actor: actor.call("getSession", "no-such-session")),
        ("platform/ids-short", Actor.create),
        ("platform/no-reason", lambda actor: actor.observe(actor.create())),
    ],
)
def test_what_no_contract_promises_is_asked_of_the_bundled_emulator_alone(
    name: str, act: Callable[[Actor], object]
) -> None:
    with served(name) as target:
        for bundled in (True, False):
            run = Run(replace(target, bundled=bundled), seed=1)
            with (
                Cast(run) as cast,
                nullcontext() if not bundled else pytest.raises(ContractViolationError),
            ):
                act(cast.user)
            run.close()


@pytest.mark.parametrize(
    "name", ["client-knows-all", "platform/client-drops", "platform/overlay-trusts"]
)
def test_a_planted_bug_of_a_client_is_found(name: str) -> None:
    result = hunt(name, ("client",), seed=1, examples=0.5)
    assert result.violations, MUTANTS[name].says


@pytest.mark.parametrize("name", ["allow-short", "any-mode", "platform/method-404"])
def test_a_planted_bug_is_found_by_the_fuzzer(name: str) -> None:
    result = hunt(name, ("fuzz",), seed=1, examples=0.2)
    assert result.violations, MUTANTS[name].says
    assert result.violations[0].curls


@pytest.mark.parametrize(
    "mutant",
    [mutant for mutant in MUTANTS.values() if mutant.patches],
    ids=lambda mutant: mutant.key,
)
def test_the_place_of_a_planted_bug_is_there(mutant: Mutant) -> None:
    for patch in mutant.patches:
        assert patch.apply(
            (SOURCE / f"{patch.module.replace('.', '/')}.py").read_text(encoding="utf-8")
        )


def test_there_are_mutants_of_every_class() -> None:
    kinds = {mutant.kind for mutant in MUTANTS.values()}
    assert kinds == {
        "authentication",
        "clients",
        "concurrency",
        "content types",
        "jobs",
        "lifecycle",
        "others",
        "paging",
        "reflection",
        "shapes",
        "statuses",
        "time",
        "validation",
    }
    assert len(MUTANTS) >= 200
    assert {mutant.contract for mutant in MUTANTS.values()} == set(CONTRACTS)


def test_no_two_mutants_are_called_the_same() -> None:
    assert len(MUTANTS) == len(PLANTED)


def test_a_false_alarm_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mutants.__main__.PARTS", ("race",))
    assert alarms(1) == 0
    with MUTANTS["client-forgets-text"].planted():
        assert alarms(1) == 1
