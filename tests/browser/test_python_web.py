"""The pages of docs/python-web.md in a browser, each from its real framework with the installed wheel, behind one proxy."""

from __future__ import annotations

import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from werkzeug import Request, Response

from tests.browser.endpoint import ROOT, Endpoint
from tests.browser.host import leave
from tests.browser.waiting import wait_for
from tests.package.sites import SERVERS, django_project, site
from tests.package.wheel import build, install

HOP_BY_HOP = ("connection", "content-length", "transfer-encoding")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    return install(build("wheel", ROOT, folder), folder / "installed")


def pass_on(endpoint: Endpoint, address: str) -> None:
    """Let the endpoint's server answer all other requests with what a site answers, so that both are one origin."""

    def respond(request: Request) -> Response:
        connection = HTTPConnection(urlsplit(address).netloc)
        connection.request(request.method, request.full_path, headers={"Host": request.host})
        answer = connection.getresponse()
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        response = Response(answer.read(), answer.status, headers)
        connection.close()
        return response

    endpoint.expect_request(re.compile("")).respond_with_handler(respond)


def serve_collected(endpoint: Endpoint, collected: Path, added: bytes = b"") -> None:
    """Serve the files that Django collected, and no others, as a web server in front of Django does; it may add to each."""
    for file in collected.rglob("*.*"):
        kind = "text/javascript" if file.suffix == ".js" else "application/octet-stream"
        path = f"/static/{file.relative_to(collected).as_posix()}"
        endpoint.expect_request(path).respond_with_data(file.read_bytes() + added, content_type=kind)


def scripts_of(endpoint: Endpoint) -> list[str]:
    """The paths of all scripts that the browser asked for."""
    return [request.path for request, _ in endpoint.log if request.path.endswith(".js")]


def click_and_leave(browser: WebDriver, endpoint: Endpoint) -> None:
    """Click the page's button and leave the page; returns when the click has arrived."""
    browser.find_element(By.ID, "offer").click()
    leave(browser, endpoint)
    wait_for(lambda: endpoint.store, "the click to arrive")
    assert [event["offerId"] for event in endpoint.store.values()] == ["o-1"]


@pytest.mark.parametrize("section", SERVERS)
def test_a_page_delivers(browser: WebDriver, endpoint: Endpoint, section: str, installed: Path, tmp_path: Path) -> None:
    """The page of Flask, Starlette and FastAPI loads one script, whose integrity the browser accepts, and delivers a click."""
    with site(section, tmp_path, installed).serve() as address:
        pass_on(endpoint, address)
        browser.get(endpoint.url_for("/"))
        click_and_leave(browser, endpoint)
    assert scripts_of(endpoint) == ["/clickqueue/clickqueue.iife.js"]


@pytest.mark.parametrize(
    ("path", "script"),
    [("/", r"clickqueue\.iife\.\w{12}\.js"), ("/module", r"clickqueue\.\w{12}\.js")],
    ids=["classic", "module"],
)
def test_django_in_production(
    browser: WebDriver, endpoint: Endpoint, installed: Path, tmp_path: Path, path: str, script: str
) -> None:
    """With the manifest storage, DEBUG off and a policy of nonces, a page loads exactly one copy, and delivers a click."""
    project = django_project(tmp_path, installed)
    project.run("manage.py", "collectstatic", "--noinput")
    serve_collected(endpoint, tmp_path / "collected")
    with project.serve() as address:
        pass_on(endpoint, address)
        browser.get(endpoint.url_for(path))
        if path == "/":
            assert browser.execute_script("return typeof clickqueue.createUseWidget") == "function"
        click_and_leave(browser, endpoint)
    (loaded,) = scripts_of(endpoint)
    assert re.fullmatch(f"/static/clickqueue/{script}", loaded)


def test_a_changed_script_is_refused(browser: WebDriver, endpoint: Endpoint, installed: Path, tmp_path: Path) -> None:
    """The integrity is in force: a browser does not run a script that was changed between Django and the visitor."""
    project = django_project(tmp_path, installed)
    project.run("manage.py", "collectstatic", "--noinput")
    serve_collected(endpoint, tmp_path / "collected", added=b"// changed")
    with project.serve() as address:
        pass_on(endpoint, address)
        browser.get(endpoint.url_for("/"))
        assert browser.execute_script("return typeof clickqueue") == "undefined"
    assert len(scripts_of(endpoint)) == 1
