"""The options of `createWidgetApi`: what may be said of the endpoint, with every limit and its reason.

A wrong option throws here, once, where its developer looks; after that the api only ever rejects.
"""

from __future__ import annotations

from typing import Any

from clickqueue.config import check_function, check_number, check_text, complaint, filled_in, unknown
from clickqueue.runtime import after, before, given, kind, names

OPTIONS: dict[str, Any] = {
    "endpoint": None,
    "batchEndpoint": None,
    # Three retransmissions of a lost packet (1, 2 and 4 s) fit in; while a request hangs, nothing else of the tab goes.
    "timeoutMs": 10000,
    "headers": {},
    "contentType": "application/json",
    "fetch": None,
}
# Ten minutes are longer than any proxy waits, and far below the 24 days at which a browser's timer wraps around.
TIMEOUT_SPAN_MS: list[float] = [1, 600000, 0]


def read_api_options(options: Any) -> dict[str, Any]:
    """Every option, checked and filled in."""
    if kind(options) != "object":
        raise TypeError(complaint("options", options, "an object with an endpoint"))
    result = filled_in(OPTIONS, options, check_option)
    check_text("options.endpoint", result["endpoint"])
    # Null is a choice, there is no batch route; leaving it out is another.
    if not given(options, "batchEndpoint"):
        path = before(result["endpoint"], "?")
        result["batchEndpoint"] = path + "/batch" + str(after(result["endpoint"], path))
    result["headers"] = headers_of(result)
    return result


def check_option(name: str, value: Any) -> None:
    where = "options." + name
    if name == "timeoutMs":
        check_number(where, value, TIMEOUT_SPAN_MS)
    elif name == "fetch":
        check_function(where, value, "a function like the page's fetch")
    elif name == "headers":
        check_headers(where, value)
    elif name == "endpoint" or name == "contentType":
        check_text(where, value)
    elif name != "batchEndpoint":
        raise TypeError(unknown(where, OPTIONS))
    elif value is not None:
        check_text(where, value)


def check_headers(where: str, headers: Any) -> None:
    if kind(headers) != "object":
        raise TypeError(complaint(where, headers, "an object of strings"))
    for name in names(headers):
        check_text(where + "." + name, headers[name])


def headers_of(options: dict[str, Any]) -> dict[str, str]:
    """All headers of a request; a copy, since the host may go on with its own."""
    headers = {"Content-Type": options["contentType"]}
    for name in names(options["headers"]):
        headers[name] = options["headers"][name]
    return headers
