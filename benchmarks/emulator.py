"""Measure the emulator beside a bare Starlette route, and beside Prism where node is there.

Rates are compared, not told: both sides are measured in turns, in one run, on one machine, and of
each the best turn counts, because whatever else the machine does can only make a turn slower. The
exit status is 1 when a figure misses its target.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import cast

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator

ROOT = Path(__file__).parents[1]
PRISM = "@stoplight/prism-cli@5.14.2"
TOKEN = "emulator-token"  # noqa: S105 - of nobody's account
BODY = json.dumps({"backend": "ibmq_wellington", "instance": "hub/group/project"})
CONNECTIONS = 8
TURNS = 5
CALLS = 8_000
MANY = 100_000
MANY_JOBS = 50_000
#: How many tests have an emulator each.
TESTS = 200


class Asking(asyncio.Protocol):
    """One connection that sends a request as soon as the one before is answered."""

    def __init__(
        self, requests: Iterator[bytes], done: asyncio.Future[None], answers: list[bytes] | None
    ) -> None:
        self._requests, self._done, self._answers = requests, done, answers
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # uvloop's transports are none of asyncio's by inheritance.
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """Go on when the answer is all there."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        _, _, after = head.lower().partition(b"content-length: ")
        if len(body) >= (int(after.split(b"\r\n", 1)[0]) if after else 0):
            if head[9:10] != b"2":
                self._done.set_exception(RuntimeError(self._buffer.decode()))
                self._transport.close()
                return
            if self._answers is not None:
                self._answers.append(body)
            self._buffer = b""
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Be done."""
        if not self._done.done():
            self._done.set_result(None)

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
        else:
            self._transport.write(request)


def rate(url: str, requests: Sequence[bytes], answers: list[bytes] | None = None) -> float:
    """How many of the requests a server answers in a second; the bodies are kept if asked for."""

    async def asking() -> float:
        loop = asyncio.get_running_loop()
        address = httpx.URL(url)
        shared = iter(requests)
        ends: list[asyncio.Future[None]] = [loop.create_future() for _ in range(CONNECTIONS)]
        begin = time.perf_counter()
        for end in ends:
            connection = partial(Asking, shared, end, answers)
            await loop.create_connection(connection, address.host, address.port or 80)
        async with asyncio.timeout(120):
            await asyncio.gather(*ends)
        return len(requests) / (time.perf_counter() - begin)

    import uvloop  # noqa: PLC0415 - where there is none, the rest can still be read

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(asking())


def request(method: str, path: str, body: str = "") -> bytes:
    """A request as a client sends it."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n{body}".encode()


@contextmanager
def serving(*command: str) -> Generator[tuple[str, int]]:
    """A server as a process: its address and process id."""
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    ) as process:
        try:
            for line in process.stdout or ():
                _, found, address = line.partition("istening on ")
                if found:
                    yield address.split()[0], process.pid
                    return
            raise RuntimeError(f"{' '.join(command)} ended before it listened")
        finally:
            # What npx starts would outlive it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def emulator() -> list[str]:
    """The command of the emulator."""
    return [sys.executable, "-m", "runtime_sessions_emulator", "--port", "0"]


class Figures:
    """The figures, each said as soon as it is known, and whether all of them met their targets."""

    met = True

    def say(self, what: str, value: float, target: float, *, least: bool, unit: str = "") -> None:
        """Say a figure and its target, which is the least or the most that it may be."""
        good = value >= target if least else value <= target
        self.met = self.met and good
        bound = "at least" if least else "at most"
        verdict = "" if good else "   MISSED"
        print(f"{what:<58}{value:>9.2f}{unit:<5} ({bound} {target:g}{unit}){verdict}", flush=True)


