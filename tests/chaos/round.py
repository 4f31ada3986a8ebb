"""A round: a time of chaos, then the faults stop, a fresh page opens, and everything accepted must arrive.

The steps come from the plan; whether they kept the promises is judged from the log alone, by the oracle.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass

from tests.browser.waiting import wait_for
from tests.chaos import plan
from tests.chaos.explain import Duplicate, explain_all
from tests.chaos.log import OTHER_KEY, Log
from tests.chaos.oracle import Finding, judge
from tests.chaos.plan import Step
from tests.chaos.receiver import receiving
from tests.chaos.server import Server
from tests.chaos.tab import Browser, Gone, NoAnswer
from tests.chaos.visit import DEEDS, Visit
from tests.keys import KEY

MAX_TABS = 6  # more only wait for each other on a small machine
SPECIAL = {"crash", "freeze", "resume", "offline", "online", "front"}
PREFIXES = [KEY, OTHER_KEY]


@dataclass(frozen=True)
class Outcome:
    """What became of a round."""

    log: Log
    findings: list[Finding]
    duplicates: list[Duplicate]

    def __str__(self) -> str:
        log = self.log
        rules = Counter(each.rule or "UNEXPLAINED" for each in self.duplicates)
        explained = ", ".join(f"{rule} {count}" for rule, count in rules.most_common())
        line = (
            f"seed {log.seed}: {len(log.steps)} steps, {len(log.clicks)} accepted, {len(log.requests)} requests,"
            f" {len(self.duplicates)} duplicates{f' ({explained})' if explained else ''}{self._receiver()},"
            f" drained in {log.drained_s:.1f} s: "
        )
        return line + ("; ".join(map(str, self.findings)) or "ok")

    def _receiver(self) -> str:
        if self.log.table is None:
            return ""
        lost = sum(request.fault == "killed" for request in self.log.requests)
        return f", {len(self.log.table)} rows in the receiver's table, {lost} requests lost to its deaths"


def run_round(
    browser: Browser, seed: int, seconds: float, has_locks: bool, host: str = "127.0.0.1", has_receiver: bool = False
) -> Outcome:
    """Live the round of a seed through, in a browser whose tabs nobody else uses."""
    log = Log(seed, has_locks)
    with receiving() if has_receiver else nullcontext() as receiver:
        with Server(log, host, receiver) as server:
            try:
                round_ = Round(browser, server, log)
                round_.cause_chaos(seconds)
                round_.calm_down()
            finally:
                browser.close_all()
        log.table = receiver.stored() if receiver else None
    return Outcome(log, judge(log), explain_all(log))


class Round:
    """The tabs of a round, and all that is done to them."""

    def __init__(self, browser: Browser, server: Server, log: Log) -> None:
        self._browser = browser
        self._server = server
        self._log = log
        self._visits: list[Visit] = []
        self._numbers = itertools.count(1)

    def cause_chaos(self, seconds: float) -> None:
        """Carry out the steps of the plan until the time is over, which begins when the first tabs are there."""
        steps = plan.steps(self._log.seed)
        for step in itertools.islice(steps, plan.OPENING):
            self._try(step)
        ends_s = time.monotonic() + seconds
        while time.monotonic() < ends_s:
            self._try(next(steps))

    def calm_down(self) -> None:
        """Stop the faults, open a fresh page, and wait until everything has arrived and no key is left."""
        self._log.step("calm")
        began_s = time.monotonic()
        self._server.calm_down()
        self._bury()
        for visit, fate in zip(self._visits, plan.fates(self._log.seed), strict=False):
            with self._watch(f"{visit.page} calm"):
                self._settle(visit, fate)
        self._bury()
        fresh = self._open("two")
        with suppress(AssertionError):
            wait_for(lambda: self._is_drained(fresh), "the events to arrive")
        self._log.drained_s = time.monotonic() - began_s
        for visit in self._here():
            with self._watch(f"{visit.page} last report"):
                visit.take_report()

    # -- chaos

    def _try(self, step: Step) -> None:
        self._bury()
        if step.what == "wait":
            self._server.wait_for_news(step.size / 1000)
        elif step.what == "mood":
            self._log.step(str(step))
            self._server.temper.mood = step.how
        elif step.what == "open":
            self._open_by_plan(step.how)
        elif self._visits:
            self._do(step)
        else:
            self._open_by_plan("one")

    def _open_by_plan(self, keys: str) -> None:
        if len(self._visits) < MAX_TABS:
            self._log.step(f"open {keys}")
            with self._watch("open"):
                self._open(keys)

    def _do(self, step: Step) -> None:
        state = {"return": "away", "resume": "frozen"}.get(step.what, "here")
        candidates = [visit for visit in self._visits if visit.state == state]
        is_able = step.what not in SPECIAL or step.what in self._browser.abilities
        if not candidates or not is_able:
            return
        visit = candidates[step.who % len(candidates)]
        self._log.step(f"{visit.page} {step}")
        with self._watch(f"{visit.page} {step}"):
            DEEDS[step.what](visit, step)

    # -- calm

    def _settle(self, visit: Visit, fate: str) -> None:
        """Mend what was done to a tab, and give it its fate."""
        if visit.state == "frozen":
            visit.resume()
        if visit.state == "here":
            visit.go_online()
            if fate == "close":
                visit.close(Step("close"))
            elif fate == "flush":
                visit.flush()

    def _is_drained(self, fresh: Visit) -> bool:
        for visit in self._here():
            with self._watch(f"{visit.page} flush"):
                visit.flush_parked()
        with suppress(NoAnswer):
            # The mark of a purge stays (CONTRACT 5.4).
            self._log.left_keys = {key: text for key, text in fresh.keys(PREFIXES).items() if not key.endswith("!")}
        return not self._log.left_keys and not self._log.missing()

    # -- tabs

    def _open(self, keys: str) -> Visit:
        visit = Visit(self._browser.open(), next(self._numbers), keys, self._server.origin, self._log)
        self._visits.append(visit)
        return visit

    def _here(self) -> list[Visit]:
        return [visit for visit in self._visits if visit.state == "here"]

    def _bury(self) -> None:
        """Take out the tabs that have died, also those that shared the process of a crashed one."""
        for visit in self._visits:
            ended_ms = visit.tab.ended_ms()
            if ended_ms is not None and visit.state != "gone":
                visit.end("crash", ended_ms)
        self._visits = [visit for visit in self._visits if visit.state != "gone"]

    @contextmanager
    def _watch(self, what: str) -> Iterator[None]:
        """A tab that dies is part of the game, one that lives and does not answer is a finding."""
        try:
            yield
        except Gone:
            self._log.step(f"gone during: {what}")
        except (NoAnswer, AssertionError) as error:
            self._log.stuck.append(f"{what}: {error}")
