"""runtime.py and runtime.js are the same functions for two machines: each pair over a table of awkward values."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import Any

import pytest

from clickqueue import runtime
from tests.twin.conftest import ROOT, Page
from tests.twin.record import shown

NAN = {"$odd": "NaN"}
INFINITE = {"$odd": "Infinity"}
MINUS_INFINITE = {"$odd": "-Infinity"}
FUNCTION = {"$odd": "function"}
NUMBERS = [0, 1, -1, 7, 0.5, -2.5, 10**15, 5.0, 1e16, 1e21, -1.5e300, 1e-5, 1e-6, 1.5e-7, NAN, INFINITE, MINUS_INFINITE]
TEXTS = [
    "",
    "0",
    "7",
    "07",
    " 7",
    "7 ",
    "-7",
    "+7",
    "7.0",
    "1e3",
    "\u0667",
    "²",
    "ten",
    "a.b.c",
    "ä€😀",
    "\ud800",
    '"\\\n',
    "__proto__",
]
LISTS: list[Any] = [[], [0], [1, 2, 3], [2, 2], [[]], ["a", None]]
OBJECTS: list[Any] = [{}, {"a": 1}, {"a": None}, {"length": 2}, {"__proto__": {"a": 1}}, {"a": {"b": []}}]
VALUES = [None, True, False, *NUMBERS, *TEXTS, *LISTS, *OBJECTS, FUNCTION]
IS_TWO = {"$function": "is_two"}
ALWAYS = {"$function": "always"}
NEVER = {"$function": "never"}
THROWER = {"$function": "thrower"}
ITSELF = {"$function": "itself"}
FAMILIES = [
    "",
    "srv_click_queue",
    "srv_click_queue.",
    "srv_click_queue.1",
    "srv_click_queue:a",
    "srv_click_queue:a.2",
    ".",
    "a.b",
    "A",
]
KEYS = ["a", "length", "", "__proto__", "constructor", "toString", "status"]
TABLES: list[Any] = [
    [["has", "a"], ["get", "a"], ["set", "a", 1], ["has", "a"], ["get", "a"], ["delete", "a"], ["has", "a"], ["delete", "a"]],
    [["set", key, key] for key in KEYS] + [["get", key] for key in KEYS] + [["has", "valueOf"], ["get", "valueOf"]],
    [["set", "a", 1], ["set", "a", None], ["has", "a"], ["get", "a"]],
]
GIVEN: list[Any] = [None, True, 0, 7, "", "text", [], {}, {"a": 1}, {"then": None}, {"then": 7}]
ANSWERS: list[dict[str, Any]] = [
    *({"value": value} for value in GIVEN),
    {"$throws": True},
]

CASES: dict[str, list[Any]] = {
    "Map": TABLES,
    "kind": [[value] for value in VALUES],
    # What is inherited (`constructor` of any object) is JavaScript's alone: here only what may be asked of strangers.
    "field": [[value, key] for value in [None, True, 7, "text", [1], *OBJECTS] for key in ("a", "status", "reason", "")],
    "given": [[value, key] for value in OBJECTS for key in ("a", "b")],
    "names": [[value] for value in OBJECTS],
    "show": [[value] for value in VALUES],
    "after": [[text, prefix] for text in [*FAMILIES, *TEXTS] for prefix in ["", "srv_click_queue", "srv_click_queue.", "a", "ä"]],
    "before": [[text, mark] for text in [*FAMILIES, *TEXTS] for mark in (".", ":", "a", "😀")],
    "whole": [[text] for text in [*TEXTS, None, "9" * 15, "1" + "0" * 15, "1" * 22]],
    "matches": [
        [text, pattern] for text in [*TEXTS, "<p>", "\n <P>", "TEXT/HTML", "html"] for pattern in ("^\\s*<", "html", "a")
    ],
    "is_whole": [[value] for value in (0, 1, -1, 0.5, 1.0, -2.5, 10**15)],
    "message_of": [[value] for value in [None, True, 7, {}, {"message": "m"}, {"message": ""}, {"status": 422}]],
    "utf8_bytes": [[text] for text in ("", "a", '{"a":"ä😀"}', "\u20ac%25 +", "\x00")],
    "keep": [[items, test] for items in LISTS for test in (IS_TWO, ALWAYS, NEVER)] + [[[1], THROWER], [[], THROWER]],
    "some": [[items, test] for items in LISTS for test in (IS_TWO, ALWAYS, NEVER)] + [[[1], THROWER], [[], THROWER]],
    "find": [[items, test] for items in LISTS for test in (IS_TWO, ALWAYS, NEVER)] + [[[1], THROWER], [[], THROWER]],
    "joined": [[one, other] for one in LISTS for other in LISTS],
    "array_text": [[items, {"$function": "quoted"}] for items in LISTS],
    "overlay": [[one, other] for one in OBJECTS for other in [*OBJECTS, None]],
    "take_out": [
        [[], None],
        [[1, 2], None],
        [["a", "b", "c"], 1],
        [[{}, {}], 1],
        [[[], [], []], 2],
        [["a", "b", "a"], 2],
        [[1, 7, 7], 2],
    ],
    "ordered": [[items, ITSELF] for items in ([], [1], [3, 1, 2], [10, 9, 100, 1], [2, 2, 1], [0, -1, 5])]
    + [[[["a", 2], ["b", 1], ["c", 2], ["d", 1]], {"$function": "second"}]],
    "attempt": [[answer] for answer in ANSWERS],
}
NOT_A_PAIR = {
    "with_env": "a Python class can always be called without new",
    "random_id": "no two ids are the same",
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


def unpack(value: Any) -> Any:
    """What `unpack` of fakes.js makes of it, and the functions that a case names."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$function" in value:
        return FUNCTIONS[value["$function"]]
    if "$odd" in value:
        return len if value["$odd"] == "function" else float(value["$odd"])
    return {name: unpack(field) for name, field in value.items()}


