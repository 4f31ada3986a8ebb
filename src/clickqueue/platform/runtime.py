"""The helpers that the subset needs beyond plain Python, for CPython; `runtime.js` has the same names for JavaScript.

Each pair behaves alike, which `tests/twin/` asserts. Nothing else may differ between the two machines.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from clickqueue.platform.ports import Storage

T = TypeVar("T")


class Map:
    """A table by text whose keys may be whatever a stranger wrote, `__proto__` too: JavaScript's own `Map`."""

    def __init__(self) -> None:
        self._table: dict[str, Any] = {}

    def has(self, key: str) -> bool:
        return key in self._table

    def get(self, key: str) -> Any:
        """The value, None where there is none."""
        return self._table.get(key)

    def set(self, key: str, value: Any) -> None:
        self._table[key] = value

    def delete(self, key: str) -> None:
        self._table.pop(key, None)

    @property
    def size(self) -> int:
        return len(self._table)


def kind(value: Any) -> str:
    """'null', 'boolean', 'number' (finite), 'string', 'list', 'function' or 'object'; 'other' for the rest."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number" if value - value == 0 else "other"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "list"
    return "function" if callable(value) else "object"


def is_whole(value: Any) -> bool:
    """Whether this is a number without a fraction."""
    return kind(value) == "number" and value % 1 == 0


def field(value: Any, key: str) -> Any:
    """`value[key]`, None where either is missing or throws. For objects that strangers made; a method is spelled the Python way."""
    try:
        if isinstance(value, dict):
            return value.get(key)
        snake = re.sub("([A-Z])", r"_\1", key).lower()
        return getattr(value, key if hasattr(value, key) else snake, None)
    except Exception:
        return None


def has_value(value: dict[str, Any], key: str) -> bool:
    """Whether the caller gave anything as `key`, be it null. Undefined is JavaScript's way to give nothing."""
    return key in value


def keys_of(value: dict[str, Any] | Storage) -> list[str]:
    """The keys of an object, or of a storage."""
    return list(value)


def describe(value: Any) -> str:
    """A value as an error message names it; of an object only that it is one."""
    if isinstance(value, str):
        # JavaScript writes half a character as its number.
        return re.sub("[\ud800-\udfff]", lambda half: json.dumps(half[0])[1:-1], json.dumps(value, ensure_ascii=False))
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        # JavaScript has one kind of number, and exponents of its own: 5.0 is 5, 1e-07 is 1e-7 (ECMA-262, Number::toString).
        text = json.dumps(value or 0)
        text = f"{Decimal(text):f}" if 1e-6 <= abs(value) < 1e21 else re.sub("e([+-])0*", r"e\1", text)
        return re.sub(r"\.0(?=e|$)", "", text)
    return kind(value)


def message_of(error: Any) -> str:
    """The message of an error; its status where the message is no text, or empty."""
    message = str(error) if isinstance(error, BaseException) else field(error, "message")
    return message if kind(message) == "string" and message else "status " + describe(field(error, "status"))


def parse_whole(text: str | None) -> int:
    """The number that up to 15 plain digits spell, -1 where the text is anything else, or there is none."""
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,15}", text) else -1


def looks_like_html(text: str, content_type: str | None) -> bool:
    """The page of a captive portal, whatever its type: it begins with a tag, or is said to be HTML and is not empty."""
    return re.match("(?:[^\\S\x1c-\x1f\x85]|\ufeff)*<", text) is not None or (
        text != "" and "html" in (content_type or "").lower()
    )


def journal_name(key: str, main: str) -> str | None:
    """The journal of a storage key: of `main` and `main.1` `main`, of `main:tab` and `main:tab.1` `main:tab`; None for any other key."""
    found = re.fullmatch(r"(:[^.]*)?(\.[0-9]+)?", key[len(main) :]) if key.startswith(main) else None
    return main + (found[1] or "") if found else None


def batch_address(endpoint: str) -> str:
    """`<endpoint>/batch`, before the query where there is one."""
    return re.sub(r"/?(\?[^\n\r\u2028\u2029]*)?\Z", lambda found: "/batch" + (found[1] or ""), endpoint, count=1)


def fields_of(value: Any) -> dict[str, Any]:
    """The fields of a plain object, of a `Headers` or of a `Map`."""
    return dict(value)


def filtered(items: list[T], test: Callable[[T], bool]) -> list[T]:
    """A list of those that pass the test."""
    return [item for item in items if test(item)]


