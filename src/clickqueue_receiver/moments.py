"""Moments and spans of time as people type them on a command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from clickqueue_receiver.settings import wrong

UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
SPAN = re.compile(r"(\d{1,6})([dhms])")


def moment(name: str, value: str) -> datetime:
    """A date, or a date and time; UTC unless it says otherwise. Raises `SettingsError`."""
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise wrong(name, value, "a date such as 2026-01-31, or a time such as 2026-01-31T18:00:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def span(name: str, value: str) -> timedelta:
    """A span, such as 90d. Raises `SettingsError`."""
    match = SPAN.fullmatch(value)
    if not match:
        raise wrong(name, value, "a number and d, h, m or s, such as 90d or 36h")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
