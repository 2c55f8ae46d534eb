"""Measure a whole program of the official client on the emulator, beside localqpu.

Both are started, asked and used in turns, in one run, in one environment with the same versions of
Qiskit, and of each the best turn counts. `make bench-emulator` makes that environment. The exit
status is 1 when a figure misses its target.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from attrs import frozen

TURNS = 3
CALLS = 1000
#: How many times as many GETs the emulator is to answer in a second.
FASTER = 5
#: How long a job takes on the emulator's clock, in seconds; localqpu's take what they are computed.
DURATION = 0.02
BACKEND = "ibm_brisbane"


@frozen
class Server:
    """A server under measurement.

    Attributes:
        command: What starts it on a port, which is appended.
        health: What it answers as soon as it can.
        api: Where its API begins.
        headers: What a call is to have.
    """

    name: str
    command: tuple[str, ...]
    health: str
    api: str
    headers: dict[str, str]


@contextmanager
def serving(server: Server) -> Generator[tuple[int, float]]:
    """A server as a process: its port, and how long it took to its first answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    begin = time.perf_counter()
    with subprocess.Popen(
        [*server.command, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            while not answers(port, server.health):
                time.sleep(0.005)
            yield port, time.perf_counter() - begin
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def answers(port: int, path: str) -> bool:
    """Whether a server is there."""
    with suppress(OSError):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    return False


def gets(server: Server, port: int) -> float:
    """How many GETs of a session a server answers in a second, one after the other."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    body = json.dumps({"mode": "batch", "backend": BACKEND})
    asked.request("POST", f"{server.api}/sessions", body, server.headers)
    created = json.loads(asked.getresponse().read())
    asked.close()
    headers = "".join(f"{name}: {value}\r\n" for name, value in server.headers.items())
    line = f"GET {server.api}/sessions/{created['id']} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    request = f"{line}{headers}\r\n".encode()
    begin = time.perf_counter()
    connection = None
    for _ in range(CALLS):
        connection = connection or socket.create_connection(("127.0.0.1", port))
        connection.sendall(request)
        if not _read_answer(connection):
            connection.close()
            connection = None
    return CALLS / (time.perf_counter() - begin)


def _read_answer(connection: socket.socket) -> bool:
    """Read an answer; whether the connection may be used again."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += connection.recv(65536)
    head, _, body = read.partition(b"\r\n\r\n")
    if head[9:12] != b"200":
        raise RuntimeError(read.decode())
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head.startswith(b"HTTP/1.1")


def program(server: Server, port: int) -> float:
    """How long the program takes in a process of its own, without what it imports."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, "--program", server.name, str(port)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[-1])


def run_program(connect: Callable[[], Any]) -> None:
    """Run the program: a session, a batch, the management of jobs, a look for lost sessions."""
    from qiskit import QuantumCircuit  # type: ignore[import-not-found]  # noqa: PLC0415
    from qiskit.quantum_info import SparsePauliOp  # type: ignore[import-not-found]  # noqa: PLC0415
    from qiskit.transpiler import (  # type: ignore[import-not-found]  # noqa: PLC0415
        generate_preset_pass_manager,  # pyright: ignore[reportMissingImports]
    )
    from qiskit_ibm_runtime import (  # type: ignore[import-not-found]  # noqa: PLC0415
        Batch,  # pyright: ignore[reportMissingImports]
        EstimatorV2,  # pyright: ignore[reportMissingImports]
        SamplerV2,  # pyright: ignore[reportMissingImports]
        Session,  # pyright: ignore[reportMissingImports]
    )

    begin = time.perf_counter()
    service = connect()
    backend = service.backend(BACKEND)
    pair = QuantumCircuit(2)
    pair.h(0)
    pair.cx(0, 1)
    measured = pair.copy()
    measured.measure_all()
    manager = generate_preset_pass_manager(1, backend=backend)
    laid_out, sampled_circuit = manager.run(pair), manager.run(measured)
    correlation = SparsePauliOp("ZZ").apply_layout(laid_out.layout)
    with Session(backend) as session:
        sampled = SamplerV2(mode=session).run([sampled_circuit])
        sampled.result()
        estimated = EstimatorV2(mode=session).run([(laid_out, correlation)])
        estimated.result()
        session.details()
    service.job(sampled.job_id()).result()
    sampled.metrics()
    sampled.usage()
    sampled.update_tags(["bell"])
    service.jobs(job_tags=["bell"])
    with Batch(backend) as batch:
        jobs = [SamplerV2(mode=batch).run([sampled_circuit]) for _ in range(3)]
    for job in jobs:
        job.result()
    service.delete_job(estimated.job_id())
    service.usage()
    print(time.perf_counter() - begin)


def connect_to(name: str, port: int) -> Callable[[], Any]:
    """What makes the service of a server."""
    if name == "localqpu":
        import localqpu  # type: ignore[import-not-found]  # pyright: ignore  # noqa: PLC0415, PGH003

        return lambda: localqpu.connect(port=port)
    url = f"http://127.0.0.1:{port}"
    os.environ["IAM_URL"] = f"{url}/_iam"

    def connect() -> Any:  # noqa: ANN401 - a type of the official client
        import qiskit_ibm_runtime as client  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

        return client.QiskitRuntimeService(
            channel="ibm_quantum_platform",
            token="emulator-api-key",  # noqa: S106 - of nobody's account
            instance="standard",
            url="http://runtime-sessions.test",
            proxies={"urls": {"http": url, "https": url}},
        )

    return connect


CONFIG: Final = f'backends = ["{BACKEND}"]\njob_duration = {DURATION}\n'
CRN: Final = "crn:v1:bluemix:public:quantum-computing:us-east:a/emulator:standard::"


def servers(config: Path) -> tuple[Server, Server]:
    """The emulator, and the one beside it."""
    where = Path(sys.executable).parent
    headers = {"Content-Type": "application/json", "Service-CRN": CRN}
    command = (str(where / "runtime-sessions-emulator"), "--contract", "platform")
    ours = Server(
        "emulator",
        (*command, "--config", str(config)),
        "/_emulator/health",
        "",
        {**headers, "Authorization": "Bearer emulator-token"},
    )
    theirs = Server(
        "localqpu",
        (str(where / "localqpu"), "start"),
        "/_localqpu/health",
        "/api/v1",
        {**headers, "Authorization": "Bearer localqpu"},
    )
    return ours, theirs


def main() -> None:
    """Measure, and say what was measured."""
    config = Path(sys.executable).parent / "emulator-program.toml"
    config.write_text(CONFIG, encoding="utf-8")
    best: dict[str, tuple[float, ...]] = {}
    for _ in range(TURNS):
        for server in servers(config):
            with serving(server) as (port, started):
                asked = 1 / gets(server, port)
                first, again = program(server, port), program(server, port)
            figures = (started, asked, first, started + first, again)
            before = best.get(server.name, figures)
            best[server.name] = tuple(map(min, before, figures))
    ours, theirs = best["emulator"], best["localqpu"]
    figures_of = (
        "start to first answer",
        "GET of a session",
        # One of them imports Qiskit as it starts, the other one for the first job.
        "whole program",
        "start and program",
        "program, once more",
    )
    met = True
    for what, mine, other in zip(figures_of, ours, theirs, strict=True):
        target = FASTER if what.startswith("GET") else 1
        times = other / mine
        met = met and times >= target
        verdict = "" if times >= target else "   MISSED"
        print(
            f"{what:22} {mine * 1000:8.1f} ms, localqpu {other * 1000:8.1f} ms: "
            f"{times:.1f} times as fast (at least {target}){verdict}"
        )
    sys.exit(not met)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--program"]:
        run_program(connect_to(sys.argv[2], int(sys.argv[3])))
    else:
        main()
