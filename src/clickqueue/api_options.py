"""The options of `createWidgetApi`: what may be said of the endpoint, with every limit and its reason.

A wrong option throws here, once, where its developer looks; after that the api only ever rejects.
"""

# __pragma__ ('skip')
from __future__ import annotations

from typing import Any

# __pragma__ ('noskip')

from clickqueue.runtime import after, before, field, given, kind, names, show

# Three retransmissions of a lost packet (1, 2 and 4 s) fit in; while a request hangs, nothing else of the tab goes.
DEFAULT_TIMEOUT_MS = 10000
# Longer than any proxy waits, and far below the 24 days at which a browser's timer wraps around.
MAX_TIMEOUT_MS = 600000

OPTIONS = ["endpoint", "batchEndpoint", "timeoutMs", "headers", "contentType", "fetch"]
FILLED_TEXT = "a non-empty string"


def read_api_options(options: Any) -> dict[str, Any]:
    """Every option, checked and filled in; raises for the first wrong one."""
    if kind(options) != "object":
        raise TypeError("options: got " + show(options) + "; give an object with an endpoint")
    for name in names(options):
        refuse_unknown(name)
    endpoint = read_text(options, "endpoint", None)
    return {
        "endpoint": endpoint,
        "batchEndpoint": read_batch_endpoint(options, endpoint),
        "timeoutMs": read_timeout_ms(options),
        "headers": read_headers(options),
        "fetch": read_fetch(options),
    }


def refuse_unknown(name: str) -> None:
    known = ""
    for option in OPTIONS:
        if option == name:
            return
        known += " " + option
    raise TypeError("option " + name + " is unknown; there are" + known)


def read_text(options: Any, name: str, default: str | None) -> str:
    value = field(options, name)
    if value is None and default is not None:
        return default
    if kind(value) != "text":
        raise TypeError(complaint(name, value, FILLED_TEXT))
    if len(value) == 0:
        raise ValueError(complaint(name, value, FILLED_TEXT))
    return value


def read_batch_endpoint(options: Any, endpoint: str) -> str | None:
    """Null is a choice (there is no batch route), leaving it out is another."""
    if given(options, "batchEndpoint") and options["batchEndpoint"] is None:
        return None
    path = before(endpoint, "?")
    return read_text(options, "batchEndpoint", path + "/batch" + after(endpoint, path))


def read_timeout_ms(options: Any) -> float:
    value = field(options, "timeoutMs")
    allowed = "a number from 1 to " + str(MAX_TIMEOUT_MS)
    if value is None:
        return DEFAULT_TIMEOUT_MS
    if kind(value) != "number":
        raise TypeError(complaint("timeoutMs", value, allowed))
    if not 1 <= value <= MAX_TIMEOUT_MS:
        raise ValueError(complaint("timeoutMs", value, allowed))
    return value


def read_headers(options: Any) -> dict[str, str]:
    """All headers of a request; a copy, since the host may change its own."""
    headers = {"Content-Type": read_text(options, "contentType", "application/json")}
    extra = field(options, "headers")
    if extra is None:
        return headers
    if kind(extra) != "object":
        raise TypeError(complaint("headers", extra, "an object of strings"))
    for name in names(extra):
        if kind(extra[name]) != "text":
            raise TypeError(complaint("headers." + name, extra[name], "a string"))
        headers[name] = extra[name]
    return headers


def read_fetch(options: Any) -> Any:
    value = field(options, "fetch")
    if value is not None and kind(value) != "function":
        raise TypeError(complaint("fetch", value, "a function"))
    return value


def complaint(name: str, value: Any, allowed: str) -> str:
    return "option " + name + ": got " + show(value) + "; give " + allowed
