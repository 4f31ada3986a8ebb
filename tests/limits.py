"""The limits of the modules are numbers of theirs, and the simulator makes them small. After each test they are themselves again."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from clickqueue import batches, pages, queue, sender

REAL: list[tuple[ModuleType, dict[str, Any]]] = [
    (module, {name: value for name, value in vars(module).items() if name.isupper()})
    for module in (batches, pages, queue, sender)
]
"""What stood in the modules when nobody had played with them yet."""


def restore() -> None:
    """Every limit as the source has it."""
    for module, limits in REAL:
        vars(module).update(limits)


def real_limits() -> Iterator[None]:
    """Around each test: it neither finds small limits nor leaves them."""
    restore()
    yield
    restore()
