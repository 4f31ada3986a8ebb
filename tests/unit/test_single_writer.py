"""CONTRACT 4.2: each key has one writer, the tab with its lock, and each event is sent by one tab."""

from __future__ import annotations

from clickqueue.main import ClickQueue
from tests.fakes import FakeApi, World, click, never_answers
from tests.keys import KEY
from tests.unit.harness import MINUTE_MS, Harness, note_books, open_tabs, sent_by
from tests.unit.stored_events import journal_keys, record_changes


def test_a_second_tab_writes_to_its_own_journal() -> None:
    """Each tab writes to `srv_click_queue:<uuid>`; the main key has a copy of the leader's events only (CONTRACT 4.1, 4.2)."""
    first, second = open_tabs(2)
    mine, theirs = first.click(2), second.click(3)
    assert first.stored() == first.stored(first.journal_key) == mine
    assert second.stored(second.journal_key) == theirs
    assert set(first.texts) == {KEY, first.journal_key, second.journal_key}


def test_the_segments_of_a_second_tab_are_its_own() -> None:
    """The further segments of a second tab are named after its own key (CONTRACT 4.1, 4.2)."""
    _, second = open_tabs(2)
    ids = second.click(75)
    keys = journal_keys(second.texts)
    assert keys == [second.journal_key, *(f"{second.journal_key}.{number}" for number in range(1_000_001, 1_000_008))]
    assert second.stored_everywhere() == ids


def test_no_two_tabs_write_the_same_key() -> None:
    """When the locks are granted each key has one writer (CONTRACT 4.2)."""
    world = World()
    log = record_changes(world)
    harnesses = open_tabs(4, world=world)
    before = len(log)
    for _ in range(7):
        for harness in harnesses:
            harness.click(9)
            for call in harness.api.calls[-1:]:
                call.resolve()
            harness.settle()
    writers: dict[str, set[int]] = {}
    for change in log[before:]:
        writers.setdefault(change.key, set()).add(id(change.writer))
    assert len(writers) >= 4
    assert {len(each) for each in writers.values()} == {1}


def test_each_event_is_sent_by_one_tab() -> None:
    """With Web Locks no tab sends the events of another living tab (CONTRACT 4.2)."""
    harnesses = open_tabs(5, script=None)
    ids = [each for harness in harnesses for each in harness.click(13)]
    harnesses[0].advance(MINUTE_MS)
    assert sent_by(*harnesses) == sorted(ids)
    assert harnesses[0].texts == {}


def test_the_leader_leaves_the_events_of_living_tabs() -> None:
    """The leader does not adopt the events of a living tab (CONTRACT 4.2)."""
    first, second = open_tabs(2)
    ids = second.click(3)
    first.tab.page.tell("visible")
    first.click(10)
    first.advance(MINUTE_MS)
    assert first.stats["recovered"] == 0
    assert set(ids) <= set(second.stored_everywhere())


def test_the_leader_leaves_all_segments_of_living_tabs() -> None:
    """One lock protects all segments of a journal (CONTRACT 4.1, 4.2)."""
    first, second = open_tabs(2)
    ids = second.click(75)
    first.tab.page.tell("visible")
    first.settle()
    assert (first.stats["recovered"], second.stored_everywhere()) == (0, ids)


def test_the_leader_requests_each_lock_once() -> None:
    """However often the leader looks for journals, it requests each lock once (CONTRACT 4.2)."""
    first, second = open_tabs(2)
    second.click(2)
    first.settle()
    before = first.world.locks.requests
    for _ in range(5):
        first.tab.page.tell("visible")
        second.click()
        first.settle()
    assert first.world.locks.requests == before


def test_two_storage_keys_are_independent() -> None:
    """A queue with another `storageKey` writes and adopts nothing of the first (CONTRACT 1.4, 4.2)."""
    world = World()
    one = Harness({"storageKey": "one"}, never_answers, world=world)
    other = Harness({"storageKey": "other"}, never_answers, world=world)
    one.click(2)
    other.click(1)
    assert {key.partition(":")[0] for key in world.origin.texts} == {"one", "other"}
    one.tab.kill()
    other.settle()
    assert other.stats["recovered"] == 0


def test_two_queues_in_one_page_are_like_two_tabs() -> None:
    """Two queues in one page have a journal each, and one of them leads (CONTRACT 4.2)."""
    first = Harness(script=never_answers)
    api = FakeApi(first.clock)
    second = ClickQueue({}, api, first.env)
    second.subscribe(lambda: note_books(second.get_snapshot()))
    first.settle()
    mine = first.click(2)
    theirs = [second.enqueue(click(number)) for number in range(3)]
    assert first.stored() == mine
    first.advance(5000)
    assert (sorted(first.api.ids), api.ids) == (mine, theirs)
