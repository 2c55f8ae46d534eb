"""The suite's idea of a session's life against the emulator's: two programs, one story."""

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.model.life import Deed, View, What, tell
from runtime_sessions_emulator import ContractName, default_config
from runtime_sessions_emulator.contracts.registry import contract_of
from runtime_sessions_emulator.core import life
from runtime_sessions_emulator.core.job import COMPLETED, SECOND, Job
from runtime_sessions_emulator.core.life import Mode, Session

# What is done, how long after the last, how long a job runs: odd, so that no changes coincide.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                What.SUBMIT,
                What.SUBMIT,
                What.SUBMIT,
                What.DRAIN,
                What.ACCEPT,
                What.CLOSE,
                What.CANCEL,
            ]
        ),
        st.integers(0, 90).map(lambda seconds: seconds + 0.25),
        st.integers(0, 100).map(lambda seconds: seconds + 0.337),
    ),
    max_size=14,
)


def theirs(
    session: Session, steps: list[tuple[What, float, float]], end: float
) -> tuple[Session, list[Deed]]:
    """The emulator's core goes through the steps; the suite is told of those that it took."""
    deeds: list[Deed] = []
    now = 0.0
    for what, later, duration in steps:
        now += later
        at = round(now * SECOND)
        session = life.settle(session, at)
        match what:
            case What.SUBMIT if not session.accepting_jobs or session.state.final:
                continue
            case What.SUBMIT:
                # More than may run side by side.
                for _ in range(6):
                    name = f"{len(deeds)}"
                    job = Job(name, "u", "i", "b", at, round(duration * SECOND), COMPLETED)
                    session = life.settle(life.submit(session, job, at), at)
                    deeds.append(Deed(now, what, name, duration))
                continue
            case What.DRAIN | What.ACCEPT:
                session = life.update(session, at, accepting_jobs=what is What.ACCEPT)
            case What.CLOSE:
                session = life.close(session, at)
            case What.CANCEL:
                session = life.cancel(session, at)
        deeds.append(Deed(now, what, f"{len(deeds)}", duration))
    return life.settle(session, round((now + end) * SECOND)), deeds


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    contract=st.sampled_from(list(CONTRACTS)),
    mode=st.sampled_from(list(Mode)),
    ttl=st.sampled_from([0.5, 20.0, 100.0, 28800.0]),
    steps=STEPS,
    end=(st.integers(0, 400) | st.integers(1500, 2500)).map(lambda seconds: seconds + 0.5),
)
def test_both_tell_the_same(
    contract: ContractName,
    mode: Mode,
    ttl: float,
    steps: list[tuple[What, float, float]],
    end: float,
) -> None:
    born = Session(
        id="s",
        owner="u",
        backend="b",
        instance="i",
        mode=mode,
        created_at=0,
        max_ttl=ttl,
        interactive_ttl=60,
        unused_ttl=default_config(contract).unused_ttl,
        flag_moves=contract_of(contract).rules.flag_moves,
        unrun=contract_of(contract).rules.unrun,
    )
    session, deeds = theirs(life.create(born), steps, end)
    now = sum(later for _, later, _ in steps) + end
    rules = CONTRACTS[contract].rules
    blank = View(
        rules=rules,
        mode=str(mode),
        max_ttl=ttl,
        active_ttl=ttl,
        interactive_ttl=60,
        job_mode=False,
        now=0,
        created=0,
    )
    view = tell(blank, deeds, now)

    # The core has one state for what an operator cancels, whatever a contract calls it.
    state = {"canceled": rules.cancelled}.get(str(session.state), session.state)
    assert str(view.state) == str(state)
    assert view.accepting == session.accepting_jobs
    assert view.reason == session.history[-1].reason.value
    assert [job.status for job in view.jobs] == [str(job.status) for job in session.jobs]
    pairs = [
        (view.started, session.started_at),
        (view.activated, session.activated_at),
        (view.closed, session.closed_at),
        (view.job_started, session.last_job_started),
        (view.job_completed, session.last_job_completed),
        *((mine.ended, job.ended_at) for mine, job in zip(view.jobs, session.jobs, strict=True)),
    ]
    for mine, other in pairs:
        assert (mine is None) == (other is None)
        assert mine is None or other is None or abs(mine - other / SECOND) < 0.001
    assert abs(view.remaining - life.remaining(session, round(now * SECOND))) < 0.001
    used = life.elapsed(session, round(now * SECOND)) or 0
    assert view.elapsed[0] - 0.001 <= used <= view.elapsed[1] + 0.001
