"""What uvicorn leaves open: the headers of a request must arrive in time, and must not grow without end."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from clickqueue_receiver.settings import Settings

# Twice what nginx and HAProxy take.
MAX_HEADER_BYTES = 65_536
ANSWER = b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """One connection. `header_timeout_s` is set by `protocol_for`."""

    header_timeout_s: float
    _timer: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # As in the base class.
        """A new connection has as long for its first request as any other request has."""
        super().connection_made(transport)
        self._expect_headers()

    def on_message_begin(self) -> None:
        """The next request on this connection has begun."""
        super().on_message_begin()
        if self._timer is None:
            self._expect_headers()
        # A test's script can cut the connection, which ASGI has no word for.
        self.scope["extensions"] = {"clickqueue.cut": {"cut": self.transport.abort}}

    def data_received(self, data: bytes) -> None:
        """Count what comes before the end of the headers."""
        self._header_bytes += len(data)
        super().data_received(data)
        if self._timer is not None and self._header_bytes > MAX_HEADER_BYTES:
            self._give_up(b"431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        """The headers came in time."""
        self._stop_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to wait for."""
        self._stop_timer()
        super().connection_lost(exc)

    def _expect_headers(self) -> None:
        self._header_bytes = 0
        self._timer = self.loop.call_later(self.header_timeout_s, self._give_up, b"408 Request Timeout")

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self, status: bytes) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            # A browser opens connections that it may never use; it expects no answer on them.
            if self._header_bytes:
                self.transport.write(ANSWER % status)
            self.transport.close()


def protocol_for(settings: Settings) -> type[Any]:
    """The class that uvicorn makes an object of for each connection."""
    return type("BoundProtocol", (Protocol,), {"header_timeout_s": settings.header_timeout_ms / 1000})
