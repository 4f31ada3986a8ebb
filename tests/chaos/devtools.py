"""Chromium's tabs over the DevTools protocol, which can crash, freeze and unplug them. One connection serves all rounds.

The browser itself was started by selenium (`tools/browsers.py`); the tabs of a round are a browser context of their own,
with its own storage, and go with it.
"""

from __future__ import annotations

import itertools
import json
import threading
import urllib.request
from contextlib import suppress
from typing import Any

import websocket
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.waiting import wait_for
from tests.chaos.log import now_ms
from tests.chaos.tab import Gone, NoAnswer

ANSWER_S = 20  # a page that is busy for so long has hung
CRASH_S = 5
# Chromium applies conditions only where one of them is a limit: hence the 1 ms.
NETWORK = {"latency": 1, "downloadThroughput": -1, "uploadThroughput": -1}
ABILITIES = frozenset({"crash", "freeze", "resume", "offline", "online", "front"})


class Call:
    """A message that waits for its answer."""

    def __init__(self, session: str | None) -> None:
        self.session = session
        self.is_settled = threading.Event()
        self.answer: dict[str, Any] | None = None  # None: the session ended first


class DevTools:
    """The connection: any thread calls, one thread reads."""

    def __init__(self, driver: WebDriver) -> None:
        address = driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
        with urllib.request.urlopen(f"http://{address}/json/version") as answer:
            url = json.load(answer)["webSocketDebuggerUrl"]
        # Chromium refuses a connection that names an origin.
        self._socket = websocket.create_connection(url, suppress_origin=True)
        self._numbers = itertools.count(1)
        self._calls: dict[int, Call] = {}
        self._dead: dict[str, float] = {}
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self) -> None:
        """End the connection; the browser stays."""
        self._socket.close()
        self._reader.join()

    def call(self, method: str, session: str | None = None, at_most_s: float = ANSWER_S, **parameters: Any) -> Any:
        """Call a method of the protocol and return its result."""
        number, call = next(self._numbers), Call(session)
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        with self._lock:
            if session in self._dead:
                raise Gone(method)
            self._calls[number] = call
            self._socket.send(json.dumps(message))
        if not call.is_settled.wait(at_most_s):
            self._calls.pop(number, None)
            raise NoAnswer(f"{method}: no answer within {at_most_s} s")
        if call.answer is None:
            raise Gone(method)
        if "error" in call.answer:
            raise NoAnswer(f"{method}: {call.answer['error']['message']}")
        return call.answer["result"]

    def ended_ms(self, session: str) -> float | None:
        """When the tab of a session crashed or was closed."""
        return self._dead.get(session)

    def _read(self) -> None:
        with suppress(websocket.WebSocketException, OSError):
            while text := self._socket.recv():
                self._hear(json.loads(text))
        for call in list(self._calls.values()):
            call.is_settled.set()

    def _hear(self, message: dict[str, Any]) -> None:
        if "id" in message:
            call = self._calls.pop(message["id"], None)
            if call:
                call.answer = message
                call.is_settled.set()
        elif message["method"] == "Inspector.targetCrashed":
            self._end(message["sessionId"])
        elif message["method"] == "Target.detachedFromTarget":
            self._end(message["params"]["sessionId"])

    def _end(self, session: str) -> None:
        with self._lock:
            self._dead.setdefault(session, now_ms())
            ended = [number for number, call in self._calls.items() if call.session == session]
        for number in ended:
            self._calls.pop(number).is_settled.set()


class DevToolsTab:
    """A tab of Chromium."""

    def __init__(self, devtools: DevTools, context: str) -> None:
        self._devtools = devtools
        self._target = devtools.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        attached = devtools.call("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Inspector", "Network"):
            self._do(f"{domain}.enable")

    def load(self, url: str) -> None:
        """Begin to load a page."""
        self._do("Page.navigate", url=url)

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        done = self._do("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in done:
            details = done["exceptionDetails"]
            raise NoAnswer(details.get("exception", {}).get("description", details["text"]))
        return done["result"].get("value")

    def back(self) -> None:
        """The browser's back button."""
        history = self._do("Page.getNavigationHistory")
        self._do("Page.navigateToHistoryEntry", entryId=history["entries"][history["currentIndex"] - 1]["id"])

    def close(self) -> None:
        """As a visitor closes a tab: its page gets to know."""
        self._devtools.call("Target.closeTarget", targetId=self._target)
        wait_for(self.ended_ms, "a closed tab to be gone")

    def do(self, ability: str) -> None:
        """Crash, freeze, resume, unplug or show the tab."""
        getattr(self, f"_{ability}")()

    def ended_ms(self) -> float | None:
        """When the tab crashed or was closed; None while it lives."""
        return self._devtools.ended_ms(self._session)

    def _crash(self) -> None:
        with suppress(Gone, NoAnswer):
            self._do("Page.crash", at_most_s=CRASH_S)
        wait_for(self.ended_ms, "a crashed tab to be gone")
        with suppress(NoAnswer):
            self._devtools.call("Target.closeTarget", targetId=self._target)

    def _freeze(self) -> None:
        self._do("Page.setWebLifecycleState", state="frozen")

    def _resume(self) -> None:
        self._do("Page.setWebLifecycleState", state="active")

    def _offline(self) -> None:
        self._do("Network.emulateNetworkConditions", **NETWORK, offline=True)

    def _online(self) -> None:
        self._do("Network.emulateNetworkConditions", **NETWORK, offline=False)

    def _front(self) -> None:
        self._do("Page.bringToFront")

    def _do(self, method: str, at_most_s: float = ANSWER_S, **parameters: Any) -> Any:
        return self._devtools.call(method, self._session, at_most_s, **parameters)


class DevToolsBrowser:
    """The tabs of one round."""

    abilities = ABILITIES

    def __init__(self, devtools: DevTools) -> None:
        self._devtools = devtools
        self._context = devtools.call("Target.createBrowserContext")["browserContextId"]

    def open(self) -> DevToolsTab:
        """A new tab, in front of the others."""
        return DevToolsTab(self._devtools, self._context)

    def close_all(self) -> None:
        """Close the tabs and forget their storage."""
        with suppress(NoAnswer):
            self._devtools.call("Target.disposeBrowserContext", browserContextId=self._context)
