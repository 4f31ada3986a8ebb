"""In every unit test the limits are the real ones, and the counters add up at all times (CONTRACT 6.2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.limits import real_limits
from tests.unit.harness import balance
from tests.unit.sample_package import write_package

limits_are_real = pytest.fixture(autouse=True)(real_limits)
books_are_even = pytest.fixture(autouse=True)(balance)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The source of a small package, for the tests of the build."""
    return write_package(tmp_path)
