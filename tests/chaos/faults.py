"""The ways in which the server misbehaves, and how often: drawn for each request from the seed and the server's mood.

A fault says two things: what becomes of the events, and what the page gets to hear of it.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

PORTAL = "<!doctype html><title>Welcome to our wireless network</title>"


@dataclass(frozen=True)
class Fault:
    """What the server does with one request. `stores`: whether it keeps the events, whatever the page hears."""

    name: str
    status: int = 200
    stores: bool = False
    delay_s: float = 0.0  # before the answer begins
    trickle_s: float = 0.0  # from its first byte to its last
    is_cut: bool = False  # no answer: the connection ends
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    retry: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()

    @property
    def blames_events(self) -> bool:
        """Whether the status is one that blames the events (CONTRACT 3.5)."""
        return self.status in (400, 413, 422)

    def answer(self) -> dict[str, object]:
        """The body of a batch's answer."""
        refusals = [{"id": event_id, "reason": "chaos"} for event_id in self.rejected]
        lists = {"retry": list(self.retry), "rejected": refusals}
        return {name: ids for name, ids in lists.items() if ids}


OK = Fault("ok", stores=True)
KILLED = Fault("killed", is_cut=True)
"""The receiver behind the server died, is away or stops: nobody knows whether it stored the events."""
HTML = {"Content-Type": "text/html"}
FAULTS = (
    Fault("500", 500),
    Fault("503", 503),
    Fault("401", 401),
    Fault("429", 429, headers={"Retry-After": "1"}),
    Fault("422", 422),
    Fault("redirect", 302, headers={"Location": "/elsewhere"}),
    Fault("portal", text=PORTAL, headers=HTML),
    Fault("cut", is_cut=True),
    Fault("lost", stores=True, is_cut=True),
    Fault("slow", stores=True, delay_s=0.4),
    Fault("trickle", stores=True, trickle_s=0.8),
    Fault("too slow", stores=True, delay_s=2.2),
    Fault("hung", 503, delay_s=2.2),
    Fault("no JSON", stores=True, text="{oops"),
    Fault("lists", stores=True),
)
MOODS = {"good": 0.0, "mixed": 0.6, "bad": 0.95}
"""The share of the requests that meet a fault."""

RETRY_SHARE, REJECTED_SHARE = 0.35, 0.05


class Temper:
    """Draws the faults of one round. The nth request gets the nth draw, in whichever order the pages send them."""

    def __init__(self, seed: int) -> None:
        self.mood = "good"
        self._numbers = itertools.count()
        self._seed = seed
        self._lock = threading.Lock()

    def draw(self, ids: Sequence[str]) -> Fault:
        """The fault for a request with these events."""
        with self._lock:
            dice = Random(f"{self._seed} request {next(self._numbers)}")
        if dice.random() >= MOODS[self.mood]:
            return Fault("ok", dice.choice((200, 204)), stores=True)
        fault = dice.choice(FAULTS)
        return _with_lists(dice, ids) if fault.name == "lists" else fault


def _with_lists(dice: Random, ids: Sequence[str]) -> Fault:
    rolls = {event_id: dice.random() for event_id in ids}
    rejected = tuple(event_id for event_id, roll in rolls.items() if roll < REJECTED_SHARE)
    retry = tuple(event_id for event_id, roll in rolls.items() if REJECTED_SHARE <= roll < REJECTED_SHARE + RETRY_SHARE)
    return Fault("lists", stores=True, retry=retry, rejected=rejected)
