"""CORS for an allow-list: on every answer, of failures too, so that a page can read when to come again.

It is the browser that enforces it. A request of another origin is served like one without an origin, only unreadable for its page.
"""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clickqueue_receiver.settings import Settings

# Browsers cap it: Chromium at two hours, Firefox at a day.
MAX_AGE_S = 86_400
# Without it a page cannot read the one, nor correct its clock by the other.
EXPOSE = (b"access-control-expose-headers", b"retry-after, date")
VARY = (b"vary", b"Origin")


class Origins:
    """Whose pages may read answers, and which headers they may send."""

    def __init__(self, settings: Settings) -> None:
        self._allowed = frozenset(settings.allow_origin) | ({"null"} if settings.allow_null_origin else set())
        self.headers = ", ".join(settings.allow_header)

    def allows(self, origin: str) -> bool:
        """Whether an origin is on the list. `*` leaves out null, which has a switch of its own."""
        return origin in self._allowed or ("*" in self._allowed and origin != "null")


def refusal(origin: str) -> str:
    """The sentence for an origin that is not allowed, with the option that allows it."""
    option = "--allow-null-origin" if origin == "null" else f"--allow-origin {origin}"
    return f"origin {origin} is not allowed; start the receiver with {option}"


class Cors:
    """Wraps an ASGI application."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = dict(scope["headers"]).get(b"origin")
        origin = None if given is None else given.decode("latin-1")
        if scope["method"] == "OPTIONS":
            return await self._preflight(origin)(scope, receive, send)

        marks = self._marks(origin)

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *marks]
            await send(message)

        return await self._app(scope, receive, send_allowed)

    def _marks(self, origin: str | None) -> list[tuple[bytes, bytes]]:
        """The headers that every answer gets, as ASGI has them."""
        if origin is None or not self._origins.allows(origin):
            return [VARY]
        return [VARY, (b"access-control-allow-origin", origin.encode("latin-1")), EXPOSE]

    def _preflight(self, origin: str | None) -> Response:
        if origin is not None and not self._origins.allows(origin):
            return Response(refusal(origin) + "\n", 403)
        answer = Response(status_code=204)
        answer.raw_headers += self._marks(origin)
        answer.headers["Access-Control-Allow-Methods"] = "POST"
        answer.headers["Access-Control-Allow-Headers"] = self._origins.headers
        answer.headers["Access-Control-Max-Age"] = str(MAX_AGE_S)
        return answer
