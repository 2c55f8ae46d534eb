"""Two hundred clients at once: some order, one call after the other, explains all answers."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

from attrs import define
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator
from runtime_sessions_emulator.core.lifecycle import TABLE, State

CLIENTS = 200
CALLS = 4
BODY = {"backend": "ibmq_wellington", "instance": "hub/group/project"}

# What can be seen of a session: its state, and whether it accepts jobs.
Seen = tuple[str, bool]


@define
class Call:
    """A call about one session: what it was, when it began and ended, what it saw if it looked."""

    what: str
    begun: float
    ended: float
    seen: Seen | None = None


def after(seen: Seen, what: str) -> Seen:
    """What is to be seen after a call, in a session that has a job running if it is active."""
    state, _ = seen
    if state == "closed" or what == "get":
        return seen
    if what == "close":
        return ("closed", False)
    if what == "drain":
        return ("closed", False) if state == "open" else (state, False)
    return (state, True)


def explained(calls: list[Call], first: Seen) -> bool:
    """Whether some order of the calls, in which none comes before one that ended before it began,
    gives every look what it saw.

    Looks that see what is there are taken as soon as they may come, and so is everything once the
    session is closed. Of calls that are alike, the one that ended first goes first. What is left
    to try are the orders of different changes.
    """
    tried: set[tuple[frozenset[int], Seen]] = set()

    def search(left: frozenset[int], seen: Seen) -> bool:
        while True:
            horizon = min((calls[place].ended for place in left), default=0)
            ready = sorted(
                (place for place in left if calls[place].begun <= horizon),
                key=lambda place: calls[place].ended,
            )
            looks = {place for place in ready if calls[place].seen == seen}
            if seen[0] == "closed":
                looks |= {place for place in ready if calls[place].seen is None}
            if not looks:
                break
            left -= looks
        if not left:
            return True
        if (left, seen) in tried:
            return False
        tried.add((left, seen))
        kinds: dict[str, int] = {}
        for place in ready:
            if calls[place].seen is None:
                kinds.setdefault(calls[place].what, place)
        return any(search(left - {place}, after(seen, what)) for what, place in kinds.items())

    return search(frozenset(range(len(calls))), first)


async def storm(
    emulator: Emulator, random: Random
) -> tuple[dict[str, list[Call]], dict[str, Seen]]:
    """Let the clients loose on the sessions that all of them share and some of them create."""
    calls: dict[str, list[Call]] = defaultdict(list)
    first: dict[str, Seen] = {}
    known: list[str] = []
    # A pool slows down with its connections, and a context for TLS takes longer than all calls.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    headers = {"Authorization": f"Bearer {emulator.token}"}

    async def one(plan: list[tuple[float, float]]) -> None:
        async with httpx.AsyncClient(
            base_url=emulator.url, headers=headers, timeout=60, verify=context
        ) as client:
            for kind, which in plan:
                if kind < 0.1 or not known:
                    made = (await client.post("/sessions", json=BODY)).raise_for_status().json()
                    first[made["id"]] = ("open", True)
                    if which < 0.7:
                        emulator.submit_job(made["id"], duration=3600)
                        first[made["id"]] = ("active", True)
                    known.append(made["id"])
                else:
                    session = known[int(which * len(known))]
                    calls[session].append(await call(client, session, kind))

    plans = [[(random.random(), random.random()) for _ in range(CALLS)] for _ in range(CLIENTS)]
    await asyncio.gather(*(one(plan) for plan in plans))
    return calls, first


async def call(client: httpx.AsyncClient, session: str, kind: float) -> Call:
    """Make a call, and write down what came of it."""
    begun = asyncio.get_running_loop().time()
    path = f"/sessions/{session}"
    seen: Seen | None = None
    if kind < 0.15:
        what, answer = "close", await client.delete(f"{path}/close")
    elif kind < 0.4:
        what, answer = "drain", await client.patch(path, json={"accepting_jobs": False})
    elif kind < 0.6:
        what, answer = "accept", await client.patch(path, json={"accepting_jobs": True})
    else:
        what, answer = "get", await client.get(path)
        shown = answer.json()
        seen = (shown["state"], shown["accepting_jobs"])
    assert answer.status_code == (200 if what == "get" else 204)
    return Call(what, begun, asyncio.get_running_loop().time(), seen)


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_some_serial_order_explains_all_answers(served: Emulator, seed: int) -> None:
    served.reset()
    calls, first = asyncio.run(storm(served, Random(seed)))  # noqa: S311 - to be repeated
    assert sum(map(len, calls.values())) > CLIENTS
    for session, made in calls.items():
        assert explained(made, first[session]), (session, made)
    held = {shown["id"]: shown for shown in served.sessions()}
    assert held.keys() == first.keys()
    for shown in held.values():
        assert set(edges(shown)) <= {
            (state, step.to) for (state, _), step in TABLE.items() if step.to is not state
        }


def edges(shown: dict[str, Any]) -> Iterator[tuple[State, State]]:
    yield from pairwise(State(change["state"]) for change in shown["history"])


def test_what_no_order_explains_is_noticed() -> None:
    active = ("active", True)
    lost = [Call("drain", 0, 1), Call("get", 2, 3, active)]
    assert not explained(lost, active)
    overlapping = [
        Call("drain", 0, 4),
        Call("get", 2, 3, active),
        Call("get", 5, 6, ("active", False)),
    ]
    assert explained(overlapping, active)
    back = [Call("close", 0, 9), Call("get", 1, 2, ("closed", False)), Call("get", 3, 4, active)]
    assert not explained(back, active)
    # A change that changes nothing yet may be needed later.
    late = [Call("accept", 0, 9), Call("drain", 0, 9), Call("get", 10, 11, active)]
    assert explained(late, active)
    both = [Call("drain", 0, 9), Call("accept", 0, 9), Call("get", 10, 11, ("active", False))]
    assert explained(both, active)
