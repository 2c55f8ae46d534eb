"""The command: what it says and how it ends when all is well, and when it cannot run."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from rich.console import Console

from runtime_sessions_contract import InterruptedRunError, Target, run_suite
from runtime_sessions_contract.cli import command
from runtime_sessions_contract.cli.command import main
from runtime_sessions_contract.cli.options import parse
from runtime_sessions_contract.report.summary import summarise
from runtime_sessions_contract.target.target import CannotRunError
from runtime_sessions_emulator import ContractName, Emulator, Fault

CANARY = "canary-1d5f"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "runtime_sessions_contract", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def options(*arguments: str, **environment: str) -> object:
    return parse(arguments, environment)


#: What there is to see: an operation in a state, and links.
EDGES = {"classic": "25 of 25 edges", "platform": "16 of 16 edges"}
LINKS = {"classic": "15 of 15 links", "platform": "12 of 12 links"}


def test_the_bundled_emulator_holds(
    contract: ContractName, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--contract", contract, "--seed", "7", "--examples", "0.3"]) == 0
    # However wide the terminal is.
    said = " ".join(capsys.readouterr().out.split())
    assert f"to the {contract} contract, seed 7" in said
    assert "holds to the contract" in said
    assert EDGES[contract] in said
    assert LINKS[contract] in said
    assert "Seed 7." in said
    assert "emulator-token" not in said


def test_a_server_without_control_plane_holds(
    contract: ContractName, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(contract=contract) as emulator:
        monkeypatch.setenv("CONTRACT", contract)
        monkeypatch.setenv("TOKEN", emulator.token)
        assert main([emulator.url, "--seed", "7", "--examples", "0.2", "--only", "race,model"]) == 0
    said = capsys.readouterr().out
    assert "no control plane" in said
    assert "takes a control plane" in said
    assert "takes a second user" in said


def test_an_emulator_whose_clock_goes_on_holds(
    contract: ContractName, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(contract=contract) as emulator:
        monkeypatch.setenv("CONTRACT", contract)
        monkeypatch.setenv("TOKEN", emulator.token)
        monkeypatch.setenv("OTHER_TOKEN", emulator.other_token)
        monkeypatch.setenv("CONTROL_URL", f"{emulator.url}/_emulator")
        arguments = [emulator.url, "--seed", "7", "--examples", "0.2", "--only", "race,model"]
        assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "an emulator" in said
    assert EDGES[contract] in said


def test_time_runs_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--max-time", "0.2", "--only", "model"]) == 0
    assert "MAX_TIME ran out" in capsys.readouterr().out


def test_nothing_answers() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        done = run(url, TOKEN=CANARY)
    assert done.returncode == 2
    assert f"Nothing answers at {url}" in done.stderr
    assert "curl -sS" in done.stderr
    assert CANARY not in done.stderr + done.stdout


def test_wrong_token() -> None:
    with Emulator() as emulator:
        done = run(emulator.url, TOKEN=CANARY)
        other = run(emulator.url, TOKEN=emulator.token, OTHER_TOKEN=CANARY)
    assert (done.returncode, other.returncode) == (2, 2)
    assert "TOKEN is not a token" in done.stderr
    assert 'Bearer $TOKEN"' in done.stderr
    assert "OTHER_TOKEN is not a token" in other.stderr
    assert CANARY not in done.stderr + done.stdout + other.stderr + other.stdout


@pytest.mark.parametrize(("served", "held"), [("classic", "platform"), ("platform", "classic")])
def test_a_server_of_another_contract_is_recognised(
    served: ContractName, held: ContractName
) -> None:
    with Emulator(contract=served) as emulator:
        done = run(emulator.url, TOKEN=emulator.token, CONTRACT=held)
        wrong = run(emulator.url, TOKEN=CANARY, CONTRACT=served)
    assert (done.returncode, wrong.returncode) == (2, 2)
    assert f"It has paths that only the {served} contract has: try CONTRACT={served}" in done.stderr
    # With what came.
    assert '"message"' in done.stderr
    # Where only the token is wrong nothing else is suggested.
    assert "TOKEN is not a token that it knows. Check it" in wrong.stderr


def test_a_control_url_that_is_the_servers() -> None:
    with Emulator() as emulator:
        done = run(emulator.url, TOKEN=emulator.token, CONTROL_URL=emulator.url)
        assert done.returncode == 2
        assert f"Is it {emulator.url}/_emulator?" in done.stderr


def test_a_name_that_the_server_does_not_know(contract: ContractName) -> None:
    with Emulator(contract=contract) as emulator:
        given = {"TOKEN": emulator.token, "CONTRACT": contract}
        backend = run(emulator.url, "--backend", "no-backend", **given)
        instance = run(emulator.url, "--instance", "no/such/instance", **given)
    assert (backend.returncode, instance.returncode) == (2, 2)
    assert "BACKEND" in backend.stderr
    assert "INSTANCE" in instance.stderr


@pytest.mark.parametrize(
    ("url", "named", "told"),
    [
        ("https://quantum.cloud.ibm.com/api/v1", None, "platform"),
        ("https://eu-de.quantum.cloud.ibm.com/api/v1", None, "platform"),
        ("https://api.quantum-computing.ibm.com/runtime", None, "classic"),
        ("https://quantum.cloud.ibm.com.example.test/api/v1", None, "classic"),
        ("http://127.0.0.1:8390", None, "classic"),
        ("http://127.0.0.1:8390", "platform", "platform"),
        ("https://quantum.cloud.ibm.com/api/v1", "classic", "classic"),
    ],
)
def test_the_url_tells_the_contract(url: str, named: str | None, told: str) -> None:
    found = parse([url], {"TOKEN": "t", "CONTRACT": named or ""})
    assert found.target is not None
    assert found.target.contract.name == found.contract.name == told
    assert found.target.backend == found.contract.backend
    assert found.target.instance == found.contract.instance


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["http://127.0.0.1:1"], {}, "TOKEN is not set"),
        (["nonsense"], {"TOKEN": "t"}, "URL: nonsense is not a URL"),
        (["http://[::1"], {"TOKEN": "t"}, "URL: http://[::1 is not a URL"),
        (["http://127.0.0.1:99999"], {"TOKEN": "t"}, "URL: http://127.0.0.1:99999 is not a URL"),
        (["http://127.0.0.1:port"], {}, "URL: http://127.0.0.1:port is not a URL"),
        (["http://127.0.0.1:1"], {"TOKEN": "t\n"}, "TOKEN holds what a header may not"),
        (["http://127.0.0.1:1"], {"TOKEN": "é"}, "TOKEN holds what a header may not"),
        (
            ["http://127.0.0.1:1"],
            {"TOKEN": "t", "OTHER_TOKEN": "a b"},
            "OTHER_TOKEN holds what a header may not",
        ),
        (["http://127.0.0.1:1"], {"TOKEN": "t", "INSTANCE": "é"}, "INSTANCE holds what a header"),
        (["--only", "fuzz,fun"], {}, "no part fun"),
        (["--seed", "x"], {}, "SEED: x is not a number"),
        (["--contract", "x"], {}, "CONTRACT: x is none. Choose from classic, platform"),
        (["--max-time", "-1"], {}, "MAX_TIME: -1 is not a number"),
        (["--no-such-option"], {}, "--no-such-option"),
        ([], {"CONTROL_URL": "http://127.0.0.1:1"}, "CONTROL_URL is given without the URL"),
        (["http://127.0.0.1:1"], {"TOKEN": "t", "CONTROL_URL": "x"}, "CONTROL_URL: x is not a URL"),
        (
            ["http://127.0.0.1:1/api/sessions/"],
            {"TOKEN": "t"},
            "give what comes before it: http://127.0.0.1:1/api",
        ),
        # What was said wrong is told before what was not said.
        (["http://127.0.0.1:1", "--seed", "x"], {}, "SEED: x is not a number"),
        (["http://127.0.0.1:1", "--max-requests", "x"], {}, "MAX_REQUESTS: x is not a number"),
    ],
)
def test_options_that_cannot_be(
    arguments: list[str], environment: Mapping[str, str], said: str
) -> None:
    with pytest.raises(CannotRunError, match=re.escape(said)):
        options(*arguments, **environment)


@pytest.mark.parametrize("name", ["LIVE", "WRITE", "STRICT"])
@pytest.mark.parametrize("text", ["maybe", "2", "y", "-1", "nope"])
def test_a_switch_that_says_neither_is_refused(name: str, text: str) -> None:
    said = re.escape(f"{name}: {text} is neither on (1, true, yes, on) nor off")
    for url in ([], ["http://127.0.0.1:1"], ["https://sessions.invalid"]):
        with pytest.raises(CannotRunError, match=said):
            options(*url, TOKEN="t", **{name: text})


@pytest.mark.parametrize(
    ("texts", "on"),
    [
        (["1", "true", "yes", "on", "True", "YES", " on "], True),
        (["0", "false", "no", "off", "", "False", "NO"], False),
    ],
)
def test_what_a_switch_can_say(texts: list[str], *, on: bool) -> None:
    for text in texts:
        found = parse(
            ["http://127.0.0.1:1"], {"TOKEN": "t", "LIVE": "1", "WRITE": text, "STRICT": text}
        )
        assert found.live is not None
        assert (found.live.write, found.strict) == (on, on), text
        near = parse(["http://127.0.0.1:1"], {"TOKEN": "t", "LIVE": text})
        assert (near.live is not None) is on, text


def test_the_environment_stands_in_for_options() -> None:
    found = parse(
        [],
        {
            "URL": "http://127.0.0.1:1/base/",
            "TOKEN": "t",
            "OTHER_TOKEN": "o",
            "BACKEND": "b",
            "INSTANCE": "",
            "SEED": "5",
            "EXAMPLES": "0.5",
            "ONLY": "model",
        },
    )
    assert found.target is not None
    assert found.target.url == "http://127.0.0.1:1/base"
    assert found.target.backend == "b"
    assert found.target.instance == "hub/group/project"
    assert (found.seed, found.examples, found.parts) == (5, 0.5, ("model",))
    assert "'t'" not in repr(found.target)


def test_help_tells_the_exit_status() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "2 the suite could not run" in done.stdout


@pytest.mark.parametrize(("part", "said"), [("fuzz", "coverage"), ("model", "open")])
def test_ctrl_c_ends_with_130_and_what_was_found(part: str, said: str, tmp_path: Path) -> None:
    with Emulator() as emulator:
        emulator.add_fault(Fault("missing_field", operation="getSession", field="max_ttl"))
        options = [emulator.url, "--only", part, "--examples", "9", "--report", str(tmp_path)]
        with subprocess.Popen(
            [sys.executable, "-m", "runtime_sessions_contract", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"TOKEN": emulator.token, "PYTHONUNBUFFERED": "1"},
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.strip() == said:
                    break
            else:
                pytest.fail(f"{said} was never told")
            process.send_signal(signal.SIGINT)
            told, complaints = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted: this is what was found so far." in told
    assert "holds to the contract" not in told
    assert "Traceback" not in complaints
    assert f"the part {part}, or the rest of it" in told
    assert (tmp_path / "report.html").exists()
    assert "the run was interrupted" in (tmp_path / "junit.xml").read_text(encoding="utf-8")


def test_ctrl_c_leaves_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(text: str) -> None:
        if text == "refusals":
            raise KeyboardInterrupt

    with Emulator(virtual_clock=True) as emulator, pytest.raises(InterruptedRunError) as raised:
        run_suite(Target.emulator(emulator), parts=["race", "model"], progress=interrupt)
    result = raised.value.result
    assert (result.interrupted, result.holds) == (True, False)
    assert not result.findings
    assert list(result.timings) == ["race"]
    summarise(result, Console(width=200))
    said = capsys.readouterr().out
    assert "has no verdict: nothing was found before the run was interrupted" in said


def test_a_folder_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    for folder in (file, file / "below"):
        # Before the server is asked anything: there is none.
        done = run("http://127.0.0.1:9", "--report", str(folder), TOKEN="t")
        assert done.returncode == 2
        assert f"REPORT: {folder} cannot be written to" in done.stderr.replace("\n", "")
        assert "Traceback" not in done.stderr
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_terminal_of_ascii_alone_is_enough() -> None:
    done = run("--only", "race", PYTHONIOENCODING="ascii", COLUMNS="60")
    assert (done.returncode, done.stderr) == (0, "")
    assert "holds to the contract" in done.stdout


def test_a_reader_that_leaves_is_no_verdict() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "runtime_sessions_contract", "--only", "race"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_failure_of_the_suite_is_no_verdict(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError(f"with {CANARY}")

    monkeypatch.setenv("TOKEN", CANARY)
    monkeypatch.setattr(command, "parse", broken)
    assert main([]) == 2
    said = capsys.readouterr().err
    assert "The suite itself failed, which is a bug: ZeroDivisionError: with $TOKEN" in said
    assert "Traceback" not in said


def test_the_version_is_told() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (
        0,
        f"runtime-sessions {version('runtime-sessions')}\n",
    )


@pytest.mark.parametrize("missing", ["schemathesis", "hypothesis", "rich"])
def test_a_missing_extra_is_one_sentence(missing: str) -> None:
    block = f"import sys; sys.modules[{missing!r}] = None; "
    entry = block + "from runtime_sessions_contract.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", entry], capture_output=True, text=True, check=False
    )
    said = f"The contract suite needs {missing}: pip install 'runtime-sessions[contract]'"
    assert (done.returncode, done.stderr) == (2, f"Could not run: {said}\n")
    if missing == "rich":
        # Only what is printed takes it.
        return
    asked = block + "from runtime_sessions_contract import run_suite"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=False
    )
    assert done.stderr.splitlines()[-1] == f"ModuleNotFoundError: {said}"


def test_a_narrow_terminal_cuts_no_name() -> None:
    done = run("--only", "race", COLUMNS="60")
    assert max(map(len, done.stdout.splitlines())) <= 100
    lines = done.stdout.partition("Checks, by operation")[2].splitlines()
    assert any(line.startswith("  life: ") for line in lines)
    assert "…" not in done.stdout
    for name in ("createSession", "getSessionExtended", "listSessionJobs"):
        assert name in done.stdout
