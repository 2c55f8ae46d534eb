"""The documentation site: built as `make docs-site` builds it, and read in a real browser."""

import ast
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import chromium
import docs_site
import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).parents[2]
PHONE, DESKTOP = (390, 844), (1280, 900)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    assert docs_site.main(folder) == 0
    return folder


@pytest.fixture(scope="module")
def site(build: Path) -> Path:
    (version,) = (each for each in (build / "site").iterdir() if each.is_dir())
    return version


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture(scope="module")
def url(build: Path) -> Iterator[str]:
    handler = partial(Silent, directory=str(build / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    if not chromium.IS_HERE:
        pytest.skip(chromium.MISSING)
    profile = f"--user-data-dir={tmp_path_factory.mktemp('browser')}"
    logs = {"performance": "ALL"}
    with chromium.window(profile, "--window-size=1280,860", logs=logs) as started:
        yield started


def resize(browser: Chrome, size: tuple[int, int]) -> None:
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def test_every_page_is_there(site: Path) -> None:
    written = {docs_site.place_of(page) for page in ROOT.glob("docs/**/*.md")}
    for page in written:
        assert (site / page.with_suffix(".html")).is_file(), page
    shown = (site / "index.html").read_text(encoding="utf-8")
    for page in written - {Path("index.md")}:
        assert f'href="./{page.with_suffix(".html").as_posix()}"' in shown, f"no way to {page}"


def test_every_public_name_can_be_looked_up(site: Path) -> None:
    for package, folder in docs_site.PACKAGES.items():
        page = (site / "reference" / f"{package}.html").read_text(encoding="utf-8")
        tree = ast.parse((ROOT / folder / package / "__init__.py").read_text(encoding="utf-8"))
        names = docs_site.public(tree)
        assert names
        for name in names:
            assert f'id="{package}.{name}"' in page, f"{package}.{name}"


def test_the_search_knows_pages_and_names(site: Path) -> None:
    found = json.loads((site / "search.json").read_text(encoding="utf-8"))
    told = json.dumps(found)
    for words in ("Hold a server", "SessionsClient", "IBM Quantum Compute", "run_suite"):
        assert words.lower() in told.lower()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("[a page](nowhere.md)", "page does not exist"),
        ("[a heading](client.md#nowhere)", "anchor does not exist"),
        ("::: runtime_sessions.Nobody", "runtime_sessions.Nobody"),
    ],
    ids=["page", "heading", "name"],
)
def test_what_leads_nowhere_fails_the_build(tmp_path: Path, wrong: str, told: str) -> None:
    pages = tmp_path / "docs" / "pages"
    docs_site.write(pages / "index.md", f"# Page\n\n{wrong}\n")
    docs_site.write(pages / "client.md", "# The client\n")
    settings = (ROOT / "docs" / "site" / "zensical.toml").read_text(encoding="utf-8")
    before, after = settings.index("nav = ["), settings.index("[project.theme]")
    without = settings[:before] + settings[after:]
    docs_site.write(pages.parent / "zensical.toml", without.replace("../..", ROOT.as_posix()))
    status, said = docs_site.generate(pages.parent)
    assert status
    assert told in said


def test_versions_stand_side_by_side(tmp_path: Path) -> None:
    for version in ("0.9.0", "dev", "0.10.0"):
        docs_site.write(tmp_path / "built" / "index.html", version)
        docs_site.publish(tmp_path / "built", tmp_path / "site", version)
    told = json.loads((tmp_path / "site" / "versions.json").read_text(encoding="utf-8"))
    assert [each["version"] for each in told] == ["dev", "0.10.0", "0.9.0"]
    assert "url=0.10.0/" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page",
    ["index", "contracts", "emulator", "CHANGELOG", "reference/runtime_sessions_emulator"],
)
def test_a_page_does_not_scroll_sideways(browser: Chrome, url: str, site: Path, page: str) -> None:
    """Those with pictures, wide tables, code, long words and signatures."""
    browser.get(f"{url}/{site.name}/{page}.html")
    for size in (PHONE, DESKTOP):
        resize(browser, size)
        wide: int = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= size[0], f"{page} is {wide} wide"


def test_the_first_page_has_its_picture_and_asks_nobody_else(
    browser: Chrome, url: str, site: Path
) -> None:
    resize(browser, DESKTOP)
    browser.get("about:blank")
    browser.get_log("performance")  # type: ignore[no-untyped-call]
    browser.get(f"{url}/{site.name}/index.html")
    picture = browser.find_element(By.CSS_SELECTOR, "article img")
    WebDriverWait(browser, 60).until(
        lambda _: picture.get_property("naturalWidth") not in {0, None}
    )
    assert len(picture.get_attribute("alt") or "") > 40
    asked = {
        event["params"]["request"]["url"]
        for entry in browser.get_log("performance")  # type: ignore[no-untyped-call]
        if (event := json.loads(entry["message"])["message"])["method"]
        == "Network.requestWillBeSent"
    }
    assert asked
    outside = {each for each in asked if not each.startswith((url, "data:", "blob:"))}
    assert outside == set()


def test_it_is_read_by_keyboard(browser: Chrome, url: str, site: Path) -> None:
    """From the top of the first page to a door, and from there to what was searched for."""
    resize(browser, DESKTOP)
    browser.get(f"{url}/{site.name}/index.html")
    for _ in range(40):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        focused = browser.switch_to.active_element
        if focused.text == "I test my program":
            break
    else:
        raise AssertionError("no way to a door by Tab")
    assert focused.value_of_css_property("outline-style") == "solid"
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    WebDriverWait(browser, 60).until(lambda _: "test-my-program" in browser.current_url)
    WebDriverWait(browser, 60).until(
        lambda _: browser.execute_script("return document.readyState") == "complete"
    )

    # The search is a tree of its own in the page, and there when its script is.
    search = "return document.activeElement.shadowRoot?.textContent"

    def opened(_: object) -> bool:
        if browser.execute_script(search) is not None:
            return True
        ActionChains(browser).key_down(Keys.CONTROL).send_keys("k").key_up(Keys.CONTROL).perform()
        return False

    WebDriverWait(browser, 60).until(opened)
    ActionChains(browser).send_keys("OutcomeUnknownError").perform()
    name = "OutcomeUnknownError"
    WebDriverWait(browser, 60).until(lambda _: name in (browser.execute_script(search) or ""))

    def gone_there(_: object) -> bool:
        """Each letter brings other results: what is pressed between two of them is lost."""
        if name in browser.current_url:
            return True
        if browser.execute_script(search) is not None:
            ActionChains(browser).send_keys(Keys.ENTER).perform()
        return False

    WebDriverWait(browser, 60).until(gone_there)


def test_it_is_dark_where_the_system_is(browser: Chrome, url: str, site: Path) -> None:
    seen = set[str]()
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        browser.get(f"{url}/{site.name}/index.html")
        seen.add(
            browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
        )
    assert len(seen) == 2
