"""What shows a violation is made as short as it gets."""

import time

import pytest
from mutants._serve import served

from runtime_sessions_contract._driver import Cast
from runtime_sessions_contract._judge import ContractViolationError
from runtime_sessions_contract._run import Run
from runtime_sessions_contract._shrink import shortened


def test_calls_that_do_not_matter_are_left_out() -> None:
    with served("reopened") as target:
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
    assert [line.split("sessions")[0].split()[4] for line in short.curls[:3]] == [
        "POST",
        "DELETE",
        "PATCH",
    ]
    assert len(short.curls) == 4
    assert short.identity == long.identity
