"""Every interface of `platform/ports.py` without a browser.

Invariant: nothing here happens by itself. A fake acts when the code under test calls it or when its clock is advanced, and the
same calls in the same order give the same answers.
"""

from __future__ import annotations

from tests.fakes.api import HOLD, Call, Failure, FakeApi, Outcome, never_answers
from tests.fakes.clock import NEVER_MS, Delay, FakeClock, Timeline, Timer, at_once
from tests.fakes.http import FakeHttp, FakeResponse, HttpFailure, SettledPromise
from tests.fakes.ids import FakeIds
from tests.fakes.json import FakeJson
from tests.fakes.life import Life, Task
from tests.fakes.locks import AbortController, AbortSignal, FakeLocks, LockFault, LockManager
from tests.fakes.page import EventTarget, FakeDocument, FakeEvent, FakeNetwork, FakePage, PageNews
from tests.fakes.promise import Promise
from tests.fakes.storage import FakeStorage, Origin, StorageFault
from tests.fakes.window import FakeWindow
from tests.fakes.world import Tab, World, click, make_env

__all__ = [
    "HOLD",
    "NEVER_MS",
    "AbortController",
    "AbortSignal",
    "Call",
    "Delay",
    "EventTarget",
    "Failure",
    "FakeApi",
    "FakeClock",
    "FakeDocument",
    "FakeEvent",
    "FakeHttp",
    "FakeIds",
    "FakeJson",
    "FakeLocks",
    "FakeNetwork",
    "FakePage",
    "FakeResponse",
    "FakeStorage",
    "FakeWindow",
    "HttpFailure",
    "Life",
    "LockFault",
    "LockManager",
    "Origin",
    "Outcome",
    "PageNews",
    "Promise",
    "SettledPromise",
    "StorageFault",
    "Tab",
    "Task",
    "Timeline",
    "Timer",
    "World",
    "at_once",
    "click",
    "make_env",
    "never_answers",
]
