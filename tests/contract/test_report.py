"""Reports: what they hold, how they look, and what they must never show."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve

from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.report.files import write
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.suite.result import Result, result_of
from runtime_sessions_contract.suite.suite import execute
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.verdicts.violation import Violation
from runtime_sessions_contract.wire.secrets import Secrets
from runtime_sessions_emulator import Emulator, User, default_config

# With characters that every format writes in its own way.
CANARY = "canary&<1d5f>'x"
OTHER = "canary-2d5f"
CHROMIUM = shutil.which("chromium")
FORMS = (CANARY, OTHER, "canary&amp;&lt;1d5f", "canary%26%3C1d5f", "canary")


@pytest.fixture(scope="module", params=["classic", "platform"])
def result(request: pytest.FixtureRequest) -> Iterator[Result]:
    contract: str = request.param
    default = default_config(contract)
    instances = default.users[0].instances
    users = (User("1", CANARY, instances), User("2", OTHER, instances))
    config = evolve(default, users=users)
    with Emulator(config, contract=contract, virtual_clock=True) as emulator:
        target = Target(
            emulator.url,
            Secrets(CANARY, OTHER),
            CONTRACTS[contract],
            emulator.backend,
            emulator.instance,
            control_url=f"{emulator.url}/_emulator",
        )
        run = Run(target, seed=1, examples=0.1)
        execute(run, ("race",))
        # A server that says everything twice: what it was sent comes back in headers and body.
        exchange = run.exchange(
            method="GET",
            url=f"{emulator.url}/sessions/x?token={quote(CANARY)}",
            request_headers={"authorization": f"Bearer {CANARY}", "x-access-token": OTHER},
            request_body=json.dumps({"token": CANARY}).encode(),
            status=200,
            headers={"content-type": "text/plain", "x-echo": CANARY, "set-cookie": f"t={OTHER}"},
            body=f"you are {CANARY} and not {OTHER}".encode(),
            sent=run.now(),
            received=run.now(),
        )
        run.exchanges.append(exchange)
        violation = Violation(
            "echo", "getSession", "no <token>", f"{CANARY} \x00", "#/paths", (exchange,)
        )
        run.report([run.dressed(violation)])
        gaps = run.coverage.missing(fuzz=True, model=True, control=False)
        yield result_of(run, ("race", "model"), gaps, {})
        run.close()


@pytest.fixture(scope="module")
def folder(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    assert [path.name for path in write(result, folder)] == [
        "report.html",
        "junit.xml",
        "calls.har",
    ]
    return folder


@pytest.mark.parametrize("name", ["report.html", "junit.xml", "calls.har"])
def test_no_report_shows_a_token(folder: Path, name: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert not [form for form in FORMS if form in text]


def test_a_run_shows_no_token(result: Result) -> None:
    shown = repr(result) + "".join(line for v in result.violations for line in v.curls)
    assert not [form for form in FORMS if form in shown]
    assert any('"authorization: Bearer $TOKEN"' in line for line in result.violations[-1].curls)


def test_junit(folder: Path) -> None:
    suite = ET.parse(folder / "junit.xml").getroot()  # noqa: S314 - our own file
    failures = suite.findall("testcase/failure")
    assert [failure.get("message") for failure in failures] == ["getSession: echo"]
    assert int(suite.get("tests", 0)) == len(suite.findall("testcase"))
    assert int(suite.get("skipped", 0)) == len(suite.findall("testcase/skipped")) > 0


def test_har(folder: Path, result: Result) -> None:
    entries = json.loads((folder / "calls.har").read_text(encoding="utf-8"))["log"]["entries"]
    assert len(entries) == len(result.exchanges)
    assert entries[-1]["response"]["content"]["text"] == "you are $TOKEN and not $OTHER_TOKEN"


def test_the_page_is_self_contained(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "src=" not in text
    assert "href=" not in text
    assert "<script" not in text


@pytest.mark.skipif(CHROMIUM is None, reason="takes Debian's chromium")
def test_the_page_in_a_browser(folder: Path, result: Result, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            CHROMIUM or "",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--virtual-time-budget=2000",
            f"--user-data-dir={tmp_path}",
            "--dump-dom",
            (folder / "report.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "breaks the contract" in done.stdout
    # The parser of the browser closes what the page leaves open: as many rows as there are checks.
    rows = done.stdout.partition("Checks by operations")[2].partition("</table>")[0].count("</tr>")
    assert rows == 1 + len(list(result.matrix()))
    assert done.stdout.count("<rect") == len(result.document.states)
    assert "no &lt;token&gt;" in done.stdout
