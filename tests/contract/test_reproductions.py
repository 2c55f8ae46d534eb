"""The lines for a shell: whoever runs them sees what the suite saw."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from rich.console import Console

from runtime_sessions_contract import Target, run_suite
from runtime_sessions_contract.report.summary import summarise
from runtime_sessions_contract.wire.curl import curl
from runtime_sessions_contract.wire.exchange import Exchange
from runtime_sessions_contract.wire.secrets import Secrets
from runtime_sessions_emulator import ContractName, Emulator, Fault

BASH = shutil.which("bash") or ""
SECRETS = Secrets("user-token", "other-token")


class _Keeping(BaseHTTPRequestHandler):
    """Keeps the bodies that it is sent."""

    bodies: list[bytes]

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def keeping() -> Iterator[tuple[str, list[bytes]]]:
    _Keeping.bodies = []
    with HTTPServer(("127.0.0.1", 0), _Keeping) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/sessions", _Keeping.bodies
        server.shutdown()


def shell(*lines: str, **variables: str) -> str:
    """What the lines print, in a shell that has the variables."""
    environment = {"PATH": os.environ["PATH"], **variables}
    done = subprocess.run(
        [BASH, "-c", "\n".join(lines)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def call(url: str, body: bytes, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange("POST", url, "/sessions", named, body, 204, {}, b"", 0, 0)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "b"}',
        b'{"a": "\x00"}',
        b"\xff\xfe{%s} \\ \\n \x1b[1m",
        b"it's $HOME, `date` and 100 %\x00'",
        "\u00e9\u4e16\x00".encode(),
        b"@/etc/passwd",
        b"@\x00",
        b"two\nlines\tof it\r\n",
    ],
)
def test_a_body_comes_as_it_was(keeping: tuple[str, list[bytes]], body: bytes) -> None:
    url, bodies = keeping
    shell(curl(call(url, body), SECRETS))
    assert bodies == [body]


def test_ids_and_tokens_in_a_body_are_variables(keeping: tuple[str, list[bytes]]) -> None:
    url, bodies = keeping
    exchange = call(url, b'{"id": "s-1", "token": "user-token", "nul": "\x00"}')
    line = curl(exchange, SECRETS, "s-1")
    assert "user-token" not in line
    shell(line, ID="s-2", TOKEN="mine")
    assert bodies == [b'{"id": "s-2", "token": "mine", "nul": "\x00"}']


def test_a_header_of_no_body_is_left_out() -> None:
    line = curl(call("http://127.0.0.1:1", b"", content_type="application/json"), SECRETS)
    assert "content-type" not in line


def test_what_is_told_shows_it_in_a_shell(contract: ContractName) -> None:
    with Emulator(contract=contract) as emulator:
        emulator.add_fault(Fault("missing_field", operation="getSession", field="state"))
        target = Target.server(
            emulator.url, emulator.token, contract=contract, instance=emulator.instance
        )
        result = run_suite(target, parts=["model"], seed=1, examples=0.1)
        assert result.findings
        for finding in result.findings:
            example = finding.example
            assert example.again, example.title
            names = {name for call in example.calls for name in call.request_headers}
            assert not names & {"ibm-api-version", "user-agent"}
            shown = shell(*example.curls, TOKEN=emulator.token)
            assert f"HTTP/1.1 {example.calls[-1].status}" in shown
            # On a session that is there: it has just been made.
            assert "404" not in shown.partition("\n")[0]


def test_what_does_not_come_again_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with Emulator() as emulator:
        # After the session that shows whether the names are known.
        emulator.add_fault(Fault("missing_field", operation="getSession", field="max_ttl", times=1))
        target = Target.server(emulator.url, emulator.token)
        result = run_suite(target, parts=["race"], seed=1)
    (finding,) = result.findings
    assert finding.example.again is False
    summarise(result, Console(width=200))
    assert "Made once more, these calls did not show it again." in capsys.readouterr().out
