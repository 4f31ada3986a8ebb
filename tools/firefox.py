"""Control of Firefox beyond WebDriver, by scripts in the browser's own context. Invariant: each call concerns one session's browser only.

geckodriver permits such scripts with `--allow-system-access`.
"""

from __future__ import annotations

import os
import signal
from typing import Any

from selenium import webdriver
from selenium.webdriver.remote.webdriver import WebDriver

ARGUMENTS = ("--allow-system-access",)
PREFERENCES: dict[str, bool | int] = {
    # Firefox reaches 127.0.0.1 offline too, unless it is told not to.
    "network.disable-localhost-when-offline": True,
    # A process for each tab, so that one can crash alone; by default four processes serve all tabs of a site.
    "dom.ipc.processCount.webIsolated": 16,
}

# geckodriver sets the variable, with which Firefox ends as soon as a tab crashes.
PROCESS_OF_TAB = """
Services.env.set('MOZ_CRASHREPORTER_SHUTDOWN', '')
return gBrowser.selectedBrowser.browsingContext.currentWindowGlobal.osPid
"""
# The way of the webRequest interface, by which extensions block: a request is cancelled before it is opened.
BLOCK = """
window.blocker = (channel) => {
  if (channel.QueryInterface(Ci.nsIChannel).URI.spec.includes(arguments[0])) channel.cancel(Cr.NS_ERROR_ABORT)
}
Services.obs.addObserver(window.blocker, 'http-on-modify-request')
"""
UNBLOCK = "Services.obs.removeObserver(window.blocker, 'http-on-modify-request')"


def is_firefox(driver: WebDriver) -> bool:
    """Whether the driver controls Firefox with access to its own context."""
    return isinstance(driver, webdriver.Firefox)


def run(driver: WebDriver, script: str, *arguments: object) -> Any:
    """The value that a script returns in the context of the browser's own window."""
    assert isinstance(driver, webdriver.Firefox)
    with driver.context(driver.CONTEXT_CHROME):
        return driver.execute_script(script, *arguments)


def set_network(driver: WebDriver, is_up: bool) -> None:
    """Cut or mend the network of the whole browser: `navigator.onLine` and its events follow."""
    run(driver, "Services.io.offline = arguments[0]", not is_up)


def crash_tab(driver: WebDriver) -> None:
    """Kill the process of the tab in front."""
    os.kill(int(run(driver, PROCESS_OF_TAB)), signal.SIGKILL)


def block(driver: WebDriver, part: str) -> None:
    """Refuse each request whose address contains `part`, until `unblock`."""
    run(driver, BLOCK, part)


def unblock(driver: WebDriver) -> None:
    """Undo `block`."""
    run(driver, UNBLOCK)