def some(items: list[T], test: Callable[[T], bool]) -> bool:
    """Whether one of them passes the test."""
    return any(test(item) for item in items)


def find(items: list[T], test: Callable[[T], bool]) -> T | None:
    """The first that passes the test, None where none does."""
    return next((item for item in items if test(item)), None)


def first(items: list[T], count: int) -> list[T]:
    """A list of the first `count` items, of all where there are fewer."""
    return items[:count]


def concat(one: list[T], other: list[T]) -> list[T]:
    """A list of both."""
    return one + other


def json_array(items: list[T], text_of: Callable[[T], str]) -> str:
    """A JSON array of items that are turned to JSON one by one."""
    return "[" + ",".join(map(text_of, items)) + "]"


def overlay(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """An object with the fields of both; `top` has the last word."""
    return {**base, **top}


def remove_item(items: list[Any], item: Any) -> None:
    """Remove this very item from the list, the first of equal strings; nothing happens where it is not in it."""
    for index, other in enumerate(items):
        if other is item or (isinstance(item, str) and other == item):
            del items[index]
            return


def in_order(texts: list[str]) -> list[str]:
    """A list of the texts in their order, by UTF-16 code units."""
    return sorted(texts, key=lambda text: text.encode("utf-16-be", "surrogatepass"))


def noop(value: Any) -> None:
    pass


def attempt(call: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
    """Call, and hand on the result, at once or when its promise settles. Nothing that `call` throws escapes."""
    try:
        answer = call()
        if kind(field(answer, "then")) == "function":
            answer.then(done, failed)
            return
    except Exception as error:
        failed(error)
        return
    done(answer)


def create_class(constructor: Any) -> Any:
    """The public class, in JavaScript without `new` as well, where `env` is the window unless one is given."""

    class PublicQueue(constructor):  # type: ignore[misc]
        def __init__(self, config: Any, api: Any, env: Any) -> None:
            super().__init__(config, api, env)
            enqueue = self.__dict__["enqueue"]
            # In JavaScript an argument that is left out is undefined.
            self.__dict__["enqueue"] = lambda event, options=None: enqueue(event, options)

    return PublicQueue


def now_ms(env: Any) -> int:
    """The wall clock, for timestamps and ids; 0 where a host broke it. Whole: a key with a fraction would be no journal's."""
    try:
        return int(math.floor(env.Date.now()))
    except Exception:
        return 0


def parse_json(env: Any, text: str) -> Any:
    """The value of a JSON text; raises where it is none, or where the host broke JSON."""
    return env.JSON.parse(text)


def to_json(env: Any, value: Any) -> Any:
    """JSON text, whatever the host added to the prototypes of lists and objects; no text where the value has none."""
    return env.JSON.stringify(value, None)


def utf8_bytes(text: str) -> int:
    """Length of the text in UTF-8, which is how a request body is counted. A text of `to_json` has no half characters."""
    return len(text) if text.isascii() else len(text.encode("utf-8"))


def uuid7(env: Any) -> str:
    """A UUID that sorts by time (RFC 9562, version 7). Its 72 random bits alone make it unique, whatever the clock does."""
    numbers: Any = None
    try:
        numbers = env.crypto.get_random_values([0] * 18)
    except Exception:
        pass
    time = f"{now_ms(env):012x}"
    digits = "".join(f"{int(numbers[index] if numbers else env.Math.random() * 16) & 15:x}" for index in range(18))
    return f"{time[:8]}-{time[8:]}-7{digits[:3]}-8{digits[3:6]}-{digits[6:]}"


def new_controller(env: Any) -> Any:
    """`new AbortController()`; None where the browser has none."""
    try:
        return env.AbortController()
    except Exception:
        return None


def end_of(signal: Any) -> Any:
    """A promise that settles when the signal is aborted."""
    return signal.until_aborted()


def call_method(target: Any, method: str, event_type: str, listener: Any) -> None:
    """`target[method](event_type, listener)`; the method is spelled the Python way."""
    getattr(target, re.sub("([A-Z])", r"_\1", method).lower())(event_type, listener)


def dispatch_storage(env: Any, key: str, new_value: str | None) -> None:
    """Dispatch a `storage` event in this window alone: the browser sends it to other pages only (HTML standard, 12.2.1)."""
    env.dispatch_event(env.StorageEvent("storage", {"key": key, "newValue": new_value}))
