"""The cases of each pair of functions in runtime.py, texts.py and web.py: lists of arguments, odd ones among them.

A `{"$function": name}` is a function that both sides have under that name, `{"$odd": ...}` a value that JSON cannot carry.
"""

from __future__ import annotations

from typing import Any

from tests.keys import KEY

FUNCTION = {"$odd": "function"}
CYCLIC = {"$odd": "cyclic"}
NOT_FINITE = [{"$odd": name} for name in ("NaN", "Infinity", "-Infinity")]
NUMBERS = [0, 1, -1, 7, 0.5, -2.5, 10**15, 5.0, 1e15, 0.1, -0.001, 0.1 + 0.2, 123456789.125, *NOT_FINITE]
EXPONENTS = [1e16, 1e20, 1e21, 1.5e22, -1.5e300, 1e-4, 1e-5, 1e-6, 1.25e-6, 1e-7, -1.5e-7, 2e-300, -0.0]
DIGITS = ["0", "7", "07", " 7", "7 ", "-7", "+7", "7.0", "1e3", "\u0667", "²", "7\n", "9" * 15, "1" + "0" * 15, "1" * 22]
TEXTS = ["", *DIGITS, "ten", "a.b.c", "ä€😀", "\ud800", '"\\\n', "\x00\x7f\u2028/", "__proto__"]
LISTS: list[Any] = [[], [0], [1, 2, 3], [2, 2], [[]], ["a", None]]
OBJECTS: list[Any] = [{}, {"a": 1}, {"a": None}, {"length": 2}, {"__proto__": {"a": 1}}, {"a": {"b": []}}]
VALUES = [None, True, False, *NUMBERS, *TEXTS, *LISTS, *OBJECTS, FUNCTION]

IS_TWO, ALWAYS, NEVER, THROWER, ITSELF, SECOND, QUOTED = (
    {"$function": name} for name in ("is_two", "always", "never", "thrower", "itself", "second", "quoted")
)
TESTED = [[items, test] for items in LISTS for test in (IS_TWO, ALWAYS, NEVER)] + [[[1], THROWER], [[], THROWER]]

MARKS: list[Any] = [None, 5, True, {}, "", "!", "!0123abcd", "!0123.abcd", "!\n", "x!0123abcd", "!0123abcd\n", "0123abcd!"]
PLACES = [
    *("", ".1", ".12", ".123456789", ".1234567890", ".01", ".0", ".", ".1.1", ".x", ".-1", ".1\n", ".\u0661", "!", "2", "\n"),
    *(":", ":a", ":a.2", ":a.b", ":a:b.3", ":.4", ":a.5.6", ":a\n.7", ":a.8\n", ":😀.9", "::", ":\ud800", " ", ":a!"),
]
ENDPOINTS = [
    *("", "/", "//", "/a", "/a/", "/a//", "/a?b", "/a/?b", "/a?b/c?d", "?", "/?", "?b", "/a#b", "/a?b#c", "/a?$1$&", "/a$1"),
    *("https://h/a", "https://h:1/a/?b=c&d", "/a\n", "/a/\n", "/a\nb?c", "/a?b\n", "/a?b\u2028", "ä😀/?é", "a" * 50),
]
HTML = [
    "<p>",
    " <p>",
    "\n\t\r\f\v <P>",
    "\ufeff<p>",
    "\u00a0\u2028\u3000<p>",
    "\x1c<p>",
    "\x85<p>",
    "\u200b<p>",
    "a<p>",
    "{}",
    " ",
    "",
    "<",
]
TYPES = [None, "", "text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml", "text/plain", "htm\u0131", "HTM\u0139"]

KEYS = ["a", "length", "", "__proto__", "constructor", "toString", "status"]
TABLES: list[Any] = [
    [["has", "a"], ["get", "a"], ["set", "a", 1], ["has", "a"], ["get", "a"], ["delete", "a"], ["has", "a"], ["delete", "a"]],
    [*([["set", key, key] for key in KEYS]), ["size"], *([["get", key] for key in KEYS]), ["has", "valueOf"], ["get", "valueOf"]],
    [["set", "a", 1], ["set", "a", None], ["size"], ["has", "a"], ["get", "a"], ["delete", "a"], ["size"]],
]
MESSAGES: list[Any] = ["m", "", "\ud800", 0, 5, 0.5, True, False, None, [], ["a"], {}, FUNCTION]
STATUSES: list[Any] = [422, 0, 400.5, "400", "", True, None, [], {}, FUNCTION, *NOT_FINITE]
ERRORS: list[Any] = [
    *(None, True, 7, "text", [], {}, {"$error": {"message": "m"}}, {"$error": {"message": ""}}),
    *({"message": message} for message in MESSAGES),
    *({"status": status} for status in STATUSES),
    {"message": "", "status": 503},
    {"$error": {"message": "m", "status": 503}},
    {"$error": {"message": "", "status": 503}},
]
BYTES = [[0] * 19, [255] * 19, list(range(19)), [7, 16, 129, 200, 15, 31, 64, 128, 254, 8, 3, 99, 171, 205, 240, 1, 2, 4, 77]]
UUIDS: list[Any] = [
    *({"now": now, "bytes": bytes_} for now in (0, 1, 1_700_000_000_000, 1_700_000_000_000.9, 2**48 - 1) for bytes_ in BYTES),
    *({"now": 1_700_000_000_000, "bytes": None, "random": random} for random in (0, 0.06, 0.5, 0.999999)),
]
JSON_VALUES: list[Any] = [
    *([value] for value in VALUES),
    *(None, True, 7, 0.5, "text", [], {}, FUNCTION, CYCLIC, [CYCLIC], [FUNCTION, 1], {"a": FUNCTION, "b": 1}),
    *({"a": NOT_FINITE[0]}, [NOT_FINITE[1]], {"ä": "\udc00\ud800"}, {"": 0}, {"toJSON": 5}),
    {"a": [1, [None, {"b": -0.5}]], "c": 1e21},
]

