"""The gate before consent, over fakes: clicks wait in memory until the visitor has answered."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from clickqueue.consent import create_consent_gate
from clickqueue.main import ClickQueue
from tests.fakes import FakeApi, World, click


class Site:
    """A page with a gate before its queue."""

    def __init__(self, world: World, options: Any = None, has_gpc: bool = False) -> None:
        self.world = world
        self.tab = world.open()
        self.env = self.tab.env
        self.api = FakeApi(self.env.clock)
        self.drops: list[tuple[Any, str]] = []
        self.config: dict[str, Any] = {}
        self.opened: list[Any] = []
        window = {name: getattr(self.env, name) for name in ("Date", "JSON", "Math", "crypto")}
        window["navigator"] = {"globalPrivacyControl": has_gpc}
        self.gate = create_consent_gate(self.open, options, SimpleNamespace(**window))

    def open(self) -> Any:
        config = {"onDrop": lambda event, reason, detail: self.drops.append((event, reason)), **self.config}
        self.opened.append(ClickQueue(config, self.api, self.env))
        return self.opened[-1]

    def click(self, number: int = 1, **fields: Any) -> str | None:
        event_id: str | None = self.gate["enqueue"](click(number, **fields), None)
        return event_id

    @property
    def stored(self) -> dict[str, str]:
        """Everything in storage but the mark of a purge, which stays (CONTRACT 5.4)."""
        return {key: text for key, text in self.world.origin.texts.items() if not key.endswith("!")}


@pytest.fixture
def site() -> Site:
    return Site(World())


def test_nothing_is_touched_before_the_answer(site: Site) -> None:
    """A gate with clicks has no queue, no timer, no listener and no key in storage, however long the visitor waits."""
    for number in range(25):
        site.click(number)
    site.env.clock.advance(2 * 86_400_000)
    site.click(26)
    assert (site.opened, site.stored, site.api.calls) == ([], {}, [])
    assert (site.env.clock.armed, site.env.page.listeners) == (0, 0)


def test_a_granted_click_has_the_time_of_its_moment(site: Site) -> None:
    """`grant()` enqueues what waits, in order, with the id that `enqueue` returned and the time of the click."""
    moments = []
    for number in range(25):
        moments.append((site.click(number), site.env.Date.now()))
        site.env.clock.advance(700)
    queue = site.gate["grant"]()
    site.env.clock.advance(0)
    queue.flush()
    site.env.clock.run_until_idle(60_000)
    sent = [event for call in site.api.calls for event in call.events]
    assert [(event["id"], event["timestamp"]) for event in sent] == moments
    assert {event["userAgent"] for event in sent} == {"Fake/1.0"}
    assert not any("retryCount" in event for event in sent)
    assert site.stored == {}


def test_a_granted_click_is_stored_at_once(site: Site) -> None:
    """When `grant()` returns, the clicks that waited are in storage (CONTRACT 2.1)."""
    site.click()
    site.gate["grant"]()
    assert len(site.stored) > 0


def test_given_ids_and_times_are_kept(site: Site) -> None:
    """An id and a timestamp of the caller's travel as they are, and the same id waits once (CONTRACT 2.2, 2.3)."""
    assert [site.click(1, id="own", timestamp=5), site.click(1, id="own", timestamp=6)] == ["own", "own"]
    site.gate["grant"]().flush()
    site.env.clock.run_until_idle(60_000)
    assert [(event["id"], event["timestamp"]) for call in site.api.calls for event in call.events] == [("own", 5)]


def test_the_callers_object_is_not_kept(site: Site) -> None:
    """What the caller does to its object after the click changes nothing (CONTRACT 2.2)."""
    event = click(1, nested={"value": 1})
    site.gate["enqueue"](event, None)
    event["nested"]["value"] = 2
    site.gate["grant"]().flush()
    assert site.api.calls[0].events[0]["nested"] == {"value": 1}
    assert "id" not in event


