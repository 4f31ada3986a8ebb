"""A new user who types what the README says, in its order, sees a click arrive at the receiver."""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import ROOT
from tests.browser.snippets import Snippet, snippets_of
from tests.browser.waiting import wait_for
from tests.receiver.served import served

README = ROOT / "README.md"
SECTION = README.read_text().partition("\n## See a click arrive\n")[2].partition("\n## ")[0]
PAGES = [snippet for snippet in snippets_of(README) if snippet.language == "html"]
PAGE_ORIGIN, ENDPOINT = "http://127.0.0.1:8080", "http://127.0.0.1:8000/api/track/click"
PORT = re.compile(r"Serving HTTP on 127\.0\.0\.1 port (\d+) ")


def arguments_of(command: str) -> list[str]:
    """The arguments that the README's section gives to a command."""
    (line,) = re.findall(rf"^{re.escape(command)} (.*?) *#", SECTION, re.M)
    return shlex.split(line)


@contextmanager
def page_server(folder: Path) -> Iterator[str]:
    """The README's server of pages, on a free port; its origin."""
    arguments = ["0" if argument == "8080" else argument for argument in arguments_of("python3 -m http.server")]
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "http.server", *arguments], cwd=folder, stdout=output, stderr=output
        )
    try:
        wait_for(lambda: PORT.search(log.read_text()), "its address")
        found = PORT.search(log.read_text())
        assert found
        yield f"http://127.0.0.1:{found[1]}"
    finally:
        process.terminate()
        process.wait()


def stored(database: Path) -> list[str]:
    """The offers of the clicks that the receiver has stored."""
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT offer_id FROM clicks")]


@pytest.mark.parametrize("page", PAGES, ids=["script tag", "module"])
def test_a_click_arrives_at_the_receiver(browser: WebDriver, tmp_path: Path, page: Snippet) -> None:
    """The page, with the endpoint that the README names, delivers ten clicks to a receiver that allows its origin."""
    (tmp_path / "dist").symlink_to(ROOT / "dist")
    with page_server(tmp_path) as origin:
        options = [argument.replace(PAGE_ORIGIN, origin) for argument in arguments_of("clickqueue-receiver")]
        assert options == ["--allow-origin", origin]
        assert f"endpoint: '{ENDPOINT}'" in SECTION
        with served(tmp_path, *options) as receiver:
            address = ENDPOINT.replace("8000", str(receiver.port))
            (tmp_path / "offer.html").write_text(page.text.replace("'/api/track/click'", f"'{address}'"))
            browser.get(f"{origin}/offer.html")
            for _ in range(10):
                browser.find_element(By.ID, "offer").click()
            wait_for(lambda: stored(tmp_path / "clicks.sqlite3") == ["o-1"] * 10, "the clicks in the table")
            browser.get("about:blank")
