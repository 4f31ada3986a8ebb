"""Values, lists and calls: what the subset needs beyond plain Python, for CPython; `runtime.js` has the same names for JavaScript.

Each pair behaves alike, here and in `texts.py` and `web.py`, which `tests/twin/` asserts. Nothing else may differ between the two
machines.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
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
        return getattr(value, key if hasattr(value, key) else snake_case(key), None)
    except Exception:
        return None


@lru_cache
def snake_case(name: str) -> str:
    """The Python name of a JavaScript name; remembered, since the fakes are asked for the same few all the time."""
    return re.sub("([A-Z])", r"_\1", name).lower()


def has_value(value: dict[str, Any], key: str) -> bool:
    """Whether the caller gave anything as `key`, be it null. Undefined is JavaScript's way to give nothing."""
    return key in value


def keys_of(value: dict[str, Any] | Storage) -> list[str]:
    """The keys of an object, or of a storage."""
    return list(value)


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


def overlay(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """An object with the fields of both; `top` has the last word."""
    return {**base, **top}


def remove_item(items: list[Any], item: Any) -> None:
    """Remove this very item from the list, the first of equal strings; nothing happens where it is not in it."""
    for index, other in enumerate(items):
        if other is item or (isinstance(item, str) and other == item):
            del items[index]
            return


def noop(value: Any) -> None:
    pass


def attempt(call: Callable[[], Any], done: Callable[[Any], None] = noop, failed: Callable[[Any], None] = noop) -> None:
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
