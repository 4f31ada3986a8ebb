"""One receiver as an ASGI application. It has no state but its connections, so that any number of them may share a database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from clickqueue_receiver.committer import Committer, error_text
from clickqueue_receiver.cors import Cors, Origins
from clickqueue_receiver.endpoints import Endpoints
from clickqueue_receiver.gate import Gate
from clickqueue_receiver.logs import Requests
from clickqueue_receiver.metrics import Metrics
from clickqueue_receiver.settings import Settings
from clickqueue_receiver.store import Store
from clickqueue_receiver.testmode import TestMode

log = logging.getLogger(__name__)


class Receiver:
    """An ASGI application that takes clicks. It begins to work at its first request, or earlier with `lifespan`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.store = Store(settings)
        self.committer = Committer(self.store, settings, self.metrics, lambda: self.gate.at_work)
        self.gate = Gate(settings, self.metrics, lambda: self.committer.is_away)
        self._is_started = False
        self._starting = asyncio.Lock()
        self._outermost = Requests(self._application(), self.metrics)

    def _application(self) -> ASGIApp:
        origins = Origins(self.settings)
        testing = TestMode(self.store, self.committer.in_thread, origins) if self.settings.test_mode else None
        endpoints = Endpoints(self.settings, self.gate, self.committer, self.metrics)
        routes = endpoints.routes + (testing.routes if testing else [])
        other = Starlette(routes=routes, lifespan=self.lifespan, exception_handlers=endpoints.exception_handlers)
        app = endpoints.before(other)
        return Cors(testing.wrap(app) if testing else app, origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and not self._is_started:
            await self.start()
        await self._outermost(scope, receive, send)

    async def start(self) -> None:
        """Prepare the database and begin to commit. Raises `SchemaError`; a database that is away is waited for, with 503."""
        async with self._starting:
            if not self._is_started:
                await self._prepare()
                self.committer.work()
                self._is_started = True

    async def _prepare(self) -> None:
        try:
            await self.committer.prepare()
        except DBAPIError as error:
            # A server may come up after its receivers. A file that cannot be opened now cannot be opened later.
            if self.store.is_sqlite:
                raise
            log.warning("database away at the start: %s", error_text(error))

    async def stop(self) -> None:
        """Commit what was accepted, and give the connections back."""
        if self._is_started:
            self._is_started = False
            await self.committer.close()

    @asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:
        """For the application that this one is mounted into: `FastAPI(lifespan=receiver.lifespan)`."""
        await self.start()
        try:
            yield
        finally:
            await self.stop()


def create_app(settings: Settings | None = None) -> Receiver:
    """A receiver, to be served or mounted. `settings`: all at their defaults where none are given. Raises `SettingsError`."""
    return Receiver(settings or Settings())
