"""The oracle of chaos excuses an event by a purge, and reports a queue that sends one after it."""

from __future__ import annotations

import pytest

from tests.chaos.log import NEWS_MS, OTHER_KEY, Click, Log, Purge, Queue, Request, Told
from tests.chaos.oracle import judge
from tests.keys import KEY

CLICKED_MS = 5000
MINE, OTHERS = "t1.1/q1", "t2.1/q1"


def round_of(purge: Purge | None, *sent_ms: float, by: str = MINE) -> Log:
    """A round with two tabs and one click, which was sent at these times."""
    log = Log(1, has_locks=True)
    log.clicks.append(Click("e", "t1.1-1-0", MINE, CLICKED_MS))
    log.queues = {name: Queue(name, KEY, 0) for name in (MINE, OTHERS)}
    log.purges = [purge] if purge else []
    log.requests = [Request(by, "b", {"e": "t1.1-1-0"}, at_ms, at_ms + 5, "ok", ["e"], [], at_ms + 9) for at_ms in sent_ms]
    return log


def kinds(log: Log) -> list[str]:
    """The findings of a round by their kinds."""
    return [finding.kind for finding in judge(log)]


@pytest.mark.parametrize(
    ("purge", "found"),
    [
        (Purge(MINE, KEY, CLICKED_MS), []),
        (Purge(OTHERS, KEY, CLICKED_MS + 9000), []),
        (Purge(OTHERS, KEY, CLICKED_MS - NEWS_MS), []),
        (Purge(OTHERS, KEY, CLICKED_MS - NEWS_MS - 1), ["lost"]),
        (Purge(OTHERS, OTHER_KEY, CLICKED_MS), ["lost"]),
        (None, ["lost"]),
    ],
)
def test_a_purge_excuses_the_clicks_before_it(purge: Purge | None, found: list[str]) -> None:
    """A click that never arrived is lost, unless its key was purged later, or so shortly before that its tab did not know."""
    assert kinds(round_of(purge)) == found


@pytest.mark.parametrize(
    ("purged_by", "by", "sent_after_ms", "found"),
    [
        (MINE, MINE, 0, []),
        (MINE, MINE, 1, ["sent after a purge"]),
        (MINE, OTHERS, NEWS_MS, []),
        (MINE, OTHERS, NEWS_MS + 1, ["sent after a purge"]),
        (OTHERS, MINE, NEWS_MS + 1, ["sent after a purge"]),
    ],
)
def test_a_purged_event_is_not_sent(purged_by: str, by: str, sent_after_ms: float, found: list[str]) -> None:
    """The queue that purges sends no event from before it, another one none as soon as it is told (CONTRACT 5.4)."""
    purged_ms = CLICKED_MS + 2 * NEWS_MS
    assert kinds(round_of(Purge(purged_by, KEY, purged_ms), purged_ms + sent_after_ms, by=by)) == found


@pytest.mark.parametrize(("key", "found"), [(KEY, []), (OTHER_KEY, ["unfounded drop"])])
def test_a_purged_drop_needs_a_purge(key: str, found: list[str]) -> None:
    """`purged` is a reason where somebody has purged that key."""
    log = round_of(Purge(OTHERS, key, CLICKED_MS + 1), CLICKED_MS + 1)
    log.told.append(Told(MINE, "e", "purged", "purge()"))
    assert kinds(log) == found
