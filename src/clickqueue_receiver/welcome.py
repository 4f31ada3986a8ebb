"""The first lines of the server's output: its address, the table's place, and how to look at it. No password is in them."""

from __future__ import annotations

import shlex
from pathlib import Path

from sqlalchemy.engine import make_url

from clickqueue_receiver.settings import Settings, without_password


def welcome(settings: Settings, port: int) -> str:
    """The lines, once the server has a port."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{port}"
    lines = [f"clickqueue-receiver serves {address}/api/track/click and …/batch"]
    if settings.test_mode:
        return "\n".join([*lines, f"  test mode: everything is in memory. Look at it: curl {address}/test/good"])
    lines += [*place(settings.db), f"  or: clickqueue-receiver export --db {shlex.quote(without_password(settings.db))}"]
    if not settings.allow_origin:
        lines += ["  pages of other origins cannot use it; --allow-origin https://shop.example allows one"]
    return "\n".join(lines)


def place(db: str) -> list[str]:
    """Where the table is, and a command that shows it."""
    if not db.startswith("sqlite"):
        # Not parsed: libpq takes addresses with several hosts, which SQLAlchemy refuses.
        return [f"  the table `clicks` is in {without_password(db)}", "  look at it: psql, SELECT * FROM clicks_by_offer"]
    file = shlex.quote(str(Path(make_url(db).database or "").resolve()))
    return [f"  the table `clicks` is in {file}", f"  look at it: sqlite3 {file} 'SELECT * FROM clicks_by_offer'"]
