"""The settings of a queue. A wrong one throws here, once; the error names the field, the value and what is allowed (CONTRACT 1.4, 1.6)."""

from __future__ import annotations

from typing import Any

from clickqueue.platform.runtime import concat, field, has_value, is_whole, keys_of, kind
from clickqueue.platform.texts import describe, json_array

# A day is longer than any page waits, and far below the 24.8 days (2,147,483,647 ms) at which browsers' timers wrap.
MAX_DELAY_MS = 86400000

# Each setting: its default; then the least and the most of a number, or the kind of anything else. A setting
# whose default is null may be null.
CONFIG_SCHEMA: dict[str, list[Any]] = {
    # One request carries 60,000 bytes (CONTRACT 3.1): 1,000 events are more than it ever contains.
    "maxBatchSize": [10, 1, 1000],
    "maxBatchDelay": [5000, 0, MAX_DELAY_MS],
    # 0 would park the queue before its first failure.
    "maxRetries": [10, 1, 1000],
    # 0 would retry without a pause.
    "initialRetryDelay": [2000, 1, MAX_DELAY_MS],
    "maxRetryDelay": [30000, 1, MAX_DELAY_MS],
    "storageKey": ["srv_click_queue", "string"],
    # Ten times the default. Each ten events are one key, and all keys are read when a tab starts.
    "maxQueueSize": [1000, 1, 10000],
    # Browsers give an origin about 5 MB of localStorage; a guest leaves some of it to its host.
    "maxQueueBytes": [524288, 1000, 4194304],
    # The largest event must fit into one request, and may still grow by its `retryCount`.
    "maxEventBytes": [4096, 100, 50000],
    # A year: older clicks are of no use to anybody.
    "maxEventAge": [604800000, 0, 31536000000],
    "retryJitter": [0, 0, 1],
    # Without these four a click cannot be attributed, so it is worth nothing to the endpoint (CONTRACT 2.4).
    "requiredFields": [["sessionId", "questionId", "offerId", "buttonVariantId"], "list"],
    "onDrop": [None, "function"],
}


def read_config(config: Any) -> dict[str, Any]:
    """The config with its defaults filled in."""
    settings = with_defaults("config", CONFIG_SCHEMA, {} if config is None else config)
    # An id is filled in before the required fields are checked, so it is one of them.
    settings["requiredFields"] = concat(["id"], settings["requiredFields"])
    return settings


def check_api(api: Any) -> None:
    """The api can send a batch."""
    check("api.trackClickBatch", field(api, "trackClickBatch"), ["", "function"])


def with_defaults(where: str, schema: dict[str, list[Any]], overrides: Any) -> dict[str, Any]:
    """Every override, and the default where there is none, all checked; an override that is undefined is none."""
    check(where, overrides, ["", "object"])
    # A wrong name may be that of a method of every JavaScript object, such as `toString`.
    for name in keys_of(overrides):
        if has_value(overrides, name) and kind(field(schema, name)) != "list":
            raise TypeError(
                "clickqueue: " + where + " has no " + describe(name) + "; allowed: " + json_array(keys_of(schema), describe)
            )
    result: dict[str, Any] = {}
    for name in keys_of(schema):
        result[name] = overrides[name] if has_value(overrides, name) else schema[name][0]
        check(where + "." + name, result[name], schema[name])
    return result


def check(where: str, value: Any, rule: list[Any]) -> None:
    is_number = len(rule) > 2
    # A range up to 1 is one of fractions; every other number is whole.
    is_integer = is_number and rule[2] > 1
    wanted = "number" if is_number else rule[1]
    error = error_message(where, value, ("whole " if is_integer else "") + wanted + limits_of(rule))
    if kind(value) != wanted and (value is not None or rule[0] is not None):
        raise TypeError(error)
    is_outside = is_number and not rule[1] <= value <= rule[2]
    if value == "" or is_outside or (is_integer and not is_whole(value)):
        raise ValueError(error)


def limits_of(rule: list[Any]) -> str:
    limits = " from " + str(rule[1]) + " to " + str(rule[2]) if len(rule) > 2 else ""
    limits += ", not empty" if rule[1] == "string" else ""
    return limits + (", or null" if rule[0] is None else "")


def error_message(where: str, value: Any, allowed: str) -> str:
    return "clickqueue: " + where + " is " + describe(value) + "; allowed: " + allowed


DEFAULTS = with_defaults("", CONFIG_SCHEMA, {})
