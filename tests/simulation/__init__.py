"""Histories of tabs by seed: first a phase of faults, then a calm in which everything must arrive.

Read in this order: `plans.py` (which steps), `steps/` (what each does), `oracle.py` (which losses are allowed),
`invariants.py` (what is checked), `run.py`, `shrink.py`. Imports point one way: state, oracle, invariants, page, steps, calm, run.
"""
