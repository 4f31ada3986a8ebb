"""A page is one storage key and the records in it: a JSON array, oldest first, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.event import Record
    from clickqueue.ports import Env

from clickqueue.keys import page_key
from clickqueue.runtime import take_out
from clickqueue.salvage import salvage

# A lone tab with this many events has them all under the one documented key (CONTRACT 4.1); 50 events cost 0.2 ms a write.
FIRST_PAGE_EVENTS = 50
# Later pages are as small as a batch: a click then costs no more with 1 000 pending than with 10, and acknowledging
# a batch mostly means removing one key.
LATER_PAGE_EVENTS = 10


class Page:
    """The records under one key. `is_shared`: others write there too, so that each write merges by id (CONTRACT 4.3)."""

    def __init__(self, family: str, number: int, is_shared: bool) -> None:
        self.family = family
        self.number = number
        self.key = page_key(family, number)
        self.is_shared = is_shared
        # Storage does not hold what `records` says.
        self.is_dirty = False
        self.records: list[Record] = []
        # Ids taken out since the last write: a merge must not bring them back.
        self.gone: list[str] = []

    def has_room(self) -> bool:
        return len(self.records) < (FIRST_PAGE_EVENTS if self.number == 0 else LATER_PAGE_EVENTS)

    def put(self, record: Record) -> None:
        record.page = self
        self.records.append(record)
        self.is_dirty = True

    def take(self, record: Record) -> None:
        take_out(self.records, record)
        self.gone.append(record.id)
        self.is_dirty = True

    def take_all(self) -> None:
        for record in self.records:
            self.gone.append(record.id)
        self.records = []
        self.is_dirty = True

    def copy_to(self, records: list[Record]) -> None:
        for record in self.records:
            records.append(record)

    def read(self, env: Env, refuse: Callable[[Any, str], None]) -> list[Record]:
        """What storage holds under the key. Raises where storage does. Rubbish found there makes the page dirty."""
        text = env.storage.read(self.key)
        return salvage(text, env, lambda raw, detail: self._soil(raw, detail, refuse)) if text is not None else []

    def _soil(self, raw: Any, detail: str, refuse: Callable[[Any, str], None]) -> None:
        self.is_dirty = True
        refuse(raw, detail)

    def lacks(self, stored: list[Record]) -> bool:
        """Whether some of what is mine is not among what is stored."""
        for record in self.records:
            if not has_id(stored, record.id):
                return True
        return False

    def write(self, env: Env, refuse: Callable[[Any, str], None]) -> None:
        """Make storage say what `records` says; where that fails the page stays dirty and storage as it was."""
        try:
            records = self.merged(self.read(env, refuse)) if self.is_shared else self.records
            if len(records) > 0:
                env.storage.write(self.key, text_of(records))
            else:
                env.storage.remove(self.key)
            self.is_dirty = False
            self.gone = []
        except Exception:
            self.is_dirty = True

    def merged(self, stored: list[Record]) -> list[Record]:
        """What others have stored here, then what is mine."""
        records: list[Record] = []
        for record in stored:
            if not self.has_known(record.id):
                records.append(record)
        self.copy_to(records)
        return records

    def has_known(self, event_id: str) -> bool:
        for gone_id in self.gone:
            if gone_id == event_id:
                return True
        return has_id(self.records, event_id)


def has_id(records: list[Record], event_id: str) -> bool:
    for record in records:
        if record.id == event_id:
            return True
    return False


def text_of(records: list[Record]) -> str:
    """The array of the records, put together from their texts: no event is serialised twice."""
    text = ""
    for record in records:
        text += ("," if len(text) > 0 else "") + record.text
    return "[" + text + "]"
