"""The options of `createWidgetApi`: every limit with its reason.

A wrong option throws here, once; after that the api only returns promises that reject.
"""

from __future__ import annotations

from typing import Any

from clickqueue.config import check, with_defaults
from clickqueue.platform.runtime import fields_of, has_value, keys_of, overlay
from clickqueue.platform.texts import batch_address

OPTIONS_SCHEMA: dict[str, list[Any]] = {
    # There is no default: the empty text is refused.
    "endpoint": ["", "string"],
    "batchEndpoint": ["/batch", "string"],
    # Long enough for three retransmissions of a lost packet (1, 2 and 4 s); while a request hangs, the tab sends nothing else.
    # Ten minutes are longer than any proxy waits.
    "timeoutMs": [10000, 1, 600000],
    "headers": [{}, "object"],
    "contentType": ["application/json", "string"],
    "fetch": [None, "function"],
}


def read_api_options(options: Any) -> dict[str, Any]:
    """Every option, checked and filled in."""
    result = with_defaults("options", OPTIONS_SCHEMA, options)
    if not has_value(options, "batchEndpoint"):
        result["batchEndpoint"] = batch_address(result["endpoint"])
    headers = fields_of(result["headers"])
    for name in keys_of(headers):
        check("options.headers." + name, headers[name], ["", "string"])
    result["headers"] = overlay({"Content-Type": result["contentType"]}, headers)
    return result
