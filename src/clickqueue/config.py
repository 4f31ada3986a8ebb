"""What a host may set. A wrong setting throws here, once, and names field, value and what is allowed (CONTRACT 1.4, 1.6)."""

from __future__ import annotations

from typing import Any

from clickqueue.runtime import field, given, kind, names, show

# A day is longer than any page waits, and far below the 24.8 days (2 147 483 647 ms) at which browsers' timers wrap.
MAX_DELAY_MS = 86400000

# The default, and of a number the least and the most. A value is of its default's kind; where that is null, the kind follows it.
CONFIG: dict[str, list[Any]] = {
    # One request carries 60 000 bytes (CONTRACT 3.1): 1 000 events are more than it ever holds.
    "maxBatchSize": [10, 1, 1000],
    "maxBatchDelay": [5000, 0, MAX_DELAY_MS],
    # 0 would park the queue before its first failure.
    "maxRetries": [10, 1, 1000],
    # 0 would retry without a pause.
    "initialRetryDelay": [2000, 1, MAX_DELAY_MS],
    "maxRetryDelay": [30000, 1, MAX_DELAY_MS],
    "storageKey": ["srv_click_queue"],
    # Ten times the default. Each ten events are one key, and all keys are looked through when a tab starts.
    "maxQueueSize": [1000, 1, 10000],
    # Browsers give an origin about 5 MB of localStorage; a guest leaves some of it to its host.
    "maxQueueBytes": [524288, 1000, 4194304],
    # The largest event must fit into one request, and may still grow by its `retryCount`.
    "maxEventBytes": [4096, 100, 50000],
    # A year: older clicks are no longer anybody's.
    "maxEventAge": [604800000, 0, 31536000000],
    "retryJitter": [0, 0, 1],
    "onDrop": [None, "function"],
}


def read_config(config: Any) -> dict[str, Any]:
    """The config with its defaults filled in."""
    return filled_in("config", CONFIG, {} if config is None else config)


def read_api(api: Any) -> Any:
    """The api, if it can send a batch."""
    demand("function", "api.trackClickBatch", field(api, "trackClickBatch"))
    return api


def filled_in(where: str, rules: dict[str, list[Any]], wishes: Any) -> dict[str, Any]:
    """Every wish, checked, and the default where there is none; a wish that is undefined is none."""
    demand("object", where, wishes)
    result: dict[str, Any] = {}
    known = "one of"
    for name in names(rules):
        result[name] = rules[name][0]
        known += " " + name
    for name in names(wishes):
        if given(wishes, name):
            rule = field(rules, name)
            # A stranger's name may be one that every JavaScript object has a method under, `toString`.
            if kind(rule) != "list":
                raise TypeError(complaint("a name in " + where, name, known))
            check(where + "." + name, wishes[name], rule)
            result[name] = wishes[name]
    return result


def check(where: str, value: Any, rule: list[Any]) -> None:
    if rule[0] is not None:
        demand(kind(rule[0]), where, value)
    elif value is not None:
        demand(rule[1], where, value)
    if value == "":
        raise ValueError(complaint(where, value, "text that is not empty"))
    if len(rule) > 2 and not rule[1] <= value <= rule[2]:
        raise ValueError(complaint(where, value, "number from " + str(rule[1]) + " to " + str(rule[2])))


def demand(wanted: str, where: str, value: Any) -> None:
    if kind(value) != wanted:
        raise TypeError(complaint(where, value, wanted))


def complaint(where: str, value: Any, allowed: str) -> str:
    return "clickqueue: " + where + " is " + show(value) + "; allowed: " + allowed


DEFAULTS = filled_in("", CONFIG, {})
