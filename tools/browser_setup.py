"""Installs a browser if there is none: on Debian, as root, with apt-get. Elsewhere it prints which to install.

It never fails: Selenium Manager may still download a Chrome, and if it cannot, the tests report it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tools import browsers

PACKAGES = {"chromium": ("chromium", "chromium-driver"), "webkit": ("webkit2gtk-driver", "xvfb")}


def is_there(name: str) -> bool:
    """Whether a browser and its driver are installed. Firefox will do instead of Chromium."""
    if name == "webkit":
        return bool(browsers.find_minibrowser() and shutil.which("WebKitWebDriver") and shutil.which("Xvfb"))
    return bool(browsers.find_chromium() or shutil.which("firefox"))


def can_apt() -> bool:
    """Whether packages can be installed without asking anybody."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def apt(*packages: str) -> bool:
    """Install packages of the distribution; whether that worked."""
    surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", *packages))
    return all(subprocess.run(["apt-get", *command], env=surroundings).returncode == 0 for command in commands)


def ensure(name: str) -> None:
    """Install what is missing, if this machine lets us."""
    if is_there(name):
        return
    packages = PACKAGES[name]
    print(f"No {name} here, in which the tests open the built module; ", end="")
    if can_apt():
        print(f"installing the system packages {' and '.join(packages)} with apt-get …", flush=True)
        if apt(*packages):
            return
        print("apt-get failed, its reason stands above; ", end="")
    print(f"to have one: {browsers.INSTALL[name]}", flush=True)


if __name__ == "__main__":
    ensure(sys.argv[1] if len(sys.argv) > 1 else "chromium")
