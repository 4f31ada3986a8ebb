"""One word for one thing: the field's own terms, which docs/design.md lists (`## Glossary`)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "clickqueue").rglob("*.py"))

BANNED = {
    "admit": "parse_event",
    "blame": "reject",
    "claim": "assign",
    "company": "batch_limit",
    "culprit": "poison event",
    "flying": "in_flight",
    "gather": "compact",
    "heir": "leader",
    "inherit": "adopt",
    "judge": "read",
    "lay": "assign_segment",
    "losses": "drops",
    "news": "event",
    "owner": "leader",
    "polish": "peephole",
    "refusal": "rejection",
    "retake": "adopt",
    "soil": "mark_dirty",
    "untold": "host_callbacks",
}
"""Words of earlier versions that no reader would look for, and the term that replaces each."""


def words_of(source: str) -> set[str]:
    """The parts of every name, and the words of every text and comment."""
    return set(re.findall(r"[a-z]+", source.lower()))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_are_the_terms_of_the_glossary(path: Path) -> None:
    """No module uses a word that has a better one."""
    found = {word: BANNED[word] for word in words_of(path.read_text()) & BANNED.keys()}
    assert found == {}, "write the word on the right instead"


def test_a_banned_word_is_found_in_a_name_and_in_a_comment() -> None:
    """The test above can fail."""
    assert {"soil", "heir"} <= words_of("# For the heir.\ndef f(page):\n    page.soil_it()\n")
