"""The helpers of the subset beyond plain Python, for CPython. `runtime.js` has the same names, and `tests/twin/` compares each pair."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")


class Map:
    """A table by text whose keys may be anything a stranger wrote, `__proto__` too: JavaScript's own `Map`."""

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
    """'null', 'boolean', 'number' (finite), 'text', 'list', 'function' or 'object'; 'other' for the rest."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number" if value - value == 0 else "other"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list):
        return "list"
    return "function" if callable(value) else "object"


def field(value: Any, key: str) -> Any:
    """`value[key]`, None where either is missing or refuses. For objects that strangers made; a method is spelled the Python way."""
    try:
        if isinstance(value, dict):
            return value.get(key)
        snake = re.sub("([A-Z])", r"_\1", key).lower()
        return getattr(value, key if hasattr(value, key) else snake, None)
    except Exception:
        return None


def given(value: dict[str, Any], key: str) -> bool:
    """Whether the caller said anything of `key`, be it null. Undefined is JavaScript's way to say nothing."""
    return key in value


def names(value: dict[str, Any]) -> list[str]:
    """The keys of an object."""
    return list(value)


def show(value: Any) -> str:
    """A value as an error message names it; of an object only that it is one."""
    if isinstance(value, str):
        # JavaScript writes half a character as its number.
        return re.sub("[\ud800-\udfff]", lambda half: json.dumps(half[0])[1:-1], json.dumps(value, ensure_ascii=False))
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return _number_text(value)
    return kind(value)


def _number_text(value: float) -> str:
    """A number as JavaScript writes it: 5.0 is 5, and an exponent begins at 1e21 and at 1e-7 (ECMA-262, Number::toString)."""
    if value != value or value in (float("inf"), float("-inf")):
        return json.dumps(value)
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        text = format(Decimal(repr(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return re.sub(r"e([+-])0*", r"e\1", repr(float(value))).replace(".0e", "e")


def after(text: str, prefix: str) -> str | None:
    """What follows `prefix`, None where `text` does not start with it."""
    return text[len(prefix) :] if text.startswith(prefix) else None


def before(text: str, mark: str) -> str:
    """What stands before the first `mark`; all of it where there is none."""
    return text.partition(mark)[0]


def whole(text: str | None) -> int:
    """The number that up to 15 plain digits spell, -1 where the text is anything else, or there is none."""
    return int(text) if text is not None and re.fullmatch("[0-9]{1,15}", text) else -1


def matches(text: str, pattern: str) -> bool:
    """Whether a pattern is found in the text, in capitals or not. Only for patterns that both machines read alike."""
    return re.search(pattern, text, re.IGNORECASE | re.ASCII) is not None


def is_whole(value: float) -> bool:
    """Whether a number has no fraction."""
    return value % 1 == 0


def message_of(error: Any) -> str:
    """The message of an error; its status where it has no message."""
    message = str(error) if isinstance(error, BaseException) else field(error, "message")
    return str(message) if message else "status " + show(field(error, "status"))


def keep(items: list[T], test: Callable[[T], bool]) -> list[T]:
    """A list of those that pass the test."""
    return [item for item in items if test(item)]


def some(items: list[T], test: Callable[[T], bool]) -> bool:
    """Whether one of them passes the test."""
    return any(test(item) for item in items)


def find(items: list[T], test: Callable[[T], bool]) -> T | None:
    """The first that passes the test, None where none does."""
    return next((item for item in items if test(item)), None)


def joined(one: list[T], other: list[T]) -> list[T]:
    """A list of both."""
    return one + other


def array_text(items: list[T], text_of: Callable[[T], str]) -> str:
    """A JSON array of items that are turned to JSON one by one."""
    return "[" + ",".join(map(text_of, items)) + "]"


def overlay(base: dict[str, Any], top: Any) -> Any:
    """An object with the fields of both; `top` has the last word. Under CPython only fakes are no dicts, and they are complete."""
    if top is not None and not isinstance(top, dict):
        return top
    return {**(base if isinstance(base, dict) else {}), **(top or {})}


def with_env(constructor: Any, base: dict[str, Any]) -> Any:
    """The class, made from a partial env, and in JavaScript without `new` as well."""
    return lambda config, api, env: constructor(config, api, overlay(base, env))


def utf8_bytes(text: str) -> int:
    """Length of a JSON text in UTF-8, which is how a request body is counted."""
    return len(text.encode("utf-8", "surrogatepass"))


def random_id() -> str:
    """128 random bits as text without '.' or ':' (CONTRACT 2.2)."""
    return str(uuid.uuid4())


def take_out(items: list[Any], item: Any) -> None:
    """Remove this very item from the list, or the first equal text or number; nothing happens where there is none."""
    for index, other in enumerate(items):
        if other is item or (kind(item) in ("text", "number") and kind(other) == kind(item) and other == item):
            del items[index]
            return


def ordered(items: list[T], rank: Callable[[T], float]) -> list[T]:
    """A list of the items, lowest rank first."""
    return sorted(items, key=rank)


def attempt(call: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
    """Call, and hand on what comes of it, at once or when its promise settles. Nothing escapes."""
    try:
        answer = call()
        if kind(field(answer, "then")) == "function":
            answer.then(done, failed)
            return
    except Exception as error:
        failed(error)
        return
    done(answer)
