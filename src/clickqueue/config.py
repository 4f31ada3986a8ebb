"""What a host may set. A wrong setting throws here, once, and names field, value and what is allowed (CONTRACT 1.4, 1.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.runtime import field, given, is_integer, kind, names, show

if TYPE_CHECKING:
    from collections.abc import Callable

# A day is longer than any page waits, and far below the 24.8 days (2 147 483 647 ms) at which browsers' timers wrap.
MAX_DELAY_MS = 86400000
# A year: older clicks are no longer anybody's.
MAX_AGE_MS = 31536000000

DEFAULTS = {
    "maxBatchSize": 10,
    "maxBatchDelay": 5000,
    "maxRetries": 10,
    "initialRetryDelay": 2000,
    "maxRetryDelay": 30000,
    "storageKey": "srv_click_queue",
    "maxQueueSize": 1000,
    "maxQueueBytes": 524288,
    "maxEventBytes": 4096,
    "maxEventAge": 604800000,
    "retryJitter": 0,
    "onDrop": None,
}

# Smallest, largest and step of each number: an event or a try cannot be halved.
RANGES = {
    # One request carries 60 000 bytes (CONTRACT 3.1): 1 000 events are more than it ever holds.
    "maxBatchSize": [1, 1000, 1],
    "maxBatchDelay": [0, MAX_DELAY_MS, 0],
    # 0 would park the queue before its first failure.
    "maxRetries": [1, 1000, 1],
    # 0 would retry without a pause.
    "initialRetryDelay": [1, MAX_DELAY_MS, 0],
    "maxRetryDelay": [1, MAX_DELAY_MS, 0],
    # Ten times the default. Each ten events are one key, and all keys are looked through when a tab starts.
    "maxQueueSize": [1, 10000, 1],
    # Browsers give an origin about 5 MB of localStorage; a guest leaves some of it to its host.
    "maxQueueBytes": [1000, 4194304, 1],
    # The largest event must fit into one request, and may still grow by its `retryCount`.
    "maxEventBytes": [100, 50000, 1],
    "maxEventAge": [0, MAX_AGE_MS, 0],
    "retryJitter": [0, 1, 0],
}


def read_config(config: Any) -> dict[str, Any]:
    """The config with its defaults filled in."""
    if config is not None and kind(config) != "object":
        raise TypeError(complaint("config", config, "an object, or nothing"))
    return filled_in(DEFAULTS, config, check)


def read_api(api: Any) -> Any:
    """The api, if it can send a batch."""
    if api is None or kind(api.track_click_batch) != "function":
        raise TypeError(complaint("api", api, "an object with trackClickBatch(events, request)"))
    return api


def check(name: str, value: Any) -> None:
    where = "config." + name
    span = field(RANGES, name)
    if name == "onDrop":
        check_function(where, value, "a function(event, reason, detail)")
    elif name == "storageKey":
        check_text(where, value)
    elif span is not None:
        check_number(where, value, span)
    else:
        raise TypeError(unknown(where, DEFAULTS))


# -- for the options of `createWidgetApi` too


def filled_in(defaults: dict[str, Any], wishes: Any, check: Callable[[str, Any], None]) -> dict[str, Any]:
    """The defaults, and over them each wish that passes its check; one that is undefined counts as absent."""
    result: dict[str, Any] = {}
    for name in names(defaults):
        result[name] = defaults[name]
    if wishes is not None:
        for name in names(wishes):
            if given(wishes, name):
                check(name, wishes[name])
                result[name] = wishes[name]
    return result


def check_text(where: str, value: Any) -> None:
    allowed = "a non-empty string"
    if kind(value) != "text":
        raise TypeError(complaint(where, value, allowed))
    if len(value) == 0:
        raise ValueError(complaint(where, value, allowed))


def check_number(where: str, value: Any, span: list[float]) -> None:
    is_whole = span[2] == 1
    allowed = ("a whole number" if is_whole else "a number") + " from " + str(span[0]) + " to " + str(span[1])
    if kind(value) != "number":
        raise TypeError(complaint(where, value, allowed))
    if value < span[0] or value > span[1] or (is_whole and not is_integer(value)):
        raise ValueError(complaint(where, value, allowed))


def check_function(where: str, value: Any, allowed: str) -> None:
    if value is not None and kind(value) != "function":
        raise TypeError(complaint(where, value, allowed + ", or null"))


def complaint(where: str, value: Any, allowed: str) -> str:
    return "clickqueue: " + where + " is " + show(value) + "; give " + allowed


def unknown(where: str, defaults: dict[str, Any]) -> str:
    known = ""
    for name in names(defaults):
        known += " " + name
    return "clickqueue: " + where + " is unknown; there are" + known
