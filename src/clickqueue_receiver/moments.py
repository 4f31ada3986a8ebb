"""Moments and spans of time as people type them on a command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from clickqueue_receiver.settings import wrong

UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
SPAN = re.compile(r"(\d{1,6})([dhms])")
# Any longer span would lead to a date before the year 1.
MAX_SPAN = timedelta(days=365_000)


def moment(name: str, value: str) -> datetime:
    """A date, or a date and time; UTC unless it says otherwise. Raises `SettingsError`."""
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong(name, value, "a date such as 2026-01-31, or a time such as 2026-01-31T18:00:00Z") from None


def span(name: str, value: str) -> timedelta:
    """A span, such as 90d. Raises `SettingsError`."""
    match = SPAN.fullmatch(value)
    age = timedelta(**{UNITS[match[2]]: int(match[1])}) if match else MAX_SPAN
    if age >= MAX_SPAN:
        raise wrong(name, value, "a number and d, h, m or s, such as 90d or 36h, below 365000d")
    return age
