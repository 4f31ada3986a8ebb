"""The stored texts of a history, seen from outside. Invariant: every single change is reported, right after it was made."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from tests.fakes import FakeStorage, Origin

MAIN_KEY = "srv_click_queue"
MARK_KEY = f"{MAIN_KEY}!"


class WatchedOrigin(Origin):
    """An origin that calls `on_put(key, old_text, text, writer)` after each change; a stranger's writer is None."""

    __slots__ = ("on_put",)

    on_put: Callable[[str, str | None, str | None, FakeStorage | None], None]

    def put(self, key: str, text: str | None, writer: FakeStorage | None) -> int:
        old = self.texts.get(key)
        serial = super().put(key, text, writer)
        self.on_put(key, old, text, writer)
        return serial


@lru_cache(maxsize=4096)
def ids_in(text: str) -> frozenset[str]:
    """The ids in a stored text, found without parsing it: it may be no JSON."""
    return frozenset(re.findall(r'"id":"([^"]*)"', text))


def summary_of(text: str | None) -> str:
    """The ids in a stored text: all that a trace needs of it."""
    if text is None:
        return "removed"
    ids = [part.partition('"')[0] for part in text.split('"id":"')[1:]]
    return f"[{' '.join(ids)}]" if ids or text == "[]" else repr(text[:40])
