"""JSON as clients really send it: msgspec reads it, and what msgspec refuses although it is JSON is read by the standard library.

That is half a surrogate pair, a number beyond 64 bits, and deep nesting. One event with any of these must not fail its batch.
"""

from __future__ import annotations

import json
import math
import re
import sys
from typing import Any

import msgspec

from clickqueue_receiver.text import PREFIX

PREFIX_BYTES = PREFIX.encode()
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.S)


class NotJson(ValueError):
    """The text is not JSON."""


def parse(data: bytes, max_depth: int) -> Any:
    """The value of a JSON text. What is nested below `max_depth` levels may be replaced by null. Raises `NotJson`."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return parse_leniently(data, max_depth)


def parse_leniently(data: bytes, max_depth: int) -> Any:
    """As `parse`, slower and without msgspec's limits."""
    try:
        text = prune(data.decode(), max_depth)
        return json.loads(text, parse_constant=refuse_constant, parse_int=read_int)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from None


def is_simple(data: bytes, max_depth: int) -> bool:
    """Whether nothing in a text that msgspec reads can be too deep, nor a text of it need another form to be stored.

    That is so for nearly every click, and much faster to see in its bytes than in its value. msgspec reads no infinite number.
    """
    brackets = data.count(b"{") + data.count(b"[")
    return brackets <= max_depth and b"\\" not in data and PREFIX_BYTES not in data


def prune(text: str, max_depth: int) -> str:
    """The same JSON text with null in place of every list or object below `max_depth` levels. Needs no recursion."""
    kept, depth, start = [], 0, 0
    for token in TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == max_depth + 1:
                kept.append(text[start : token.start()] + "null")
        elif token[0] in "]}":
            if depth == max_depth + 1:
                start = token.end()
            depth -= 1
    return "".join(kept) + text[start:] if kept and depth <= max_depth else text


def read_int(text: str) -> int | float:
    """A whole number. Python converts only so many digits; longer ones are infinite, so that the event is rejected by its id."""
    return int(text) if len(text) <= sys.int_info.default_max_str_digits else float(text)


def refuse_constant(name: str) -> None:
    """Python's parser would take NaN and Infinity, which are not JSON."""
    raise ValueError(f"{name} is not JSON")


def depth_of(value: Any, limit: int) -> int:
    """How many levels of lists and objects a value has; counts no further than one above the limit."""
    if limit < 0 or not isinstance(value, (list, dict)):
        return 0
    children = value.values() if isinstance(value, dict) else value
    return 1 + max((depth_of(child, limit - 1) for child in children), default=0)


def is_finite(value: Any) -> bool:
    """Whether no number in it is beyond what a double can be; 1e400 is JSON, and infinite when it is read."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(is_finite, value.values()))
    return all(map(is_finite, value)) if isinstance(value, list) else True
