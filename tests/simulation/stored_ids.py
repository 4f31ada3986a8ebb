"""The ids in a stored text. Invariant: the text is not parsed, for it may be no JSON."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def ids_in(text: str) -> frozenset[str]:
    """As a set."""
    return frozenset(re.findall(r'"id":"([^"]*)"', text))


def summary_of(text: str | None) -> str:
    """The ids in a stored text: all that a trace needs of it."""
    if text is None:
        return "removed"
    ids = [part.partition('"')[0] for part in text.split('"id":"')[1:]]
    return f"[{' '.join(ids)}]" if ids or text == "[]" else repr(text[:40])
