"""The window of one queue under CPython: each call to a part of it is recorded, then made at the fake window behind it.

Invariant: the fake part is looked up at each call, since a script may replace or break it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tools.mangling import camel

if TYPE_CHECKING:
    from tests.twin.border import Border


class Handle:
    """Something of the world that the queue has, under its number."""

    tag = "$timer"

    def __init__(self, border: Border, number: int, real: Any) -> None:
        self.border = border
        self.number = number
        self.real = real

    @property
    def token(self) -> dict[str, int]:
        return {self.tag: self.number}


class Timer(Handle):
    """The handle of an armed timer."""


class Answer(Handle):
    """A promise of the api or of a lock."""

    tag = "$promise"

    def then(self, done: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
        border, number = self.border, self.number
        self.real.then(
            lambda value: border.comes_in(f"resolve {number}", [value], lambda: done(value)),
            lambda error: border.comes_in(f"reject {number}", [error], lambda: failed(error)),
        )


class Controller(Handle):
    """An AbortController. Its signal is the fake's own."""

    tag = "$controller"

    @property
    def signal(self) -> Any:
        return self.real.signal

    def abort(self) -> None:
        self.border.goes_out(f"abort {self.number}", [], self.real.abort)


class Part:
    """An object of the window, of which only methods are used."""

    def __init__(self, border: Border, path: str, real: Callable[[], Any]) -> None:
        self._border = border
        self._path = path
        self._real = real

    def __getattr__(self, method: str) -> Any:
        verb = f"{self._path}.{camel(method)}"
        return lambda *arguments: self._border.goes_out(verb, list(arguments), lambda: getattr(self._real(), method)(*arguments))


class Storage(Part):
    def __iter__(self) -> Iterator[str]:
        keys: list[str] = self._border.goes_out("localStorage.keys", [], lambda: list(self._real()))
        return iter(keys)


class Crypto(Part):
    def get_random_values(self, numbers: list[int]) -> Any:
        return self._border.goes_out("crypto.getRandomValues", [len(numbers)], lambda: self._real().get_random_values(numbers))


class Json(Part):
    def stringify(self, value: Any, replacer: Any) -> Any:
        # A value is shown by its text, which is the result.
        return self._border.goes_out("JSON.stringify", [], lambda: self._real().stringify(value, replacer))


class Locks(Part):
    def request(self, lock_name: str, options: dict[str, Any], callback: Callable[[Any], Any]) -> Any:
        called, number = self._border.callback(callback)
        seen = {name: self._border.token_of_signal(value) if name == "signal" else value for name, value in options.items()}
        return self._border.goes_out(
            "navigator.locks.request",
            [lock_name, seen, number],
            lambda: self._real().request(lock_name, options, called),
        )


class Navigator:
    def __init__(self, border: Border, env: Any) -> None:
        self._border = border
        self._env = env
        self.locks = Locks(border, "navigator.locks", lambda: env.navigator.locks)

    @property
    def on_line(self) -> Any:
        return self._border.goes_out("navigator.onLine", [], lambda: self._env.navigator.on_line)

    @property
    def user_agent(self) -> Any:
        return self._border.goes_out("navigator.userAgent", [], lambda: self._env.navigator.user_agent)


class Target:
    """A window or a document: its listeners record their calls."""

    def __init__(self, border: Border, path: str, env: Any, real: Callable[[], Any]) -> None:
        self._border = border
        self._path = path
        self._env = env
        self._real = real

    def add_event_listener(self, event_type: str, listener: Callable[[Any], None]) -> None:
        self._pass_on("add", event_type, listener)

    def remove_event_listener(self, event_type: str, listener: Callable[[Any], None]) -> None:
        self._pass_on("remove", event_type, listener)

    def _pass_on(self, verb: str, event_type: str, listener: Callable[[Any], None]) -> None:
        called, number = self._border.callback(listener, lambda event: event_fields(event, self._env))
        self._border.goes_out(
            f"{self._path}{verb}EventListener",
            [event_type, number],
            lambda: getattr(self._real(), f"{verb}_event_listener")(event_type, called),
        )


class Document(Target):
    @property
    def hidden(self) -> Any:
        """Not recorded: it goes to JavaScript with each event."""
        return self._env.document.hidden


class RecordedWindow(Target):
    """What the queue gets as `env`."""

    def __init__(self, border: Border, env: Any) -> None:
        super().__init__(border, "", env, lambda: env)
        self.local_storage = Storage(border, "localStorage", lambda: env.local_storage)
        self.performance = Part(border, "performance", lambda: env.performance)
        self.crypto = Crypto(border, "crypto", lambda: env.crypto)
        self.Date = Part(border, "Date", lambda: env.Date)
        self.Math = Part(border, "Math", lambda: env.Math)
        self.JSON = Json(border, "JSON", lambda: env.JSON)
        self.navigator = Navigator(border, env)
        self.document = Document(border, "document.", env, lambda: env.document)
        self.StorageEvent = env.StorageEvent

    def AbortController(self) -> Any:
        return self._border.goes_out("AbortController", [], lambda: self._env.AbortController())

    def set_timeout(self, callback: Callable[[], None], delay_ms: float) -> Any:
        called, number = self._border.callback(callback)
        return self._border.goes_out("setTimeout", [number, delay_ms], lambda: self._env.set_timeout(called, delay_ms))

    def clear_timeout(self, timer: Timer | None) -> None:
        token, real = (timer.token, timer.real) if timer else (None, None)
        self._border.goes_out("clearTimeout", [token], lambda: self._env.clear_timeout(real))

    def dispatch_event(self, event: Any) -> None:
        fields = event_fields(event, self._env)
        told = [fields["type"], fields["key"], fields["newValue"]]
        self._border.goes_out("dispatchEvent", told, lambda: self._env.dispatch_event(event))


def event_fields(event: Any, env: Any) -> dict[str, Any]:
    """An event as JavaScript gets it."""
    return {
        "type": event.type,
        "eventPhase": event.event_phase,
        "isTrusted": event.is_trusted,
        "key": event.key,
        "newValue": event.new_value,
        "hidden": env.document.hidden,
    }
