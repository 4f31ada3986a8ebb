"""Finds a browser and opens it. Invariant: every browser that is opened here is closed here, by its own handle, with its profile.

Used by the browser tests and by `demo --play`. Chromium and Firefox come from the machine, else from Selenium Manager;
WebKitGTK (the engine of Safari) is Debian's, and gets a display of its own because it has no headless mode.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from tools import firefox, force_online

NAMES = ("chromium", "firefox", "webkit")

CHROMIUM_BINARIES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WEBKIT_FOLDERS = ("/usr/lib/*/webkit2gtk-4.1", "/usr/lib/webkit2gtk-4.1", "/usr/libexec/webkit2gtk-4.1")

INSTALL = {
    "chromium": "apt install chromium chromium-driver (Debian, Ubuntu: chromium-browser), or Google Chrome from google.com/chrome",
    "firefox": "apt install firefox-esr (Debian), or Firefox from mozilla.org; Selenium Manager brings geckodriver",
    "webkit": "apt install webkit2gtk-driver xvfb (Debian, Ubuntu)",
}

# A test's browser talks to the test's server and to nobody else.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
)


class NoBrowser(Exception):
    """No browser could be started; the message names the package to install."""


def choose(name: str | None = None) -> str:
    """The browser to use: the one that was asked for, else the first that is there, else Chromium by Selenium Manager."""
    if name is not None and name not in NAMES:
        raise ValueError(f"browser is {name!r}; allowed: {', '.join(NAMES)}")
    there = {"chromium": find_chromium(), "firefox": shutil.which("firefox"), "webkit": find_minibrowser()}
    return name or next((candidate for candidate in NAMES if there[candidate]), "chromium")


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome of this machine."""
    return next(filter(None, map(shutil.which, CHROMIUM_BINARIES)), None)


def find_minibrowser() -> str | None:
    """The path of WebKitGTK's own small browser, which is not on PATH."""
    found = (path for folder in WEBKIT_FOLDERS for path in Path("/").glob(f"{folder[1:]}/MiniBrowser"))
    return next(map(str, found), None)


@contextmanager
def open_browser(
    name: str, *, profile: Path | None = None, size: tuple[int, int] = (1280, 900), arguments: tuple[str, ...] = ()
) -> Iterator[WebDriver]:
    """A headless browser with a fresh profile (or the given one), until the block ends; `arguments` are Chromium's or MiniBrowser's own."""
    with ExitStack() as stack:
        folder = profile or Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        try:
            driver = OPENERS[name](stack, folder, size, arguments)
        except (WebDriverException, OSError) as error:
            raise NoBrowser(f"{name} could not be started. To install it: {INSTALL[name]}.\n{error}") from error
        stack.callback(_quit, driver)
        driver.set_page_load_timeout(60)
        driver.set_script_timeout(60)
        yield driver


def has_devtools(driver: WebDriver) -> bool:
    """Whether the browser has Chromium's own protocol."""
    return "goog:chromeOptions" in driver.capabilities


def can_cut(driver: WebDriver) -> bool:
    """Whether `set_network` has an effect: not in WebKitGTK, whose driver has the commands of WebDriver only."""
    return has_devtools(driver) or firefox.is_firefox(driver)


def set_network(driver: WebDriver, is_up: bool) -> None:
    """Cut or mend the network: in Firefox of all tabs, in Chromium of the tab in front, for as long as the tab lives.

    Restored means online even if Chromium takes the machine to be offline, but only conditions that limit something say so: hence the 1 ms.
    """
    if has_devtools(driver):
        conditions = {"offline": not is_up, "latency": 1, "downloadThroughput": -1, "uploadThroughput": -1}
        driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)
    elif firefox.is_firefox(driver):
        firefox.set_network(driver, is_up)


def crash_tab(driver: WebDriver) -> None:
    """End the process of the tab in front as a bug of the browser would (Chromium, Firefox)."""
    if firefox.is_firefox(driver):
        firefox.crash_tab(driver)
        return
    with suppress(WebDriverException):
        driver.get("chrome://crash")


def _quit(driver: WebDriver) -> None:
    with suppress(WebDriverException, OSError):
        driver.quit()


def _open_chromium(stack: ExitStack, folder: Path, size: tuple[int, int], arguments: tuple[str, ...]) -> WebDriver:
    options = webdriver.ChromeOptions()
    options.binary_location = find_chromium() or ""
    options.add_argument("--headless=new")
    options.add_argument(f"--user-data-dir={folder}")
    options.add_argument(f"--window-size={size[0]},{size[1]}")
    for argument in (*QUIET, *arguments):
        options.add_argument(argument)
    if _is_root():
        options.add_argument("--no-sandbox")
    # chromedriver turns the back/forward cache off, and a queue has to live with it (CONTRACT 5.2).
    options.add_experimental_option("excludeSwitches", ["disable-back-forward-cache"])
    driver_path = shutil.which("chromedriver") if options.binary_location else None
    start = {"preexec_fn": force_online.forbid_netlink} if force_online.has_only_loopback() else {}
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver_path, popen_kw=start))


def _open_firefox(stack: ExitStack, folder: Path, size: tuple[int, int], arguments: tuple[str, ...]) -> WebDriver:
    options = webdriver.FirefoxOptions()
    options.add_argument("-headless")
    options.add_argument(f"--width={size[0]}")
    options.add_argument(f"--height={size[1]}")
    for name, value in firefox.PREFERENCES.items():
        options.set_preference(name, value)
    options.add_argument("-profile")
    options.add_argument(str(folder))
    service = webdriver.FirefoxService(executable_path=shutil.which("geckodriver"), service_args=list(firefox.ARGUMENTS))
    return webdriver.Firefox(options=options, service=service)


def _open_webkit(stack: ExitStack, folder: Path, size: tuple[int, int], arguments: tuple[str, ...]) -> WebDriver:
    binary, driver_path = find_minibrowser(), shutil.which("WebKitWebDriver")
    if binary is None or driver_path is None:
        raise FileNotFoundError("MiniBrowser or WebKitWebDriver is not installed")
    options = webdriver.WebKitGTKOptions()
    options.binary_location = binary
    for argument in ("--automation", *arguments):
        options.add_argument(argument)
    display = stack.enter_context(_display(size))
    environment = {**os.environ, "DISPLAY": display, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    for variable in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "WAYLAND_DISPLAY"):
        environment.pop(variable, None)
    environment["GDK_BACKEND"] = "x11"
    # In the locale C, navigator.language is "C", which Intl refuses.
    environment["LC_ALL"] = "en_US.UTF-8"
    # GLib's other monitors say that a machine without a default route is offline; this one believes in the network.
    environment["GIO_USE_NETWORK_MONITOR"] = "base"
    # In the locale C.UTF-8, usual on servers, WebKit's `navigator.language` is "C", at which Intl throws.
    environment["LC_ALL"] = "en_US.UTF-8"
    if _is_root():
        environment["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
    service = webdriver.WebKitGTKService(executable_path=driver_path, env=environment)
    return webdriver.WebKitGTK(options=options, service=service)


@contextmanager
def _display(size: tuple[int, int]) -> Iterator[str]:
    """An X server on a number that it finds free itself: two test runs at a time do not meet."""
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp"]
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, pass_fds=(write_end,), stdout=silent, stderr=silent)
    os.close(write_end)
    try:
        with os.fdopen(read_end) as numbers:
            yield ":" + numbers.readline().strip()
    finally:
        process.terminate()
        process.wait()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


OPENERS = {"chromium": _open_chromium, "firefox": _open_firefox, "webkit": _open_webkit}
