"""An endpoint that is idempotent by event id, behind a network that fails in every way that a network can.

Invariant: an event counts as acknowledged only when the answer that says so has reached a running tab. Until then the tab
must keep it, whatever the endpoint already knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from clickqueue.platform.ports import Event
from tests.fakes import Failure, FakeClock, Promise, Task

PATH_STATUSES = (None, 301, 401, 403, 404, 408, 425, 429, 500, 502, 503, 504, 200)
"""Failures that say nothing about the events; None is no answer at all, 200 a captive portal's page."""

BLAME_STATUSES = {"bad": 400, "odd": 422, "big": 413}
"""The status for a batch that contains an event with this `offerId`."""

OFFERS = ("o1", "unwanted", *BLAME_STATUSES)
"""Every way in which the endpoint can take an event: the `offerId` names it."""

NONSENSE: tuple[Any, ...] = ("text", 42, [], {"rejected": "x"}, {"rejected": [None, {"id": 7}]}, {"retry": {"length": 3}})
"""Successes whose value says nothing that can be understood."""

MOODS: dict[str, tuple[tuple[str, int], ...]] = {
    "well": (("accept", 1),),
    "down": (("fail", 1),),
    "deaf": (("swallow", 1),),
    "mixed": (("accept", 4), ("fail", 3), ("swallow", 3), ("slow", 2), ("again", 1), ("throw", 1), ("at once", 1)),
    "slow": (("slow", 3), ("slow swallow", 1)),
    "narrow": (("narrow", 3), ("accept", 1)),
    "strange": (("nonsense", 3), ("throw", 1), ("at once", 2), ("again", 2)),
}
"""Its possible actions for a request, by weight: `swallow` receives it and loses the answer, `narrow` takes few events at once."""


class Answer(Promise):
    """A promise that calls `on_arrival` when its value reaches the tab, just before the tab acts on it."""

    __slots__ = ("_on_arrival",)

    def __init__(self, clock: FakeClock, on_arrival: Callable[[Any], None]) -> None:
        super().__init__(clock.post)
        self._on_arrival = on_arrival

    def _answer(self, is_done: bool, value: Any) -> None:
        self._on_arrival(value)
        super()._answer(is_done, value)


class Endpoint:
    """The server, and the network between. `mood` is a key of MOODS; `dice` decides where there is a choice."""

    __slots__ = ("acknowledged", "blamed", "dice", "mood", "offered", "refused")

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.mood = "well"
        self.acknowledged: set[str] = set()
        self.refused: set[str] = set()
        """Listed as `rejected` in an answer that has reached its tab."""
        self.offered: Counter[str] = Counter()
        """How often an id was sent."""
        self.blamed: Counter[tuple[str, int]] = Counter()
        """How often this event, alone in its batch, was answered with that status, and the answer reached the tab."""

    def take(self, clock: FakeClock, events: list[Event], on_answer: Task) -> Any:
        """Receive a request; returns the result of `track_click_batch`. `on_answer` is called when the answer reaches the tab."""
        ids = [event["id"] for event in events]
        self.offered.update(ids)
        action = self._action()
        outcome = self._outcome(action, events)

        def arrive(answer: Any) -> None:
            on_answer()
            self._on_answer(ids, answer)

        if action in ("throw", "at once"):
            arrive(outcome)
            return self._now(outcome)
        answer = Answer(clock, arrive)
        delay_ms = self.dice.choice((1000, 8000, 40_000)) if action.startswith("slow") else self.dice.choice((0, 5, 80))
        answer._settle(not isinstance(outcome, Exception), outcome, delay_ms)
        return answer

    def _action(self) -> str:
        moods = MOODS[self.mood]
        if len(moods) == 1:
            return moods[0][0]
        return self.dice.choices([mood[0] for mood in moods], [mood[1] for mood in moods])[0]

    def _outcome(self, action: str, events: list[Event]) -> Any:
        if action in ("fail", "throw"):
            return self._path_failure()
        if action == "narrow" and len(events) > 2:
            return Failure(413)
        answer = self._verdict(events, action)
        if action.endswith("swallow"):
            return self._path_failure()
        return self.dice.choice(NONSENSE) if action == "nonsense" and answer is None else answer

    def _path_failure(self) -> Failure:
        wait_ms = self.dice.choice((None, None, 0, 3000, 90_000, -5, "soon", 10**9))
        return Failure(self.dice.choice(PATH_STATUSES), wait_ms)  # type: ignore[arg-type]

    def _verdict(self, events: list[Event], action: str) -> Any:
        """The answer to these events; None where all of them are good."""
        for event in events:
            if event["offerId"] in BLAME_STATUSES:
                return Failure(BLAME_STATUSES[event["offerId"]])
        rejected = [event["id"] for event in events if event["offerId"] == "unwanted"]
        again = [event["id"] for event in events if action == "again" and self.dice.random() < 0.5]
        if not rejected and not again:
            return None
        return {"rejected": [{"id": each, "reason": "unwanted"} for each in rejected], "retry": again}

    @staticmethod
    def _now(outcome: Any) -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _on_answer(self, ids: list[str], answer: Any) -> None:
        if isinstance(answer, Failure):
            if len(ids) == 1 and answer.status is not None:
                self.blamed[ids[0], answer.status] += 1
            return
        listed = answer if isinstance(answer, dict) else {}
        rejected = listed.get("rejected", [])
        refused = {each["id"] for each in rejected if isinstance(each, dict) and isinstance(each["id"], str)}
        again = set(listed.get("retry", []))
        self.refused |= refused
        self.acknowledged.update(each for each in ids if each not in refused and each not in again)
