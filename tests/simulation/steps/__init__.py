"""Every step that a history can take. Invariant: the step `("click", 0, 1, "o1")` is the call `do_click(history, 0, 1, "o1")`."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation.steps import clicks, environment, strangers, tabs

STEPS: dict[str, Callable[..., None]] = {
    name.removeprefix("do_"): function
    for module in (tabs, clicks, environment, strangers)
    for name, function in vars(module).items()
    if name.startswith("do_")
}
"""By name."""