def test_after_the_grant_the_gate_is_the_queue(site: Site) -> None:
    """`grant()` returns the one queue, however often it is called, and `enqueue` is that of the queue, options too."""
    queue = site.gate["grant"]()
    assert site.gate["grant"]() is queue
    assert site.opened == [queue]
    event_id = site.gate["enqueue"](click(), {"urgent": True})
    assert site.api.calls[0].ids == [event_id]


def test_the_queue_checks_what_waited(site: Site) -> None:
    """A click without the required fields waits like others; at the grant the host's queue refuses it, as ever (CONTRACT 2.4)."""
    assert site.gate["enqueue"]({"id": "odd"}, None) == "odd"
    assert site.gate["enqueue"]("no object", None) is None
    site.gate["grant"]()
    assert [(event["id"], reason) for event, reason in site.drops] == [("odd", "invalid")]


def test_memory_is_bounded(site: Site) -> None:
    """Of more than 1000 clicks the oldest are forgotten, and none is sent before the answer (CONTRACT 4.7)."""
    ids = [site.click(number) for number in range(1010)]
    queue = site.gate["grant"]()
    site.env.clock.run_until_idle(60_000)
    queue.flush()
    site.env.clock.run_until_idle(60_000)
    assert site.api.ids == ids[10:]


def test_a_denied_click_is_forgotten(site: Site) -> None:
    """`deny()` forgets what waits and what comes later; a later `grant()` has only what is clicked after it."""
    site.click(1)
    site.gate["deny"]()
    assert site.click(2) is None
    assert (site.stored, site.env.page.listeners) == ({}, 0)
    site.gate["grant"]()
    after = site.click(3)
    site.env.clock.run_until_idle(60_000)
    assert site.api.ids == [after]


def test_denying_purges_every_tab() -> None:
    """Consent that is withdrawn in one tab removes what other tabs have, in storage and in memory (CONTRACT 5.4)."""
    world = World()
    here, there = Site(world), Site(world)
    for site in (here, there):
        site.gate["grant"]()
        world.timeline.advance(0)
    here.click(1)
    there.click(2)
    here.gate["deny"]()
    world.timeline.advance(60_000)
    assert (here.api.calls, there.api.calls) == ([], [])
    assert here.stored == {}
    assert there.opened[0].get_snapshot()["dropped"]["purged"] == 1


def test_denying_purges_what_an_earlier_page_left() -> None:
    """What was stored after an earlier consent goes too, though this page never opened its queue."""
    world = World()
    before = Site(world)
    before.gate["grant"]()
    before.click()
    before.tab.kill()
    after = Site(world)
    after.gate["deny"]()
    world.timeline.advance(60_000)
    assert (after.api.calls, after.stored) == ([], {})


def test_global_privacy_control_denies() -> None:
    """Where it is asked for and the browser sends the signal, `grant()` denies: it returns None and purges."""
    world = World()
    before = Site(world)
    before.gate["grant"]()
    before.click()
    before.tab.kill()
    site = Site(world, {"gpc": True}, has_gpc=True)
    site.click()
    assert site.gate["grant"]() is None
    assert site.click() is None
    world.timeline.advance(60_000)
    assert (site.api.calls, site.stored) == ([], {})


@pytest.mark.parametrize(
    ("options", "has_gpc"), [(None, True), ({}, True), ({"gpc": False}, True), ({"gpc": True}, False)], ids=str
)
def test_the_signal_counts_only_where_it_is_asked_for(options: Any, has_gpc: bool) -> None:
    """Without `gpc: true`, or without the signal, `grant()` opens the queue."""
    site = Site(World(), options, has_gpc)
    site.click()
    assert site.gate["grant"]() is site.opened[0]


def test_a_wrong_config_throws_at_the_answer(site: Site) -> None:
    """A config error is thrown by `grant()` (CONTRACT 1.6); the clicks go on waiting."""
    event_id = site.click()
    site.config = {"maxBatchSize": 0}
    with pytest.raises(ValueError, match="maxBatchSize"):
        site.gate["grant"]()
    site.config = {}
    site.gate["grant"]().flush()
    assert site.api.ids == [event_id]
