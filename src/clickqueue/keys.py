"""How storage keys are named. Pages of one owner are a family, told apart by a number; families by their tab.

`srv_click_queue`, `srv_click_queue.1`, `.2`, … is the main family; `srv_click_queue:<tab>`, `srv_click_queue:<tab>.1`, …
is that of a tab that came second.
"""

from __future__ import annotations

from clickqueue.runtime import after, before, whole


def page_key(family: str, number: int) -> str:
    return family + "." + str(number) if number > 0 else family


def page_number(key: str, family: str) -> int:
    """Which page of the family a key is, -1 where it is none."""
    if key == family:
        return 0
    digits = after(key, family + ".")
    return whole(digits) if digits is not None else -1


def guest_family(key: str, main: str) -> str | None:
    """The family of a second tab that a key belongs to, None where it belongs to none."""
    rest = after(key, main + ":")
    return main + ":" + before(rest, ".") if rest is not None else None
