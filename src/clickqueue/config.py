"""What a host may set. A wrong setting throws here, once, and names field, value and what is allowed (CONTRACT 1.4, 1.6)."""

from __future__ import annotations

from typing import Any

from clickqueue.runtime import array_text, field, given, is_whole, kind, names, show

# A day is longer than any page waits, and far below the 24.8 days (2 147 483 647 ms) at which browsers' timers wrap.
MAX_DELAY_MS = 86400000

# The default, then of a number the least and the most, and True where it may be a fraction; of all else its kind.
# Where the default is null, null may be given too.
CONFIG: dict[str, list[Any]] = {
    # One request carries 60 000 bytes (CONTRACT 3.1): 1 000 events are more than it ever holds.
    "maxBatchSize": [10, 1, 1000],
    "maxBatchDelay": [5000, 0, MAX_DELAY_MS],
    # 0 would park the queue before its first failure.
    "maxRetries": [10, 1, 1000],
    # 0 would retry without a pause.
    "initialRetryDelay": [2000, 1, MAX_DELAY_MS],
    "maxRetryDelay": [30000, 1, MAX_DELAY_MS],
    "storageKey": ["srv_click_queue", "text"],
    # Ten times the default. Each ten events are one key, and all keys are looked through when a tab starts.
    "maxQueueSize": [1000, 1, 10000],
    # Browsers give an origin about 5 MB of localStorage; a guest leaves some of it to its host.
    "maxQueueBytes": [524288, 1000, 4194304],
    # The largest event must fit into one request, and may still grow by its `retryCount`.
    "maxEventBytes": [4096, 100, 50000],
    # A year: older clicks are no longer anybody's.
    "maxEventAge": [604800000, 0, 31536000000],
    "retryJitter": [0, 0, 1, True],
    "onDrop": [None, "function"],
}


def read_config(config: Any) -> dict[str, Any]:
    """The config with its defaults filled in."""
    return filled_in("config", CONFIG, {} if config is None else config)


def check_api(api: Any) -> None:
    """The api can send a batch."""
    check("api.trackClickBatch", field(api, "trackClickBatch"), ["", "function"])


def filled_in(where: str, rules: dict[str, list[Any]], wishes: Any) -> dict[str, Any]:
    """Every wish, and the default where there is none, all checked; a wish that is undefined is none."""
    check(where, wishes, ["", "object"])
    for name in names(wishes):
        # A stranger's name may be one that every JavaScript object has a method under, `toString`.
        if kind(field(rules, name)) != "list" and given(wishes, name):
            raise TypeError(complaint("a name in " + where, name, array_text(names(rules), show)))
    result: dict[str, Any] = {}
    for name in names(rules):
        result[name] = wishes[name] if given(wishes, name) else rules[name][0]
        check(where + "." + name, result[name], rules[name])
    return result


def check(where: str, value: Any, rule: list[Any]) -> None:
    is_number = len(rule) > 2
    is_integer = len(rule) == 3
    wanted = "number" if is_number else rule[1]
    limits = ", not empty" if wanted == "text" else ""
    if is_number:
        limits = " from " + str(rule[1]) + " to " + str(rule[2])
    if rule[0] is None:
        limits += ", or null"
    fault = complaint(where, value, ("whole " if is_integer else "") + wanted + limits)
    if kind(value) != wanted and (value is not None or rule[0] is not None):
        raise TypeError(fault)
    if value == "" or (is_number and not rule[1] <= value <= rule[2]) or (is_integer and not is_whole(value)):
        raise ValueError(fault)


def complaint(where: str, value: Any, allowed: str) -> str:
    return "clickqueue: " + where + " is " + show(value) + "; allowed: " + allowed


DEFAULTS = filled_in("", CONFIG, {})
