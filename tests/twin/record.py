"""The border of a queue under CPython: everything that crosses it, in either direction, becomes a line of a trace.

The law: the queue gets nothing from the world but through here. So whoever answers the same calls in the same way, and
calls back at the same moments, is the same world to it: `fakes.js` is that to the built module, with no will of its
own. What the queue does by itself, on either machine, is in the lines, and the two texts must be equal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from clickqueue.main import ClickQueue
from tests.fakes import FakeJson
from tools.mangling import camel

PORTS = ("storage", "clock", "network", "page", "locks", "ids", "json")
ERRORS = {TypeError: "TypeError", ValueError: "RangeError"}
"""What the two machines call the same error."""


class Cyclic(Exception):
    """A value that contains itself."""


def pack(value: Any, above: tuple[int, ...] = ()) -> Any:
    """A value as JSON carries it to the other machine, with a tag for what JSON cannot say."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"$odd": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if id(value) in above:
        raise Cyclic
    if isinstance(value, list):
        return [pack(item, (*above, id(value))) for item in value]
    if isinstance(value, dict):
        return {name: pack(item, (*above, id(value))) for name, item in value.items()}
    if callable(value):
        return {"$odd": "function"}
    if isinstance(value, Exception):
        fields = {name: getattr(value, name, None) for name in ("status", "retryAfterMs")}
        return {"$error": {"message": str(value), **{name: pack(field) for name, field in fields.items() if field is not None}}}
    raise TypeError(f"{value!r} cannot be carried to JavaScript; add a tag for it in record.py and fakes.js")


def packed(value: Any) -> Any:
    """`pack`, also of what contains itself."""
    try:
        return pack(value)
    except Cyclic:
        return {"$odd": "cyclic"}


def shown(value: Any) -> str:
    """A value as a line shows it: JSON, where there is any."""
    if callable(value):
        return "<function>"
    try:
        # In a list, for a fake JSON may take a bare number as it is: 1000.0.
        return str(FakeJson().dump([value]))[1:-1]
    except (TypeError, ValueError, RecursionError):
        return "<no JSON>"


class Recorder:
    """The trace of one script, and what the other machine needs to live it again."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.entries: list[list[Any]] = []
        self._queues = 0
        self._depth = 0

    def head(self, text: str) -> None:
        """What the script does next."""
        self.lines.append(f"-- {text}")
        self.entries.append(["--", text])

    def queue(self, config: Any, api: Any, env: Any) -> Border:
        """A queue behind a border; in place of `ClickQueue(config, api, env)`."""
        self._queues += 1
        return Border(self, f"q{self._queues}", config, api, env)

    def comes_in(self, border: Border, verb: str, arguments: list[Any], deed: Callable[[], Any]) -> Any:
        """The world calls the queue."""
        self.lines.append(" ".join([border.name, ">", verb, *map(shown, arguments)]))
        self.entries.append([">", border.name, verb, [packed(each) for each in arguments]])
        self._depth += 1
        try:
            result = deed()
            word = "<"
        except Exception as error:
            result = error
            word = "!"
        self._depth -= 1
        told = _told(result) if word == "!" else "<function>" if callable(result) else shown(result)
        state = border.look() if self._depth == 0 else ""
        self.lines.append(f"{border.name} {word} {told}{state}")
        self.entries.append(["<"])
        if word == "!":
            raise result
        return result

    def goes_out(self, border: Border, verb: str, arguments: list[str], deed: Callable[[], Any]) -> Any:
        """The queue calls the world."""
        self.lines.append(" ".join([border.name, "?", verb, *arguments]))
        self.entries.append(["?", border.name, verb])
        try:
            result = deed()
        except Exception as error:
            self.lines.append(f"{border.name} ! ")
            self.entries.append(["!", packed(error)])
            raise
        is_live = verb == "json.load"
        given = None if is_live else border.token(result)
        self.lines.append(f"{border.name} = {shown(given)}")
        self.entries.append(["=", packed(given)])
        return border.held(result)


def _of_ours(drop: tuple[Any, ...]) -> list[Any]:
    """A drop as both machines report it: the words of a native error are the machine's own."""
    event, reason, detail = drop
    return [event, reason, str(detail).partition("cannot be read: ")[0]]


def _told(error: Exception) -> str:
    name = ERRORS.get(type(error))
    return f"{name}: {error}" if name else "an error"


