"""`JSON` with the meaning that JavaScript gives it, which is not quite the one of Python's `json`.

Functions vanish, numbers without a fraction show none, NaN is null, a lone surrogate is escaped.
"""

from __future__ import annotations

import json
import re
from typing import Any


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"Unexpected token {word} in JSON")


_DROPPED = object()
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_FRACTION = re.compile(r"[:,\[]-?[0-9]+[.eE]")


class FakeJson:
    """`JSON` of one tab."""

    __slots__ = ()

    _fast = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
    _load = json.JSONDecoder(parse_constant=_refuse_constant).decode

    def stringify(self, value: Any, replacer: Any = None) -> Any:
        """No text (None) where the value has none: a function."""
        try:
            text = FakeJson._fast(value)
        except (TypeError, ValueError):
            return self._stringify_slowly(value)
        # A string may contain what looks like a fraction: then the walk changes nothing.
        return text if text.isascii() and not _FRACTION.search(text) else self._stringify_slowly(value)

    def parse(self, text: str) -> Any:
        return FakeJson._load(text)

    def _stringify_slowly(self, value: Any) -> Any:
        plain = self._plain(value, [])
        if plain is _DROPPED:
            return None
        return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found.group()):x}", FakeJson._fast(plain))

    def _plain(self, value: Any, above: list[Any]) -> Any:
        if isinstance(value, float):
            return self._number(value)
        if value is None or isinstance(value, (str, int)):
            return value
        if callable(value):
            return _DROPPED
        if not isinstance(value, (dict, list)):
            raise TypeError(f"Do not know how to serialize {value!r}")
        if any(value is each for each in above):
            raise TypeError("Converting circular structure to JSON")
        if isinstance(value, list):
            items = [self._plain(item, [*above, value]) for item in value]
            return [None if item is _DROPPED else item for item in items]
        fields = {key: self._plain(item, [*above, value]) for key, item in value.items()}
        return {key: item for key, item in fields.items() if item is not _DROPPED}

    @staticmethod
    def _number(value: float) -> float | int | None:
        if value - value != 0:
            return None
        return int(value) if value.is_integer() and abs(value) < 1e21 else value
