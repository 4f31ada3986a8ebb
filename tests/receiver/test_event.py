"""Which events are taken, which are rejected, and what becomes of each field: the contract's schema is the judge."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from clickqueue_receiver.event import MAX_KEY_BYTES, Rejection, Row, Validator, skew_of
from clickqueue_receiver.settings import Settings
from tests.receiver.bed import CLICKED_MS, event
from tests.receiver.test_jsontext import TEXT, VALUES

RECEIVED = datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)
SCHEMA = yaml.safe_load((Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text())["components"]["schemas"]["ClickEvent"]
ALL_FIELDS = tuple(name for name in SCHEMA["required"] if name != "id")

NAMES = [*SCHEMA["properties"], "campaign"]
# Mostly what the contract wants, and now and then something else, or nothing.
MIXED = st.fixed_dictionaries({}, optional={name: TEXT | VALUES | st.integers(1, 9) for name in NAMES})


def read(click: Any, **settings: Any) -> Row | Rejection:
    """What the validator makes of an event."""
    return Validator(Settings(**settings)).read(json.dumps(click).encode(), RECEIVED, 1_000)


def reason(click: Any, **settings: Any) -> str:
    """Why an event is rejected."""
    found = read(click, **settings)
    assert isinstance(found, Rejection)
    return found.reason


def is_valid(click: Any, schema: Any) -> bool:
    """Whether the contract's schema takes an event."""
    return bool(jsonschema.Draft202012Validator(schema).is_valid(click))


@given(MIXED)
def test_what_the_contract_takes_is_taken(click: dict[str, Any]) -> None:
    """An event is taken exactly if the schema, with all its fields required, takes it; its optional fields never matter."""
    required = {name: SCHEMA["properties"][name] for name in SCHEMA["required"]}
    taken = isinstance(read(click, require=ALL_FIELDS), Row)
    assert taken == is_valid(click, SCHEMA | {"properties": required})


@given(MIXED)
def test_nothing_of_an_event_is_lost(click: dict[str, Any]) -> None:
    """Each field of a stored event is in its column, or with the rest."""
    found = read(event() | click, require=())
    if isinstance(found, Row):
        columns = {"id", "sessionId", "questionId", "offerId", "buttonVariantId", "userAgent", "timestamp", "retryCount"}
        missing = [found.session_id, found.question_id, found.offer_id, found.button_variant_id, found.user_agent]
        in_columns = 1 + sum(value is not None for value in [*missing, found.clicked_at, found.retry_count])
        assert in_columns + len(found.rest) == len(event() | click)
        assert {name for name in click if name not in columns} <= {*found.rest, *columns}


@pytest.mark.parametrize("name", ["id", "sessionId", "questionId", "offerId", "buttonVariantId"])
@pytest.mark.parametrize("value", [None, "", 5, True, [], {}])
def test_a_missing_or_wrong_required_field_is_named(name: str, value: Any) -> None:
    """Absent, empty, or of another type: the reason names the field (CONTRACT 2.4)."""
    assert name in reason(event(**{name: value}))


@pytest.mark.parametrize("click", [None, 5, "x", [], [event()], True])
def test_an_event_is_an_object(click: Any) -> None:
    """Anything else is rejected, and has no id."""
    found = read(click)
    assert isinstance(found, Rejection)
    assert (found.id, "an event is an object with id" in found.reason) == ("", True)


def test_the_required_fields_are_a_setting() -> None:
    """Others than the contract's may be asked for, and fewer."""
    assert "`campaign`" in reason(event(), require=("campaign",))
    assert isinstance(read({"id": "x"}, require=()), Row)
    assert "in field `id`" in reason(event(id=5), require=("id",))
    assert "in field `timestamp`" in reason(event(timestamp="now"), require=("timestamp",))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timestamp", "now"),
        ("timestamp", 1e300),
        ("timestamp", True),
        ("userAgent", 5),
        ("retryCount", "x"),
        ("retryCount", 2**40),
    ],
)
def test_a_wrong_optional_field_costs_no_click(name: str, value: Any) -> None:
    """Its column is NULL, and it is kept with the rest."""
    found = read(event(**{name: value}))
    assert isinstance(found, Row)
    assert found.rest == {name: value}


