"""The status page, in a real browser."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import chromium
import pytest
from attrs import evolve
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import (
    Config,
    Emulator,
    Fault,
    FaultKind,
    JobRule,
    User,
    default_config,
)
from runtime_sessions_emulator.control.faults import HEEDED
from runtime_sessions_emulator.core.computation import Computed
from runtime_sessions_emulator.core.job import JobStatus, Outcome

if TYPE_CHECKING:
    from tests.emulator.conftest import Computer

BODY = {"backend": "ibmq_wellington", "instance": "hub/group/project"}
STANDARD = "crn:v1:bluemix:public:quantum-computing:us-east:a/emulator:standard::"
EVIL = "</b><img src=x onerror=window.evil=1><script>window.evil=1</script>"


class Page:
    """The page as a person has it before them."""

    def __init__(self, browser: Chrome) -> None:
        self.browser = browser

    def open(self, emulator: Emulator) -> None:
        self.browser.get(f"{emulator.url}/_emulator/")

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def count(self, selector: str) -> int:
        return len(self.browser.find_elements(By.CSS_SELECTOR, selector))

    def press(self, selector: str) -> None:
        self.find(selector).click()

    def fill(self, selector: str, text: str) -> None:
        field = self.find(selector)
        if field.tag_name == "select":
            Select(field).select_by_visible_text(text)
        else:
            field.clear()
            field.send_keys(text)

    def until(self, holds: Callable[[], object], message: str = "") -> None:
        WebDriverWait(self.browser, 10, poll_frequency=0.05).until(lambda _: holds(), message)

    def shows(self, selector: str, text: str) -> None:
        """Wait until an element shows the text."""
        # In one script: what is found and then asked may have been replaced in between.
        script = """
            const [selector, text] = arguments;
            const found = [...document.querySelectorAll(selector)];
            return found.some((element) => element.textContent.includes(text));
        """
        self.until(lambda: self.run(script, selector, text), f"{selector} shows no {text!r}")

    def type(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()

    def tab_to(self, name: str) -> WebElement:
        """Press Tab until what is called so has the focus, which is to be seen."""
        for _ in range(40):
            self.type(Keys.TAB)
            focused = self.browser.switch_to.active_element
            if focused.accessible_name == name:
                assert focused.value_of_css_property("outline-style") == "solid"
                return focused
        raise AssertionError(f"No way to {name!r} by Tab")

    def run(self, script: str, *arguments: object) -> Any:
        """What a script in the page gives, or the promise of it."""
        return self.browser.execute_script(script, *arguments)

    def asked(self) -> set[str]:
        """The origins that were asked for anything since this was called last."""
        log: list[dict[str, Any]] = self.browser.get_log("performance")  # type: ignore[no-untyped-call]
        events = [json.loads(entry["message"])["message"] for entry in log]
        return {
            "/".join(event["params"]["request"]["url"].split("/")[:3])
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        }


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    if not chromium.IS_HERE:
        pytest.skip(chromium.MISSING)
    profile = f"--user-data-dir={tmp_path_factory.mktemp('browser')}"
    logs = {"performance": "ALL", "browser": "ALL"}
    with chromium.window(profile, "--window-size=1280,1000", logs=logs) as started:
        yield started


@pytest.fixture
def page(browser: Chrome) -> Page:
    browser.get("about:blank")
    made = Page(browser)
    made.asked()
    return made


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(virtual_clock=True) as running:
        yield running


def create(emulator: Emulator, **more: str) -> str:
    with emulator.client() as client:
        return str(client.post("/sessions", json={**BODY, **more}).raise_for_status().json()["id"])


def test_what_a_person_does(page: Page) -> None:
    with Emulator(virtual_clock=True) as emulator, emulator.client() as client:
        page.open(emulator)
        page.shows("#begin", "They appear here as soon as a client creates one")
        # It is in the page from the start, and seen as soon as the page knows what to say.
        page.until(lambda: page.find("#curl").is_displayed(), "no request to begin with")
        session = created_by(page.find("#curl").text)
        page.shows("#sessions code", session)
        page.shows("#sessions .state", "open")
        assert not page.find("#begin").is_displayed()

        page.fill("#job [name=duration]", "30")
        page.fill("#job [name=outcome]", "failed")
        page.press(".submit")
        page.shows("#sessions .state", "active")
        page.shows("#sessions .jobs", "1 running")
        assert page.count("rect.active") == page.count("rect.Running") == 1
        page.fill("#clock [name=seconds]", "30")
        page.press("#clock button:not([type])")
        page.shows("#sessions .jobs", "1 failed")
        page.shows("#changes", f"{session} is active. Jobs: 1 failed")
        page.press(".quick button[value='60']")
        page.shows("#sessions .state", "inactive")
        page.shows("#now", "2026-01-01 00:01:30 UTC")
        page.press("#sessions .jobs")
        told = page.find("#sessions .told").text
        assert "2026-01-01 00:01:30 inactive: session_inactivated_by_interactive_ttl" in told
        assert "Failed (The program failed), created 2026-01-01 00:00:00" in told
        page.press("#sessions .close")
        page.shows("#sessions .state", "closed")
        assert client.get(f"/sessions/{session}").json()["state"] == "closed"

        page.fill("#fault [name=kind]", "gateway")
        page.fill("#fault [name=operation]", "getSession")
        page.fill("#fault [name=status]", "500")
        page.press("#fault button")
        page.shows("#fault .error", "The status of 'gateway' is one of")
        page.fill("#fault [name=status]", "503")
        page.press("#fault button")
        page.shows("#faults", "fault-1: gateway (operation getSession, probability 1, status 503)")
        assert page.find("#fault .error").text == ""
        assert client.get(f"/sessions/{session}").status_code == 503
        page.press("#faults button")
        page.until(lambda: not emulator.faults() and not page.count("#faults li"))
        assert client.get(f"/sessions/{session}").status_code == 200

        page.shows("#requests summary", f"GET /sessions/{session} 503 (fault-1)")
        page.press("#clear")
        page.until(lambda: not emulator.requests() and not page.count("#requests li"))
        page.press("#reset")
        page.browser.switch_to.alert.accept()
        page.shows("#begin", "They appear here")
        assert emulator.sessions() == []
        assert page.asked() == {emulator.url}
    page.shows("#offline", "The emulator does not answer. Trying again.")


def test_it_says_of_each_job_where_its_result_stands(
    page: Page, emulator: Emulator, computer: Computer
) -> None:
    session = create(emulator)
    job = {"program_id": "sampler", "backend": emulator.backend, "session_id": session}
    with emulator.client() as client:
        for _ in range(3):
            client.post("/jobs", json={**job, "params": {"pubs": []}}).raise_for_status()
        emulator.add_job_rule(JobRule(result="said"))
        client.post("/jobs", json=job).raise_for_status()
        emulator.add_job_rule(JobRule(outcome="failed"))
        client.post("/jobs", json=job).raise_for_status()
    page.open(emulator)
    emulator.advance(60)
    computer.made[1].outcome = Computed(result="computed")
    page.shows("#sessions .jobs", "Jobs: 4 completed, 1 failed, 2 results are being computed")
    computer.made[2].outcome = Computed(failure=Outcome(JobStatus.FAILED, "Too wide", 1002))
    page.shows("#sessions .jobs", "Jobs: 3 completed, 2 failed, 1 result is being computed")
    page.press("#sessions .jobs")
    jobs = [line for line in page.find("#sessions .told").text.splitlines() if "Job " in line]
    assert [line.partition("; ")[2] for line in jobs] == [
        "its result is being computed",
        "its result is there",
        "its result could not be computed",
        "its result is there",
        "",
    ]
    assert "Failed (Too wide)" in jobs[2]


def created_by(curl: str) -> str:
    """The id of the session that a line of the page creates, as a person would paste it."""
    command = ["bash", "-c", f"{curl} --silent"]
    run = subprocess.run(command, capture_output=True, check=True)
    return str(json.loads(run.stdout)["id"])


def test_no_configured_token_is_shown(page: Page) -> None:
    config = evolve(default_config("platform"), users=(User("u", "canary-token", [STANDARD]),))
    with Emulator(config, contract="platform") as emulator:
        page.open(emulator)
        page.shows("#begin", "Authorization: Bearer TOKEN")
        page.shows("#begin", f"Service-CRN: {STANDARD}")
        assert "canary" not in page.browser.page_source
        assert "canary" not in httpx.get(f"{emulator.url}/_emulator/about").text


def test_a_session_is_found_by_a_part_of_its_id(page: Page, emulator: Emulator) -> None:
    session, _ = create(emulator), create(emulator)
    page.open(emulator)
    page.until(lambda: page.count("#sessions li.row") == 2)
    page.fill("#search", session[3:12])
    page.until(lambda: page.count("#sessions li.row") == 1)
    page.shows("#sessions code", session)
    page.fill("#search", "nothing")
    page.shows("#more", "No session has nothing in its id.")
    assert not page.find("#begin").is_displayed()


def test_a_session_is_drained_or_closed_at_once(page: Page, emulator: Emulator) -> None:
    session = create(emulator)
    emulator.submit_job(session, duration=30)
    page.open(emulator)
    page.shows("#sessions .state", "active")
    page.press(".drain")
    page.until(lambda: page.find(".drain").get_attribute("aria-disabled") == "true")
    assert emulator.sessions()[0]["state"] == "active"
    emulator.advance(30)
    page.shows("#sessions .state", "closed")


def test_every_option_of_a_fault_is_offered_where_it_is_heeded(
    page: Page, emulator: Emulator
) -> None:
    page.open(emulator)
    page.shows("#fault [name=operation]", "createSession")
    always = {"kind", "operation", "session_id", "probability", "times", "name", "after"}
    shown: dict[str, set[str]] = {}
    for kind in FaultKind:
        page.fill("#fault [name=kind]", kind)
        fields = page.browser.find_elements(By.CSS_SELECTOR, "#fault [name]")
        names = {str(field.get_attribute("name")) for field in fields if field.is_displayed()}
        shown[kind] = names - always
        assert always <= names
    assert {name: {kind for kind in shown if name in shown[kind]} for name in HEEDED} == HEEDED
    page.fill("#fault [name=kind]", "rate_limit")
    page.fill("#fault [name=retry_after]", "9")
    page.press("#fault [name=as_date]")
    page.press("#fault button")
    page.shows("#faults", "fault-1: rate_limit (probability 1, retry_after 9, as_date true)")


def test_the_root_leads_to_the_page(emulator: Emulator) -> None:
    answer = httpx.get(emulator.url, follow_redirects=True)
    assert answer.url == f"{emulator.url}/_emulator/"


def test_a_session_that_has_no_backend_yet_and_a_closed_one_whose_flag_moved(page: Page) -> None:
    with Emulator(contract="platform", virtual_clock=True) as emulator, emulator.client() as client:
        session = client.post("/sessions", json={"mode": "batch"}).json()["id"]
        page.open(emulator)
        page.shows("#sessions small", "no backend yet, batch, crn:")
        page.press(".submit")
        page.shows("#sessions small", "ibm_backend, batch, crn:")
        client.delete(f"/sessions/{session}/close").raise_for_status()
        client.patch(f"/sessions/{session}", json={"accepting_jobs": True}).raise_for_status()
        assert emulator.sessions()[0]["accepting_jobs"]
        page.open(emulator)
        page.shows("#sessions .state", "closed")
        assert page.find(".submit").get_attribute("aria-disabled") == "true"


def test_a_job_that_is_refused_is_said_beside_the_button(page: Page, emulator: Emulator) -> None:
    session = create(emulator)
    other = create(emulator)
    page.open(emulator)
    page.shows("#sessions code", session)
    # The page does not come to see that the session was closed.
    page.run("""
        const real = window.fetch;
        const never = new Promise(() => {});
        window.fetch = (path, ...more) =>
            path.startsWith("sessions?") ? never : real(path, ...more);
        return real("clock");
    """)
    emulator.close_session(other)
    page.press("#sessions li:first-child .submit")
    page.shows("#sessions li:first-child .error", "The session accepts no jobs.")
    assert page.find("#sessions li:last-child .error").text == ""


def test_all_of_it_by_keyboard(page: Page, emulator: Emulator) -> None:
    page.open(emulator)
    page.tab_to("+1 h")
    page.type(Keys.ENTER)
    page.shows("#now", "2026-01-01 01:00:00 UTC")
    page.tab_to("Seconds")
    page.type("5", Keys.ENTER)
    page.shows("#now", "2026-01-01 01:00:05 UTC")
    session = create(emulator)
    page.shows("#sessions code", session)
    page.tab_to("Kind")
    page.type("delay")
    page.tab_to("Switch on")
    page.type(Keys.SPACE)
    page.shows("#faults", "fault-1: delay (probability 1)")
    page.tab_to("Switch off fault-1")
    page.type(Keys.ENTER)
    page.until(lambda: page.run("return document.activeElement.id") == "faults-title")
    # A session is one stop of the Tab key, and the arrow keys go from button to button.
    page.browser.execute_script("document.getElementById('window').focus()")
    page.tab_to("No jobs")
    page.type(Keys.ARROW_RIGHT, Keys.ENTER)
    page.shows("#sessions .jobs", "1 running")
    page.type(Keys.END, Keys.ENTER)
    page.shows("#sessions .state", "closed")
    close = page.browser.switch_to.active_element
    assert close.accessible_name == f"Close {session}"
    assert close.get_attribute("aria-disabled") == "true"
    page.type(Keys.TAB)
    assert page.browser.switch_to.active_element.accessible_name == "+1 s"
    back = ActionChains(page.browser).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT)
    back.perform()
    page.type(Keys.HOME, Keys.ENTER)
    assert page.browser.switch_to.active_element.accessible_name == "Jobs: 1 running"
    assert "session_cancelled" in page.find("#sessions .told").text


def test_what_it_shows_is_text(page: Page) -> None:
    with Emulator(Config(backends=(EVIL,))) as emulator:
        session = create(emulator, backend=EVIL)
        emulator.add_fault(Fault("error", name=EVIL, session_id=EVIL))
        page.open(emulator)
        page.shows("#sessions code", session)
        page.shows("#sessions small", EVIL)
        page.shows("#faults .about", f"{EVIL}: error (session_id {EVIL}")
        page.press("#faults button")
        page.until(lambda: not emulator.faults())
        ran: Any = page.run("return window.evil")
        assert ran is None
        assert (page.count("script"), page.count("img")) == (1, 0)


def test_many_sessions(page: Page, emulator: Emulator) -> None:
    with emulator.client() as client:
        for _ in range(205):
            client.post("/sessions", json=BODY)
    page.open(emulator)
    page.shows("#more", "Only the newest 200 are shown.")
    assert page.count("#sessions li.row") == 200
    script = "return [...document.querySelectorAll(arguments[0])]"
    first = page.run(script, "rect")
    emulator.submit_job(emulator.sessions(limit=1)[0]["id"])
    page.shows("#states .active", "1 active")
    # What has not changed is neither made anew nor drawn anew when the time stands still.
    rows = page.run(script, "rect")
    assert rows[-150:] == first[-150:]


@pytest.mark.parametrize("width", [320, 400, 768, 1280])
def test_nothing_is_cut_off_on_a_narrow_screen(page: Page, width: int) -> None:
    with Emulator(Config(backends=("x" * 80,))) as emulator:
        create(emulator, backend="x" * 80)
        emulator.add_fault(Fault("error", name="y" * 80))
        screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True}
        page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        page.open(emulator)
        page.shows("#faults", "y" * 80)
        page.shows("#sessions", "x" * 80)
        wide = page.run("return document.documentElement.scrollWidth")
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        assert wide <= width


#: The texts of the page with their contrast to what is behind them, the least first.
CONTRASTS = """
const light = (color) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (node) => {
  for (let here = node; here; here = here.parentElement) {
    const color = getComputedStyle(here).backgroundColor;
    if (!/, 0\\)$/.test(color) && color !== "transparent") return color;
  }
  return "white";
};
const seen = [...document.querySelectorAll("body *")].filter((node) =>
  node.checkVisibility() && !node.matches("option, script, :disabled") &&
  [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
return seen.map((node) => {
  const style = getComputedStyle(node);
  const ink = node.closest("svg") ? style.fill : style.color;
  const [one, two] = [light(ink), light(ground(node))].sort((a, b) => b - a);
  return [(one + 0.05) / (two + 0.05) * style.opacity, node.textContent.trim().slice(0, 40)];
}).sort((a, b) => a[0] - b[0]);
"""


def test_it_can_be_read_by_day_and_by_night(page: Page, emulator: Emulator) -> None:
    try:
        for scheme in ("light", "dark"):
            asked = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
            page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", asked)
            emulator.reset()
            page.open(emulator)
            page.shows("body", "curl")
            empty = page.run(CONTRASTS)
            session = create(emulator)
            for outcome in ("completed", "failed"):
                emulator.submit_job(session, outcome=outcome)
            emulator.add_fault(Fault("error", name="a fault"))
            page.shows("#faults", "a fault")
            page.shows("#sessions", session)
            full = page.run(CONTRASTS)
            assert len(full) > 20
            assert [each for each in (*empty, *full) if each[0] < 4.5] == []
    finally:
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_page_of_another_site_changes_nothing(page: Page, emulator: Emulator) -> None:
    create(emulator)
    send = "return fetch(arguments[0], {method: 'POST', mode: 'no-cors'}).then(() => 'sent')"
    with Emulator() as other:
        page.browser.get(f"{other.url}/sessions")
        for origin in (emulator.url, emulator.url.replace("127.0.0.1", "localhost")):
            assert page.run(send, f"{origin}/_emulator/reset") == "sent"
        assert len(emulator.sessions()) == 1


def test_it_is_served_with_a_policy(emulator: Emulator) -> None:
    answer = httpx.get(f"{emulator.url}/_emulator", follow_redirects=True)
    assert answer.url == f"{emulator.url}/_emulator/"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    parts = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert sorted(parts) == ["icon.svg", "page.css", "page.js"]
    for part in ("", *parts):
        served = httpx.get(f"{emulator.url}/_emulator/{part}").raise_for_status()
        policy = served.headers["content-security-policy"].split("; ")
        assert {"default-src 'self'", "frame-ancestors 'none'"} <= set(policy)
        assert served.headers["x-content-type-options"] == "nosniff"
    assert emulator.requests() == []


def test_it_offers_every_kind_of_fault() -> None:
    page = files("runtime_sessions_emulator.control") / "page" / "index.html"
    text = page.read_text(encoding="utf-8")
    options = re.findall(r'<select name="kind">(.*?)</select>', text, re.DOTALL)
    assert re.findall(r"<option>(\w+)", options[0]) == list(FaultKind)
