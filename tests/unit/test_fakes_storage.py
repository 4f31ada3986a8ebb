"""The fake storage is what a browser's is, or every test above it proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import Origin, StorageFault, World, make_env


class TestStorage:
    def test_every_tab_reads_what_one_wrote(self) -> None:
        """One store; the others hear of it in a task of their own, the writer does not."""
        world = World()
        one, two = world.open(), world.open()
        heard: list[Any] = []
        one.env.add_event_listener("storage", lambda event: heard.append(("one", event.key)))
        two.env.add_event_listener("storage", lambda event: heard.append(("two", event.key, event.new_value)))
        one.env.storage.set_item("key", "text")
        assert two.env.storage.get_item("key") == "text"
        assert heard == []
        world.timeline.advance(0)
        assert heard == [("two", "key", "text")]
        two.env.storage.remove_item("key")
        assert list(one.env.storage) == []

    def test_every_put_is_reported_with_its_writer(self) -> None:
        """`on_put` is called after each put, also of the same text; the writer is None for a stranger."""
        origin = Origin()
        tab = origin.open()
        puts: list[Any] = []
        origin.on_put = lambda key, old, text, writer: puts.append((key, old, text, writer, origin.texts.get(key)))
        tab.set_item("key", "a")
        tab.set_item("key", "a")
        origin.put("key", None, None)
        assert puts == [("key", None, "a", tab, "a"), ("key", "a", "a", tab, "a"), ("key", "a", None, None, None)]

    def test_writing_the_same_text_is_no_news(self) -> None:
        """As in a browser, only a change fires the event."""
        world = World()
        one, two = world.open(), world.open()
        one.env.storage.set_item("key", "text")
        world.timeline.advance(0)
        heard: list[Any] = []
        two.env.add_event_listener("storage", lambda event: heard.append(event.key))
        one.env.storage.set_item("key", "text")
        one.env.storage.remove_item("nothing")
        world.timeline.advance(0)
        assert heard == []

    def test_clearing_is_heard_without_a_key(self) -> None:
        """`localStorage.clear()` and the user's "clear site data": None for the key."""
        world = World()
        tab = world.open()
        heard: list[Any] = []
        tab.env.storage.set_item("key", "text")
        tab.env.add_event_listener("storage", lambda event: heard.append(event.key))
        world.origin.clear()
        world.timeline.advance(0)
        assert (heard, tab.env.storage.get_item("key")) == ([None], None)

    def test_a_lagging_write_arrives_later(self) -> None:
        """With `lag` another tab's write is read and heard only after that many ms; a new tab sees the truth."""
        world = World(lag=lambda: 5)
        one, two = world.open(), world.open()
        heard: list[Any] = []
        two.env.add_event_listener("storage", lambda event: heard.append(two.env.storage.get_item("key")))
        one.env.storage.set_item("key", "text")
        world.timeline.advance(4)
        assert (two.env.storage.get_item("key"), heard) == (None, [])
        assert world.open().env.storage.get_item("key") == "text"
        world.timeline.advance(1)
        assert (two.env.storage.get_item("key"), heard) == ("text", ["text"])

    def test_lagging_copies_end_up_the_same(self) -> None:
        """Two tabs that write one key at once both end with what was written last; news do not overtake each other."""
        lags = iter([9.0, 1.0, 5.0])
        world = World(lag=lambda: next(lags))
        one, two = world.open(), world.open()
        one.env.storage.set_item("key", "1")
        two.env.storage.set_item("key", "2")
        one.env.storage.set_item("other", "3")
        world.timeline.advance(10)
        for tab in (one, two):
            assert (tab.env.storage.get_item("key"), tab.env.storage.get_item("other")) == ("2", "3")

    def test_a_dead_tabs_last_write_still_arrives(self) -> None:
        """What a tab wrote before it crashed is on its way and is seen by the others."""
        world = World(lag=lambda: 5)
        one, two = world.open(), world.open()
        one.env.storage.set_item("key", "last words")
        one.kill()
        world.timeline.advance(5)
        assert two.env.storage.get_item("key") == "last words"

    def test_broken_storage_throws_on_every_touch(self) -> None:
        """Reading, writing, removing, listing, and `localStorage` itself; it counts that it did."""
        env = make_env()
        storage = env.storage
        storage.is_broken = True
        touches = (
            lambda: storage.get_item("k"),
            lambda: storage.set_item("k", "v"),
            lambda: storage.remove_item("k"),
            lambda: list(storage),
            lambda: env.local_storage,
        )
        for touch in touches:
            with pytest.raises(StorageFault):
                touch()
        assert storage.faults == 5

    def test_the_quota_counts_keys_and_texts(self) -> None:
        """A write beyond it throws and leaves the old text; a shorter one and a removal always go."""
        origin = Origin()
        storage = origin.open()
        origin.quota_chars = 10
        storage.set_item("key", "1234567")
        with pytest.raises(StorageFault):
            storage.set_item("key", "12345678")
        with pytest.raises(StorageFault):
            storage.set_item("k", "")
        assert storage.get_item("key") == "1234567"
        storage.set_item("key", "1")
        storage.set_item("k", "2345")
        storage.remove_item("key")
        storage.set_item("k", "123456789")
        origin.clear()
        storage.set_item("k", "123456789")

    def test_the_nth_write_can_fail(self) -> None:
        """`failing` names writes from 1 on; the failed one counts too."""
        storage = Origin().open()
        storage.failing = {2}
        storage.set_item("key", "1")
        with pytest.raises(StorageFault):
            storage.set_item("key", "2")
        storage.set_item("key", "3")
        assert (storage.get_item("key"), storage.writes) == ("3", 3)

    def test_a_tab_can_die_between_two_writes(self) -> None:
        """After `die_after` changes the tab is mute: no error, and nothing more is written."""
        world = World()
        tab = world.open()
        tab.env.storage.die_after = 2
        tab.env.storage.set_item("one", "1")
        tab.env.storage.remove_item("one")
        tab.env.storage.set_item("two", "2")
        assert (world.origin.texts, tab.life.is_dead) == ({}, True)
