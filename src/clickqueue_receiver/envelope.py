"""From a body to its events: a batch is taken apart before any event is looked at, so that no event can fail another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from clickqueue_receiver.jsontext import NotJson, parse_leniently
from clickqueue_receiver.refused import Refused
from clickqueue_receiver.settings import Settings

# The levels around an event in a batch: the object, and its list of events.
LEVELS_AROUND = 2


class RawBatch(msgspec.Struct):
    """A batch whose events are still text. Only `events` must be there: a batch that is retried may not depend on the rest."""

    events: list[msgspec.Raw]
    timestamp: float | None = None


class Batch(msgspec.Struct):
    """The same, its events already parsed."""

    events: list[Any]
    timestamp: float | None = None


class Parsed(NamedTuple):
    """The value of an event, and the size of its text in bytes. A simple one needs no closer look, see `is_simple`."""

    value: Any
    size: int
    is_simple: bool = False


@dataclass(frozen=True)
class Envelope:
    """The events of a body, most of them still JSON text, and the visitor's clock at this attempt, in ms since 1970."""

    events: list[bytes | Parsed]
    timestamp: float | None = None


_decoder = msgspec.json.Decoder(RawBatch)


def read_single(body: bytes) -> Envelope:
    """The one event of a body. Raises `Refused` 400 where it is not text."""
    check_utf8(body)
    return Envelope([body])


def read_batch(body: bytes, settings: Settings) -> Envelope:
    """The events of a batch. Raises `Refused`: 400 for what is not JSON, 422 for another shape, 413 for too many events."""
    check_utf8(body)
    try:
        batch: RawBatch | Batch = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Refused(422, f"the body is no batch: {error}; send {{events, batchId, timestamp}}") from None
    except (msgspec.DecodeError, RecursionError):
        batch = read_leniently(body, settings)
    if not batch.events:
        raise Refused(422, "events has no event; allowed: at least one")
    if len(batch.events) > settings.max_events:
        raise Refused(413, f"events has {len(batch.events)} events; allowed: at most {settings.max_events}")
    return Envelope([taken(event) for event in batch.events], batch.timestamp)


def read_leniently(body: bytes, settings: Settings) -> Batch:
    """A batch that msgspec cannot read."""
    try:
        # One level more than is allowed, so that the event is still seen to be too deep.
        value = parse_leniently(body, settings.max_nesting + LEVELS_AROUND + 1)
        return msgspec.convert(value, Batch)
    except NotJson as error:
        raise Refused(400, f"the body is not JSON: {error}") from None
    except msgspec.ValidationError as error:
        raise Refused(422, f"the body is no batch: {error}; send {{events, batchId, timestamp}}") from None


def taken(event: Any) -> bytes | Parsed:
    """One event, as text where msgspec could read the batch."""
    return bytes(event) if isinstance(event, msgspec.Raw) else Parsed(event, len(json.dumps(event, separators=(",", ":"))))


def check_utf8(body: bytes) -> None:
    """Raise `Refused` 400 for bytes that are not UTF-8, which is what JSON is written in."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise Refused(400, f"the body is not UTF-8: {error.reason} at byte {error.start}") from None