class Border:
    """One queue, and its ports as it sees them."""

    def __init__(self, recorder: Recorder, name: str, config: Any, api: Any, env: Any) -> None:
        self.name = name
        self._recorder = recorder
        self._numbers = 0
        self._held: dict[int, Any] = {}
        self._snapshot: Any = None
        self._queue: Any = None
        self._api = api
        for port in PORTS:
            setattr(self, port, Port(self, port, env))
        recorder.comes_in(self, "new", [config], lambda: self._start(config))

    def _start(self, config: Any) -> None:
        if isinstance(config, dict) and callable(config.get("onDrop")):
            on_drop = config["onDrop"]
            config = {**config, "onDrop": lambda *told: self.goes_out("onDrop", _of_ours(told), lambda: on_drop(*told))}
        self._queue = ClickQueue(config, self, self)

    # -- what the queue calls

    def goes_out(self, verb: str, arguments: list[Any], deed: Callable[[], Any]) -> Any:
        return self._recorder.goes_out(self, verb, [shown(each) for each in arguments], deed)

    def port_call(self, port: str, method: str, real: Any, arguments: tuple[Any, ...]) -> Any:
        """Ports get callbacks that are recorded when they are called."""
        known = [self._callback(each) if callable(each) and port != "json" else (each, each) for each in arguments]
        # What is to be written is shown by its text, which is the result.
        texts = [] if method == "dump" else [shown(self.token(mark)) for _, mark in known]
        values = [self._held_by(value) for value, _ in known]
        return self._recorder.goes_out(self, f"{port}.{camel(method)}", texts, lambda: getattr(real, method)(*values))

    def track_click_batch(self, events: list[Any], request: dict[str, Any]) -> Any:
        return self.goes_out("api.trackClickBatch", [events, request], lambda: self._api.track_click_batch(events, request))

    # -- what is no JSON: callbacks, timers, promises, functions that end something

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _callback(self, callback: Callable[..., None]) -> tuple[Any, str]:
        number = self._number()

        def called(*arguments: Any) -> None:
            self.comes_in(f"#{number}", list(arguments), lambda: callback(*arguments))

        return called, f"#{number}"

    def token(self, value: Any) -> Any:
        """A value, or the number under which the other machine knows it."""
        if isinstance(value, (Timer, End, Answer)):
            return {value.mark: value.number}
        if value is None or isinstance(value, (bool, int, float, str, list, dict)):
            return value
        number = self._number()
        kind = End if callable(value) else Answer if hasattr(value, "then") else Timer
        self._held[id(value)] = kind(self, number, value)
        return {kind.mark: number}

    def held(self, value: Any) -> Any:
        """What the queue gets in place of a timer, a promise or a function that ends something."""
        return self._held.pop(id(value), value)

    @staticmethod
    def _held_by(value: Any) -> Any:
        return value.real if isinstance(value, Timer) else value

    # -- what the world calls

    def comes_in(self, verb: str, arguments: list[Any], deed: Callable[[], Any]) -> Any:
        return self._recorder.comes_in(self, verb, arguments, deed)

    def look(self) -> str:
        """The snapshot after a call, if it is another one."""
        if self._queue is None:
            return ""
        snapshot = self._queue.get_snapshot()
        if snapshot is self._snapshot:
            return " same"
        self._snapshot = snapshot
        return " " + shown(snapshot)

    def enqueue(self, event: Any) -> Any:
        return self.comes_in("enqueue", [event], lambda: self._queue.enqueue(event))

    def flush(self) -> None:
        self.comes_in("flush", [], lambda: self._queue.flush())

    def purge(self) -> None:
        self.comes_in("purge", [], lambda: self._queue.purge())

    def destroy(self) -> None:
        self.comes_in("destroy", [], lambda: self._queue.destroy())

    def get_snapshot(self) -> Any:
        return self._queue.get_snapshot()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        number = self._number()

        def heard() -> None:
            self.goes_out(f"listener {number}", [], listener)

        stop = self.comes_in(f"subscribe {number}", [], lambda: self._queue.subscribe(heard))
        return lambda: self.comes_in(f"unsubscribe {number}", [], stop)

    def __getattr__(self, name: str) -> Any:
        """For who must look inside, as the simulator does."""
        if name in ("_queue", "__deepcopy__"):
            raise AttributeError(name)
        return getattr(self._queue, name)


class Port:
    """One port as a queue sees it. Which object stands behind it is asked at each call: a script may replace it."""

    def __init__(self, border: Border, port: str, env: Any) -> None:
        self._border = border
        self._port = port
        self._env = env

    def __getattr__(self, method: str) -> Any:
        return lambda *arguments: self._border.port_call(self._port, method, getattr(self._env, self._port), arguments)


class Timer:
    """The handle of an armed timer."""

    mark = "$timer"

    def __init__(self, border: Border, number: int, real: Any) -> None:
        self.border = border
        self.number = number
        self.real = real


class End(Timer):
    """A function that ends something: a lock, a listener."""

    mark = "$end"

    def __call__(self) -> None:
        self.border.goes_out(f"end {self.number}", [], self.real)


class Answer(Timer):
    """A promise of the api."""

    mark = "$promise"

    def then(self, done: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
        border, number = self.border, self.number
        self.real.then(
            lambda value: border.comes_in(f"resolve {number}", [value], lambda: done(value)),
            lambda error: border.comes_in(f"reject {number}", [error], lambda: failed(error)),
        )


def first_difference(one: list[str], other: list[str]) -> int | None:
    """The index of the first line in which two traces differ, None where they are equal."""
    for index in range(max(len(one), len(other))):
        if one[index : index + 1] != other[index : index + 1]:
            return index
    return None


def as_json(entries: list[list[Any]]) -> str:
    return json.dumps(entries, ensure_ascii=True, separators=(",", ":"))