JSON_TEXTS = [
    *(
        '{"a":1}',
        " [1 , 2]\n",
        '{"__proto__":1}',
        '{"a":1,"a":2}',
        '"\\ud800"',
        '"\\u00e4"',
        "-0",
        "1e2",
        "0.5",
        "[]x",
        "{'a':1}",
        "[1,]",
    ),
    *(
        "NaN",
        "Infinity",
        "-Infinity",
        "true",
        "null",
        "nul",
        '"a\tb"',
        '"\x00"',
        "\ufeff[]",
        "\u00a0[]",
        "01",
        "+1",
        ".5",
        "1.",
        '"\\x"',
    ),
    *("1e999", "undefined", "{"),
]

GIVEN: list[Any] = [None, True, 0, 7, "", "text", [], {}, {"a": 1}, {"then": None}, {"then": 7}]

CASES: dict[str, list[Any]] = {
    "Map": TABLES,
    "kind": [[value] for value in VALUES],
    "is_whole": [[value] for value in [*VALUES, *EXPONENTS]],
    # Not the names that every object of JavaScript inherits: a rule of the subset refuses them.
    "field": [
        [value, key] for value in [None, True, 7, "text", [1], *OBJECTS] for key in ("a", "status", "reason", "newValue", "")
    ],
    "has_value": [[value, key] for value in OBJECTS for key in ("a", "b")],
    "keys_of": [[value] for value in [*OBJECTS, {"b": 1, "a": 2}]],
    "describe": [[value] for value in [*VALUES, *EXPONENTS]],
    "message_of": [[value] for value in ERRORS],
    "parse_whole": [[text] for text in [*TEXTS, None]],
    "looks_like_html": [[text, content_type] for text in HTML for content_type in TYPES],
    "journal_name": [
        *([KEY + rest, KEY] for rest in PLACES),
        *(
            [key, main]
            for main in (KEY, ".", "a.b", "(", "ä", "\n")
            for key in ("", main, f"{main}.1", f"x{main}", f"{main}:a.2")
        ),
        *([key, KEY] for key in (KEY.upper(), KEY[:-1], f" {KEY}")),
    ],
    "mark_of": [[text] for text in MARKS],
    "batch_address": [[endpoint] for endpoint in ENDPOINTS],
    "fields_of": [[value] for value in [*OBJECTS, {"b": 1, "a": "text"}, None]],
    "filtered": TESTED,
    "some": TESTED,
    "find": TESTED,
    "first": [[items, count] for items in LISTS for count in (0, 1, 2, 5)],
    "concat": [[one, other] for one in LISTS for other in LISTS],
    "json_array": [[items, QUOTED] for items in LISTS] + [[[1], THROWER]],
    "overlay": [[one, other] for one in OBJECTS for other in OBJECTS],
    "remove_item": [
        *([[], None], [[1, 2], None], [["a", "b", "c"], 1], [[{}, {}], 1], [[[], [], []], 2]),
        *([["a", "b", "a"], 2], [["ä😀", "ä😀"], 1]),
    ],
    "in_order": [
        [texts] for texts in ([], ["b", "a"], ["10", "9", "1", "a.1000001", "a", "a:"], ["\uffff", "😀", "é", "z"], TEXTS)
    ],
    "noop": [[value] for value in (None, 1, "text")],
    "attempt": [[answer] for answer in [*({"value": value} for value in GIVEN), {"$throws": True}]],
    "now_ms": [[now] for now in (0, 1, 1_700_000_000_000, 1_700_000_000_000.9, -1.5, None)],
    "parse_json": [[text] for text in ["", "ten", *DIGITS[:-1], *JSON_TEXTS]],
    "to_json": [[value] for value in JSON_VALUES],
    "utf8_bytes": [[text] for text in ("", "a", '{"a":"ä😀"}', "\u20ac%25 +", "\x00\x7f\x80\u07ff\u0800\uffff\U00010000")],
    "uuid7": [[parts] for parts in UUIDS],
    "new_mark": [[parts] for parts in UUIDS],
    "new_controller": [["AbortController"], ["another"]],
    "call_method": [["addEventListener"], ["removeEventListener"], ["another"]],
    "dispatch_storage": [["key", "text"], [f"{KEY}!", ""], ["", None]],
}
