"""Forks, threads and tasks share a client: no session of theirs is lost, or another's.

Every session that the server's log shows is known to a process, or among what was reported as
unknown; and what a process says that it ended has ended.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from runtime_sessions_emulator import Emulator, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = """
import asyncio, json, os, sys
from concurrent.futures import ThreadPoolExecutor
from runtime_sessions import (
    AsyncSessionsClient, BearerToken, CallError, OutcomeUnknownError, Retries, SessionsClient,
    set_testing,
)

url, options, plan = json.loads(sys.argv[1])
backend = sys.argv[2]
set_testing(True)
options |= {"auth": BearerToken, "retries": Retries(backoff=0.01)}
client = SessionsClient(url, **options)
tasks_client = AsyncSessionsClient(url, **options)
seen = []


def one(number):
    try:
        session = client.create(backend=backend)
    except OutcomeUnknownError:
        seen.append(["unknown", None])
        return
    except CallError:
        return
    seen.append(["known", session.id])
    with session:
        assert session.refresh().id == session.id
        assert [job.session_id for job in session.jobs()] == []
    seen.append(["ended", session.id])


async def one_task(number):
    try:
        session = await tasks_client.create(backend=backend)
    except OutcomeUnknownError:
        seen.append(["unknown", None])
        return
    except CallError:
        return
    seen.append(["known", session.id])
    async with session:
        assert (await session.refresh()).id == session.id
    seen.append(["ended", session.id])


async def all_tasks(count):
    await asyncio.gather(*map(one_task, range(count)))


def work(step):
    kind, count = step
    if kind == "calls":
        for number in range(count):
            one(number)
    elif kind == "threads":
        with ThreadPoolExecutor(count) as threads:
            list(threads.map(one, range(count)))
    elif kind == "tasks":
        asyncio.run(all_tasks(count))
    else:
        child = os.fork()
        if not child:
            status = 1
            try:
                seen.clear()
                for inner in count:
                    work(inner)
                tell()
                status = 0
            finally:
                os._exit(status)
        children.append(child)


def tell():
    # One write of a line is whole, also where several processes share the pipe.
    os.write(1, (json.dumps(seen) + "\\n").encode())


children = []
for step in plan:
    work(step)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
tell()
"""

STEPS = st.tuples(st.sampled_from(["calls", "threads", "tasks"]), st.integers(2, 4))
FORKS = st.tuples(st.just("fork"), st.lists(STEPS, min_size=1, max_size=2))


@st.composite
def plans(draw: st.DrawFn) -> list[Any]:
    """Draw what a program does: its connections are in use before it forks, and after."""
    before = [("calls", 1), *draw(st.lists(STEPS, max_size=1))]
    forks = draw(st.lists(FORKS, min_size=1, max_size=2))
    return [*before, *forks, ("calls", 4), *draw(st.lists(STEPS, max_size=1))]


FAULTS: dict[str, Callable[[], Fault]] = {
    "none": lambda: Fault("delay", seconds=0.001, times=1),
    "after": lambda: Fault("reset", after=True, times=1, operation="createSession"),
    "before": lambda: Fault("error", status=503, times=2),
    "busy": lambda: Fault("rate_limit", retry_after=1, times=2),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("contract", ["classic"], indirect=True)
def test_every_session_is_known_or_said_to_be_unknown(
    emulator: Emulator, account: dict[str, Any]
) -> None:
    options = {key: value for key, value in account.items() if key != "auth"}

    @seed(14)
    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(plans(), st.sampled_from([*FAULTS]))
    def holds(plan: Any, fault: str) -> None:
        emulator.reset()
        emulator.add_fault(FAULTS[fault]())
        arguments = [json.dumps([emulator.url, options, plan]), str(emulator.backend)]
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        seen = [event for line in done.stdout.splitlines() for event in json.loads(line)]
        known = [name for kind, name in seen if kind == "known"]
        unknown = [name for kind, name in seen if kind == "unknown"]
        ended = {name for kind, name in seen if kind == "ended"}
        states = {one["id"]: one["state"] for one in emulator.sessions()}
        assert len(known) == len(set(known))
        assert set(known) <= set(states)
        assert len(states) - len(known) <= len(unknown)
        assert {states[name] for name in ended} <= {"closed"}
        assert ended == set(known)

    holds()
