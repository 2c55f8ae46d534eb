"""Kill a process again and again while it uses a state, and look what is left of what it did.

A child does what chance says, and tells of each deed before and after it. It is killed at a moment
that chance chooses too. What the state then holds has to be what another emulator holds that did
what the child was answered for, or that and the one deed that it was not answered for.
"""

import argparse
import os
import secrets
import select
import signal
import sys
import threading
import time
from contextlib import suppress
from random import Random
from typing import Any

from emulator_deeds import do, everything

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator
from runtime_sessions_emulator.state import journal

#: What is asked of a server, and how often: method, path, body. {} is a session of the newest.
CALLS: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {
    ("POST", "/sessions"): (6, {"backend": "ibm-tenerife", "instance": "hub/group/project"}),
    ("POST", "/jobs"): (6, {"session_id": "{}", "program_id": "sampler"}),
    ("PATCH", "/sessions/{}"): (1, {"accepting_jobs": False}),
    ("DELETE", "/sessions/{}/close"): (1, {}),
    ("POST", "/_emulator/sessions/{}/cancel"): (1, {}),
    ("POST", "/_emulator/clock/advance"): (2, {"seconds": 3}),
    ("POST", "/_emulator/job-rules"): (0.5, {"times": 1, "outcome": "failed"}),
    ("POST", "/_emulator/snapshots"): (0.5, {}),
    ("POST", "/_emulator/reset"): (0.05, {}),
}


def ask(client: httpx.Client, seed: str) -> None:
    """Send the call that the seed says. Raises httpx.TransportError where no answer comes."""
    random = Random(seed)  # noqa: S311 - to be repeated
    listed = client.get("/_emulator/sessions", params={"limit": 20}).json()["sessions"]
    session = random.choice([one["id"] for one in listed] or ["none"])
    weights = [weight for weight, _ in CALLS.values()]
    ((method, path),) = random.choices(list(CALLS), weights)
    _, body = CALLS[method, path]
    sent = {name: session if value == "{}" else value for name, value in body.items()}
    client.request(method, path.replace("{}", session), json=sent or None)


def served_and_killed(state: str, first: int, seed: int, moment: float) -> tuple[int, bool]:
    """How many calls a server answered that was killed, and whether it was in the middle of one."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        with suppress(BaseException), Emulator(state=state, virtual_clock=True) as emulator:
            os.write(write, f"{emulator.url}\n".encode())
            signal.pause()
        os._exit(1)
    os.close(write)
    with os.fdopen(read) as said:
        url = said.readline().strip()
    token = {"Authorization": "Bearer emulator-token"}
    count = 0
    killer = threading.Timer(abs(moment), os.kill, (process, signal.SIGKILL))
    with httpx.Client(base_url=url, headers=token, trust_env=False) as client:
        killer.start()
        with suppress(httpx.TransportError):
            while True:
                ask(client, f"{seed} {first + count}")
                count += 1
    killer.join()
    os.waitpid(process, 0)
    return count, True


def child(state: str, first: int, seed: int, out: int) -> None:
    """Do one deed after the other, and tell of each, until somebody ends it."""
    emulator = Emulator(state=state, virtual_clock=True)
    os.write(out, b"+")
    for number in range(first, first + 10_000):
        os.write(out, b"<")
        do(emulator, f"{seed} {number}", over_http=False)
        os.write(out, b">")


def killed(state: str, first: int, seed: int, moment: float) -> tuple[int, bool]:
    """How many deeds a child did that was killed, and whether it was in the middle of another."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read)
        with suppress(BaseException):
            child(state, first, seed, write)
        os._exit(1)
    os.close(write)
    # Not before it has begun, most of the time: but there are moments before that, too.
    if moment > 0:
        select.select([read], [], [], 30)
    time.sleep(abs(moment))
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    told = b""
    while part := os.read(read, 65536):
        told += part
    os.close(read)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        sys.exit(f"The child ended by itself: see --seed {seed}")
    return told.count(b">"), told.endswith(b"<")


def main() -> None:
    """Kill as often as is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state")
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--over-http", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    random = Random(options.seed)  # noqa: S311 - to be repeated
    # Written down often: a kill shall often come in the middle of that.
    journal._EVERY = 5  # type: ignore[misc]
    with Emulator(state=options.state, virtual_clock=True) as begun:
        # It may have been used before.
        begun.reset()
    twin = Emulator(virtual_clock=True)
    calls = twin.client()

    def again(number: int) -> None:
        if options.over_http:
            ask(calls, f"{options.seed} {number}")
        else:
            do(twin, f"{options.seed} {number}", over_http=False)

    kill = served_and_killed if options.over_http else killed
    done = unknown = kept = 0
    for _ in range(options.rounds):
        moment = random.choice([-1, 1, 1, 1]) * random.uniform(0, 0.03)
        count, between = kill(options.state, done, options.seed, moment)
        for number in range(done, done + count):
            again(number)
        done += count
        left = Emulator(state=options.state, virtual_clock=True)
        there = everything(left)
        left._service.keeper.close()  # type: ignore[union-attr]
        if there != everything(twin) and between:
            # The one that it was not answered for, whole.
            again(done)
            done += 1
            kept += 1
        if there != everything(twin):
            for here, wanted in zip(there, everything(twin), strict=True):
                if here != wanted:
                    print(f"There is {here}\nand not  {wanted}")
            sys.exit(f"What is there is not what {done} deeds make: see --seed {options.seed}")
        unknown += between
    print(f"{options.rounds} kills, {done} deeds, {unknown} not answered, {kept} of these kept")


if __name__ == "__main__":
    main()
