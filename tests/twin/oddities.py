"""What hosts, servers and other scripts of a page may come up with."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.fakes import click
from tests.keys import KEY, MARK_KEY

STATUSES = (None, 0, 200, 301, 401, 404, 408, 429, 500, 503, 400, 413, 422, "400", 400.5, True)
WAITS_MS = (None, None, None, 0, 1, 3000, 90_000, 10**9, -5, "soon", True, float("nan"), float("inf"))
NONSENSE: tuple[Any, ...] = (
    True,
    0,
    "text",
    "",
    [],
    {},
    [{"rejected": ["?"]}],
    {"rejected": "all"},
    {"rejected": {"length": 3}},
    {"rejected": [None, 1, [], {}, {"id": 7}, {"id": "unknown", "reason": 5}], "retry": [None, {}, "unknown"]},
    {"retry": {"length": 3}},
    {"then": 5},
    {"ok": False, "status": 503},
    {"ok": False, "status": 422},
    {"ok": False},
    {"ok": 0},
)
ERRORS: tuple[Any, ...] = (
    *(None, "text", 5, [], {}, {"status": 422}, {"status": 503, "retryAfterMs": 7000}),
    *({"message": "cut"}, {"message": 5}, {"message": ""}, {"message": {}}, {"status": "400"}, {"status": {}}, {"status": True}),
)
JUNK = (
    "",
    "{",
    "42",
    '"str"',
    "null",
    '{"a":1}',
    '{"length":2}',
    "[]",
    "[null]",
    "[{}]",
    "[[1]]",
    '[{"id":"x"},7,{"__proto__":{"sessionId":"s"}}]',
    '[{"id":"p","sessionId":"s","questionId":"q","offerId":"o","buttonVariantId":"b","timestamp":1,"__proto__":{"a":1}}]',
    '[{"id":"r","sessionId":"s","questionId":"q","offerId":"o","buttonVariantId":"b","timestamp":1,"retryCount":"many"}]',
    '[{"id":"n","sessionId":"s","questionId":"q","offerId":"o","buttonVariantId":"b","timestamp":"1"}]',
    '[{"sessionId":"s","questionId":"q","offerId":"o","buttonVariantId":"b"}]',
)
KEYS = (KEY, KEY, f"{KEY}.1", f"{KEY}.2", f"{KEY}:gone", f"{KEY}:gone.1", f"{KEY}.x", f"{KEY}:", MARK_KEY, "other", f"{KEY}2")
NEWS: tuple[Any, ...] = ("hidden", "visible", "online", "offline", "leave", "return", "freeze", "resume", "storage")
FORGED = ("pagehide", "freeze", "pageshow", "resume", "online", "storage", "visibilitychange")
OPTIONS: tuple[Any, ...] = (None, None, None, {}, {"urgent": True}, {"urgent": 1}, {"urgent": None}, "urgent", 5, [])


def odd_events(dice: Random) -> list[Any]:
    """Events that a host may pass to `enqueue`."""
    cyclic: dict[str, Any] = click()
    cyclic["self"] = cyclic
    return [
        *(None, "text", "", 7, 1.5, float("nan"), True, [], [click()], {}, len, cyclic),
        click(note="x" * 10_000),
        click(sessionId=""),
        click(questionId=None),
        click(offerId=5),
        click(buttonVariantId=["b"]),
        *(click(id=each) for each in ("", 5, None, "__proto__", "constructor", "7")),
        *(click(timestamp=each) for each in (None, "1", float("nan"), -1.5, dice.choice((1, 4_000_000_000_000)))),
        *(click(userAgent=each) for each in (None, 5)),
        *(click(retryCount=each) for each in ("many", 3)),
        click(note='ä€😀 \ud800 "\\\n\x00 \u2028'),
        click(note={"a": [1, [None, {"b": -0.5}]], "c": 1e21}, price=float("inf")),
        click(note="é" * 2000),
        click(account="a"),
        {**click(), "__proto__": {"a": 1}},
        click(handler=len),
    ]
