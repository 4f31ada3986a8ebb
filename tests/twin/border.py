"""The border of one queue under CPython: its api, its window, and the script that calls it. Every crossing is recorded.

What JSON cannot carry (callbacks, timers, promises, controllers) has a number, the same in both languages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clickqueue.main import ClickQueue
from tests.twin.recorder import Recorder
from tests.twin.values import shown
from tests.twin.window import Answer, Controller, Handle, RecordedWindow, Timer

NATIVE_WORDS = ("is not JSON: ", "was not queued: ")
"""After these a detail has the words of a native error, which each language has its own."""


class Border:
    """A queue behind its border; its methods are those of a queue. Use it in place of `ClickQueue(config, api, env)`."""

    def __init__(self, recorder: Recorder, name: str, config: Any, api: Any, env: Any) -> None:
        self.name = name
        self.recorder = recorder
        self._api = api
        self._numbers = 0
        self._callbacks: list[tuple[Any, Callable[..., Any], str]] = []
        self._handles: dict[int, Handle] = {}
        self._controllers: list[Controller] = []
        self._snapshot: Any = None
        self._queue: Any = None
        self._window = RecordedWindow(self, env)
        self.comes_in("new", [config], lambda: self._start(config))

    def _start(self, config: Any) -> None:
        if isinstance(config, dict) and callable(config.get("onDrop")):
            on_drop = config["onDrop"]
            config = {**config, "onDrop": lambda *drop: self.goes_out("onDrop", _without_native(drop), lambda: on_drop(*drop))}
        self._queue = ClickQueue(config, self, self._window)

    # -- the queue calls the world

    def goes_out(self, verb: str, arguments: list[Any], deed: Callable[[], Any]) -> Any:
        return self.recorder.goes_out(self, verb, [shown(each) for each in arguments], deed)

    def track_click_batch(self, events: list[Any], request: dict[str, Any]) -> Any:
        return self.goes_out("api.trackClickBatch", [events, request], lambda: self._api.track_click_batch(events, request))

    def token(self, value: Any) -> Any:
        """A result, or the tag and number under which JavaScript knows it."""
        if value is None or isinstance(value, (bool, int, float, str, list, dict)):
            return value
        kind = Answer if hasattr(value, "then") else Controller if hasattr(value, "signal") else Timer
        handle = kind(self, self.next_number(), value)
        if isinstance(handle, Controller):
            self._controllers.append(handle)
        self._handles[id(value)] = handle
        return handle.token

    def token_of_signal(self, signal: Any) -> Any:
        """The tag and number of the controller of this signal."""
        return next((each.token for each in self._controllers if each.signal is signal), None)

    def held(self, value: Any) -> Any:
        """What the queue gets in place of a result: a timer's handle, a promise that records its settling."""
        return self._handles.pop(id(value), value)

    # -- the world calls the queue

    def comes_in(self, verb: str, arguments: list[Any], deed: Callable[[], Any]) -> Any:
        return self.recorder.comes_in(self, verb, arguments, deed)

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def callback(self, original: Callable[..., Any], view: Callable[[Any], Any] | None = None) -> tuple[Callable[..., Any], str]:
        """A callback of the queue that records its calls, and its number: one for each function, however often it is passed.

        `view` makes of an argument what JavaScript gets.
        """
        for known, wrapped, number in self._callbacks:
            if known is original:
                return wrapped, number
        number = f"#{self.next_number()}"

        def called(*arguments: Any) -> Any:
            seen = [view(each) if view else each for each in arguments]
            return self.comes_in(number, seen, lambda: original(*arguments))

        self._callbacks.append((original, called, number))
        return called, number

    def look(self) -> str:
        """The snapshot after a call, where it is another one."""
        if self._queue is None:
            return ""
        snapshot = self._queue.get_snapshot()
        if snapshot is self._snapshot:
            return " same"
        self._snapshot = snapshot
        return " " + shown(snapshot)

    def enqueue(self, event: Any, options: Any = None) -> Any:
        return self.comes_in("enqueue", [event, options], lambda: self._queue.enqueue(event, options))

    def flush(self) -> None:
        self.comes_in("flush", [], lambda: self._queue.flush())

    def purge(self) -> None:
        self.comes_in("purge", [], lambda: self._queue.purge())

    def destroy(self) -> None:
        self.comes_in("destroy", [], lambda: self._queue.destroy())

    def get_snapshot(self) -> Any:
        return self._queue.get_snapshot()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        number = self.next_number()

        def heard() -> None:
            self.goes_out(f"listener {number}", [], listener)

        stop = self.comes_in(f"subscribe {number}", [], lambda: self._queue.subscribe(heard))
        return lambda: self.comes_in(f"unsubscribe {number}", [], stop)

    def __getattr__(self, name: str) -> Any:
        """For a test that must look inside, as the simulator does."""
        if name in ("_queue", "__deepcopy__"):
            raise AttributeError(name)
        return getattr(self._queue, name)


class Borders:
    """The queues of one script, numbered as they are made."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._count = 0

    def queue(self, config: Any, api: Any, env: Any) -> Border:
        """In place of `ClickQueue(config, api, env)`."""
        self._count += 1
        return Border(self._recorder, f"q{self._count}", config, api, env)


def _without_native(drop: tuple[Any, ...]) -> list[Any]:
    """A drop as both languages report it."""
    event, reason, detail = drop
    for words in NATIVE_WORDS:
        detail = str(detail).partition(words)[0]
    return [event, reason, detail]
