"""From the text of one event to its row, or to the reason why it is rejected. Pure: no clock, no database.

Only the id and the fields of `require` can fail an event. An optional field of another type than the contract's is kept with the
rest, its column is NULL: a nit costs no click.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec

from clickqueue_receiver.envelope import Parsed
from clickqueue_receiver.jsontext import NotJson, depth_of, is_finite, is_simple, parse_leniently
from clickqueue_receiver.settings import Settings
from clickqueue_receiver.text import storable, storable_json

# Both have an index, and PostgreSQL's allow 2 704 bytes an entry.
MAX_KEY_BYTES = 1024
# A clock at 1970 or at 2099 is wrong by less; beyond it a sum of times leaves what databases can represent.
MAX_SKEW_MS = 100 * 365 * 86_400_000
MAX_INT = 2**31 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

decode = msgspec.json.Decoder().decode
Text = Annotated[str, msgspec.Meta(min_length=1)]
TEXTS = ("sessionId", "questionId", "offerId", "buttonVariantId", "userAgent")


class Row(NamedTuple):
    """One line of the table `clicks`, its columns in their order."""

    id: str
    session_id: str | None
    question_id: str | None
    offer_id: str | None
    button_variant_id: str | None
    clicked_at: datetime | None
    user_agent: str | None
    retry_count: int | None
    received_at: datetime
    skew_ms: int | None
    rest: dict[str, Any]


@dataclass(frozen=True)
class Rejection:
    """An event that is refused for good. The id is empty where the event has none that is a text; `status` is the answer to it alone."""

    id: str
    reason: str
    status: int = 422


class Validator:
    """Reads events as the settings want them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        kinds = dict.fromkeys(("id", *TEXTS), Text) | {"timestamp": float, "retryCount": int}
        required = {name: kinds.get(name, Any) for name in ("id", *settings.require)}
        self._names = ", ".join(required)
        # Encoded names may be any text, attribute names may not.
        names = {f"field_{number}": name for number, name in enumerate(required)}
        self._required = msgspec.defstruct(
            "Event", [(attribute, required[name]) for attribute, name in names.items()], rename=names
        )

    def read(self, given: bytes | Parsed, received_at: datetime, skew_ms: int | None) -> Row | Rejection:
        """The row of one event, or why there is none."""
        try:
            event = given if isinstance(given, Parsed) else self._parse(given)
        except NotJson as error:
            return Rejection("", f"the event is not JSON: {error}", 400)
        return self._check(event) or row_of(event, received_at, skew_ms)

    def _parse(self, text: bytes) -> Parsed:
        max_nesting = self._settings.max_nesting
        try:
            return Parsed(decode(text), len(text), is_simple(text, max_nesting))
        except (msgspec.DecodeError, RecursionError):
            return Parsed(parse_leniently(text, max_nesting + 1), len(text))

    def _check(self, event: Parsed) -> Rejection | None:
        if event.size > self._settings.max_event_bytes:
            allowed = self._settings.max_event_bytes
            return Rejection(id_of(event.value), f"the event has {event.size} bytes; allowed: at most {allowed}", 413)
        fault = None if event.is_simple else self._fault(event.value)
        if not fault:
            try:
                msgspec.convert(event.value, self._required)
            except msgspec.ValidationError as error:
                fault = str(error).replace(" - at `$.", ", in field `") + f"; an event is an object with {self._names}"
        return Rejection(id_of(event.value), fault) if fault else None

    def _fault(self, value: Any) -> str | None:
        """The reason why a value that is JSON cannot be stored."""
        limit = self._settings.max_nesting
        if depth_of(value, limit) > limit:
            return f"the event is nested deeper than {limit} levels; allowed: at most that"
        if not is_finite(value):
            return "the event has a number that is not finite; allowed: numbers that a double can be"
        return None


def id_of(event: Any) -> str:
    """The id of an event that is rejected; empty where it has none that is a text."""
    event_id = event.get("id") if isinstance(event, dict) else None
    return event_id if isinstance(event_id, str) else ""


def row_of(event: Parsed, received_at: datetime, skew_ms: int | None) -> Row | Rejection:
    """The row of an event that has all that it must have."""
    rest = dict(event.value)
    stored = str if event.is_simple else storable
    row = Row(
        stored(rest.pop("id")),
        take_text(rest, "sessionId", stored),
        take_text(rest, "questionId", stored),
        take_text(rest, "offerId", stored),
        take_text(rest, "buttonVariantId", stored),
        take_time(rest),
        take_text(rest, "userAgent", stored),
        take_count(rest),
        received_at,
        skew_ms,
        rest if event.is_simple else storable_json(rest),
    )
    if event.is_simple and event.size <= MAX_KEY_BYTES:
        return row
    for name, key in (("id", row.id), ("sessionId", row.session_id or "")):
        if (size := len(key.encode())) > MAX_KEY_BYTES:
            return Rejection(event.value["id"], f"{name} has {size} bytes as it is stored; allowed: at most {MAX_KEY_BYTES}")
    return row


def take_text(rest: dict[str, Any], name: str, stored: Callable[[str], str]) -> str | None:
    """A field that should be a text, taken out of the rest; None, and left there, where it is none."""
    return stored(rest.pop(name)) if isinstance(rest.get(name), str) else None


def take_count(rest: dict[str, Any]) -> int | None:
    """The field `retryCount`, likewise."""
    value = rest.get("retryCount")
    if type(value) is not int or not 0 <= value <= MAX_INT:
        return None
    del rest["retryCount"]
    return value


def take_time(rest: dict[str, Any]) -> datetime | None:
    """The field `timestamp` as a time, likewise; also None for one outside of the years 1 to 9999."""
    value = rest.get("timestamp")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        time = EPOCH + timedelta(milliseconds=value)
    except (OverflowError, ValueError):
        return None
    del rest["timestamp"]
    return time


def skew_of(received_ms: float, sent_ms: float | None) -> int | None:
    """How much to add to the visitor's clock, in ms; None where it is unknown, or so large that no clock is that wrong."""
    if sent_ms is None:
        return None
    skew_ms = received_ms - sent_ms
    return round(skew_ms) if abs(skew_ms) <= MAX_SKEW_MS else None


def as_json(rest: dict[str, Any]) -> str:
    """The column `rest` as the database takes it."""
    return msgspec.json.encode(rest).decode()
