"""What a host may set. A wrong setting throws here, once, and names field, value and what is allowed (CONTRACT 1.4, 1.6)."""

from __future__ import annotations

from typing import Any

from clickqueue.runtime import field, given, is_integer, kind, names, show

# A day is longer than any page waits, and far below the 24.8 days (2 147 483 647 ms) at which browsers' timers wrap.
MAX_DELAY_MS = 86400000

# The default and its kind; of a number the least, the most and 1 where it must be whole (an event cannot be halved).
CONFIG: dict[str, list[Any]] = {
    # One request carries 60 000 bytes (CONTRACT 3.1): 1 000 events are more than it ever holds.
    "maxBatchSize": [10, "number", 1, 1000, 1],
    "maxBatchDelay": [5000, "number", 0, MAX_DELAY_MS],
    # 0 would park the queue before its first failure.
    "maxRetries": [10, "number", 1, 1000, 1],
    # 0 would retry without a pause.
    "initialRetryDelay": [2000, "number", 1, MAX_DELAY_MS],
    "maxRetryDelay": [30000, "number", 1, MAX_DELAY_MS],
    "storageKey": ["srv_click_queue", "text"],
    # Ten times the default. Each ten events are one key, and all keys are looked through when a tab starts.
    "maxQueueSize": [1000, "number", 1, 10000, 1],
    # Browsers give an origin about 5 MB of localStorage; a guest leaves some of it to its host.
    "maxQueueBytes": [524288, "number", 1000, 4194304, 1],
    # The largest event must fit into one request, and may still grow by its `retryCount`.
    "maxEventBytes": [4096, "number", 100, 50000, 1],
    # A year: older clicks are no longer anybody's.
    "maxEventAge": [604800000, "number", 0, 31536000000],
    "retryJitter": [0, "number", 0, 1],
    "onDrop": [None, "function"],
}


WORDS = {"text": "a non-empty string", "function": "a function", "object": "an object"}


def read_config(config: Any) -> dict[str, Any]:
    """The config with its defaults filled in."""
    return filled_in("config", CONFIG, {} if config is None else config)


def read_api(api: Any) -> Any:
    """The api, if it can send a batch."""
    is_api = False
    try:
        is_api = kind(api.track_click_batch) == "function"
    except Exception:
        # Nothing at all has no methods.
        pass
    if not is_api:
        raise TypeError(complaint("api", api, "an object with trackClickBatch(events, request)"))
    return api


def filled_in(where: str, rules: dict[str, list[Any]], wishes: Any) -> dict[str, Any]:
    """Every wish, checked, and the default where there is none; a wish that is undefined is none."""
    if kind(wishes) != "object":
        raise TypeError(complaint(where, wishes, "an object"))
    result: dict[str, Any] = {}
    for name in names(rules):
        result[name] = rules[name][0]
    for name in names(wishes):
        if given(wishes, name):
            check(where + "." + name, wishes[name], field(rules, name), rules)
            result[name] = wishes[name]
    return result


def check(where: str, value: Any, rule: Any, rules: dict[str, list[Any]]) -> None:
    # A stranger's name may be one that every JavaScript object has a method under, `toString`.
    if kind(rule) != "list":
        raise TypeError(unknown(where, rules))
    allowed = allowed_by(rule)
    if value is None and rule[0] is None:
        return
    if kind(value) != rule[1]:
        raise TypeError(complaint(where, value, allowed))
    if not is_within(value, rule):
        raise ValueError(complaint(where, value, allowed))


def is_within(value: Any, rule: list[Any]) -> bool:
    if rule[1] == "number":
        return rule[2] <= value <= rule[3] and (len(rule) == 4 or is_integer(value))
    return rule[1] != "text" or len(value) > 0


def allowed_by(rule: list[Any]) -> str:
    if rule[1] == "number":
        return ("a whole number" if len(rule) > 4 else "a number") + " from " + str(rule[2]) + " to " + str(rule[3])
    return WORDS[rule[1]]


def complaint(where: str, value: Any, allowed: str) -> str:
    return "clickqueue: " + where + " is " + show(value) + "; give " + allowed


def unknown(where: str, rules: dict[str, list[Any]]) -> str:
    known = ""
    for name in names(rules):
        known += " " + name
    return "clickqueue: " + where + " is unknown; there are" + known


DEFAULTS = filled_in("", CONFIG, {})
