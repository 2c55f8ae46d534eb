"""What shows a violation is made as short as it gets."""

import os
import subprocess
import time

import pytest
from mutants._serve import served

from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.suite.shrink import shortened
from runtime_sessions_contract.verdicts.violation import ContractViolationError


@pytest.mark.parametrize("mutant", ["reopened", "platform/flag-reopens"])
def test_calls_that_do_not_matter_are_left_out(mutant: str) -> None:
    with served(mutant) as target:
        run = Run(target, seed=1)
        with Cast(run) as cast:
            session = cast.user.create(mode="batch")
            assert session is not None
            cast.user.update(session.id, accepting=True)
            cast.submit(session, 2.5)
            cast.advance(1)
            cast.by_header.update(session.id, accepting=True)
            cast.advance(30)
            cast.user.call("closeSession", session.id)
            cast.user.update(session.id, accepting=True)
            with pytest.raises(ContractViolationError) as raised:
                cast.observe(session)
        long = raised.value.violations[0]
        short = shortened(run, long, time.monotonic() + 30)
        run.close()
    assert len(long.curls) == 9
    assert [call.method for call in short.calls] == ["POST", "DELETE", "PATCH", "GET"]
    assert len(short.curls) == 4
    assert short.identity == long.identity


@pytest.mark.parametrize("mutant", ["six-lanes", "platform/six-lanes"])
def test_the_lines_show_it_to_whoever_pastes_them(mutant: str) -> None:
    with served(mutant) as target:
        run = Run(target, seed=1)
        with Cast(run) as cast:
            session = cast.user.create(mode="batch")
            assert session is not None
            for _ in range(6):
                cast.submit(session, 100.5)
            with pytest.raises(ContractViolationError) as raised:
                cast.observe(session)
        run.close()
        curls = raised.value.violations[0].curls
        assert session.id not in "".join(curls)
        done = subprocess.run(
            ["bash", "-euc", "\n".join(curls)],  # noqa: S607 - whichever bash is there
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": os.environ["PATH"], "TOKEN": "emulator-token"},
        )
    assert done.stdout.count('"state":{"status":"Running"}') == 6
