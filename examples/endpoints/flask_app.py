"""The contract in Flask. `pip install flask`, then `flask --app flask_app run --port 8000`."""

import json
import os
import sqlite3
from contextlib import closing

from flask import Flask, Response, request

DATABASE = os.environ.get("CLICKS_DB", "clicks.sqlite3")
ORIGIN = os.environ.get("CLICKS_ORIGIN", "https://shop.example")  # of the page with the widget; several: echo the one that asks
FIELDS = ("id", "sessionId", "questionId", "offerId", "buttonVariantId")
MAX_CHARACTERS = 256  # of an id: indexes have limits (PostgreSQL 2,704 bytes), and an id that breaks one must not fail a batch

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 100_000  # a client sends 60,000 bytes at most

with closing(sqlite3.connect(DATABASE)) as database:
    database.execute("CREATE TABLE IF NOT EXISTS clicks (id TEXT PRIMARY KEY, click TEXT NOT NULL)")


# CSRF: Flask itself checks no token. Flask-WTF's CSRFProtect does; then decorate this view with `csrf.exempt`.
@app.post("/api/track/click")
@app.post("/api/track/click/batch")
def track() -> tuple[dict[str, object], int]:
    try:
        value = json.loads(request.get_data())  # not `request.json`, which answers 415 to text/plain
        events = value["events"] if request.path.endswith("/batch") else [value]
        rows = [(event["id"], json.dumps(event)) for event in events if is_click(event)]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return {"error": "send an event, or {events, batchId, timestamp}, as JSON"}, 400
    # The answer leaves after the commit, which is at the end of this block.
    with closing(sqlite3.connect(DATABASE)) as database, database:
        database.executemany("INSERT INTO clicks VALUES (?, ?) ON CONFLICT (id) DO NOTHING", rows)
    reason = f"needs text of at most {MAX_CHARACTERS} characters as {', '.join(FIELDS)}"
    return {"rejected": [{"id": event.get("id"), "reason": reason} for event in events if not is_click(event)]}, 200


def is_click(event: dict[str, object]) -> bool:
    return all(is_text(event.get(name)) for name in FIELDS)  # an AttributeError where an event is no object


def is_text(value: object) -> bool:
    # Half of a surrogate pair is valid JSON, but it has no UTF-8, so no database takes it.
    return isinstance(value, str) and 0 < len(value) <= MAX_CHARACTERS and value.encode(errors="ignore").decode() == value


@app.after_request
def add_cors(response: Response) -> Response:
    # Errors need them too: without them the browser reports a network error, and the client retries for ever.
    response.headers["Access-Control-Allow-Origin"] = ORIGIN
    response.headers["Access-Control-Allow-Headers"] = "content-type"
    response.headers["Access-Control-Expose-Headers"] = "retry-after, date"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response
