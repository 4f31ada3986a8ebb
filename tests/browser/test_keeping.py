"""Nothing is lost while the network, the page or the storage is gone (CONTRACT 3.8, 4)."""

from __future__ import annotations

import pytest

from tests.browser.endpoint import Endpoint
from tests.browser.engines import NO_OFFLINE
from tests.browser.host import Host


def test_a_cut_network_and_a_reload_lose_nothing(host: Host, endpoint: Endpoint) -> None:
    """Network cut, clicks, reload, network back: all arrive, none twice in the store (CONTRACT 2.1, 3.8, 4.1)."""
    host.start()
    host.cut_network()
    ids = host.click(4)
    main = host.driver.execute_script("return JSON.parse(localStorage.getItem('srv_click_queue'))")
    assert [event["id"] for event in main] == ids
    assert host.snapshot()["failures"] == 0 or not host.can_cut
    host.reload_in_vain()
    assert endpoint.requests == []
    host.mend_network()
    host.open()
    assert host.stored_ids() == ids
    host.start()
    host.wait_until_all_arrived(ids)
    assert sorted(endpoint.store) == sorted(ids)
    # Where only the server was gone, WebKit hands in later what the old page sent as it went.
    assert endpoint.duplicates == 0 or not host.can_cut
    assert host.stored_ids() == []


def test_the_browsers_online_event_flushes(host: Host, endpoint: Endpoint) -> None:
    """When the browser says `online`, what was kept goes without a click and without a timer (CONTRACT 3.8)."""
    if not host.can_cut:
        pytest.skip(NO_OFFLINE)
    host.start(clock="held")
    host.cut_network()
    ids = host.click(12)
    assert endpoint.requests == []
    assert host.snapshot()["isOnline"] is False
    host.mend_network()
    host.wait_until_all_arrived(ids)
    assert endpoint.sizes == [10, 2]
    assert host.snapshot()["failures"] == 0


def test_a_page_loaded_without_a_network_keeps_its_clicks(host: Host, endpoint: Endpoint) -> None:
    """A page that is reloaded offline (from the browser's cache) recovers, keeps clicking, and delivers all (CONTRACT 4.1)."""
    if not host.can_cut:
        pytest.skip(NO_OFFLINE)
    endpoint.page_headers = {"Cache-Control": "max-age=3600"}
    host.open("bed.html?cached")
    host.start()
    host.cut_network()
    first = host.click(2)
    host.driver.get("about:blank")
    host.open("bed.html?cached")
    host.start()
    ids = first + host.click(2)
    assert endpoint.requests == []
    host.mend_network()
    host.wait_until_all_arrived(ids)
    assert host.snapshot()["recovered"] == 2
    assert endpoint.duplicates == 0


def test_a_server_that_is_gone_is_tried_until_it_is_back(host: Host, endpoint: Endpoint) -> None:
    """The browser believes to be online, the server's socket is closed: the events wait, and arrive when it is back (CONTRACT 3.5)."""
    host.start(clock="held")
    endpoint.cut()
    ids = host.click(10)
    host.wait_for_state("backing-off")
    assert host.stored_ids() == ids
    endpoint.mend()
    host.go()
    host.wait_until_all_arrived(ids)
    assert endpoint.duplicates == 0


def test_storage_that_throws_on_touch(host: Host, endpoint: Endpoint) -> None:
    """Where reading `window.localStorage` throws, events live in memory and still arrive (CONTRACT 4.6)."""
    host.open("bed.html?storage=throws")
    host.start()
    ids = host.click(10)
    assert None not in ids
    host.wait_until_all_arrived(ids)
    assert host.snapshot()["persistent"] is False
    assert endpoint.sizes == [10]


def test_storage_that_is_full(host: Host, endpoint: Endpoint) -> None:
    """Where every byte is taken, events live in memory, nothing of the host's is deleted, and all arrive (CONTRACT 4.6)."""
    host.driver.execute_script("bed.fillStorage()")
    before = host.driver.execute_script("return Object.keys(localStorage).sort()")
    host.start()
    ids = host.click(10)
    assert None not in ids
    host.wait_until_all_arrived(ids)
    assert host.driver.execute_script("return Object.keys(localStorage).sort()") == before


def test_storage_that_has_room_again(host: Host, endpoint: Endpoint) -> None:
    """An event that found the storage full is written with the next event that finds room (CONTRACT 4.6)."""
    host.driver.execute_script("bed.fillStorage()")
    host.start(clock="held")
    host.click(1)
    host.driver.execute_script("localStorage.clear()")
    ids = host.click(1)
    assert len(ids) == 2
    assert sorted(host.stored_ids()) == sorted(ids)


def test_a_closed_page_leaves_its_clicks_to_the_next(host: Host, endpoint: Endpoint) -> None:
    """Clicks of a page that was left arrive at the latest with the next page of the origin, once each (CONTRACT 4.1, 5.1)."""
    host.start(clock="held")
    ids = host.click(3)
    host.driver.get("about:blank")
    host.open()
    host.start()
    host.wait_until_all_arrived(ids)
    assert sorted(endpoint.store) == sorted(ids)
