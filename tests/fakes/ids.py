"""Random numbers that a test can repeat: every id is new, and the same calls give the same ids."""

from __future__ import annotations

import zlib
from typing import Any

ID_DIGITS = 18
"""The random digits of an id (`runtime.uuid7`): six of the tab's seed, then the count."""


class FakeIds:
    """`crypto` and `Math` of one tab. The last twelve digits of its ids count: `…000000000001`; `dice` is what `Math.random()` returns."""

    __slots__ = ("_drawn", "_seed", "dice")

    def __init__(self, prefix: str = "id") -> None:
        self._seed = f"{zlib.crc32(prefix.encode()):08x}"[:6]
        self._drawn = 0
        self.dice = 0.0

    def get_random_values(self, numbers: Any) -> Any:
        """`crypto.getRandomValues`: one hexadecimal digit in each number."""
        for index in range(len(numbers)):
            count, place = divmod(self._drawn, ID_DIGITS)
            numbers[index] = int(f"{self._seed}{count + 1:012x}"[place], 16)
            self._drawn += 1
        return numbers

    def random(self) -> float:
        """`Math.random`."""
        return self.dice
