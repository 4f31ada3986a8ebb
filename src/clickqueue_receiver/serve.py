"""Serves one receiver until SIGTERM or Ctrl+C, then drains: what was accepted is committed and answered, all else gets 503."""

from __future__ import annotations

import gc
import shlex
import socket
import time
from pathlib import Path
from types import FrameType

import uvicorn
from sqlalchemy.engine import make_url

from clickqueue_receiver import logs
from clickqueue_receiver.app import Receiver, create_app
from clickqueue_receiver.protocol import protocol_for
from clickqueue_receiver.settings import Settings, SettingsError

# What arrives in one burst, and waits to be accepted: a kernel caps it (Linux: 4 096).
BACKLOG = 4_096
# Python's 700 is a collection every few requests, which is a tenth of the CPU time; requests leave hardly any cycles behind.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


class Server(uvicorn.Server):
    """uvicorn's, which refuses connections at the signal; a balancer needs a moment to notice that this receiver leaves."""

    def __init__(self, config: uvicorn.Config, receiver: Receiver) -> None:
        super().__init__(config)
        self._receiver = receiver
        self._leave_at_s: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains, a second one leaves at once."""
        if self._leave_at_s is not None:
            super().handle_exit(sig, frame)
        self._receiver.gate.is_draining = True
        self._leave_at_s = time.monotonic() + self._receiver.settings.drain_ms / 1000

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; whether to leave."""
        if self._leave_at_s is not None and time.monotonic() >= self._leave_at_s:
            self.should_exit = True
        return await super().on_tick(counter)


def serve(settings: Settings) -> int:
    """Serve until a signal; returns the exit code. Raises `SettingsError`, and `SchemaError` at the start."""
    receiver = create_app(settings)
    listener = bind(settings)
    logs.set_up(settings.log_level)
    print(welcome(settings, listener.getsockname()[1]), flush=True)
    config = uvicorn.Config(
        receiver,
        http=protocol_for(settings),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,  # It would have the visitors' addresses.
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=(settings.body_timeout_ms + settings.commit_timeout_ms) // 1000 + 1,
        backlog=BACKLOG,
    )
    gc.freeze()  # Modules live as long as the process.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    Server(config, receiver).run([listener])
    return 0


def bind(settings: Settings) -> socket.socket:
    """A listening socket. Raises `SettingsError`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"port is {settings.port} on {settings.host}, which cannot be opened: {error.strerror}; choose another with --port"
        ) from None
    return listener


def welcome(settings: Settings, port: int) -> str:
    """The address, the table's place, and how to look at it."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{port}"
    lines = [f"clickqueue-receiver serves {address}/api/track/click and …/batch"]
    if settings.test_mode:
        return "\n".join([*lines, f"  test mode: everything is in memory. Look at it: curl {address}/test/good"])
    url = make_url(settings.db)
    if settings.db.startswith("sqlite"):
        file = shlex.quote(str(Path(url.database or "").resolve()))
        lines += [f"  the table `clicks` is in {file}", f"  look at it: sqlite3 {file} 'SELECT * FROM clicks_by_offer'"]
    else:
        lines += [f"  the table `clicks` is in {url.render_as_string(hide_password=True)}"]
        lines += ["  look at it: psql, SELECT * FROM clicks_by_offer"]
    lines += [f"  or: clickqueue-receiver export --db {shlex.quote(url.render_as_string(hide_password=True))}"]
    if not settings.allow_origin:
        lines += ["  pages of other origins cannot use it; --allow-origin https://shop.example allows one"]
    return "\n".join(lines)
