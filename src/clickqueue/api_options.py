"""The options of `createWidgetApi`: what may be said of the endpoint, with every limit and its reason.

A wrong option throws here, once, where its developer looks; after that the api only ever rejects.
"""

from __future__ import annotations

from typing import Any

from clickqueue.config import filled_in
from clickqueue.runtime import given, overlay

OPTIONS: dict[str, list[Any]] = {
    # There is no default: the empty text is refused.
    "endpoint": ["", "text"],
    "batchEndpoint": ["/batch", "text"],
    # Three retransmissions of a lost packet (1, 2 and 4 s) fit in; while a request hangs, nothing else of the tab goes.
    # Ten minutes are longer than any proxy waits.
    "timeoutMs": [10000, 1, 600000],
    "headers": [{}, "object"],
    "contentType": ["application/json", "text"],
    "fetch": [None, "function"],
}


def read_api_options(options: Any) -> dict[str, Any]:
    """Every option, checked and filled in."""
    result = filled_in("options", OPTIONS, options)
    if not given(options, "batchEndpoint"):
        result["batchEndpoint"] = result["endpoint"] + "/batch"
    result["headers"] = overlay({"Content-Type": result["contentType"]}, result["headers"])
    return result
