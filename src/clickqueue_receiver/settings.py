"""Every setting of the receiver: its default, its range and the reason for both. A wrong one raises `SettingsError`, one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any

# As browsers write it: in lower case, and without the port that its scheme has anyway.
ORIGIN = re.compile(r"(?!http://.*:80$)(?!https://.*:443$)[a-z][a-z0-9+.-]*://[^/\s?#@A-Z]+")
# SQLite in memory would acknowledge clicks that end with the process; only the test mode may do that.
DATABASE = re.compile(r"sqlite:///(?!:memory:)[^?]+|postgres(ql)?(\+psycopg)?://.*", re.S)
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
DAY_MS = 86_400_000


class SettingsError(ValueError):
    """A setting that cannot be used: names it, its value and what is allowed."""


def option(group: str, default: Any, text: str, least: int = 0, most: int = 0) -> Any:
    """A field of `Settings`; a number also has its least and its largest value."""
    return field(default=default, metadata={"group": group, "help": text, "least": least, "most": most})


@dataclass(frozen=True)
class Settings:
    """All settings of one receiver. Raises `SettingsError` for a value that is not allowed."""

    db: str = option(
        "storage", "sqlite:///clicks.sqlite3", "the database: sqlite:///FILE, sqlite:////ABSOLUTE/FILE, or postgresql://…"
    )
    migrate: bool = option("storage", True, "create or update the tables at the start; without it they must be there")
    # More connections overlap their commits; PostgreSQL writes them to disk together. SQLite has one writer whatever is set.
    writers: int = option("storage", 2, "connections that write to PostgreSQL", 1, 64)

    allow_origin: tuple[str, ...] = option(
        "origins", (), "an origin whose pages may post, such as https://shop.example; may be repeated; * allows any"
    )
    allow_null_origin: bool = option(
        "origins", False, "also the origin null: sandboxed frames, and any page that wants to be null"
    )
    allow_header: tuple[str, ...] = option("origins", ("content-type",), "a header that those pages may send; may be repeated")

    require: tuple[str, ...] = option(
        "events",
        ("sessionId", "questionId", "offerId", "buttonVariantId"),
        "a field that each event must have, besides its id; may be repeated",
    )

    # The queue sends at most 60 000 bytes; four times that leaves room for other clients.
    max_body_bytes: int = option("limits", 262_144, "largest body", 1_000, 16_777_216)
    # As many as the queue's largest maxBatchSize.
    max_events: int = option("limits", 1_000, "most events in a batch", 1, 100_000)
    # The queue's largest maxEventBytes is 50 000, plus a growing retryCount.
    max_event_bytes: int = option("limits", 60_000, "largest event", 100, 1_048_576)
    # Clicks are flat. Above 100 levels parsers of other languages begin to fail on what is read back.
    max_nesting: int = option("limits", 16, "most levels of lists and objects in an event, itself included", 1, 100)
    # The queue gives up after 10 s; whoever sends more slowly than that is stuck, or wants to block a place.
    body_timeout_ms: int = option("limits", 10_000, "longest time for a body to arrive", 10, 600_000)
    header_timeout_ms: int = option("limits", 10_000, "longest time for the headers of a request to arrive", 10, 600_000)

    # Each waits with its body in memory: 512 bodies of 256 KiB are 128 MiB at worst.
    max_waiting: int = option("load", 512, "most requests at work at once; above it the answer is 503", 1, 100_000)
    # Requests that arrive within it share a commit. Shorter than a disk's flush, so that it costs nothing under load.
    group_wait_ms: int = option("load", 2, "longest time that an event waits for others to share its commit", 0, 100)
    max_group_events: int = option("load", 1_000, "most events in one commit", 1, 100_000)
    # Below the 10 s after which the queue gives up: it should see the 503 and its Retry-After.
    commit_timeout_ms: int = option("load", 8_000, "longest time for a commit; after it the answer is 503", 10, 600_000)
    retry_after_s: int = option("load", 5, "least Retry-After of a 503; a random part of twice as much is added", 1, 1_200)

    host: str = option("server", "127.0.0.1", "the address to listen on; 0.0.0.0 is every one of this machine")
    port: int = option("server", 8000, "the port to listen on; 0 takes a free one", 0, 65_535)
    # Longer than the idle time that balancers give a connection (HAProxy, nginx and AWS: 60 s), so that they close it first.
    keep_alive_s: int = option("server", 75, "how long an idle connection stays open", 1, 3_600)
    drain_ms: int = option("server", 0, "after SIGTERM, how long to answer 503 before the port closes", 0, 600_000)
    log_level: str = option("server", "info", "debug, info, warning or error")
    test_mode: bool = option(
        "server", False, "keep everything in memory, and add /test/good, /test/bad, /test/reset, /test/script"
    )

    def __post_init__(self) -> None:
        for item in fields(self):
            check_kind(item.name, getattr(self, item.name), item.type, item.metadata)
        if not DATABASE.fullmatch(self.db):
            raise wrong("db", without_password(self.db), "sqlite:///FILE or postgresql://USER@HOST/NAME")
        allowed = "SCHEME://HOST[:PORT] in lower case, without a path, a final slash or the scheme's own port, or *"
        check_each("allow_origin", self.allow_origin, ORIGIN, allowed)
        check_each("allow_header", self.allow_header, HEADER, "the name of a header")
        check_each("require", self.require, re.compile(r".+", re.S), "the name of a field")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise wrong("log_level", self.log_level, "debug, info, warning or error")


def wrong(name: str, value: object, allowed: str) -> SettingsError:
    """The sentence about one wrong setting."""
    return SettingsError(f"{name} is {value!r}; allowed: {allowed}")


def without_password(url: str) -> str:
    """The address of a database as it may be shown in a terminal and in logs."""
    hidden = re.sub(r"(//[^:/@]*:)[^@]*@", r"\1***@", url)
    return re.sub(r"([?&]password=)[^&]*", r"\1***", hidden)


def check_kind(name: str, value: object, kind: Any, limits: Any) -> None:
    """Raise `SettingsError` where a value has another type than its field, or is out of its range."""
    if kind == "int" and (type(value) is not int or not limits["least"] <= value <= limits["most"]):
        raise wrong(name, value, f"a whole number from {limits['least']} to {limits['most']}")
    if kind == "bool" and type(value) is not bool:
        raise wrong(name, value, "true or false")
    if kind == "str" and not (isinstance(value, str) and value):
        raise wrong(name, value, "a text that is not empty")
    if kind.startswith("tuple") and not (isinstance(value, tuple) and all(isinstance(each, str) for each in value)):
        raise wrong(name, value, "a tuple of texts")


def check_each(name: str, values: tuple[str, ...], shape: re.Pattern[str], allowed: str) -> None:
    """Raise `SettingsError` for the first value that has not the shape."""
    for value in values:
        if not shape.fullmatch(value) and not (name == "allow_origin" and value == "*"):
            raise wrong(name, value, allowed)