def measure_rates(figures: Figures) -> None:
    """GET and the calls that change something, beside the bare route; GET beside Prism."""
    with serving(*emulator()) as (url, _), httpx.Client(base_url=url) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        session = client.post("/sessions", content=BODY, headers=_JSON).json()["id"]
        client.post("/_emulator/jobs", json={"session_id": session, "duration": 3600})
        size = len(client.get(f"/sessions/{session}").content)
        with serving(sys.executable, str(ROOT / "benchmarks/emulator_bare.py"), str(size)) as (
            bare,
            _,
        ):
            get = [request("GET", f"/sessions/{session}")] * CALLS
            flags = [json.dumps({"accepting_jobs": flag}) for flag in (True, False)]
            update = [request("PATCH", f"/sessions/{session}", flag) for flag in flags] * (
                CALLS // 2
            )
            best = dict.fromkeys(("bare", "get", "create", "update", "close"), 0.0)
            for _ in range(TURNS):
                made: list[bytes] = []
                create = [request("POST", "/sessions", BODY)] * CALLS
                best["bare"] = max(best["bare"], rate(bare, get))
                best["get"] = max(best["get"], rate(url, get))
                best["update"] = max(best["update"], rate(url, update))
                best["create"] = max(best["create"], rate(url, create, made))
                close = [
                    request("DELETE", f"/sessions/{json.loads(one)['id']}/close") for one in made
                ]
                best["close"] = max(best["close"], rate(url, close))
            prism = measure_prism(session)
    print(f"bare route: {best['bare']:,.0f} requests/s of {size} bytes, {CONNECTIONS} connections")
    figures.say(
        "GET, validated both ways, to the bare route", best["get"] / best["bare"], 0.8, least=True
    )
    for name in ("create", "update", "close"):
        figures.say(f"{name} to the bare route", best[name] / best["bare"], 0.45, least=True)
    if prism is None:
        print("GET to Prism: not measured, because npx is not there")
    else:
        figures.say("GET to Prism's", best["get"] / prism, 3.5, least=True)


_JSON = {"Content-Type": "application/json"}


