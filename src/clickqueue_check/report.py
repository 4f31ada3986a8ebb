"""The results as lines for a person, or as JSON for a machine."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from clickqueue_check.endpoint import Endpoint
from clickqueue_check.runner import Result

MARK_WIDTH = len("skipped")


def line(result: Result) -> str:
    """Mark, what was sent, what came; where something is wrong, the broken line of the contract and what to do."""
    text = f"{result.finding.mark:<{MARK_WIDTH}}  {result.check.sent}: {result.finding.came}"
    if result.finding.mark == "BROKEN":
        text += f" | breaks CONTRACT {result.check.contract}"
    return f"{text} | {result.remedy}" if result.remedy else text


def summary(results: list[Result], endpoint: Endpoint) -> str:
    """Two lines: how many of each, and how to see what no request shows."""
    marks = Counter(result.finding.mark for result in results)
    counts = ", ".join(f"{marks[mark]} {mark}" for mark in ("ok", "BROKEN", "note", "skipped") if marks[mark])
    return (
        f"{len(results)} checks with {endpoint.requests} requests: {counts}.\n"
        f"No request shows whether an event is stored once, and before the answer. {len(endpoint.acknowledged)} different ids were "
        f"acknowledged: as many must be stored that begin with {endpoint.events.prefix}"
    )


def as_json(results: list[Result], endpoint: Endpoint) -> str:
    """`{url, batch_url, requests, acknowledged, prefix, broken, checks: [{name, mark, sent, came, contract, remedy}]}`."""
    checks: list[dict[str, Any]] = [
        {
            "name": result.check.name,
            "mark": result.finding.mark.lower(),
            "sent": result.check.sent,
            "came": result.finding.came,
            "contract": result.check.contract,
            "remedy": result.remedy,
        }
        for result in results
    ]
    broken = sum(check["mark"] == "broken" for check in checks)
    about = {"url": endpoint.target.url, "batch_url": endpoint.target.batch_url, "requests": endpoint.requests}
    counts = {"acknowledged": len(endpoint.acknowledged), "prefix": endpoint.events.prefix, "broken": broken}
    return json.dumps({**about, **counts, "checks": checks}, indent=2)
