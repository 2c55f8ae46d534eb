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
import time
from contextlib import suppress
from random import Random

from emulator_deeds import do, everything

from runtime_sessions_emulator import Emulator
from runtime_sessions_emulator.state import journal


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
    options = parser.parse_args()
    print(f"seed {options.seed}")
    random = Random(options.seed)  # noqa: S311 - to be repeated
    # Written down often: a kill shall often come in the middle of that.
    journal._EVERY = 5  # type: ignore[misc]
    twin = Emulator(virtual_clock=True)
    done = unknown = kept = 0
    for _ in range(options.rounds):
        moment = random.choice([-1, 1, 1, 1]) * random.uniform(0, 0.03)
        count, between = killed(options.state, done, options.seed, moment)
        for number in range(done, done + count):
            do(twin, f"{options.seed} {number}", over_http=False)
        done += count
        left = Emulator(state=options.state, virtual_clock=True)
        there = everything(left)
        left._service.keeper.close()  # type: ignore[union-attr]
        if there != everything(twin) and between:
            # The one that it was not answered for, whole.
            do(twin, f"{options.seed} {done}", over_http=False)
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