def measure_prism(session: str) -> float | None:
    """The rate of Prism's mock server for the same GET; None where there is no node."""
    npx = shutil.which("npx")
    if npx is None:
        return None
    command = [npx, "--yes", PRISM, "mock", "--port", "8399", "openapi.yaml"]
    with serving(*command) as (url, _):
        get = [request("GET", f"/sessions/{session}")] * (CALLS // 4)
        return max(rate(url, get) for _ in range(TURNS))


def measure_many(figures: Figures) -> None:
    """Time and memory with many sessions held."""
    with serving(*emulator()) as (url, pid), httpx.Client(base_url=url) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        create = request("POST", "/sessions", BODY)
        session = client.post("/sessions", content=BODY, headers=_JSON).json()["id"]
        rate(url, [create] * 99)
        get = [request("GET", f"/sessions/{session}")] * CALLS
        few = max(rate(url, get) for _ in range(TURNS))  # this fills the log of requests, too
        before = memory(pid)
        rate(url, [create] * (MANY - 100))
        each = (memory(pid) - before) / (MANY - 100)
        many = max(rate(url, get) for _ in range(TURNS))
    figures.say(f"GET at {MANY:,} sessions to GET at 100", many / few, 0.9, least=True)
    figures.say("memory for a session", each / 1024, 2, least=False, unit=" KiB")


def rates_of(*options: str) -> tuple[float, float]:
    """How many GETs and how many creates an emulator answers in a second."""
    with serving(*emulator(), *options) as (url, _), httpx.Client(base_url=url) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        session = client.post("/sessions", content=BODY, headers=_JSON).json()["id"]
        get = [request("GET", f"/sessions/{session}")] * (CALLS // 4)
        create = [request("POST", "/sessions", BODY)] * (CALLS // 4)
        return max(rate(url, get) for _ in range(TURNS)), max(
            rate(url, create) for _ in range(TURNS)
        )


def measure_state(figures: Figures) -> None:
    """What it costs to keep a state, and how long a start takes with many sessions in it.

    PostgreSQL is measured where STATE names an empty database of one.
    """
    get, create = rates_of()
    with tempfile.TemporaryDirectory() as folder:
        kept = rates_of("--state", f"sqlite:{folder}/rates.db")
        figures.say("GET with SQLite to GET without a state", kept[0] / get, 0.7, least=True)
        figures.say("create with SQLite to create without", kept[1] / create, 0.4, least=True)
        state = f"sqlite:{folder}/many.db"
        with serving(*emulator(), "--state", state) as (url, _):
            rate(url, [request("POST", "/sessions", BODY)] * MANY)
        spans: list[float] = []
        for _ in range(TURNS):
            begin = time.perf_counter()
            with serving(*emulator(), "--state", state) as (url, _):
                rate(url, [request("GET", "/_emulator/health")])
                spans.append(time.perf_counter() - begin)
    figures.say(f"start with {MANY:,} sessions in SQLite", min(spans), 1, least=False, unit=" s")
    shared = os.environ.get("STATE")
    if not shared:
        print("PostgreSQL: not measured, because STATE names none")
        return
    for workers in ("1", "2", "4"):
        kept = rates_of("--state", shared, "--workers", workers)
        told = f"GET {kept[0]:,.0f}/s, create {kept[1]:,.0f}/s, {1000 / kept[1]:.1f} ms for one"
        print(f"PostgreSQL, workers: {workers}: {told}; without a state {get:,.0f}, {create:,.0f}")


def measure_jobs(figures: Figures) -> None:
    """Many jobs in one session, from the first submission until the last has ended."""
    from runtime_sessions_emulator.core import life  # noqa: PLC0415 - measured alone
    from runtime_sessions_emulator.core.job import SECOND, Job  # noqa: PLC0415

    span = 0.0
    for turn in range(2):
        begin = time.perf_counter()
        session = life.create(
            life.Session(
                id="s",
                owner="o",
                backend="b",
                instance="i",
                mode=life.Mode.BATCH,
                created_at=0,
                max_ttl=1e9,
                interactive_ttl=60,
            )
        )
        session.jobs.extend(
            Job(str(number), "o", "i", "b", 0, SECOND) for number in range(MANY_JOBS - 1)
        )
        session.queued = MANY_JOBS - 1
        session = life.submit(session, Job("last", "o", "i", "b", 0, SECOND), 0)
        session = life.settle(session, MANY_JOBS * SECOND)
        took = time.perf_counter() - begin
        span = min(span, took) if turn else took
    figures.say(f"{MANY_JOBS:,} jobs of one session settled", span, 1, least=False, unit=" s")


def memory(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def measure_start(figures: Figures) -> None:
    """From the start of the process to its first answer."""
    spans: list[float] = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        with serving(*emulator()) as (url, _):
            rate(url, [request("GET", "/_emulator/health")])
            spans.append(time.perf_counter() - begin)
    figures.say("from start to first answer", min(spans), 0.4, least=False, unit=" s")


def measure_worlds(figures: Figures) -> None:
    """An emulator for a test, as a world on one server, to one on a server of its own."""

    def span(within: Emulator | None) -> float:
        begin = time.perf_counter()
        for _ in range(TESTS):
            with Emulator(virtual_clock=True, within=within) as one, one.client() as client:
                client.get("/sessions/none")
        return (time.perf_counter() - begin) / TESTS

    with Emulator() as server:
        pairs = [(span(server), span(None)) for _ in range(TURNS)]
    shared, own = (min(spans) for spans in zip(*pairs, strict=True))
    figures.say(
        f"a world for a test, to a server for it ({own * 1000:.1f} ms)",
        shared / own,
        0.8,
        least=False,
    )


def main() -> int:
    """Measure, and say whether all is as it should be."""
    figures = Figures()
    measure_start(figures)
    measure_rates(figures)
    measure_many(figures)
    measure_state(figures)
    measure_jobs(figures)
    measure_worlds(figures)
    return 0 if figures.met else 1


if __name__ == "__main__":
    sys.exit(main())
