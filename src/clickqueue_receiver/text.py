"""Any text that JSON can carry can be stored, and two different texts never become the same one.

PostgreSQL refuses U+0000, and half a surrogate pair has no UTF-8. A text with either is stored as `json:` and its JSON form in
ASCII, `json:"\\ud83d"`. So is a text that begins with `json:` itself, which is what keeps the mapping reversible.
"""

from __future__ import annotations

import json
from typing import Any

PREFIX = "json:"


def is_plain(text: str) -> bool:
    """Whether a text is stored as it is."""
    if "\0" in text or text.startswith(PREFIX):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def storable(text: str) -> str:
    """The text as the database has it."""
    return text if is_plain(text) else PREFIX + json.dumps(text)


def original(stored: str) -> str:
    """The text that `storable` was given."""
    return str(json.loads(stored.removeprefix(PREFIX))) if stored.startswith(PREFIX) else stored


def storable_json(value: Any) -> Any:
    """A JSON value in which every text, keys too, is storable. Its nesting must be bounded by the caller."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [storable_json(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable_json(item) for key, item in value.items()}
    return value
