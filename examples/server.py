"""The demo's server: `clickqueue_receiver` with an SQLite file, the page's switches before it, and the two pages.

Invariant: only the pages of this server may read `/control/` and set the switches. The tracking routes, `/healthz` and
`/metrics` are the receiver's own.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from clickqueue_receiver.body import read_body
from clickqueue_receiver.endpoints import BATCH, SINGLE
from clickqueue_receiver.jsontext import NotJson, parse
from clickqueue_receiver.protocol import protocol_for
from clickqueue_receiver.refused import Refused
from clickqueue_receiver.report import encode
from clickqueue_receiver.testmode import as_json
from examples.demo_state import Demo
from examples.demo_switches import Switches

__all__ = ["BATCH", "PAGE", "ROOT", "SINGLE", "Demo", "serve"]

ROOT = Path(__file__).resolve().parent.parent
PAGE = "/examples/widget-offline-test.html"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
STARTUP_POLL_S = 0.005

# The page is a guest's worst case, to show that the module lives with it (CONTRACT 7.1).
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
FOLDERS = ("examples", "dist", "npm", "node_modules/uplot/dist")  # the last one has the charts of the operator's page
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".map": "application/json",
}


class Control:
    """The routes below `/control/`: the server's state and its switches."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self.routes = [
            Route("/control/state", self.state),
            Route("/control/metrics", self.metrics),
            Route("/control/stream", self.stream),
            Route("/control/answer", self.answer, methods=["POST"]),
            Route("/control/reset", self.reset, methods=["POST"]),
        ]

    # Functions without `async` run in a thread, where they may wait for the database.
    def state(self, request: Request) -> Response:
        """Everything that the widget's page shows of the server."""
        check_page(request)
        return as_json(self._demo.state())

    def metrics(self, request: Request) -> Response:
        """Everything that the operator's page shows."""
        check_page(request)
        return as_json(self._demo.figures())

    async def stream(self, request: Request) -> Response:
        """The state, now and after each change."""
        check_page(request)

        async def messages() -> AsyncIterator[bytes]:
            yield b"retry: 500\n\n"
            async for state in self._demo.watch():
                yield b"data: " + bytes(as_json(state).body) + b"\n\n"

        return StreamingResponse(messages(), headers={"Cache-Control": "no-store"}, media_type="text/event-stream")

    async def answer(self, request: Request) -> Response:
        """Set the answer of the tracking routes. An unknown answer gets 400."""
        check_page(request)
        body = await read_body(request.scope, request.receive, self._demo.receiver.settings)
        try:
            wish = parse(body, 1)
            self._demo.answer = wish["answer"] if isinstance(wish, dict) and "answer" in wish else None
        except (NotJson, ValueError) as fault:
            raise Refused(400, str(fault)) from None
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        """Start over: an empty table, an empty log, a server that answers."""
        check_page(request)
        await self._demo.reset()
        return Response(status_code=204)


def check_page(request: Request) -> None:
    """Raise `Refused` 403 where another site's page asks. A foreign name may lead to this address, too (DNS rebinding)."""
    host = request.headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name not in LOOPBACK or request.headers.get("origin", f"http://{host}") != f"http://{host}":
        raise Refused(403, f"/control/ is only for the page of this server, on {LOOPBACK[0]}")


async def refuse(request: Request, error: Exception) -> Response:
    """The answer to a `Refused`."""
    assert isinstance(error, Refused)
    return Response(encode({"error": error.text}), error.status, error.headers, "application/json")


def send_file(request: Request) -> Response:
    """A page, or a file of one."""
    path = request.scope["path"]
    file = find_file(path)
    if file is None:
        raise Refused(404, f"no file {path}")
    return Response(file.read_bytes(), headers={"Content-Type": KINDS[file.suffix], **PAGE_HEADERS})


def find_file(path: str) -> Path | None:
    """The file of a path, None where the demo has no such file. A path may contain anything, a NUL and 300 characters too."""
    try:
        file = (ROOT / path.lstrip("/")).resolve()
        is_ours = any(file.is_relative_to(ROOT / folder) for folder in FOLDERS)
        return file if is_ours and file.suffix in KINDS and file.is_file() else None
    except (OSError, ValueError):
        return None


def application(demo: Demo) -> Starlette:
    """The pages, the switches, and the receiver behind them."""
    routes = [
        Route("/", lambda request: RedirectResponse(PAGE, 302)),
        *[Route(f"/{folder}/{{path:path}}", send_file) for folder in FOLDERS],
        *Control(demo).routes,
        Mount("", Switches(demo)),
    ]
    return Starlette(routes=routes, lifespan=demo.receiver.lifespan, exception_handlers={Refused: refuse})


@contextmanager
def serve(demo: Demo, port: int = 0) -> Iterator[str]:
    """Serve on 127.0.0.1 until the block ends; gives the address of the server, without a path."""
    listener = socket.create_server(("127.0.0.1", port))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    protocol = protocol_for(demo.receiver.settings)
    # The page shows the log.
    config = uvicorn.Config(application(demo), http=protocol, ws="none", lifespan="on", log_config=None, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(STARTUP_POLL_S)
            if not thread.is_alive():
                raise RuntimeError("the demo's server did not start; see the output above")
        yield address
    finally:
        demo.close()
        server.should_exit = True
        thread.join()
