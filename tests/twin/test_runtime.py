"""Each function of runtime.py, texts.py and web.py gives what its twin in JavaScript gives, over a table of odd values."""

from __future__ import annotations

import json
from collections.abc import Callable
from inspect import isclass, isfunction
from types import SimpleNamespace
from typing import Any

import pytest

from clickqueue.platform import runtime, texts, web
from tests.fakes import FakeJson
from tests.twin.conftest import Page
from tests.twin.runtime_cases import CASES
from tests.twin.values import shown

PAIRS: dict[str, Callable[..., Any]] = {
    name: value
    for module in (runtime, texts, web)
    for name, value in vars(module).items()
    if (isfunction(value) or isclass(value)) and value.__module__ == module.__name__
}
NOT_A_PAIR = {
    "create_class": "a Python class can always be called without new",
    "end_of": "the promise of a fake signal is the fake's own",
}


def thrower(*_: Any) -> Any:
    raise RuntimeError


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "is_two": lambda value: value == 2 and not isinstance(value, bool),
    "always": lambda value: True,
    "itself": lambda value: value,
    "second": lambda value: value[1],
    "never": lambda value: False,
    "quoted": lambda value: '"text"',
    "thrower": thrower,
}


def error_of(fields: dict[str, Any]) -> Exception:
    error = Exception(fields.pop("message"))
    vars(error).update(fields)
    return error


def cyclic() -> Any:
    value: dict[str, Any] = {}
    value["self"] = value
    return value


def unpack(value: Any) -> Any:
    """`unpack` of fakes.js, and the functions that a case names."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$function" in value:
        return FUNCTIONS[value["$function"]]
    if "$error" in value:
        return error_of(unpack(value["$error"]))
    if "$odd" in value:
        odd = {"function": lambda: len, "cyclic": cyclic}.get(value["$odd"])
        return odd() if odd else float(value["$odd"])
    return {name: unpack(field) for name, field in value.items()}


def use_map(*calls: list[Any]) -> Any:
    table = runtime.Map()
    results = []
    for method, *values in calls:
        result = table.size if method == "size" else getattr(table, method)(*values)
        results.append(None if method in ("set", "delete") else result)
    return results


def attempt(answer: dict[str, Any]) -> Any:
    calls: list[Any] = []
    call = thrower if "$throws" in answer else lambda: unpack(answer["value"])
    runtime.attempt(call, lambda value: calls.append(["done", value]), lambda error: calls.append(["failed"]))
    return calls


def remove_item(items: list[Any], index: int | None) -> Any:
    runtime.remove_item(items, {} if index is None else items[index])
    return [items, None]


def to_json(value: Any) -> Any:
    json_port = SimpleNamespace(stringify=lambda value, replacer: FakeJson().stringify(value))
    return web.to_json(SimpleNamespace(JSON=json_port), unpack(value))


def now_ms(now: float | None) -> Any:
    return web.now_ms(SimpleNamespace(Date=None if now is None else SimpleNamespace(now=lambda: now)))


def parse_json(text: str) -> Any:
    return web.parse_json(SimpleNamespace(JSON=FakeJson()), text)


def window_of(parts: dict[str, Any]) -> Any:
    bytes_ = parts["bytes"] and iter(parts["bytes"])
    return SimpleNamespace(
        Date=SimpleNamespace(now=lambda: parts["now"]),
        Math=SimpleNamespace(random=lambda: parts["random"]),
        crypto=bytes_ and SimpleNamespace(get_random_values=lambda numbers: [next(bytes_) for _ in numbers]),
    )


def uuid7(parts: dict[str, Any]) -> str:
    return web.uuid7(window_of(parts))


def new_mark(parts: dict[str, Any]) -> str:
    return web.new_mark(window_of(parts))


def new_controller(name: str) -> Any:
    return web.new_controller(SimpleNamespace(**{name: lambda: True}))


def call_method(method: str) -> Any:
    calls: list[Any] = []
    target = SimpleNamespace(
        add_event_listener=lambda *values: calls.append(["added", *values]),
        remove_event_listener=lambda *values: calls.append(["removed", *values]),
    )
    web.call_method(target, method, "online", "listener")
    return calls


def dispatch_storage(key: str, new_value: str | None) -> Any:
    events: list[Any] = []
    window = SimpleNamespace(
        StorageEvent=lambda event_type, init: [event_type, init["key"], init["newValue"], init.get("bubbles", False)],
        dispatch_event=events.append,
    )
    web.dispatch_storage(window, key, new_value)
    return events


SPECIAL: dict[str, Callable[..., Any]] = {
    "Map": use_map,
    "attempt": attempt,
    "remove_item": remove_item,
    "now_ms": now_ms,
    "parse_json": parse_json,
    "to_json": to_json,
    "uuid7": uuid7,
    "new_mark": new_mark,
    "new_controller": new_controller,
    "call_method": call_method,
    "dispatch_storage": dispatch_storage,
}


def answer(name: str, case: list[Any]) -> str:
    """What the function returns in CPython."""
    copy = json.loads(json.dumps(case))
    try:
        if name in SPECIAL:
            return shown(SPECIAL[name](*copy))
        return shown(PAIRS[name](*map(unpack, copy)))
    except Exception:
        return "! an error"


def test_every_pair_has_its_cases() -> None:
    """The table has the public functions of the three modules, each and no other."""
    assert sorted(PAIRS.keys() - NOT_A_PAIR.keys()) == sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_pair_behaves_alike(page: Page, name: str) -> None:
    """Python and JavaScript give the same answer to each case, or both an error."""
    cases = CASES[name]
    others = page.run(name, cases)
    differences = [
        f"{name}{tuple(case)}: CPython {mine}, JavaScript {other}"
        for case, other in zip(cases, others, strict=True)
        if (mine := answer(name, case)) != other
    ]
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize(
    ("thenable", "calls"),
    [
        ("resolved", [["done later", "value"]]),
        ("rejected", [["failed later", "reason"]]),
        ("calls back at once", [["done later", "value"]]),
        ("calls back twice", [["done later", "value"]]),
        ("throws in then", [["failed later", "an error"]]),
        ("resolves to a promise", [["done later", "value"]]),
        ("then throws when it is read", [["failed", "an error"]]),
    ],
)
def test_attempt_of_a_promise(page: Page, thenable: str, calls: list[Any]) -> None:
    """One call, and never before `attempt` has returned, whatever a thenable does; an error of the call itself at once."""
    assert page.call("attempted", thenable) == calls


def test_end_of_a_signal(page: Page) -> None:
    """The promise settles when the signal is aborted, and not before."""
    assert page.call("ended") == [False, True]


@pytest.mark.parametrize("prototype", ["Array", "Object", "String", "Number"])
@pytest.mark.parametrize("value", [[], {}, [[1], {"a": ["b", None]}], {"a": [], "b": "text", "c": 7}], ids=str)
def test_to_json_beside_a_prototype_with_to_json(page: Page, prototype: str, value: Any) -> None:
    """The text of a plain value is the same when the host has given a prototype a `toJSON` (CONTRACT 7)."""
    assert json.loads(page.call("spoiled", prototype, value)) == value


def test_create_class_with_and_without_new(page: Page) -> None:
    """An instance either way; `env` is the global object unless one is given (CONTRACT 1.2)."""
    default = [True, [1, 2], "globalThis"]
    assert page.call("created") == [default, default, [True, [1, 2], "env"], default]
