"""A queue that is made only to purge: what an earlier page left is not sent first (CONTRACT 5.4)."""

from __future__ import annotations

import pytest

from tests.fakes import Failure, World
from tests.unit.harness import Harness


@pytest.mark.parametrize("is_missing", [False, True], ids=["with locks", "without locks"])
def test_a_purge_in_the_first_task_comes_before_every_request(is_missing: bool) -> None:
    """With or without Web Locks nothing that an earlier page stored is sent, and no event stays in storage (CONTRACT 5.4)."""
    world = World()
    world.locks.is_missing = is_missing
    before = Harness(world=world, script=[Failure(503)])
    before.click(12)
    before.settle()
    before.tab.close()
    after = Harness(world=world, is_settled=False)
    after.queue.purge()
    after.queue.destroy()
    after.settle()
    assert after.api.calls == []
    assert after.stored_everywhere() == []


def test_events_of_an_earlier_page_are_sent_at_once_without_a_purge() -> None:
    """Without Web Locks they leave with the first timer, which takes no time (CONTRACT 4.3, 4.5)."""
    world = World()
    world.locks.is_missing = True
    before = Harness(world=world, script=[Failure(503)])
    ids = before.click(2)
    before.settle()
    before.tab.close()
    after = Harness(world=world)
    assert [call.ids for call in after.api.calls] == [ids]
