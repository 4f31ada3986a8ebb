"""CONTRACT 3.5, row 1: answers that are not about the events. The batch is kept and retried."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import Failure
from tests.unit.harness import DAY_MS, Harness

DELIVERY_FAILURES = (
    None,
    0,
    100,
    200,
    204,
    299,
    300,
    301,
    302,
    304,
    307,
    308,
    401,
    403,
    404,
    408,
    425,
    429,
    500,
    501,
    502,
    503,
    504,
    511,
    599,
)
"""None: the network failed or the time ran out. 200: a captive portal's HTML page."""

UNNAMED = (402, 405, 406, 409, 410, 411, 414, 415, 418, 421, 423, 424, 426, 428, 431, 451, 499, 600, 999, -1)
"""Statuses that no row names: the server does not say that the events are at fault."""


@pytest.mark.parametrize("status", [*DELIVERY_FAILURES, *UNNAMED])
def test_a_delivery_failure_keeps_the_batch(status: int | None) -> None:
    """The batch is retried with the same events and `batchId`, and no event is dropped (CONTRACT 3.5, row 1)."""
    harness = Harness({"maxBatchSize": 3, "maxRetries": 2}, [Failure(status)] * 5)
    ids = harness.click(3)
    harness.advance(2000 + 4000)
    assert (harness.stats["pending"], harness.stored(), harness.drops) == (3, ids, [])
    harness.clock.run_until_idle(DAY_MS)
    assert [call.ids for call in harness.api.calls] == [ids] * 6
    assert len({call.request["batchId"] for call in harness.api.calls}) == 1
    assert (harness.stats["acknowledged"], harness.drops) == (3, [])


@pytest.mark.parametrize("status", ["400", "413", 400.5, True, [400], {"code": 422}, float("nan")], ids=repr)
def test_a_status_that_is_no_number_is_a_delivery_failure(status: Any) -> None:
    """Only the numbers 400, 413 and 422 reject events (CONTRACT 3.5)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 1}, [Failure(status)] * 3)
    harness.click()
    harness.settle()
    assert (harness.state, harness.drops) == ("parked", [])
