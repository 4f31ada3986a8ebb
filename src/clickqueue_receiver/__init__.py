"""The other end of the click queue: an endpoint that stores every event once, in SQLite or PostgreSQL."""

from __future__ import annotations

from clickqueue_receiver.app import Receiver, create_app
from clickqueue_receiver.settings import Settings, SettingsError

__all__ = ["Receiver", "Settings", "SettingsError", "create_app"]
