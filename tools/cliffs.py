"""Situations that once cost far more than their size, each measured as a ratio of two times of one run.

Printed for people, by `python3 dev.py bench`; nothing here passes or fails.
"""

from __future__ import annotations

from statistics import median

from selenium.webdriver.remote.webdriver import WebDriver

from tools import node

SCRIPT = (node.ROOT / "tools" / "cliffs.js").read_text()
ASYNC = "const done = arguments[arguments.length - 1]; (async function () { %s }).apply(null, arguments).then(done, (e) => done(String(e)))"

# The situation, what its figure is, the most that it should be, and how often it is measured.
CLIFFS = (
    ("first_task", "500 events in a page's first task, before a lock has answered: times 500 setItem", 20, 5),
    ("without_locks", "a click with 1,000 pending without Web Locks: times a click with 10 pending", 5, 5),
    ("nine_thousand", "a click with 9,000 pending: times a click with 10 pending", 2, 5),
    ("foreign_keys", "a storage event of a foreign key beside 50,000 foreign keys: times one beside none", 2, 3),
    ("destroy", "destroying 200 queues of a page: times ten times destroying 20", 2, 3),
    ("back", "200 queues of a page that is back: times ten times 20", 2, 3),
    ("locks_held", "locks of a tab that has outlived 3,000 others (its own two are two)", 3, 1),
)


def measure(driver: WebDriver, situation: str, rounds: int) -> float:
    """The median of some rounds."""
    figures = [driver.execute_async_script(ASYNC % SCRIPT, situation) for _ in range(rounds)]
    for figure in figures:
        if isinstance(figure, str):
            raise SystemExit(f"The page failed in {situation}: {figure}")
    return float(median(figures))


def show(driver: WebDriver) -> str:
    """A line for each situation."""
    lines = [f"{measure(driver, name, rounds):>8.2f}  {text} (at most {most})" for name, text, most, rounds in CLIFFS]
    return "\n".join(lines)
