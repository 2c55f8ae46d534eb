"""Sessions through the context manager, under faults in a tenth of the calls.

What must hold is counted from what the emulator saw and has, not from what the client says: no
session is created twice, none is left open that the client could have closed, and each unknown
outcome is reported as such. The exit status is 1 when one of these does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from attrs import define, evolve, field

from runtime_sessions import (
    AsyncSessionsClient,
    BearerToken,
    CallError,
    OutcomeUnknownError,
    SessionsClient,
    set_testing,
)
from runtime_sessions_emulator import ContractName, Emulator, Fault, FaultKind

# By what name a create asks for its TTL, in each contract.
TTLS: dict[ContractName, str] = {"classic": "max_session_ttl", "platform": "max_ttl"}
RATE = 0.12  # of which a sixth finds nothing to alter
STATUSES = (502, 503, 520, 521, 522, 523, 524)
# A 429 after the deed would be a lie, and a gateway's 403 a refusal: those two come before it.
BOTH = (False, True)
CUTTING = (FaultKind.ERROR, FaultKind.RESET, FaultKind.BROKEN_JSON)
FAULTS = [
    *(Fault(kind, after=after) for kind in CUTTING for after in BOTH),
    *(
        Fault("gateway", after=after, status=status)
        for status in STATUSES
        for after in (False, True)
    ),
    Fault("rate_limit", retry_after=2),
    Fault("not_found_yet", seconds=3600),
    Fault("delay", seconds=0.02),
    Fault("delay", seconds=0.02, after=True),
    Fault("truncated"),
    Fault("unknown_value"),
    Fault("missing_field"),
]


class Stopped(Exception):  # noqa: N818 - what a program of a user raises
    """What goes wrong in the middle of a session."""


@define
class Counts:
    """What a campaign came to; each create is known by its own `max_ttl`."""

    created: dict[int, str] = field(factory=dict)
    reported: dict[int, CallError] = field(factory=dict)
    unended: list[CallError] = field(factory=list)

    def judge(self, emulator: Emulator, tries: range) -> list[str]:
        """Return what does not hold, by what the emulator has."""
        sessions = emulator.sessions()
        asked = {
            entry["session_id"]: int(entry["body"][TTLS[emulator.contract]])
            for entry in emulator.requests(operation="createSession")
            if entry["session_id"] is not None
        }
        found = Counter(asked[session["id"]] for session in sessions)
        twice = [ttl for ttl, count in found.items() if count > 1]
        unknown = {
            ttl for ttl, error in self.reported.items() if isinstance(error, OutcomeUnknownError)
        }
        ids = set(self.created.values())
        left = [one["id"] for one in sessions if one["state"] != "closed" and one["id"] in ids]
        unreported = set(found) - set(self.created) - unknown
        lost = [
            one for one in sessions if one["state"] != "closed" and asked[one["id"]] not in unknown
        ]
        return [
            *(f"created twice: {ttl}" for ttl in twice),
            *(f"left open: {session_id}" for session_id in left),
            *(f"left open, and not by an unknown outcome: {one['id']}" for one in lost),
            *(f"created, and not reported as unknown: {ttl}" for ttl in unreported),
            *(f"neither created nor reported: {ttl}" for ttl in set(tries) - self.seen()),
            *(f"could not be ended: {error}" for error in self.unended),
        ]

    def seen(self) -> set[int]:
        """The creates that had an end."""
        return set(self.created) | set(self.reported)


def faulty(emulator: Emulator) -> None:
    """Switch on faults of every kind, so that a tenth of the calls is struck."""
    each = 1 - (1 - RATE) ** (1 / len(FAULTS))
    for fault in FAULTS:
        emulator.add_fault(evolve(fault, probability=each))


def work(ttl: int) -> None:
    """Do what a session is for; every third time it goes wrong."""
    if ttl % 3 == 0:
        raise Stopped


def account(emulator: Emulator) -> dict[str, Any]:
    """Return what a client of an emulator is given."""
    return {
        "base_url": emulator.url,
        "token": emulator.token,
        "auth": BearerToken,
        "instance": emulator.instance,
        "contract": emulator.contract,
    }


def one_session(client: SessionsClient, backend: str, counts: Counts, ttl: int) -> None:
    """Create a session and leave it, every third time by an exception."""
    try:
        with client.create(backend=backend, max_ttl=ttl) as session:
            counts.created[ttl] = session.id
            work(ttl)
    except Stopped as stopped:
        counts.unended += [
            CallError(note, method="", url="", attempts=0) for note in notes(stopped)
        ]
    except CallError as error:
        if ttl in counts.created:
            counts.unended.append(error)
        else:
            counts.reported[ttl] = error


async def one_async_session(
    client: AsyncSessionsClient, backend: str, counts: Counts, ttl: int
) -> None:
    """The same, in a task."""
    try:
        async with await client.create(backend=backend, max_ttl=ttl) as session:
            counts.created[ttl] = session.id
            work(ttl)
    except Stopped as stopped:
        counts.unended += [
            CallError(note, method="", url="", attempts=0) for note in notes(stopped)
        ]
    except CallError as error:
        if ttl in counts.created:
            counts.unended.append(error)
        else:
            counts.reported[ttl] = error


def notes(error: BaseException) -> list[str]:
    """What was noted on an exception: that a session could not be ended."""
    return list(getattr(error, "__notes__", ()))


def in_threads(emulator: Emulator, counts: Counts, tries: range) -> None:
    """Each session in a thread of a few."""
    with (
        SessionsClient(**account(emulator)) as client,
        ThreadPoolExecutor(4) as threads,
    ):
        list(threads.map(lambda ttl: one_session(client, emulator.backend, counts, ttl), tries))


def in_tasks(emulator: Emulator, counts: Counts, tries: range) -> None:
    """Each session in a task of a few."""

    async def main() -> None:
        left = iter(tries)

        async def some() -> None:
            for ttl in left:
                await one_async_session(client, emulator.backend, counts, ttl)

        async with AsyncSessionsClient(**account(emulator)) as client:
            await asyncio.gather(*(some() for _ in range(8)))

    asyncio.run(main())


def in_a_process_that_dies(emulator: Emulator, counts: Counts, tries: range) -> None:
    """All sessions open at once in a process that an exception ends half way."""
    given = [emulator.contract, emulator.url, emulator.token, emulator.instance, emulator.backend]
    command = [sys.executable, __file__, "--die", *given, str(tries.start), str(tries.stop)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Stopped" not in done.stderr:
        raise RuntimeError(done.stderr)
    for line in done.stdout.splitlines():
        ttl, session_id, kind = line.split()
        if kind == "-":
            counts.created[int(ttl)] = session_id
        else:
            error = OutcomeUnknownError if kind == "unknown" else CallError
            counts.reported[int(ttl)] = error(line, method="POST", url="", attempts=1)


def die(client: SessionsClient, backend: str, tries: range) -> None:
    """Open sessions, say so, and die of an exception."""
    with ExitStack() as stack:
        stack.enter_context(client)
        for ttl in tries:
            try:
                session = stack.enter_context(client.create(backend=backend, max_ttl=ttl))
            except OutcomeUnknownError:
                print(ttl, "-", "unknown")
            except CallError:
                print(ttl, "-", "known")
            else:
                print(ttl, session.id, "-")
        sys.stdout.flush()
        raise Stopped


def campaign(
    count: int, seed: int = 0, contract: ContractName = "classic"
) -> tuple[list[str], str]:
    """Run all three ways by a contract; returns what does not hold, and a summary."""
    wrong: list[str] = []
    lines: list[str] = []
    ways = {in_threads: count, in_tasks: count, in_a_process_that_dies: max(20, count // 20)}
    for way, number in ways.items():
        with Emulator(contract=contract, seed=seed) as emulator:
            faulty(emulator)
            counts, tries = Counts(), range(1000, 1000 + number)
            way(emulator, counts, tries)
            for fault in emulator.faults():
                emulator.remove_fault(fault["name"])
            wrong += [
                f"{contract}, {way.__name__}: {text}" for text in counts.judge(emulator, tries)
            ]
            entries = emulator.requests()
            struck = sum(entry["fault"] is not None for entry in entries)
            unknown = sum(
                isinstance(error, OutcomeUnknownError) for error in counts.reported.values()
            )
            lines.append(
                f"{contract}, {way.__name__}: "
                f"{number} creates, {len(emulator.sessions())} sessions, "
                f"{unknown} reported as unknown, {len(counts.unended)} not ended; "
                f"{len(entries)} requests logged, {struck} of them struck"
            )
    return wrong, "\n".join(lines)


def main() -> int:
    """Run the campaign; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--die", nargs=7, help=argparse.SUPPRESS)
    options = parser.parse_args()
    wrong: list[str] = []
    with set_testing(True):
        if options.die:
            contract, url, token, instance, backend, start, stop = options.die
            client = SessionsClient(
                url, token=token, auth=BearerToken, instance=instance, contract=contract
            )
            die(client, backend, range(int(start), int(stop)))
        for contract in TTLS:
            found, summary = campaign(options.count, options.seed, contract)
            print(summary)
            wrong += found
    print("\n".join(itertools.islice(wrong, 20)) or "all of it holds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