def test_the_columns_are_the_fields() -> None:
    """Each of the contract's fields has its column, the visitor's clock as a time, and every other field is kept."""
    assert read(event(id="x", retryCount=3, campaign={"a": [1]})) == Row(
        "x",
        "s-1",
        "q-1",
        "o-1",
        "blue",
        RECEIVED - timedelta(seconds=5),
        "Mozilla/5.0",
        3,
        RECEIVED,
        1_000,
        {"campaign": {"a": [1]}},
    )


@pytest.mark.parametrize(("name", "value"), [("id", "x"), ("sessionId", "ä"), ("campaign", {"a": ["b"]}), ("timestamp", 1.5)])
def test_an_escape_in_the_text_changes_nothing(name: str, value: Any) -> None:
    """An event without any is read on a shorter way, to the same row."""
    click = event(**{name: value})
    plain = json.dumps(click, ensure_ascii=False)
    escaped = plain.replace("blue", "\\u0062lue").replace('"buttonVariantId"', '"\\u0062uttonVariantId"')
    rows = [Validator(Settings()).read(text.encode(), RECEIVED, 1_000) for text in (plain, escaped)]
    assert isinstance(rows[0], Row)
    assert rows[0] == rows[1]
    assert (plain.count("\\"), escaped.count("\\")) == (0, 2)


def test_a_strange_id_is_stored() -> None:
    """U+0000 and half a surrogate pair do not fail an event."""
    ids = [found.id for found in (read(event(id="\0")), read(event(id="\ud83d"))) if isinstance(found, Row)]
    assert ids == ['json:"\\u0000"', 'json:"\\ud83d"']


@pytest.mark.parametrize("name", ["id", "sessionId"])
def test_a_key_has_a_limit(name: str) -> None:
    """1 024 bytes fit into every index; the reason names what was given."""
    assert isinstance(read(event(**{name: "x" * MAX_KEY_BYTES})), Row)
    assert reason(event(**{name: "ä" * MAX_KEY_BYTES})) == f"{name} has 2048 bytes as it is stored; allowed: at most 1024"


def test_an_event_has_a_limit() -> None:
    """Too large an event is rejected with its size, and is a 413 when it is alone."""
    found = read(event(id="x", note="y" * 200), max_event_bytes=300)
    assert isinstance(found, Rejection)
    assert (found.id, found.status, "allowed: at most 300" in found.reason) == ("x", 413, True)


def test_nesting_has_a_limit() -> None:
    """As many levels as are allowed, and one more; 2 000 fit into an event of the queue."""
    nested: Any = 1
    for _ in range(3):
        nested = [nested]
    assert isinstance(read(event(note=nested), max_nesting=4), Row)
    assert "deeper than 3 levels" in reason(event(note=nested), max_nesting=3)
    text = json.dumps(event(id="deep", note=1)).replace(": 1}", ": " + "[" * 2_000 + "]" * 2_000 + "}").encode()
    found = Validator(Settings()).read(text, RECEIVED, None)
    assert isinstance(found, Rejection)
    assert (found.id, "deeper than 16 levels" in found.reason) == ("deep", True)


def test_an_infinite_number_is_rejected_by_its_id() -> None:
    """1e400 is JSON, but no double."""
    text = json.dumps(event(id="x", n=1)).replace(": 1}", ": 1e400}").encode()
    found = Validator(Settings()).read(text, RECEIVED, None)
    assert isinstance(found, Rejection)
    assert (found.id, "not finite" in found.reason) == ("x", True)


@pytest.mark.parametrize(
    ("sent_ms", "skew_ms"), [(None, None), (CLICKED_MS, 5_000), (CLICKED_MS + 9_000, -4_000), (-1e300, None)]
)
def test_the_skew_is_received_minus_sent(sent_ms: float | None, skew_ms: int | None) -> None:
    """In ms; unknown without the batch's timestamp, and where no clock can be that wrong."""
    assert skew_of(CLICKED_MS + 5_000, sent_ms) == skew_ms
