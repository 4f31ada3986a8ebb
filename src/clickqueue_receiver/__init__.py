"""The other end of the click queue: an endpoint that stores every event once, in SQLite or PostgreSQL."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue_receiver.app import Receiver, create_app
    from clickqueue_receiver.settings import Settings, SettingsError

__all__ = ["Receiver", "Settings", "SettingsError", "create_app"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is: the command must be able to say that the extra is not installed."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{'settings' if name.startswith('Settings') else 'app'}"), name)
