"""Texts that take a regular expression, or that the two languages write, sort or count differently.

`texts.js` has the same names for JavaScript.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from clickqueue.platform.runtime import field, kind

T = TypeVar("T")


def describe(value: Any) -> str:
    """A value as an error message names it; an object without its content."""
    if isinstance(value, str):
        # JavaScript escapes half of a surrogate pair.
        return re.sub("[\ud800-\udfff]", lambda half: json.dumps(half[0])[1:-1], json.dumps(value, ensure_ascii=False))
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        # JavaScript has one kind of number, and exponents of its own: 5.0 is 5, 1e-07 is 1e-7 (ECMA-262, Number::toString).
        text = json.dumps(value or 0)
        text = f"{Decimal(text):f}" if 1e-6 <= abs(value) < 1e21 else re.sub("e([+-])0*", r"e\1", text)
        return re.sub(r"\.0(?=e|$)", "", text)
    return kind(value)


def message_of(error: Any) -> str:
    """The message of an error; its status where the message is no text, or empty."""
    message = str(error) if isinstance(error, BaseException) else field(error, "message")
    return message if kind(message) == "string" and message else "status " + describe(field(error, "status"))


def parse_whole(text: str | None) -> int:
    """The number that a text of 1 to 15 digits spells; -1 for any other text, and for none."""
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,15}", text) else -1


def looks_like_html(text: str, content_type: str | None) -> bool:
    """Whether this is a web page, as of a captive portal: it begins with a tag, or its type is HTML and it is not empty."""
    return re.match("(?:[^\\S\x1c-\x1f\x85]|\ufeff)*<", text) is not None or (
        text != "" and "html" in (content_type or "").lower()
    )


def journal_name(key: str, main: str) -> str | None:
    """The journal of a storage key: of `main` and `main.1` `main`, of `main:tab` and `main:tab.1` `main:tab`; None for any other key."""
    found = re.fullmatch(r"(:[^.]*)?(\.[0-9]+)?", key[len(main) :]) if key.startswith(main) else None
    return main + (found[1] or "") if found else None


def mark_of(text: Any) -> str:
    """The text where it is the mark of a purge (`storage/purge_mark.py`), else `!`, which is that of no purge."""
    return text if isinstance(text, str) and re.fullmatch(r"![^.]*", text) else "!"


def batch_address(endpoint: str) -> str:
    """`<endpoint>/batch`, before the query where there is one."""
    return re.sub(r"/?(\?[^\n\r\u2028\u2029]*)?\Z", lambda found: "/batch" + (found[1] or ""), endpoint, count=1)


def json_array(items: list[T], text_of: Callable[[T], str]) -> str:
    """A JSON array of items that are turned to JSON one by one."""
    return "[" + ",".join(map(text_of, items)) + "]"


def in_order(texts: list[str]) -> list[str]:
    """A list of the texts in their order, by UTF-16 code units."""
    return sorted(texts, key=lambda text: text.encode("utf-16-be", "surrogatepass"))


def utf8_bytes(text: str) -> int:
    """Length of the text in UTF-8, which is how a request body is counted. A text of `to_json` has no half surrogate pairs."""
    return len(text) if text.isascii() else len(text.encode("utf-8"))
