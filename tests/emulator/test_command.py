"""The command line, as a process."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def starting(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "runtime_sessions_emulator", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield starting
    for process in running:
        with process:
            process.kill()


def url(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.match(r"Listening on (http://\S+) ", line)
    assert found, line
    return found[1]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_ends_in_peace(
    start: Start, tmp_path: Path, sign: signal.Signals
) -> None:
    file = tmp_path / "address"
    process = start("--port", "0", "--port-file", str(file), "--seed", "5")
    where = url(process)
    assert file.read_text() == f"{where}\npid {process.pid}\n"
    # A connection that is left open must not hold up the end.
    with httpx.Client(base_url=where) as client:
        assert client.get("/_emulator/health").json() == {"status": "ok"}
        process.send_signal(sign)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")
    assert not file.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_port_file_that_is_another_servers_by_now_stays(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "address"
    older = start("--port", "0", "--port-file", str(file))
    url(older)
    younger = start("--port", "0", "--port-file", str(file))
    where = url(younger)
    older.terminate()
    older.communicate(timeout=10)
    assert file.read_text() == f"{where}\npid {younger.pid}\n"


def test_a_port_file_that_a_killed_server_left_is_replaced(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "address"
    killed = start("--port", "0", "--port-file", str(file))
    url(killed)
    killed.kill()
    killed.communicate(timeout=10)
    assert file.exists()
    where = url(start("--port", "0", "--port-file", str(file)))
    assert file.read_text().startswith(f"{where}\n")


def test_a_port_file_that_cannot_be_written_is_told(start: Start, tmp_path: Path) -> None:
    process = start("--port", "0", "--port-file", str(tmp_path / "missing" / "address"))
    _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "port file" in err
    assert "Traceback" not in err
    (tmp_path / "folder").mkdir()
    process = start("--port", "0", "--port-file", str(tmp_path / "folder"))
    _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "port file" in err
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_a_server_that_is_started_again_gives_other_ids(start: Start) -> None:
    body = {"backend": "ibmq_wellington", "instance": "hub/group/project"}
    headers = {"X-Access-Token": "emulator-token"}
    ids = {
        httpx.post(f"{url(start('--port', '0'))}/sessions", json=body, headers=headers).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == 2


@pytest.mark.parametrize(
    "arguments",
    [["--no-control"], ["--control"], ["--host", "0.0.0.0"]],  # noqa: S104 - the point
)
def test_health_is_always_told(start: Start, arguments: list[str]) -> None:
    where = url(start("--port", "0", *arguments)).replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - as above
    answer = httpx.get(f"{where}/_emulator/health", headers={"Host": "emulator.example"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_no_control_where_none_is_wanted(start: Start) -> None:
    without = url(start("--port", "0", "--no-control"))
    assert httpx.get(f"{without}/_emulator/clock").status_code == 401
    headers = {"X-Access-Token": "emulator-token"}
    assert httpx.get(f"{without}/_emulator/clock", headers=headers).status_code == 404


def test_beyond_the_loopback_control_must_be_switched_on_by_name(start: Start) -> None:
    for arguments, status in [([], 401), (["--control"], 200)]:
        where = url(start("--host", "0.0.0.0", "--port", "0", *arguments))  # noqa: S104 - the point
        where = where.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - as above
        assert httpx.get(f"{where}/_emulator/clock").status_code == status


def test_a_log_that_nobody_reads_fails_no_request(start: Start) -> None:
    process = start("--port", "0", "--log-format", "json")
    where = url(process)
    assert process.stderr is not None
    process.stderr.close()
    headers = {"X-Access-Token": "emulator-token"}
    answers = [httpx.get(f"{where}/sessions/x", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_requests_are_logged_as_json_and_without_tokens(start: Start) -> None:
    process = start("--port", "0", "--log-format", "json")
    where = url(process)
    httpx.get(f"{where}/sessions/x?y=1", headers={"X-Access-Token": "emulator-token"})
    httpx.get(f"{where}/sessions/x", headers={"X-Access-Token": "canary-of-nobody"})
    process.terminate()
    _, err = process.communicate(timeout=10)
    first, second = (json.loads(line) for line in err.splitlines())
    assert (first["path"], first["query"], first["status"]) == ("/sessions/x", "y=1", 400)
    assert second["status"] == 401
    assert "emulator-token" not in err
    assert "canary" not in err


def test_requests_are_logged_as_text(start: Start) -> None:
    process = start("--port", "0", "--log-format", "text")
    httpx.get(f"{url(process)}/sessions/x?y=1")
    process.terminate()
    _, err = process.communicate(timeout=10)
    assert err.rstrip().endswith("GET /sessions/x?y=1 401")


def test_the_clock_stands_still_if_asked_to(start: Start) -> None:
    where = url(start("--port", "0", "--virtual-clock"))
    for _ in range(2):
        assert httpx.get(f"{where}/_emulator/clock").json() == {"now": "2026-01-01T00:00:00.000Z"}


def test_an_empty_host_is_not_every_address(start: Start) -> None:
    process = start("--host", "", "--port", "0")
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("--host is empty: ")


def test_what_cannot_be_is_said_in_a_line(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("--port", str(taken.getsockname()[1]))
        _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "Choose another --port" in err
    assert "Traceback" not in err
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("users = 5")
    process = start("--config", str(wrong))
    _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "users" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "["},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_page_of_another_site_has_no_control(served: Emulator, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{served.url}/_emulator/reset", headers=headers)
    assert answer.status_code == 403
