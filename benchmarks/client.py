"""Measure the clients: the overlay beside httpx, the stock generator and the official client.

Both sides of a figure are measured in turns, in one run, on one machine, against the same emulator
in a process of its own. CPU time of this process, medians. The exit status is 1 when a figure
misses its target.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from httpx_aiohttp import HttpxAiohttpClient

from runtime_sessions import AsyncSessionsClient, SessionsClient
from runtime_sessions._contracts.classic import Classic
from runtime_sessions_api.classic.models import JobPage
from runtime_sessions_api.http_library import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "codegen"))
import generate

ROOT = Path(__file__).parents[1]
TOKEN = "emulator-token"  # noqa: S105 - of nobody's account
IN_FLIGHT = 32

Figures = list[tuple[str, float, str, bool]]


def medians(turns: int, calls: int, **sides: Callable[[], object]) -> dict[str, float]:
    """Return the CPU seconds of a call of each side, measured in turns."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(turns + 1):
        for name, call in sides.items():
            gc.collect()
            gc.disable()  # as timeit does: what it costs depends on all else that is loaded
            started = time.process_time()
            for _ in range(calls):
                call()
            times[name].append((time.process_time() - started) / calls)
            gc.enable()
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


@contextmanager
def serving() -> Generator[str]:
    """Run the emulator in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "address"
        command = ["runtime_sessions_emulator", "--port", "0", "--port-file", str(file)]
        with subprocess.Popen(
            [sys.executable, "-m", *command], stdout=subprocess.DEVNULL
        ) as server:
            try:
                while not file.exists():
                    time.sleep(0.02)
                yield file.read_text().splitlines()[0]
            finally:
                server.terminate()


def a_get(url: str) -> Figures:
    """One GET of a session: model, retries and typed errors beside bare JSON."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    sides: dict[str, Callable[[], object]] = {}
    with SessionsClient(url, token=TOKEN) as client, httpx.Client(headers=headers) as bare:
        session_id = client.create(backend="ibmq_wellington", instance="hub/group/project").id
        sides["httpx"] = lambda: bare.get(f"{url}/sessions/{session_id}").json()
        sides["overlay"] = lambda: client.get(session_id)
        official = official_client(url, session_id)
        if official is not None:
            sides["official"] = official
        taken = medians(25, 200, **sides)
    base = taken["httpx"]
    ratio = taken["overlay"] / base
    figures: Figures = [
        ("client.get(id) / httpx.Client.get(url).json()", ratio, "≤ 1.00", ratio <= 1.00)
    ]
    if official is not None:
        ratio = taken["official"] / base
        figures.append(("qiskit-ibm-runtime's adapter / the same", ratio, "≥ 2.2", ratio >= 2.2))
    return figures


def official_client(url: str, session_id: str) -> Callable[[], object] | None:
    """Return a GET by the official client's own adapter, where that is installed."""
    try:
        session: Any = import_module("qiskit_ibm_runtime.api.session")
        rest: Any = import_module("qiskit_ibm_runtime.api.rest.runtime_session")
    except ImportError:
        return None
    adapter: Any = session.RetrySession(url, auth=bearer)
    made = rest.RuntimeSession(adapter, session_id)
    details: Callable[[], object] = made.details
    return details


def bearer(request: Any) -> Any:  # noqa: ANN401 - of requests, which is not ours
    """Authenticate as the emulator's first user."""
    request.headers["Authorization"] = f"Bearer {TOKEN}"
    return request


