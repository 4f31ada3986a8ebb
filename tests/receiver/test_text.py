"""Any text that JSON can carry is stored, and comes back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickqueue_receiver.text import original, storable, storable_json

# Every code point, half surrogate pairs and U+0000 included, and the prefix that has a meaning.
ANY_TEXT = st.text(st.characters(codec=None)) | st.text(st.sampled_from('json:"\\u0\0\ud83d'))


@given(ANY_TEXT)
def test_every_text_comes_back(text: str) -> None:
    """`original(storable(text))` is the text, so that no two texts are stored as the same one."""
    assert original(storable(text)) == text


@given(ANY_TEXT)
def test_what_is_stored_suits_every_database(text: str) -> None:
    """The stored text has a UTF-8 form and no U+0000."""
    assert b"\0" not in storable(text).encode()


@pytest.mark.parametrize("text", ["click-1", "ÄÖ 😀", "", '"', "JSON:", "js on:"])
def test_an_ordinary_text_is_stored_as_it_is(text: str) -> None:
    """The database shows the id that the page has."""
    assert storable(text) == text


@pytest.mark.parametrize(
    ("text", "stored"), [("a\0", 'json:"a\\u0000"'), ("\ud83d", 'json:"\\ud83d"'), ("json:x", 'json:"json:x"')]
)
def test_a_strange_text_is_stored_as_json(text: str, stored: str) -> None:
    """U+0000, half a pair, and a text that looks like an escaped one are stored in their JSON form."""
    assert storable(text) == stored


def test_texts_inside_of_a_value_are_stored_likewise() -> None:
    """Keys and values, at any depth; all other values stay."""
    value = {"\0": ["\0", {"a": "\ud83d"}], "n": [1, 2.5, None, True]}
    stored = storable_json(value)
    assert stored == {'json:"\\u0000"': ['json:"\\u0000"', {"a": 'json:"\\ud83d"'}], "n": [1, 2.5, None, True]}
    assert json.dumps(stored, ensure_ascii=False).encode()
