"""Reports: what they hold, how they look, and what they must never show."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape, unescape
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

import chromium
import pytest
from attrs import evolve
from rich.console import Console

from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.report.files import write
from runtime_sessions_contract.report.summary import summarise
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.suite.result import Result, result_of
from runtime_sessions_contract.suite.suite import execute
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.verdicts.violation import Violation
from runtime_sessions_contract.wire.secrets import Secrets
from runtime_sessions_emulator import ContractName, Emulator, User, default_config

# With characters that every format writes in its own way.
CANARY = "canary&<1d5f>'x"
OTHER = "canary-2d5f"
#: Ways in which a server writes what it was sent.
ECHOES: dict[str, Callable[[str], str]] = {
    "plain": str,
    "quoted": lambda said: quote(said, safe=""),
    "quoted in small letters": lambda said: "".join(f"%{ord(one):02x}" for one in said),
    "quoted twice": lambda said: quote(quote(said, safe="")),
    "in JSON": json.dumps,
    "in JSON as numbers": lambda said: "".join(f"\\u{ord(one):04x}" for one in said),
    "in JSON within JSON": lambda said: json.dumps(json.dumps(said)),
    "in HTML": lambda said: escape(escape(said)),
    "in HTML as numbers": lambda said: "".join(f"&#{ord(one)};" for one in said),
    "folded": lambda said: f"{said[:7]}\r\n  {said[7:]}",
    "as UTF-16": lambda said: said.encode("utf-16-le").decode(),
}


def hidden(text: str) -> bool:
    """Whether nobody who knows how a URL, JSON or HTML is read finds a canary."""
    read = unescape(unescape(unquote(unquote(text))))
    read = re.sub(r"\\+(?:u00|x)([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), read)
    return "canary" not in re.sub(r"[\s\0\\]", "", read)


@pytest.fixture(scope="module", params=["classic", "platform"])
def result(request: pytest.FixtureRequest) -> Iterator[Result]:
    contract: ContractName = request.param
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
        for name, echo in ECHOES.items():
            said = echo(CANARY)
            leads = {"location": f"https://elsewhere.test/?token={said}", f"x-{said}": "name"}
            told = run.exchange(
                method="GET",
                url=f"{emulator.url}/sessions/x?token={said}",
                request_headers={"authorization": f"Bearer {CANARY}", "x-key": said},
                request_body=said.encode(),
                status=302,
                headers={"content-type": f"text/plain; of={said}", **leads},
                body=said.encode(),
                sent=run.now(),
                received=run.now(),
            )
            run.exchanges.append(told)
            wrong = replace(violation, check=f"echo {name}", got=f"at {said}", calls=(told,))
            run.report([run.dressed(wrong)])
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
        "accepted.json",
    ]
    return folder


@pytest.mark.parametrize("name", ["report.html", "junit.xml", "calls.har", "accepted.json"])
def test_no_report_shows_a_token(folder: Path, name: str) -> None:
    assert hidden((folder / name).read_text(encoding="utf-8"))


def test_no_terminal_shows_a_token(result: Result) -> None:
    console = Console(width=80, record=True, file=StringIO())
    summarise(result, console)
    told = console.export_text()
    assert "302" in told or "$TOKEN" in told
    assert hidden(told)


def test_a_run_shows_no_token(result: Result) -> None:
    shown = repr(result) + "".join(line for v in result.violations for line in v.curls)
    assert hidden(shown)
    (echo,) = (violation for violation in result.violations if violation.check == "echo")
    assert any('"authorization: Bearer $TOKEN"' in line for line in echo.curls)


def test_junit(folder: Path) -> None:
    suite = ET.parse(folder / "junit.xml").getroot()  # noqa: S314 - our own file
    failures = suite.findall("testcase/failure")
    told = ["getSession: echo", *(f"getSession: echo {name}" for name in ECHOES)]
    assert [failure.get("message") for failure in failures] == told
    assert int(suite.get("tests", 0)) == len(suite.findall("testcase"))
    assert int(suite.get("skipped", 0)) == len(suite.findall("testcase/skipped")) > 0


def test_har(folder: Path, result: Result) -> None:
    entries = json.loads((folder / "calls.har").read_text(encoding="utf-8"))["log"]["entries"]
    assert len(entries) == len(result.exchanges)
    echo = entries[-1 - len(ECHOES)]
    assert echo["response"]["content"]["text"] == "you are $TOKEN and not $OTHER_TOKEN"


def test_the_page_is_self_contained(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "src=" not in text
    # Every address is a place of the page itself.
    anchors = set(re.findall(r'href="([^"]*)"', text))
    assert "#finding-1" in anchors
    assert {anchor[1:] for anchor in anchors} <= set(re.findall(r'id="([^"]*)"', text))
    assert all(anchor.startswith("#") for anchor in anchors)


def test_every_report_counts_the_same(folder: Path, result: Result) -> None:
    count = len(result.findings)
    page = (folder / "report.html").read_text(encoding="utf-8")
    suite = ET.parse(folder / "junit.xml").getroot()  # noqa: S314 - our own file
    console = Console(width=200, record=True, file=StringIO())
    summarise(result, console)
    told = console.export_text()
    assert f"breaks the contract: {count} finding" in page
    assert f"breaks the contract: {count} finding" in told
    assert f"Findings: {count}" in page
    assert int(suite.get("failures", 0)) == count == page.count('<article id="finding-')
    assert result.begun.strftime("%Y-%m-%d %H:%M") in page
    assert f"runtime-sessions {version('runtime-sessions')}" in page


#: Of a desk, of a phone, and of a small one, in pixels.
WIDTHS = (1280, 420, 400)
#: Says what a reader of the page would see: its width, and the least contrast of any text.
PROBE = """
<script>
const light = text => {
  const parts = text.match(/[\\d.]+/g).slice(0, 3).map(part => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
};
const ground = node => {
  for (let here = node; here; here = here.parentElement) {
    const color = getComputedStyle(here).backgroundColor;
    if (!color.endsWith(", 0)")) return color;
  }
  return "rgb(255, 255, 255)";
};
let least = 99;
for (const node of document.querySelectorAll("body *")) {
  const text = [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
  if (!text || ["SCRIPT", "STYLE", "BUTTON"].includes(node.tagName)) continue;
  const style = getComputedStyle(node);
  const inks = node.closest("svg") ? style.fill : style.color;
  const [one, two] = [light(inks), light(ground(node))].sort((a, b) => b - a);
  least = Math.min(least, (one + 0.05) / (two + 0.05) * style.opacity);
}
const root = document.documentElement;
parent.document.title += JSON.stringify({
  over: root.scrollWidth - root.clientWidth,
  width: root.clientWidth,
  least,
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
  buttons: document.querySelectorAll("button").length,
  codes: document.querySelectorAll("pre").length,
  bare: document.querySelectorAll("th:not([scope])").length,
}) + "|";
</script>
"""


def opened(page: Path, profile: Path, *flags: str) -> str:
    """The page as a browser has it in the end."""
    command = [chromium.BROWSER or "", *chromium.FLAGS, "--virtual-time-budget=2000"]
    command += [f"--user-data-dir={profile}", *flags, "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


@pytest.mark.skipif(not chromium.IS_HERE, reason=chromium.MISSING)
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_readable(folder: Path, tmp_path: Path, *, dark: bool) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    probed = tmp_path / "probed.html"
    # In frames, as no window of a browser is that narrow.
    inside = escape(text.replace("</html>", f"{PROBE}</html>"))
    frames = "".join(
        f'<iframe width="{width}" height="900" srcdoc="{inside}"></iframe>' for width in WIDTHS
    )
    probed.write_text(f'<meta charset="utf-8"><title></title>{frames}', encoding="utf-8")
    # As an enumeration of Blink's: 0 is dark, 1 is light.
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    seen = opened(probed, tmp_path / "profile", scheme)
    found = re.search(r"<title>(.*?)</title>", seen, re.DOTALL)
    assert found is not None
    pages = [json.loads(line) for line in unescape(found[1]).split("|") if line.strip()]
    pages.sort(key=lambda page: -page["width"])
    for page, width in zip(pages, WIDTHS, strict=True):
        assert page["dark"] is dark
        assert width - 20 <= page["width"] <= width
        assert page["over"] == 0
        assert page["least"] >= 4.5
        assert page["buttons"] == page["codes"] > 0
        assert page["bare"] == 0


@pytest.mark.skipif(not chromium.IS_HERE, reason=chromium.MISSING)
def test_the_page_in_a_browser(folder: Path, result: Result, tmp_path: Path) -> None:
    seen = opened(folder / "report.html", tmp_path)
    assert "breaks the contract" in seen
    # The parser of the browser closes what the page leaves open: as many rows as there are checks.
    rows = seen.partition('id="checks"')[2].partition("</table>")[0].count("</tr>")
    assert rows == 1 + len(list(result.matrix()))
    assert seen.count("<rect") == len(result.document.states)
    assert "no &lt;token&gt;" in seen