def a_page() -> Figures:
    """A page of 200 jobs, from parsed JSON to models: beside what the stock generator writes."""
    file = resources.files("runtime_sessions_api") / "classic.openapi.json"
    contract = json.loads(file.read_text(encoding="utf-8"))
    answer = contract["paths"]["/sessions/{id}/jobs"]["get"]["responses"]["200"]
    page = answer["content"]["application/json"]["examples"]["documented"]["value"]
    session_id = page["jobs"][0]["session_id"]
    page["jobs"] = [copy.deepcopy(page["jobs"][0]) for _ in range(200)]
    with tempfile.TemporaryDirectory() as folder:
        stock = Path(folder) / "stock_client"
        generate.generate_stock(contract, stock)
        sys.path.insert(0, folder)
        stock_page: Any = import_module("stock_client.models").JobPage
        body = json.dumps(page).encode()
        answered = httpx.Response(200, content=body)
        taken = medians(
            25,
            20,
            stock=partial(stock_page.from_dict, page),
            ours=partial(JobPage.from_dict, page),
            parse=partial(json.loads, body),
            overlay=partial(Classic(None).jobs(session_id, limit=200, offset=0).read, answered),
        )
    ratio = taken["ours"] / taken["stock"]
    whole = (taken["overlay"] - taken["parse"]) / taken["stock"]
    return [
        ("decoding a page of 200 jobs / by the stock generator", ratio, "≤ 0.55", ratio <= 0.55),
        ("the same, and held to the contract", whole, "≤ 0.45", whole <= 0.45),
    ]


def a_second_client() -> Figures:
    """A client when there was one before."""

    def make() -> None:
        SessionsClient("https://service.test", token=TOKEN).close()

    make()
    taken = medians(10, 50, second=make)["second"] * 1000
    return [("a second client, ms", taken, "< 1", taken < 1)]


def imports() -> Figures:
    """All that one call needs, imported: beside httpx alone (without its command line)."""
    setup = "import sys; sys.modules['click'] = None; "
    call = "import runtime_sessions, runtime_sessions_api.classic.api.sessions.get_session"
    codes = {"nothing": "pass", "httpx": "import httpx", "overlay": call}
    times: dict[str, list[float]] = {name: [] for name in codes}
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(22):
            for name, code in codes.items():
                times[name].append(children(setup + code, cache))
    taken = {name: statistics.median(seconds[1:]) for name, seconds in times.items()}
    ratio = (taken["overlay"] - taken["nothing"]) / (taken["httpx"] - taken["nothing"])
    return [("import of all that a call needs / import httpx", ratio, "≤ 1.5", ratio <= 1.5)]


def children(code: str, cache: str) -> float:
    """Return the CPU seconds of a fresh interpreter, with its byte code written before."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-X", f"pycache_prefix={cache}", "-c", code]
    subprocess.run(command, check=True, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def rate(url: str, session_id: str, *, aiohttp: bool, calls: int = 2000) -> float:
    """Return the requests per second with so many in flight."""
    async with AsyncExitStack() as stack:
        kind = HttpxAiohttpClient if aiohttp else httpx.AsyncClient
        own = await stack.enter_async_context(kind(headers={"Authorization": f"Bearer {TOKEN}"}))
        client = AsyncSessionsClient(url, token=TOKEN, http_client=own)
        await stack.enter_async_context(client)
        left = iter(range(calls))

        async def work() -> None:
            for _ in left:
                if aiohttp:
                    await client.get(session_id)
                else:
                    (await own.get(f"{url}/sessions/{session_id}")).json()

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
        left = iter(range(calls))
        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
        return calls / (time.perf_counter() - started)


def many_at_once(url: str) -> Figures:
    """The overlay over aiohttp beside plain httpx."""
    with SessionsClient(url, token=TOKEN) as client:
        session_id = client.create(backend="ibmq_wellington", instance="hub/group/project").id
    rates: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(3):
        for aiohttp, found in rates.items():
            found.append(asyncio.run(rate(url, session_id, aiohttp=aiohttp)))
    ratio = statistics.median(rates[True]) / statistics.median(rates[False])
    name = f"{IN_FLIGHT} in flight, overlay over aiohttp / plain httpx"
    return [(name, ratio, "≥ 2.5", ratio >= 2.5)]


def main() -> int:
    """Print all figures; returns the exit status."""
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, httpx {httpx.__version__}")
    held = True
    with serving() as url:
        for measure in (
            partial(a_get, url),
            a_page,
            a_second_client,
            imports,
            partial(many_at_once, url),
        ):
            for name, value, target, met in measure():
                held &= met
                verdict = "" if met else "  MISSED"
                print(f"{name:<60} {value:8.3f}  {target}{verdict}", flush=True)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