def attempted(case: dict[str, Any]) -> Any:
    heard: list[Any] = []
    call = thrower if "$throws" in case else lambda: unpack(case["value"])
    runtime.attempt(call, lambda value: heard.append(["done", value]), lambda error: heard.append(["failed"]))
    return heard


def tabled(deeds: list[list[Any]]) -> Any:
    table = runtime.Map()
    results = []
    for deed, *values in deeds:
        result = getattr(table, deed)(*values)
        results.append(result if deed in ("has", "get") else None)
    return results


def taken_out(items: list[Any], index: int | None) -> Any:
    runtime.take_out(items, {} if index is None else items[index])
    return [items, None]


SPECIAL: dict[str, Callable[..., Any]] = {"attempt": attempted, "take_out": taken_out}


def answer(name: str, case: list[Any]) -> str:
    """What runtime.py makes of it."""
    copy = json.loads(json.dumps(case))
    try:
        if name == "Map":
            return shown(tabled(copy))
        if name in SPECIAL:
            return shown(SPECIAL[name](*copy))
        return shown(getattr(runtime, name)(*map(unpack, copy)))
    except Exception:
        return "! an error"


def functions() -> list[str]:
    """The public names of runtime.py."""
    tree = ast.parse((ROOT / "src" / "clickqueue" / "runtime.py").read_text())
    defined = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return [name for name in defined if not name.startswith("_") and name not in NOT_A_PAIR]


def test_every_pair_has_its_cases() -> None:
    """No function of the runtime is left unheld; what is gone from it is gone from here."""
    assert sorted(functions()) == sorted(CASES)


@pytest.mark.parametrize("name", functions())
def test_a_pair_behaves_alike(page: Page, name: str) -> None:
    """Python and JavaScript give the same answer to each case, or both an error."""
    cases = CASES[name]
    theirs = page.run(name, cases)
    for case, other in zip(cases, theirs, strict=True):
        assert answer(name, case) == other, f"{name}{tuple(case)}"
