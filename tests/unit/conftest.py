"""What holds in every unit test: the limits are the real ones, and the books are even at all times (CONTRACT 6.2)."""

from __future__ import annotations

import pytest

from tests.limits import real_limits
from tests.unit.harness import balance

limits_are_real = pytest.fixture(autouse=True)(real_limits)
books_are_even = pytest.fixture(autouse=True)(balance)
