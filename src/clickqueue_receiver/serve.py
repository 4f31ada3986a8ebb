"""Serves one receiver until SIGTERM or Ctrl+C, then drains: what was accepted is committed and answered, all else gets 503."""

from __future__ import annotations

import gc
import socket
import time
from types import FrameType

import uvicorn

from clickqueue_receiver import logs
from clickqueue_receiver.app import Receiver, create_app
from clickqueue_receiver.protocol import protocol_for
from clickqueue_receiver.settings import Settings, SettingsError
from clickqueue_receiver.welcome import welcome

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

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the receiver, then listen. Raises what its start raises, which uvicorn would log and swallow."""
        async with self._receiver.lifespan():
            if sockets:
                print(welcome(self._receiver.settings, sockets[0].getsockname()[1]), flush=True)
            await super().serve(sockets)

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
    """Serve until a signal; returns the exit code. Raises `SettingsError`; at the start `SchemaError`, and `DBAPIError` for SQLite."""
    receiver = create_app(settings)
    with bind(settings) as listener:
        logs.set_up(settings.log_level)
        gc.freeze()  # Modules live as long as the process.
        gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
        Server(configuration(settings, receiver), receiver).run([listener])
    return 0


def configuration(settings: Settings, receiver: Receiver) -> uvicorn.Config:
    """The settings as uvicorn takes them."""
    return uvicorn.Config(
        receiver,
        http=protocol_for(settings),
        ws="none",
        lifespan="off",  # `Server.serve` has it.
        log_config=None,
        access_log=False,  # It would have the visitors' addresses.
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=(settings.body_timeout_ms + settings.commit_timeout_ms) // 1000 + 1,
        backlog=BACKLOG,
    )


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
