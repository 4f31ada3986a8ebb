"""Scripts of one situation each, in the order of the contract. Each asserts that it has come to that situation in CPython."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.fakes import HOLD, Failure, click
from tests.keys import KEY, MARK_KEY
from tests.twin.host import Broken, breakables_of
from tests.twin.story import Story

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MINUTE_MS = 60_000


def ids_are_uuids(story: Story) -> None:
    """Ids of events, batches and journals are UUIDs of version 7, without `crypto` too (CONTRACT 2.2)."""
    tab, queue = story.open()
    _, ids, *_ = breakables_of(tab)
    first = queue.enqueue(click(1))
    ids.is_broken = True
    ids.dice = 0.75
    second = queue.enqueue(click(2))
    queue.flush()
    story.wait()
    assert UUID7.fullmatch(first)
    assert UUID7.fullmatch(second)
    assert first != second
    assert UUID7.fullmatch(story.apis[0].calls[0].request["batchId"])


def required_fields(story: Story) -> None:
    """The host says which fields an event needs (CONTRACT 2.4)."""
    _, queue = story.open(requiredFields=["account"])
    assert queue.enqueue({"account": "a"}) is not None
    assert queue.enqueue({"account": ""}) is None
    assert queue.enqueue(click(1)) is None
    assert queue.get_snapshot()["dropped"]["invalid"] == 2


def urgent(story: Story) -> None:
    """An urgent event leaves in the same call, with the events before it (CONTRACT 2.5)."""
    _, queue = story.open()
    queue.enqueue(click(1))
    assert queue.get_snapshot()["inFlight"] == 0
    queue.enqueue(click(2), {"urgent": True})
    assert queue.get_snapshot()["inFlight"] == 2
    story.wait()


def last_failure(story: Story) -> None:
    """The snapshot has the status, the message and the time of the last failure, and keeps it (CONTRACT 6.1)."""
    _, queue = story.open(Failure(503), Failure(), "fine")
    queue.enqueue(click(1), {"urgent": True})
    story.wait()
    assert queue.get_snapshot()["lastFailure"]["status"] == 503
    story.wait(2000)
    assert queue.get_snapshot()["lastFailure"]["status"] is None
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["acknowledged"] == 1
    assert queue.get_snapshot()["lastFailure"] is not None


def retry_without_keepalive(story: Story) -> None:
    """After a network error the batch is tried without keepalive, after an answer with it again; on leaving always (CONTRACT 3.4)."""
    tab, queue = story.open(Failure(), Failure(503), Failure(), "fine")
    queue.enqueue(click(1), {"urgent": True})
    story.wait(MINUTE_MS / 6)
    tab.page.tell("hidden")
    story.wait()
    assert [call.request["keepalive"] for call in story.apis[0].calls] == [True, False, True, True]


def bisect(story: Story) -> None:
    """A rejected batch is halved until the poison event is alone, which is dropped after some more tries (CONTRACT 3.5)."""

    def answer(call: Any) -> Any:
        return Failure(422) if any(event["questionId"] == "q3" for event in call.events) else None

    queue = story.queue(story.world.open(), answer, maxRetries=2)
    for number in range(5):
        queue.enqueue(click(number))
    queue.flush()
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["acknowledged"] == 4
    assert queue.get_snapshot()["dropped"]["rejected"] == 1


def parked(story: Story) -> None:
    """After `maxRetries` failures the queue is parked, and `online` ends that in the same call (CONTRACT 3.7, 3.9)."""
    _, queue = story.open(*[Failure(500, 7000)] * 3, maxRetries=3)
    queue.enqueue(click(1), {"urgent": True})
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["state"] == "parked"
    story.world.set_online(False)
    story.world.set_online(True)
    story.wait()
    assert queue.get_snapshot()["acknowledged"] == 1


def leader_and_follower(story: Story) -> None:
    """One tab leads, the other keeps its own journal and sends by itself (CONTRACT 4.2)."""
    first, leader = story.open()
    story.wait()
    _, follower = story.open()
    story.wait()
    assert story.world.locks.held_by(KEY) is first.life
    leader.enqueue(click(1))
    follower.enqueue(click(2))
    story.wait(MINUTE_MS)
    assert [api.calls[0].events[0]["questionId"] for api in story.apis] == ["q1", "q2"]
    assert story.texts() == ""


def orphan(story: Story) -> None:
    """The leader adopts and sends the events of a tab that crashed (CONTRACT 4.2)."""
    _, leader = story.open()
    story.wait()
    tab, follower = story.open(HOLD)
    story.wait()
    for number in range(70):
        follower.enqueue(click(number))
    tab.kill()
    story.wait(MINUTE_MS)
    assert leader.get_snapshot()["recovered"] == 70
    assert leader.get_snapshot()["acknowledged"] == 70
    assert story.texts() == ""


def leader_dies(story: Story) -> None:
    """A follower becomes the leader and adopts the events of the one before (CONTRACT 4.2)."""
    tab, leader = story.open(HOLD)
    story.wait()
    second, follower = story.open()
    story.wait()
    leader.enqueue(click(1), {"urgent": True})
    tab.kill()
    story.wait(MINUTE_MS)
    assert story.world.locks.held_by(KEY) is second.life
    assert follower.get_snapshot()["acknowledged"] == 1


def leave_and_return(story: Story) -> None:
    """`pagehide` hands the events over to the other tab; the page that is back joins anew (CONTRACT 5.2)."""
    tab, queue = story.open(HOLD)
    story.wait()
    _, heir = story.open()
    story.wait()
    queue.enqueue(click(1), {"urgent": True})
    queue.enqueue(click(2))
    tab.leave()
    assert queue.get_snapshot()["handedOver"] == 2
    story.wait(MINUTE_MS)
    assert heir.get_snapshot()["recovered"] == 2
    tab.come_back()
    story.apis[0].calls[0].resolve(None)
    queue.enqueue(click(3))
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["acknowledged"] == 1
    assert story.texts() == ""


def freeze_and_resume(story: Story) -> None:
    """A lone tab that was frozen takes its own events up again (CONTRACT 5.2)."""
    tab, queue = story.open(Failure(503), Failure(503))
    story.wait()
    queue.enqueue(click(1), {"urgent": True})
    story.wait()
    tab.freeze()
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["handedOver"] == 1
    tab.resume()
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["recovered"] == 1
    assert queue.get_snapshot()["acknowledged"] == 1


def peers(story: Story) -> None:
    """Without Web Locks each tab sends its own events, and the next start adopts what is left (CONTRACT 4.3)."""
    story.world.locks.is_missing = True
    tab, first = story.open(HOLD)
    first.enqueue(click(1), {"urgent": True})
    tab.kill()
    _, second = story.open()
    second.enqueue(click(2))
    story.wait(MINUTE_MS)
    assert second.get_snapshot()["recovered"] == 1
    assert second.get_snapshot()["acknowledged"] == 2


def no_abort_controller(story: Story) -> None:
    """A browser without AbortController has no Web Locks either: the tab is a peer (CONTRACT 4.3)."""
    tab = story.world.open()

    def missing() -> None:
        raise Broken

    tab.env.AbortController = missing
    queue = story.queue(tab)
    queue.enqueue(click(1))
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["acknowledged"] == 1
    assert story.world.locks.requests == 0


def stolen_lock(story: Story) -> None:
    """A tab whose lock a script has stolen goes on as a peer (CONTRACT 4.3)."""
    tab, queue = story.open()
    queue.enqueue(click(1))
    story.wait()
    tab.env.locks.request(KEY, {"steal": True}, lambda lock: None)
    story.wait()
    queue.enqueue(click(2))
    story.wait(MINUTE_MS)
    assert story.world.locks.held_by(KEY) is None
    assert queue.get_snapshot()["acknowledged"] == 2


def purge_with_a_second_tab(story: Story) -> None:
    """A purge reaches other tabs and a second queue in the page by its mark, before they send (CONTRACT 5.4)."""
    tab, first = story.open()
    story.wait()
    beside = story.queue(tab)
    _, second = story.open()
    story.wait()
    for queue in (first, beside, second):
        queue.enqueue(click(1))
    first.purge()
    assert re.fullmatch("![0-9a-f]{8}", story.world.origin.texts[MARK_KEY])
    story.wait()
    assert second.get_snapshot()["dropped"]["purged"] == 1
    story.wait(MINUTE_MS)
    assert beside.get_snapshot()["dropped"]["purged"] == 1
    assert [api.calls for api in story.apis] == [[], [], []]
    second.enqueue(click(2))
    story.wait(MINUTE_MS)
    assert second.get_snapshot()["acknowledged"] == 1


def no_storage(story: Story) -> None:
    """Without storage the queue works in memory, and stores when it can (CONTRACT 4.6)."""
    tab = story.world.open()
    tab.env.storage.is_broken = True
    queue = story.queue(tab)
    queue.enqueue(click(1))
    assert queue.get_snapshot()["persistent"] is False
    tab.env.storage.is_broken = False
    queue.enqueue(click(2))
    assert queue.get_snapshot()["persistent"] is True
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["acknowledged"] == 2


def broken_date(story: Story) -> None:
    """A host whose `Date.now` throws does not keep the queue from sending (CONTRACT 1.6)."""
    tab, queue = story.open(Failure(503), Failure(422))
    *_, date = breakables_of(tab)
    queue.enqueue(click(1), {"urgent": True})
    story.wait()
    date.is_broken = True
    assert queue.enqueue(click(2)) is not None
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["acknowledged"] == 2


def corrupt_storage(story: Story) -> None:
    """What is valid in a damaged journal is sent, the rest is dropped (CONTRACT 4.5)."""
    event = '{"id":"left","sessionId":"s","questionId":"q","offerId":"o","buttonVariantId":"b","timestamp":1700000000000}'
    story.world.origin.texts.update({f"{KEY}:gone": f"[{event},7,null]", f"{KEY}:gone.1000001": "[{", KEY: "{"})
    _, queue = story.open()
    story.wait(MINUTE_MS)
    assert queue.get_snapshot()["acknowledged"] == 1
    assert queue.get_snapshot()["dropped"]["corrupt"] > 0
    assert story.texts() == ""


STORIES: list[Callable[[Story], None]] = [
    ids_are_uuids,
    required_fields,
    urgent,
    last_failure,
    retry_without_keepalive,
    bisect,
    parked,
    leader_and_follower,
    orphan,
    leader_dies,
    leave_and_return,
    freeze_and_resume,
    peers,
    no_abort_controller,
    stolen_lock,
    purge_with_a_second_tab,
    no_storage,
    broken_date,
    corrupt_storage,
]
