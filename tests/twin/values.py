"""Values on their way between the two languages: as JSON, with a tag for each value that JSON cannot carry."""

from __future__ import annotations

import math
from typing import Any

from tests.fakes import FakeJson


class Cyclic(Exception):
    """A value that contains itself."""


def pack(value: Any) -> Any:
    """A value as `unpack` of values.js reads it."""
    try:
        return _pack(value, ())
    except Cyclic:
        return {"$odd": "cyclic"}


def _pack(value: Any, above: tuple[int, ...]) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {"$odd": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if id(value) in above:
        raise Cyclic
    if isinstance(value, list):
        return [_pack(item, (*above, id(value))) for item in value]
    if isinstance(value, dict):
        return {name: _pack(item, (*above, id(value))) for name, item in value.items()}
    if isinstance(value, Exception):
        fields = {name: getattr(value, name, None) for name in ("status", "retryAfterMs")}
        given = {name: _pack(field, above) for name, field in fields.items() if field is not None}
        return {"$error": {"message": str(value), **given}}
    if callable(value):
        return {"$odd": "function"}
    raise TypeError(f"{value!r} cannot be carried to JavaScript; add a tag for it to values.py and values.js")


def shown(value: Any) -> str:
    """A value as a line of a trace shows it: JSON, where it has any."""
    if hasattr(value, "then"):
        return "<promise>"
    if callable(value):
        return "<function>"
    try:
        # In a list, since a bare number is shown as Python writes it: 1000.0.
        return str(FakeJson().stringify([value]))[1:-1]
    except (TypeError, ValueError, RecursionError):
        return "<no JSON>"
