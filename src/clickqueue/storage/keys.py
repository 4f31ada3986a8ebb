"""`localStorage`, one key at a time. Each call may raise, whatever the one before did: it is looked up anew each time (CONTRACT 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clickqueue.state import QueueState


def read_key(queue: QueueState, storage_key: str) -> str | None:
    return queue.env.local_storage.get_item(storage_key)


def set_key(queue: QueueState, storage_key: str, text: str) -> None:
    queue.env.local_storage.set_item(storage_key, text)


def remove_key(queue: QueueState, storage_key: str) -> None:
    queue.env.local_storage.remove_item(storage_key)
