"""The limits of the modules are constants of theirs, and the simulator makes them small. After each test they are themselves again."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from clickqueue import queue
from clickqueue.delivery import batches, sender
from clickqueue.storage import journal, sync

MODULES = (batches, journal, queue, sender, sync)

REAL: list[tuple[ModuleType, dict[str, Any]]] = [
    (module, {name: value for name, value in vars(module).items() if name.isupper()}) for module in MODULES
]
"""The limits as the source has them."""


def set_limit(name: str, value: int) -> None:
    """Change a limit in every module that uses it."""
    for module, limits in REAL:
        if name in limits:
            vars(module)[name] = value


def restore() -> None:
    """Set every limit as the source has it."""
    for module, limits in REAL:
        vars(module).update(limits)


def real_limits() -> Iterator[None]:
    """Around each test: it neither finds small limits nor leaves them."""
    restore()
    yield
    restore()
