"""What holds in every unit test: the books are even at all times (CONTRACT 6.2)."""

from __future__ import annotations

import pytest

from tests.unit.bed import balance

books_are_even = pytest.fixture(autouse=True)(balance)
