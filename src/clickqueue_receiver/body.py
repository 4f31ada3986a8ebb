"""A body is read up to its limit and within its time, or its sender is told why not."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope

from clickqueue_receiver.refused import Refused
from clickqueue_receiver.settings import Settings

KINDS = ("application/json", "text/plain", "")
# A sender of up to so much more than is allowed is read to its end, unseen: closed at once, it would get a reset in place of the 413.
MAX_IGNORED_BYTES = 8_388_608
CLOSE = {"Connection": "close"}


async def read_body(scope: Scope, receive: Receive, settings: Settings) -> bytes:
    """The body of a request. Raises `Refused`: 408, 413, or 415 for a compressed body or another content type."""
    check_headers(dict(scope["headers"]), settings)
    body = bytearray()
    try:
        async with asyncio.timeout(settings.body_timeout_ms / 1000):
            is_more = True
            while is_more:
                is_more = await read_part(receive, body)
                if len(body) > settings.max_body_bytes:
                    # Of unknown length, so it may be endless.
                    raise Refused(413, too_large("more than that", settings), CLOSE)
    except TimeoutError:
        text = f"{len(body)} bytes of the body came within {settings.body_timeout_ms} ms; allowed: all of it within that time"
        raise Refused(408, text, CLOSE) from None
    return bytes(body)


async def read_part(receive: Receive, body: bytearray) -> bool:
    """Append the next part of a body; returns whether there is more. Raises `Refused`."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Refused(400, "the connection was closed before the body was complete")
    body += message.get("body", b"")
    return bool(message.get("more_body", False))


def check_headers(headers: dict[bytes, bytes], settings: Settings) -> None:
    """Raise `Refused` for what the headers already show."""
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
    if kind not in KINDS:
        raise Refused(415, f"the content type is {kind}; allowed: application/json or text/plain")
    coding = headers.get(b"content-encoding", b"identity").strip().lower().decode("latin-1")
    if coding != "identity":
        # A few bytes may unpack to gigabytes, and the queue does not compress.
        raise Refused(415, f"the content encoding is {coding}; allowed: none, send the body uncompressed")
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > settings.max_body_bytes:
        raise Refused(413, too_large(f"{int(length)} bytes", settings), CLOSE if int(length) > MAX_IGNORED_BYTES else None)


def too_large(given: str, settings: Settings) -> str:
    """The text of a 413."""
    return f"the body has {given}; allowed: at most {settings.max_body_bytes} bytes; send fewer events at once"
