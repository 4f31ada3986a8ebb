"""A host that misbehaves by chance: its api, its listeners, and the parts of its window that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from tests.fakes import Failure, FakeIds, FakeJson, Promise, Tab, click
from tests.twin.border import Border, Borders
from tests.twin.oddities import ERRORS, NONSENSE, STATUSES, WAITS_MS


class Broken(Exception):
    """The error of a part that a host has broken."""


class BreakableJson(FakeJson):
    """`JSON` that a host breaks and mends."""

    __slots__ = ("is_broken",)

    def __init__(self) -> None:
        self.is_broken = False

    def stringify(self, value: Any, replacer: Any = None) -> Any:
        self._check()
        return super().stringify(value, replacer)

    def parse(self, text: str) -> Any:
        self._check()
        return super().parse(text)

    def _check(self) -> None:
        if self.is_broken:
            raise Broken


class BreakableIds(FakeIds):
    """`crypto` that a host breaks and mends."""

    __slots__ = ("is_broken",)

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix)
        self.is_broken = False

    def get_random_values(self, numbers: Any) -> Any:
        if self.is_broken:
            raise Broken
        return super().get_random_values(numbers)


class BreakableClock:
    """`performance` or `Date` that a host breaks and mends."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.is_broken = False

    def now(self) -> float:
        if self.is_broken:
            raise Broken
        now_ms: float = self._real.now()
        return now_ms


class Chance(Protocol):
    """What a host needs of its script."""

    dice: Random
    borders: Borders
    config: dict[str, Any]
    trouble: float
    """How often an answer is a failure."""
    mischief: int
    """How often hosts may still call back into a queue that calls them."""


class Host:
    """A page's script with one queue."""

    def __init__(self, chance: Chance, tab: Tab) -> None:
        self._chance = chance
        self.tab = tab
        self.held: list[Promise] = []
        self.stops: list[Callable[[], None]] = []
        self.breakables = breakables_of(tab)
        self.queue: Border = chance.borders.queue({**chance.config, "onDrop": self._on_drop}, self, tab.env)

    def mend(self) -> None:
        """Every part of the window works again."""
        for breakable in self.breakables:
            breakable.is_broken = False
        storage = self.tab.env.storage
        storage.is_broken, storage.die_after = False, None
        storage.failing.clear()

    def track_click_batch(self, events: list[Any], request: dict[str, Any]) -> Any:
        dice = self._chance.dice
        self.interfere()
        answer = self._answer([event["id"] for event in events])
        if dice.random() < 0.15:
            if isinstance(answer, Exception):
                raise answer
            return answer
        promise = Promise(self.tab.env.clock.post)
        if dice.random() < 0.15:
            self.held.append(promise)
            return promise
        delay_ms = dice.choice((0, 0, 1, 80, 8000))
        if isinstance(answer, Exception):
            promise.reject(answer, delay_ms)
        elif dice.random() < 0.05:
            promise.reject(dice.choice(ERRORS), delay_ms)
        else:
            promise.resolve(answer, delay_ms)
        return promise

    def _answer(self, ids: list[str]) -> Any:
        dice = self._chance.dice
        if dice.random() < self._chance.trouble:
            return Failure(dice.choice(STATUSES), dice.choice(WAITS_MS))  # type: ignore[arg-type]
        if dice.random() < 0.2:
            rejected = [{"id": each, "reason": dice.choice(("closed", "", 5, None))} for each in ids if dice.random() < 0.3]
            return {"rejected": rejected, "retry": [each for each in ids if dice.random() < 0.3]}
        if dice.random() < 0.1:
            # What JavaScript's `==` would take for the same.
            return {"rejected": [{"id": [each]} for each in ids[:1]], "retry": [7, *([each] for each in ids)]}
        return dice.choice(NONSENSE) if dice.random() < 0.1 else None

    def _on_drop(self, event: Any, reason: str, detail: str) -> None:
        self.interfere()

    def interfere(self) -> None:
        """Call back into the queue, or throw, while the queue calls the host. Also a subscriber."""
        chance = self._chance
        if chance.mischief <= 0 or chance.dice.random() > 0.15:
            return
        chance.mischief -= 1
        deed = chance.dice.choice(("throw", "enqueue", "enqueue junk", "enqueue urgent", "flush", "purge", "destroy"))
        if deed == "throw":
            raise RuntimeError("the host throws")
        if deed.startswith("enqueue"):
            self.queue.enqueue(None if deed == "enqueue junk" else click(99), {"urgent": deed == "enqueue urgent"})
        else:
            getattr(self.queue, deed)()


def breakables_of(tab: Tab) -> list[Any]:
    """The breakable parts of a window, put there by the first host of the tab."""
    env = tab.env
    if not isinstance(env.json, BreakableJson):
        env.json = BreakableJson()
        env.ids = BreakableIds(tab.name)
        env.performance = BreakableClock(env.performance)  # type: ignore[assignment]
        env.Date = BreakableClock(env.Date)  # type: ignore[assignment]
    return [env.json, env.ids, env.performance, env.Date]
