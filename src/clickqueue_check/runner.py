"""Runs the checks in their order. Invariant: one fault is reported once, so what cannot be found out after it is skipped."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from clickqueue_check.check import Check, Finding, skipped
from clickqueue_check.checks import CHECKS
from clickqueue_check.endpoint import Endpoint

ELSEWHERE = "Only pages of another origin are affected; with --origin this breaks the contract."


@dataclass(frozen=True)
class Result:
    """A check with its finding."""

    check: Check
    finding: Finding

    @property
    def remedy(self) -> str:
        """The remedy; empty where nothing is to be done."""
        return "" if self.finding.mark in ("ok", "skipped") else self.finding.remedy or self.check.remedy


def run(endpoint: Endpoint, unwanted: Collection[str] = ()) -> Iterator[Result]:
    """Ask everything but the checks named in `unwanted`; each result comes as soon as it is known."""
    unkept: set[str] = set()
    for check in CHECKS:
        finding = obstacle(check, endpoint, unwanted, unkept) or asked(check, endpoint)
        if finding.mark != "ok":
            unkept.add(check.name)
        yield Result(check, finding)


def obstacle(check: Check, endpoint: Endpoint, unwanted: Collection[str], unkept: set[str]) -> Finding | None:
    """Why a check is not run."""
    if check.name in unwanted:
        return skipped("as you wish")
    if check.is_for_batches and "batch" not in endpoint.routes:
        return skipped("there is no batch route")
    if check.is_cross_origin and endpoint.target.origin == endpoint.target.own_origin:
        return skipped("page and endpoint have the same origin")
    missing = [needed.name for needed in check.needs if needed.name in unkept]
    return skipped(f"needs {missing[0]}") if missing else None


def asked(check: Check, endpoint: Endpoint) -> Finding:
    """The result of a check that is run."""
    before = len(endpoint.answers)
    finding = check.ask(endpoint)
    if check.needs and any(answer.status == 429 for answer in endpoint.answers[before:]):
        # A limit of the rate, which keeps the contract, and about this check it says nothing.
        return skipped("429, too many requests; --pause waits between them")
    return soften(check, finding, endpoint)


def soften(check: Check, finding: Finding, endpoint: Endpoint) -> Finding:
    """Without --origin no page of another origin is known to use this endpoint, so a fault that affects only such pages is a note."""
    if check.is_cross_origin and endpoint.target.origin is None and finding.mark == "BROKEN":
        return replace(finding, mark="note", remedy=f"{finding.remedy or check.remedy} {ELSEWHERE}")
    return finding
