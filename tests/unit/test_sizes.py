"""The report of sizes, and the limits: a limit is the measured size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools import sizes

SIZES: dict[str, Any] = {"clickqueue.js": {"minified": 6000, "gzip": 2700, "brotli": 2400}}


def test_the_report_shows_the_difference(tmp_path: Path) -> None:
    """The report has the difference to the committed sizes."""
    committed = tmp_path / "size.json"
    committed.write_text(json.dumps({"clickqueue.js": {"minified": 5990, "gzip": 2700, "brotli": 2401}}))
    row = sizes.report(json.dumps(SIZES), committed).splitlines()[1]
    assert row.split() == ["clickqueue.js", "6000", "(+10)", "2700", "2400", "(-1)"]


@pytest.mark.parametrize(("growth", "advice"), [(1, "Look for the simpler design"), (-1, "Lower the limit")])
def test_a_limit_is_what_was_measured(growth: int, advice: str) -> None:
    """A file above or below its limit is named with its size, the limit and the cure."""
    limits = sizes.LIMITS["clickqueue.js"]
    assert sizes.violations({"clickqueue.js": limits}) == []
    size = limits["minified"] + growth
    [fault] = sizes.violations({"clickqueue.js": limits | {"minified": size}})
    assert fault.startswith(f"dist/clickqueue.js: {size} bytes minified, {limits['minified']} allowed. {advice}")
