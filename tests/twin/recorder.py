"""The trace of a script: one line for each call that crosses the border of a queue, in either direction, and for its result.

Invariant: the queue gets nothing from the world but through its border. So a world that answers the same calls in the same
way, and calls back at the same moments, is the same world to it: `fakes.js` is that to the built module, and decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.twin.values import pack, shown

if TYPE_CHECKING:
    from tests.twin.border import Border

ERRORS = {TypeError: "TypeError", ValueError: "RangeError"}
"""The names that the two languages give to the same error."""


class Recorder:
    """The lines, and the entries from which JavaScript repeats them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.entries: list[list[Any]] = []
        self._depth = 0

    def head(self, text: str) -> None:
        """A heading: what the script does next."""
        self.lines.append(f"-- {text}")
        self.entries.append(["--", text])

    def comes_in(self, border: Border, verb: str, arguments: list[Any], deed: Callable[[], Any]) -> Any:
        """The world calls the queue."""
        self.lines.append(" ".join([border.name, ">", verb, *map(shown, arguments)]))
        self.entries.append([">", border.name, verb, [pack(each) for each in arguments]])
        self._depth += 1
        try:
            result = deed()
        except Exception as error:
            self._ends(border, f"! {told(error)}")
            raise
        self._ends(border, f"< {shown(result)}")
        return result

    def _ends(self, border: Border, text: str) -> None:
        self._depth -= 1
        snapshot = border.look() if self._depth == 0 else ""
        self.lines.append(f"{border.name} {text}{snapshot}")
        self.entries.append(["<"])

    def goes_out(self, border: Border, verb: str, texts: list[str], deed: Callable[[], Any]) -> Any:
        """The queue calls the world. The border makes of the result what the queue gets."""
        self.lines.append(" ".join([border.name, "?", verb, *texts]))
        self.entries.append(["?", border.name, verb])
        try:
            result = deed()
        except Exception as error:
            self.lines.append(f"{border.name} ! ")
            self.entries.append(["!", pack(error)])
            raise
        # Each language parses by itself.
        given = None if verb == "JSON.parse" else border.token(result)
        self.lines.append(f"{border.name} = {shown(given)}")
        self.entries.append(["=", pack(given)])
        return border.held(result)


def told(error: Exception) -> str:
    """An error as both languages name it; the words of any other are the language's own."""
    name = ERRORS.get(type(error))
    return f"{name}: {error}" if name else "an error"


def first_difference(one: list[str], other: list[str]) -> int | None:
    """The index of the first line in which two traces differ, None where they are equal."""
    for index in range(max(len(one), len(other))):
        if one[index : index + 1] != other[index : index + 1]:
            return index
    return None


def as_json(entries: list[list[Any]]) -> str:
    return json.dumps(entries, ensure_ascii=True, separators=(",", ":"))
