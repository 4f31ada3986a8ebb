"""Random numbers that a test can repeat: every id is new, and the same calls give the same ids."""

from __future__ import annotations

import zlib
from typing import Any

SEED_DIGITS = 6
COUNT_DIGITS = 12
TAB_IDS = 0x100000


class FakeIds:
    """`crypto` and `Math` of one tab. The last twelve digits of its ids count: `…000000000001`; `dice` is what `Math.random()` returns.

    The second tab begins after `TAB_IDS`, and so on: the mark of a purge is the last eight digits of an id, and no two are the same.
    """

    __slots__ = ("_count", "_seed", "dice")

    def __init__(self, prefix: str = "id", tab: int = 0) -> None:
        self._seed = f"{zlib.crc32(prefix.encode()):08x}"[:SEED_DIGITS]
        self._count = tab * TAB_IDS
        self.dice = 0.0

    def get_random_values(self, numbers: Any) -> Any:
        """`crypto.getRandomValues`: one hexadecimal digit of the tab's seed, then of the count, in each number."""
        self._count += 1
        digits = self._seed + f"{self._count:0{COUNT_DIGITS}x}"
        for index in range(len(numbers)):
            numbers[index] = int(digits[index % len(digits)], 16)
        return numbers

    def random(self) -> float:
        """`Math.random`."""
        return self.dice
