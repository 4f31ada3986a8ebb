"""Installs a browser if there is none: on Debian, as root, with apt-get. Elsewhere it prints which to install.

It never fails: Selenium Manager may still download a Chrome, and if it cannot, the tests report it.
"""

from __future__ import annotations

import shutil
import sys

from tools import browsers
from tools.debian import install

PACKAGES = {"chromium": ("chromium", "chromium-driver"), "webkit": ("webkit2gtk-driver", "xvfb")}


def is_there(name: str) -> bool:
    """Whether a browser and its driver are installed. Firefox will do instead of Chromium."""
    if name == "webkit":
        return bool(browsers.find_minibrowser() and shutil.which("WebKitWebDriver") and shutil.which("Xvfb"))
    return bool(browsers.find_chromium() or shutil.which("firefox"))


def ensure(name: str) -> None:
    """Install what is missing, if this machine lets us."""
    if is_there(name):
        return
    print(f"No {name} here, in which the tests open the built module; ", end="")
    install(PACKAGES[name], browsers.INSTALL[name])


if __name__ == "__main__":
    ensure(sys.argv[1] if len(sys.argv) > 1 else "chromium")
