"""Installs a browser if there is none: on Debian, as root, with apt-get. Elsewhere it prints which to install.

It never fails: Selenium Manager may still download a Chrome, and if it cannot, the tests report it.
"""

from __future__ import annotations

import shutil
import sys

from tools import browsers
from tools.debian import install

PACKAGES = {
    "chromium": {
        "chromium": "the browser in which the tests open the built module",
        "chromium-driver": "the WebDriver through which the tests control it",
    },
    "firefox": {"firefox-esr": "the browser in which the tests open the built module; Selenium Manager fetches its driver"},
    "webkit": {
        "webkit2gtk-driver": "WebKitGTK, the engine of Safari, and the WebDriver through which the tests control it",
        "xvfb": "a display in memory, because WebKitGTK has no headless mode",
    },
}
"""For each engine its Debian packages, and the purpose of each."""


def is_there(name: str) -> bool:
    """Whether a browser and its driver are installed. Firefox will do instead of Chromium."""
    if name == "webkit":
        return bool(browsers.find_minibrowser() and shutil.which("WebKitWebDriver") and shutil.which("Xvfb"))
    has_firefox = shutil.which("firefox") is not None
    return has_firefox or (name == "chromium" and browsers.find_chromium() is not None)


def ensure(name: str) -> None:
    """Install what is missing, where that is possible."""
    if not is_there(name):
        install(PACKAGES[name], browsers.INSTALL[name])


if __name__ == "__main__":
    ensure(sys.argv[1] if len(sys.argv) > 1 else "chromium")
