"""The situations of stories.py in CPython and with dist/clickqueue.js: the two traces are equal to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.twin.compare import compare
from tests.twin.conftest import Page
from tests.twin.stories import STORIES
from tests.twin.story import Story


@pytest.mark.parametrize("tell", STORIES, ids=lambda tell: tell.__name__)
def test_a_story_is_the_same_in_both_languages(page: Page, tell: Callable[[Story], None]) -> None:
    """The same calls and the same snapshots in both languages, in the situation that the story names (CONTRACT 1 to 6)."""
    story = Story()
    tell(story)
    assert compare(page, [(tell.__name__, story.recorder)]) == 1
