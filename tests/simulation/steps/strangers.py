"""Steps of other scripts of the origin, which overwrite, cut, litter and clear the keys of the queue.

Invariant: whatever a key loses by one of them is excused, also where another key still has a copy that its tab may now
remove.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes import FakeJson, click
from tests.keys import KEY
from tests.simulation import oracle
from tests.simulation.state import History
from tests.simulation.stored_ids import ids_in


def do_overwrite(history: History, index: int, text: str | None) -> None:
    """Another script writes over a key, or removes it."""
    key = _some_key(history, index)
    _as_stranger(history, lambda: history.origin.put(key, text, None))


def do_truncate(history: History, index: int) -> None:
    """The second half of a text is cut off.

    The rest is no JSON but may contain ids, so the key is emptied first: all of its events are excused.
    """
    key = _some_key(history, index)
    text = history.origin.texts.get(key, "")
    _as_stranger(history, lambda: history.origin.put(key, "", None))
    history.origin.put(key, text[: len(text) // 2], None)


def do_litter(history: History, index: int) -> None:
    """Records that are no events appear among good ones, which must survive."""
    key = _some_key(history, index)
    text = history.origin.texts.get(key, "[]")
    if text.startswith("[") and text.endswith("]"):
        comma = "," if len(text) > 2 else ""
        junk = '[null,{},[1],7,{"id":"x"},{"__proto__":{"id":"y"}}' + comma
        _as_stranger(history, lambda: history.origin.put(key, junk + text[1:], None))


def do_clear(history: History) -> None:
    """Another script removes every key."""

    def clear() -> None:
        for key in list(history.origin.texts):
            history.origin.put(key, None, None)

    _as_stranger(history, clear)


def do_inherit(history: History, count: int) -> None:
    """A session before this one left events behind; only where no tab runs that might write that key just now."""
    if history.hosts or history.origin.texts:
        return
    first = history.accepted
    events = [click(number, id=f"old-{first + number}", timestamp=1, userAgent="") for number in range(count)]
    _as_stranger(history, lambda: history.origin.put(KEY, FakeJson().stringify(events), None))
    for event in events:
        history.open_ids[event["id"]] = None
        history.accepted += 1


def _some_key(history: History, index: int) -> str:
    keys = sorted(history.origin.texts) or [KEY]
    return keys[index % len(keys)]


def _as_stranger(history: History, action: Callable[[], object]) -> None:
    """Do something to the store, and excuse what it loses."""
    before = dict(history.origin.texts)
    action()
    for key, old in before.items():
        lost = ids_in(old) - ids_in(history.origin.texts.get(key, ""))
        for event_id in [each for each in history.open_ids if each in lost]:
            oracle.excuse(history, event_id, "stranger")
