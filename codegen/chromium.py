"""A browser without a screen: where it is, and how a window of it is opened.

The documentation's picture is taken with it, and tests read pages in it.
"""

import shutil
from collections.abc import Mapping

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_NAMES = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
BROWSER = next((path for path in _NAMES if path), None)
DRIVER = shutil.which("chromedriver")
IS_HERE = BROWSER is not None and DRIVER is not None
MISSING = "needs chromium and chromedriver: apt-get install chromium chromium-driver"
#: As root, without a sandbox; and nothing that Chromium does by itself.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
)


def window(*flags: str, logs: Mapping[str, str] | None = None) -> Chrome:
    """Open a window; it is closed when it is left as a block.

    Args:
        flags: What else the browser is told.
        logs: Which of its logs are kept, and from which level on.
    """
    options = ChromeOptions()
    options.binary_location = BROWSER or ""
    for flag in (*FLAGS, *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", dict(logs or {}))
    return Chrome(options=options, service=Service(DRIVER))
