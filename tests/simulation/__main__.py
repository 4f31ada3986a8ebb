"""Run histories until one breaks a promise.

python -m tests.simulation --runs 100000            # fresh seeds, all processors
python -m tests.simulation --runs 1 --seed 4711     # one history; a broken promise is printed with its trace
python -m tests.simulation --sequences 6            # every short sequence
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from random import SystemRandom

from tests.simulation.plans import every_sequence, plan
from tests.simulation.pool import run_sequences, simulate_all
from tests.simulation.shrink import report


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="simulate", description="Simulate histories of tabs until one breaks a promise.")
    parser.add_argument("--runs", type=int, default=10_000, help="how many histories (10000)")
    parser.add_argument("--seed", type=int, help="the first seed (a fresh one); each history has the next")
    parser.add_argument("--sequences", type=int, metavar="N", help="run every sequence of N steps instead")
    wish = parser.parse_args(arguments)
    if wish.sequences:
        tally, failed = run_sequences(wish.sequences)
        planned = next(itertools.islice(every_sequence(wish.sequences), failed, None)) if failed is not None else None
    else:
        seed = SystemRandom().randrange(10**9) if wish.seed is None else wish.seed
        print(f"seeds {seed} to {seed + wish.runs - 1}, on {os.cpu_count()} processors")
        tally, failed = simulate_all(range(seed, seed + wish.runs))
        planned = plan(seed + failed) if failed is not None else None
    print(f"\n{tally}")
    if planned is None:
        print("no violation")
        return 0
    print(report(planned))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
