"""Real tabs and every fault, by seed: `python3 dev.py chaos --minutes 10`, or `--rounds 1 --seed N` for one round again.

A seed repeats the plan of its round: steps, faults, fates. It does not repeat the browser's timing, so that a failure
may need several runs to come again; the log of each failed round is in build/chaos/.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import SystemRandom

from tests.chaos.round import Outcome
from tests.chaos.runner import INSECURE_HOST, Runner, open_runner, write_log
from tools.browsers import NAMES, choose

DEFAULT_MINUTES = 1.0


class Campaign:
    """Rounds side by side until the time, or their number, is up."""

    def __init__(self, wish: argparse.Namespace) -> None:
        first = SystemRandom().randrange(10**6) if wish.seed is None else wish.seed
        self._seeds = itertools.count(first) if wish.rounds is None else iter(range(first, first + wish.rounds))
        self._ends_s = time.monotonic() + wish.minutes * 60 if wish.rounds is None else float("inf")
        self._lock = threading.Lock()
        self.outcomes: list[Outcome] = []

    def work(self, run: Runner) -> None:
        """Take seeds and run their rounds, as one of several threads."""
        while (seed := self._next_seed()) is not None:
            outcome = run(seed)
            with self._lock:
                self.outcomes.append(outcome)
                print(outcome, flush=True)
            if outcome.findings:
                print(f"  its log: {write_log(outcome)}", flush=True)

    def _next_seed(self) -> int | None:
        with self._lock:
            return next(self._seeds, None) if time.monotonic() < self._ends_s else None

    def summary(self) -> str:
        """The sums of all rounds."""
        logs = [outcome.log for outcome in self.outcomes]
        rules = Counter(each.rule or "UNEXPLAINED" for outcome in self.outcomes for each in outcome.duplicates)
        kinds = Counter(finding.kind for outcome in self.outcomes for finding in outcome.findings)
        return (
            f"{len(logs)} rounds, {sum(len(log.clicks) for log in logs)} accepted, {sum(len(log.requests) for log in logs)} requests,"
            f" {sum(len(log.missing()) for log in logs)} missing, duplicates {dict(rules)}; findings: {dict(kinds) or 'none'}"
        )


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="chaos", description="Run real tabs under every fault, from a seed; exit with 1 if a promise is broken."
    )
    parser.add_argument(
        "--minutes", type=float, default=DEFAULT_MINUTES, help=f"the time after which no new round begins ({DEFAULT_MINUTES:g})"
    )
    parser.add_argument("--rounds", type=int, help="how many rounds, instead of --minutes")
    parser.add_argument("--round-seconds", type=float, default=8, help="how long the faults of a round last (8)")
    parser.add_argument("--seed", type=int, help="the first seed (a fresh one); each round has the next")
    parser.add_argument("--jobs", type=int, default=2, help="the number of rounds that run at the same time (2)")
    parser.add_argument(
        "--no-locks", action="store_true", help="use an insecure origin, which has no Web Locks; only in Chromium"
    )
    parser.add_argument("--receiver", action="store_true", help="store in a real receiver, which is killed repeatedly")
    parser.add_argument("--browser", choices=NAMES, help="default: the first browser that is installed")
    wish = parser.parse_args(arguments)
    wish.browser = choose(wish.browser)
    if wish.no_locks and wish.browser != "chromium":
        parser.error(f"--no-locks needs --browser chromium, which can resolve {INSECURE_HOST}; it is {wish.browser}")
    return wish


def main(arguments: list[str]) -> int:
    """Run rounds and tell of each."""
    wish = parse(arguments)
    campaign = Campaign(wish)
    opened = open_runner(wish.browser, wish.round_seconds, has_locks=not wish.no_locks, has_receiver=wish.receiver)
    with opened as run, ThreadPoolExecutor(wish.jobs) as pool:
        for work in [pool.submit(campaign.work, run) for _ in range(wish.jobs)]:
            work.result()
    print(campaign.summary())
    return int(any(outcome.findings for outcome in campaign.outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
