"""The books of a queue, before anything has happened (CONTRACT 6.1)."""

from __future__ import annotations


def no_counts() -> dict[str, int]:
    return {
        "enqueued": 0,
        "recovered": 0,
        "handedOver": 0,
        "acknowledged": 0,
        "duplicates": 0,
        "batches": 0,
        "failures": 0,
    }


def no_drops() -> dict[str, int]:
    return {"invalid": 0, "overflow": 0, "expired": 0, "rejected": 0, "too_large": 0, "corrupt": 0, "purged": 0}
