"""A small server of somebody else's, with faults of which none may hide another."""

import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtime_sessions_contract import Result, Target, run_suite

SERVER = Path(__file__).with_name("small_server.py")


@contextmanager
def small(*faults: str) -> Generator[Target]:
    command = [sys.executable, str(SERVER), *faults]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            yield Target.server(url, "user-token", other_token="other-token")
        finally:
            process.terminate()


def found(result: Result) -> set[str]:
    return {finding.ground.name for finding in result.findings}


def test_without_a_fault_it_holds() -> None:
    with small() as target:
        result = run_suite(target, parts=["race", "model"], seed=1, examples=0.1)
    assert result.holds, [finding.title for finding in result.findings]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_reopening_is_found_though_patch_is_broken(seed: int) -> None:
    with small("patch", "reopen", "401") as target:
        result = run_suite(target, parts=["model"], seed=seed, examples=0.1)
    assert found(result) == {"credentials-needed", "drain", "closed-is-final"}
    # What there is to see of a session that is closed was seen all the same.
    edges = result.coverage.edges
    assert all(edges["closed", name] for name in result.document.takers)
    named = {finding.ground.name: finding for finding in result.findings}
    drain, final = named["drain"], named["closed-is-final"]
    # Each is shown by itself: the one without a close, the other without what PATCH does not keep.
    assert not any("/close" in line for line in drain.example.curls)
    assert any("/close" in line for line in final.example.curls)


def test_what_was_not_looked_at_is_told_with_what_kept_it_from_being() -> None:
    with small("closing") as target:
        result = run_suite(target, parts=["model"], seed=1, examples=0.1)
    assert {finding.ground.name for finding in result.findings} == {"own-session-is-found"}
    hidden = [what for finding in result.findings for what in finding.hides]
    assert "status 204 of closeSession" in hidden


def test_what_the_fuzz_finds_is_told_in_our_words() -> None:
    with small("401") as target:
        result = run_suite(target, parts=["model", "fuzz"], seed=1, examples=0.05)
    # Both parts see it, and it is one finding.
    every = (*result.findings, *result.differences)
    (finding,) = [each for each in every if each.ground.name.startswith("credentials-")]
    assert finding.ground.name == "credentials-needed"
    assert {part for _, part in finding.places} == {"ignored_auth", "authentication first"}
    (example,) = [each for each in result.violations if each.check == "ignored_auth"][:1]
    assert example.expected == "401, as who calls is not known"
    assert example.got.startswith("404 ")
    for finding in (*result.findings, *result.differences):
        assert "\n" not in finding.example.expected
        assert not re.search(r"schemathesis|`|[Uu]nexpected", finding.example.expected)
