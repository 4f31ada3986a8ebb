"""A planted defect is a function that replaces a sound function of the queue with a defective one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Plant = Callable[[Callable[..., Any], Callable[..., Any]], None]
Defect = Callable[[Plant], None]
