"""The browser bed: one browser for the run, one endpoint (so one origin) for each test."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import ROOT, Endpoint
from tests.browser.host import Host
from tools.browsers import NAMES, choose, open_browser

PICTURES = ROOT / "build" / "browser"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which browser."""
    parser.addoption("--browser", choices=NAMES, help="default: the first that this machine has")


@pytest.fixture(scope="session")
def browser_name(request: pytest.FixtureRequest) -> str:
    """The browser of this run."""
    return choose(request.config.getoption("--browser"))


@pytest.fixture(scope="session")
def browser(browser_name: str) -> Iterator[WebDriver]:
    """A headless browser; its start costs a second, so that all tests share it."""
    missing = [name for name in ("clickqueue.js", "use-widget.js") if not (ROOT / "dist" / name).is_file()]
    assert not missing, f"dist/ has no {', '.join(missing)}: run python3 dev.py build"
    with open_browser(browser_name) as driver:
        yield driver


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A server with an empty store."""
    with Endpoint() as endpoint:
        yield endpoint
        endpoint.close()
    endpoint.check()


@pytest.fixture
def host(browser: WebDriver, endpoint: Endpoint) -> Iterator[Host]:
    """The host's page, open in the browser; the queue is not started yet."""
    host = Host(browser, endpoint)
    host.open()
    yield host
    host.mend_network()
    browser.get("about:blank")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """A failed test leaves a picture and says what the browser's console said."""
    report = yield
    driver = getattr(item, "funcargs", {}).get("browser")
    if report.when == "call" and report.failed and driver is not None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture = PICTURES / f"{item.name.replace('/', '-')}.png"
        try:
            # WebKit waits for ever for the picture of a page that is hidden.
            if driver.execute_script("return document.visibilityState") == "visible":
                driver.save_screenshot(str(picture))
            report.sections.append(("picture", str(picture)))
            report.sections.append(("console", "\n".join(line["message"] for line in driver.get_log("browser"))))
        except (WebDriverException, AttributeError):
            report.sections.append(("picture", "the browser could not give one"))
    return report
