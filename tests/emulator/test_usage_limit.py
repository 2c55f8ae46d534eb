"""An instance that has used all that it may: its sessions close at that moment, whoever looks."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime_sessions_emulator import ContractName, Emulator, JobRule, default_config
from runtime_sessions_emulator.contracts.registry import contract_of
from runtime_sessions_emulator.core.clock import VirtualClock
from runtime_sessions_emulator.core.errors import NotAcceptingError, UsageLimitError
from runtime_sessions_emulator.core.job import SECOND
from runtime_sessions_emulator.core.job_rule import JobOrder
from runtime_sessions_emulator.core.service import Service

LIMIT = 100


def limited(contract: ContractName, limit: float = LIMIT) -> Any:
    config = default_config(contract)
    first, *others = config.instances
    return evolve(config, instances=(evolve(first, usage_limit=limit), *others))


def history(emulator: Emulator, session: str) -> list[tuple[str, str]]:
    (found,) = [one for one in emulator.sessions() if one["id"] == session]
    return [(change["at"][11:19], change["reason"]) for change in found["history"]]


@pytest.mark.parametrize("contract", ["classic", "platform"])
def test_sessions_close_when_their_instance_has_used_all_that_it_may(
    contract: ContractName,
) -> None:
    with (
        Emulator(limited(contract), contract=contract, virtual_clock=True) as emulator,
        emulator.client() as client,
    ):
        body = {"mode": "batch", "backend": emulator.backend, "instance": emulator.instance}
        busy, idle = (client.post("/sessions", json=body).json()["id"] for _ in range(2))
        with emulator.client() as open_plan:
            if contract == "platform":
                open_plan.headers["Service-CRN"] = str(emulator.open_instance)
            free = {**body, "instance": emulator.open_instance}
            other = open_plan.post("/sessions", json=free).json()["id"]
        jobs = [emulator.submit_job(busy, duration=30) for _ in range(6)]
        # Five side by side have run for 20 s by then.
        emulator.advance(31)
        shown = {one["id"]: one["status"] for one in emulator.sessions()[2]["jobs"]}
        if contract == "classic":
            assert [history(emulator, one)[-1][1] for one in (busy, idle)] == [
                "session_activated",
                "session_created",
            ]
            return
        closed = ("00:00:20", "session_closed_by_usage_limit")
        assert history(emulator, busy) == [
            ("00:00:00", "session_created"),
            ("00:00:00", "session_activated"),
            closed,
        ]
        assert history(emulator, idle)[-1] == closed
        assert history(emulator, other)[-1][1] == "session_created"
        assert [shown[job] for job in jobs] == ["Completed"] * 5 + ["Failed"]
        assert client.get(f"/jobs/{jobs[5]}").json()["state"]["reason_code"] == 1217
        job = {"program_id": "sampler", "backend": emulator.backend, "session_id": busy}
        assert client.post("/jobs", json=job).status_code == 409
        # It happened once: what is created later on was not there.
        later = client.post("/sessions", json=body).json()["id"]
        emulator.advance(60)
        assert history(emulator, later) == [("00:00:31", "session_created")]


def test_a_snapshot_is_from_before_the_limit_or_from_after() -> None:
    with (
        Emulator(limited("platform"), contract="platform", virtual_clock=True) as emulator,
        emulator.client() as client,
    ):
        body = {"mode": "batch", "backend": emulator.backend}
        session = client.post("/sessions", json=body).json()["id"]
        emulator.submit_job(session, duration=200)
        emulator.advance(50)
        before = emulator.snapshot()
        emulator.advance(100)
        assert history(emulator, session)[-1][0] == "00:01:40"
        after = emulator.snapshot()
        for name, reason in ((before, "session_activated"), (after, None), (before, None)):
            emulator.restore(name)
            if reason is not None:
                assert history(emulator, session)[-1][1] == reason
            emulator.advance(100)
            assert history(emulator, session)[-1] == ("00:01:40", "session_closed_by_usage_limit")
        emulator.reset()
        session = client.post("/sessions", json=body).json()["id"]
        emulator.submit_job(session, duration=200)
        emulator.advance(100)
        assert history(emulator, session)[-1][0] == "00:01:40"


def test_an_instance_that_may_use_nothing_reaches_no_limit() -> None:
    with (
        Emulator(limited("platform", 0), contract="platform", virtual_clock=True) as emulator,
        emulator.client() as client,
    ):
        body = {"mode": "batch", "backend": emulator.backend}
        session = client.post("/sessions", json=body).json()["id"]
        emulator.advance(60)
        assert len(history(emulator, session)) == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.integers(0, 2), st.sampled_from([0, 3, 40, 70, 300])),
        st.tuples(st.just("advance"), st.sampled_from([1, 7, 30, 100]), st.just(0)),
        st.tuples(st.just("close"), st.integers(0, 1), st.just(0)),
    ),
    min_size=3,
    max_size=20,
)


class World:
    """A service with two sessions, and jobs in them and beside them."""

    def __init__(self) -> None:
        config = limited("platform")
        self.service = Service(config, contract_of("platform").rules, VirtualClock())
        self.user = config.users[0]
        self.backend, self.instance = config.backends[0], config.instances[0].name
        self.sessions = [
            self.service.create(
                self.user,
                backend=self.backend,
                instance=self.instance,
                max_ttl=10_000,
                mode="batch",
            )[0].id
            for _ in range(2)
        ]

    def submit(self, where: int, duration: int) -> None:
        order = JobOrder(request={"program_id": "sampler"}, rule=JobRule(duration=duration))
        session_id = self.sessions[where] if where < 2 else None
        try:
            self.service.submit(
                self.user,
                order,
                session_id=session_id,
                instance=self.instance,
                backend=self.backend,
            )
        except (NotAcceptingError, UsageLimitError):
            return

    def close(self, where: int, _: int) -> None:
        self.service.close(self.user, self.sessions[where])

    def advance(self, seconds: int, _: int) -> None:
        self.service.clock.set(self.service.clock.now() + seconds * SECOND)

    def seen(self) -> Any:
        return [
            (session.history, session.jobs) for session in reversed(list(self.service.sessions()))
        ]


@given(STEPS)
@settings(max_examples=200, deadline=None)
def test_it_closes_at_the_same_moment_whoever_looks_and_whenever(
    steps: list[tuple[str, int, int]],
) -> None:
    rarely, often = World(), World()
    for name, *arguments in [*steps, ("advance", 1000, 0)]:
        getattr(rarely, name)(*arguments)
        if name != "advance":
            getattr(often, name)(*arguments)
            continue
        for _ in range(arguments[0]):
            often.advance(1, 0)
            often.seen()
    assert rarely.seen() == often.seen()
    used = rarely.service.used(rarely.instance)
    for changes, _ in rarely.seen():
        reasons = [change.reason for change in changes]
        if "session_closed_by_usage_limit" in reasons:
            assert used >= LIMIT * SECOND
        elif "session_cancelled" not in reasons and used >= LIMIT * SECOND:
            raise AssertionError(reasons)
