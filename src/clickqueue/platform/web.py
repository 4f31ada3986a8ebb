"""Calls to the window: its clock, JSON, random bytes, signals and events; `web.js` has the same names for JavaScript."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from clickqueue.platform.runtime import snake_case


def now_ms(env: Any) -> int:
    """The wall clock in whole ms, for timestamps and ids (a key with a dot names no journal); 0 where a host broke it."""
    try:
        return int(env.Date.now() // 1)
    except Exception:
        return 0


def parse_json(env: Any, text: str) -> Any:
    """The value of a JSON text; raises where it is none, or where the host broke JSON."""
    return env.JSON.parse(text)


def to_json(env: Any, value: Any) -> Any:
    """JSON text, even if the host patched the prototypes of lists and objects; no text where the value has none."""
    return env.JSON.stringify(value, None)


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


def new_mark(env: Any) -> str:
    """The mark of a purge: 32 random bits, too few to know a visitor by."""
    return "!" + uuid7(env)[28:]


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
    getattr(target, snake_case(method))(event_type, listener)


def dispatch_storage(env: Any, key: str, new_value: str | None) -> None:
    """Dispatch a `storage` event in this window alone: the browser sends it to other pages only (HTML standard, 12.2.1).

    Nothing happens where there are no such events (a server).
    """
    with suppress(Exception):
        env.dispatch_event(env.StorageEvent("storage", {"key": key, "newValue": new_value}))
