"""One page for the run, in which the built module and the runtime of the other machine are loaded once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tools.browsers import choose, open_browser

ROOT = Path(__file__).resolve().parents[2]

LOAD = """
const done = arguments[arguments.length - 1]
const parts = ['replay.js', 'runtime_twin.js', 'http_twin.js'].map((name) => '/tests/twin/' + name)
const platform = ['runtime', 'texts', 'web'].map((name) => `/src/clickqueue/platform/${name}.js`)
Promise.all(['/dist/clickqueue.js', ...platform, ...parts].map((url) => import(url))).then(
  ([module, runtime, texts, web, ...parts]) => {
    window.twin = Object.assign({ module, runtime: { ...runtime, ...texts, ...web } }, ...parts)
    done(null)
  },
  (error) => done(String(error)),
)
"""
REPLAY = """
const done = arguments[arguments.length - 1]
const replay = async (entries) => (await twin.replay(twin.module.ClickQueue, entries)).join('\\n')
const digest = async (text) => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(hash)].map((byte) => (byte + 256).toString(16).slice(1)).join('')
}
const answer = async () => {
  const answers = []
  for (const entries of await (await fetch('/scripts')).json()) {
    const text = await replay(entries)
    answers.push(arguments[0] ? await digest(text) : text)
  }
  return JSON.stringify(answers)
}
answer().then(done, (error) => done(JSON.stringify([String(error.stack)])))
"""


class Server(ThreadingHTTPServer):
    """Serves the project's files, and the scripts that are to be lived next, which are too long for the driver's wire."""

    scripts = b"[]"


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing of what it serves."""

    server: Server

    def do_GET(self) -> None:
        if self.path != "/scripts":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.scripts)))
        self.end_headers()
        self.wfile.write(self.server.scripts)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Page:
    """The other machine."""

    def __init__(self, driver: WebDriver, server: Server) -> None:
        self._driver = driver
        self._server = server

    def digests(self, scripts: list[str]) -> list[str]:
        """The SHA-256 of the trace of each script: texts of one digest are equal to the letter, and need not travel."""
        return self._replay(scripts, True)

    def trace(self, script: str) -> list[str]:
        """The whole trace of a script."""
        (text,) = self._replay([script], False)
        return text.split("\n")

    def _replay(self, scripts: list[str], as_digests: bool) -> list[str]:
        self._server.scripts = f"[{','.join(scripts)}]".encode()
        answers: list[str] = json.loads(self._driver.execute_async_script(REPLAY, as_digests))
        return answers

    def call(self, name: str, *arguments: Any) -> Any:
        """What a function of the page returns, or its promise resolves to; its first argument has the built module and the runtime."""
        return self._driver.execute_script(f"return twin.{name}(twin, ...arguments)", *arguments)

    def run(self, name: str, cases: list[Any]) -> list[str]:
        """What a function of runtime.js returns for each list of arguments."""
        answers: list[str] = json.loads(self.call("answers", name, json.dumps(cases)))
        return answers


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """The page, until the last twin has been compared."""
    assert (ROOT / "dist" / "clickqueue.js").is_file(), "dist/clickqueue.js is missing: run python3 dev.py build"
    server = Server(("127.0.0.1", 0), partial(Quiet, directory=str(ROOT)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with open_browser(choose("chromium")) as driver:
            driver.get(f"http://127.0.0.1:{server.server_port}/tests/twin/page.html")
            fault = driver.execute_async_script(LOAD)
            assert fault is None, fault
            yield Page(driver, server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
