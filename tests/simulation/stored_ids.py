"""The ids in a stored text. Invariant: the text is not parsed, for it may be no JSON.

A copy (`recovery.COPY`) contains no event: no tab adopts one from it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from clickqueue.storage.recovery import COPY


@lru_cache(maxsize=4096)
def ids_in(text: str) -> frozenset[str]:
    """As a set."""
    return frozenset() if text.startswith(COPY) else frozenset(re.findall(r'"id":"([^"]*)"', text))


def summary_of(text: str | None) -> str:
    """The ids in a stored text: all that a trace needs of it."""
    if text is None:
        return "removed"
    ids = [part.partition('"')[0] for part in text.split('"id":"')[1:]]
    return f"[{' '.join(ids)}]" if ids or text == "[]" else repr(text[:40])
