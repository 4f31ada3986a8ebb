"""Measures, prints the table, and with `--write` puts it and the picture into docs/. Nothing here passes or fails."""

from __future__ import annotations

import argparse
import os
import platform
import re
from pathlib import Path

from tests.receiver.postgres import reachable_folder
from tools import postgres_setup
from tools.bench_receiver.measure import measure_by_turns
from tools.bench_receiver.picture import as_svg
from tools.bench_receiver.table import as_markdown

DOCS = Path(__file__).parents[2] / "docs"
BETWEEN = re.compile(r"(?<=<!-- benchmark table: begin -->\n).*?(?=<!-- benchmark table: end -->)", re.S)


def machine(seconds: float, rounds: int) -> str:
    """The measured version and the machine, in one line."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    run = f"{seconds:g} s for each line, in {rounds} rounds by turns"
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}; {run}; load average {load:.0f}."


def write(text: str, svg: str) -> None:
    """Replace the results of an earlier run in docs/."""
    page = DOCS / "receiver.md"
    page.write_text(BETWEEN.sub(lambda _: text + "\n", page.read_text()))
    (DOCS / "receiver-bench.svg").write_text(svg)


def main(arguments: list[str]) -> int:
    """The command `bench receiver`."""
    parser = argparse.ArgumentParser(prog="bench receiver", description="Measure the receiver against a plain handler.")
    parser.add_argument("--seconds", type=float, default=2, help="seconds for each line of the table (2)")
    parser.add_argument("--rounds", type=int, default=2, help="the number of rounds that the seconds are divided into (2)")
    parser.add_argument("--rate", type=int, default=300, help="events per second of the open load (300)")
    parser.add_argument("--write", action="store_true", help="put the table and the picture into docs/")
    wish = parser.parse_args(arguments)
    postgres_setup.ensure()
    with reachable_folder("bench-receiver-") as folder:
        results = measure_by_turns(folder, wish.rate, wish.seconds, wish.rounds)
    text = f"{machine(wish.seconds, wish.rounds)}\n\n{as_markdown(results)}"
    print(text)
    if wish.write:
        write(text, as_svg(results))
    return 0
