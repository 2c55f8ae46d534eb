"""The suite notices what is planted: in a bounded form, a second or two for each."""

from pathlib import Path

import pytest
from mutants import MUTANTS, Mutant
from mutants.__main__ import alarms, hunt

import runtime_sessions_emulator

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
]


@pytest.mark.parametrize("name", NAMED)
def test_a_planted_bug_is_found_without_the_fuzzer(name: str) -> None:
    run = hunt(name, ("race", "model"), seed=1, examples=0.2)
    assert run.violations, MUTANTS[name].says
    assert run.violations[0].check != "covered"
    assert run.violations[0].curls


@pytest.mark.parametrize("name", ["client-knows-all", "overlay-trusts"])
def test_a_planted_bug_of_a_client_is_found(name: str) -> None:
    run = hunt(name, ("client",), seed=1, examples=0.5)
    assert run.violations, MUTANTS[name].says


@pytest.mark.parametrize("name", ["allow-short", "any-mode"])
def test_a_planted_bug_is_found_by_the_fuzzer(name: str) -> None:
    run = hunt(name, ("fuzz",), seed=1, examples=0.2)
    assert run.violations, MUTANTS[name].says
    assert run.violations[0].curls


@pytest.mark.parametrize(
    "mutant",
    [mutant for mutant in MUTANTS.values() if mutant.patches],
    ids=lambda mutant: mutant.name,
)
def test_the_place_of_a_planted_bug_is_there(mutant: Mutant) -> None:
    for patch in mutant.patches:
        assert patch.apply((SOURCE / f"{patch.module}.py").read_text(encoding="utf-8"))


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
    assert len(MUTANTS) >= 60


def test_a_false_alarm_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mutants.__main__.PARTS", ("race",))
    assert alarms(1) == 0
    with MUTANTS["client-forgets-text"].planted():
        assert alarms(1) == 1
