"""JSON is read as clients send it, also where a fast parser gives up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickqueue_receiver.jsontext import NotJson, depth_of, is_finite, parse, prune

TEXT = st.text(st.characters(codec=None), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_every_json_value_is_read(value: Any) -> None:
    """Half a surrogate pair and numbers beyond 64 bits included."""
    assert parse(json.dumps(value).encode(), 100) == value


@given(VALUES, st.integers(1, 5))
def test_pruning_keeps_what_is_above(value: Any, depth: int) -> None:
    """What is nested deeper becomes null, all else stays; the texts in it may have brackets and quotes."""

    def cut(value: Any, left: int) -> Any:
        if not isinstance(value, (list, dict)):
            return value
        if left == 0:
            return None
        if isinstance(value, list):
            return [cut(item, left - 1) for item in value]
        return {key: cut(item, left - 1) for key, item in value.items()}

    assert json.loads(prune(json.dumps(value), depth)) == cut(value, depth)


@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_any_nesting_is_read_without_recursion(levels: int) -> None:
    """100 000 nested lists are a value, cut off below the limit."""
    value = parse(b"[" * levels + b"]" * levels, 20)
    assert depth_of(value, 30) == 20


@pytest.mark.parametrize("text", ["", "{", "[1,]", "NaN", "[Infinity]", '{"a" 1}', '"\n"', "[[[", "]" * 1_000])
def test_what_is_not_json_is_refused(text: str) -> None:
    """Raises NotJson, also for what Python's parser would take."""
    with pytest.raises(NotJson):
        parse(text.encode(), 100)


def test_depth_counts_no_further_than_needed() -> None:
    """One level above the limit is enough to know."""
    texts = ("1", "[]", "[[]]", "[[[]]]", "[[[[[]]]]]", '{"a":[1]}')
    assert [depth_of(json.loads(text), 2) for text in texts] == [0, 1, 2, 3, 3, 2]


def test_infinite_numbers_are_found() -> None:
    """1e400 is JSON and infinite when it is read, and so is a whole number of more digits than Python converts."""
    texts = (b'{"a":[1e400]}', b"[-" + b"9" * 5_000 + b"]", b'{"a":[1e308]}', b"9" * 4_300)
    assert [is_finite(parse(text, 9)) for text in texts] == [False, False, True, True]
