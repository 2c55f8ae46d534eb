"""Programs that are killed by SIGKILL at any moment, under faults in a tenth of their calls.

Some programs at once rent sessions, one after the other, with one ledger for all. Each is killed
sooner or later, and another one takes its place, which ends what was left. At the end the command
prunes the ledger. What must hold is counted from what the emulator has: no session that was in the
ledger is open, none was created twice, none was closed that was somebody else's, and each session
of a create that was cut off, or whose outcome is unknown, is in the ledger as what that create may
have made. The exit status is 1 when one of these does not hold.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import pickle
import random
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from attrs import define, field
from client_faults import TTLS, account, faulty

from runtime_sessions import (
    BearerToken,
    CallError,
    Ledger,
    OutcomeUnknownError,
    SessionsClient,
    set_testing,
)
from runtime_sessions_emulator import ContractName, Emulator

AT_ONCE = 3
#: Sessions of a colleague, who has the same account and no ledger.
OTHERS = 10
#: A program is killed once it has written down so many events, at the latest.
LONGEST_LIFE = 30
#: After the last of them it lives on for so many seconds, at the longest: a call takes less.
LAST_MOMENTS = 0.004


def rent(given: dict[str, Any], notes: Path, tries: range) -> None:
    """Rent sessions, one for each TTL, and write down what came of each; until killed."""
    with (
        set_testing(True),
        notes.open("a", encoding="utf-8") as file,
        SessionsClient(**given, auth=BearerToken) as client,
    ):

        def note(event: str, ttl: int, **said: object) -> None:
            at = datetime.now(UTC).isoformat()
            file.write(json.dumps({"event": event, "ttl": ttl, "at": at, **said}) + "\n")
            file.flush()
            # Who counts the events knows when to kill.
            print(event, flush=True)

        client.end_left()
        for ttl in tries:
            note("begun", ttl)
            try:
                with client.create(backend=os.environ["BACKEND"], max_ttl=ttl) as session:
                    note("created", ttl, id=session.id)
                    if session.refresh().state == "closed":
                        note("stolen", ttl, id=session.id)
            except OutcomeUnknownError as error:
                kept = base64.b64encode(pickle.dumps(error)).decode()
                note("unknown" if error.method == "POST" else "failed", ttl, error=kept)
            except CallError as error:
                note("failed", ttl, error=str(error))


@define
class Campaign:
    """Programs that are killed, and what they wrote down.

    Attributes:
        emulator: The service.
        folder: Where the ledger and the notes are.
        chance: What the moments of the kills are drawn by.
        kills: How many programs were killed.
    """

    emulator: Emulator
    folder: Path
    chance: random.Random
    kills: int = 0
    others: list[str] = field(factory=list)

    @property
    def ledger(self) -> Path:
        """The ledger that all share."""
        return self.folder / "ledger"

    def run(self, count: int) -> None:
        """Rent so many sessions, in some programs at once."""
        with SessionsClient(**account(self.emulator)) as colleague:
            for number in range(OTHERS):
                session = colleague.create(backend=self.emulator.backend, max_ttl=20_000 + number)
                self.others.append(session.id)
        faulty(self.emulator)
        each = -(-count // AT_ONCE)
        parts = [range(1000 + part * each, 1000 + (part + 1) * each) for part in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(self._rent, parts))
        for fault in self.emulator.faults():
            self.emulator.remove_fault(fault["name"])

    def _rent(self, tries: range) -> None:
        """Rent sessions in one program after the other, until all were tried."""
        notes = self.folder / f"notes-{tries.start}"
        while tries:
            self._one_program(notes, tries)
            begun = [entry["ttl"] for entry in self._read(notes)]
            tries = range(max(begun, default=tries.start - 1) + 1, tries.stop)

    def _one_program(self, notes: Path, tries: range) -> None:
        given = {**account(self.emulator), "ledger": str(self.ledger)}
        del given["auth"]
        words = ["--rent", json.dumps(given), str(notes), str(tries.start), str(tries.stop)]
        said = self.folder / f"said-{tries.start}"
        with (
            said.open("wb") as errors,
            subprocess.Popen(
                [sys.executable, __file__, *words],
                env={**os.environ, "BACKEND": self.emulator.backend},
                stdout=subprocess.PIPE,
                stderr=errors,
            ) as program,
        ):
            assert program.stdout is not None  # noqa: S101 - it is a pipe
            life = self.chance.randint(1, LONGEST_LIFE)
            while life and program.stdout.readline():
                life -= 1
            try:
                # One that has nothing left to say ends by itself.
                status = program.wait(None if life else self.chance.uniform(0, LAST_MOMENTS))
            except subprocess.TimeoutExpired:
                program.kill()
                self.kills += 1
                status = 0
        if status:
            raise RuntimeError(said.read_text(encoding="utf-8"))

    def _read(self, notes: Path) -> list[dict[str, Any]]:
        if not notes.exists():
            return []
        return [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]

    def prune(self) -> None:
        """End what is left in the ledger, by the command."""
        emulator = self.emulator
        environment = {
            "QISKIT_IBM_URL": emulator.url,
            "QISKIT_IBM_INSTANCE": str(emulator.instance),
            "QISKIT_IBM_TOKEN": str(
                emulator.api_key if emulator.contract == "platform" else emulator.token
            ),
        }
        words = ["prune", "--ledger", str(self.ledger), "--contract", emulator.contract, "--yes"]
        if emulator.contract == "platform":
            environment["IAM_URL"] = emulator.iam_url
        command = [sys.executable, "-m", "runtime_sessions._command", *words]
        done = subprocess.run(
            command, env={**os.environ, **environment}, check=False, capture_output=True, text=True
        )
        # 3: there are creates without an answer.
        if done.returncode not in {0, 3}:
            raise RuntimeError(done.stderr)

    def judge(self) -> tuple[list[str], str]:
        """Return what does not hold, and a summary."""
        emulator = self.emulator
        sessions = {one["id"]: one for one in emulator.sessions()}
        asked = {
            entry["session_id"]: int(entry["body"][TTLS[emulator.contract]])
            for entry in emulator.requests(operation="createSession")
            if entry["session_id"] is not None
        }
        notes = [entry for file in self.folder.glob("notes-*") for entry in self._read(file)]
        # Its handle was there: so it was in the ledger.
        written = {entry["id"] for entry in notes if entry["event"] == "created"}
        is_open = {name for name, one in sessions.items() if one["state"] != "closed"}
        found = Counter(asked[name] for name in sessions)
        touched = {
            entry["session_id"]
            for operation in ("closeSession", "updateSession")
            for entry in emulator.requests(operation=operation)
        }
        with_an_end = {entry["ttl"] for entry in notes if entry["event"] != "begun"}
        begun = {entry["ttl"]: entry for entry in notes if entry["event"] == "begun"}
        unknown = {entry["ttl"]: entry for entry in notes if entry["event"] == "unknown"}
        cut_off = {ttl: entry for ttl, entry in begun.items() if ttl not in with_an_end}
        lost = {
            name for name in is_open - set(self.others) if asked[name] not in {*unknown, *cut_off}
        }
        wrong = [
            *(f"in the ledger, and open: {name}" for name in written & is_open),
            *(f"still in the ledger: {entry.id}" for entry in Ledger(self.ledger).entries()),
            *(f"open, and somebody knew it: {name}" for name in lost),
            *(f"created twice: {ttl}" for ttl, count in found.items() if count > 1),
            *(f"somebody else's, and closed: {name}" for name in touched & set(self.others)),
            *(f"closed by another: {one['id']}" for one in notes if one["event"] == "stolen"),
        ]
        made = {ttl: name for name, ttl in asked.items() if name in sessions}
        if emulator.contract == "platform":
            wrong += self._not_among_the_candidates(unknown, made)
        wrong += self._not_told(is_open - set(self.others))
        summary = (
            f"{emulator.contract}: {len(begun)} creates, {self.kills} programs killed, "
            f"{len(sessions)} sessions, {len(unknown)} unknown, {len(cut_off)} cut off by a kill; "
            f"{len(is_open) - OTHERS} open that may be what {len(Ledger(self.ledger).intents())} "
            f"creates in the ledger have made; its file is {self.ledger.stat().st_size} bytes long"
        )
        return wrong, summary

    def _not_among_the_candidates(
        self, unknown: dict[int, dict[str, Any]], made: dict[int, str]
    ) -> list[str]:
        missing: list[str] = []
        with SessionsClient(**account(self.emulator)) as client:
            for ttl, entry in unknown.items():
                error = pickle.loads(base64.b64decode(entry["error"]))  # noqa: S301 - our own
                names = {one.id for one in client.candidates(error)}
                if ttl in made and made[ttl] not in names:
                    missing.append(f"no candidate of its unknown create: {made[ttl]}")
        return missing

    def _not_told(self, is_open: set[str]) -> list[str]:
        """Return what is open, and no create in the ledger is told to have made."""
        with SessionsClient(**account(self.emulator), ledger=self.ledger) as client:
            creates = client.unanswered()
        if self.emulator.contract == "classic":
            # It lists none, so that there is one to look for is all that can be told.
            missing = len(is_open) - len(creates)
            return [f"{missing} are open of which the ledger knows nothing"] * (missing > 0)
        told = {name for create in creates for name in create.candidates or ()}
        return [f"open, and no create is told to have made it: {name}" for name in is_open - told]


def campaign(count: int, seed: int, contract: ContractName) -> tuple[list[str], str]:
    """Run a campaign by a contract; returns what does not hold, and a summary."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator(contract=contract, seed=seed) as emulator,
    ):
        killed = Campaign(emulator, Path(folder), random.Random(seed))  # noqa: S311 - no secret
        killed.run(count)
        killed.prune()
        return killed.judge()


def main() -> int:
    """Run the campaign; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rent", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rent:
        given, notes, start, stop = options.rent
        rent(json.loads(given), Path(notes), range(int(start), int(stop)))
        return 0
    wrong: list[str] = []
    for found, summary in map(partial(campaign, options.count, options.seed), TTLS):
        print(summary)
        print("\n".join(found[:20]) or "all of it holds", flush=True)
        wrong += found
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
