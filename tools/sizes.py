"""The size is a promise: dist/size.json says what each file weighs, and the gate holds it to that and to a limit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

SIZE_JSON = Path(__file__).parent.parent / "dist" / "size.json"
LIMITS = {"clickqueue.js": {"minified": 7000, "brotli": 2900}}
"""In bytes. The smallest public peer that persists (background-sync of Workbox) weighs 8 484 and 2 718."""

Sizes = dict[str, dict[str, int]]


def dump(measured: list[dict[str, int | str]]) -> str:
    """size.json as text, from what tools/link.mjs measured."""
    sizes = {entry["file"]: {key: entry[key] for key in ("minified", "gzip", "brotli")} for entry in measured}
    return json.dumps(sizes, indent=2) + "\n"


def load(path: Path) -> Sizes:
    """A size.json that may not be there yet."""
    sizes: Sizes = json.loads(path.read_text()) if path.is_file() else {}
    return sizes


def report(text: str, committed: Path = SIZE_JSON) -> str:
    """A table for people: bytes now, and the difference to what was written before."""
    before = load(committed)
    rows = [f"{'bytes':<16}{'minified':>16}{'gzip':>16}{'brotli':>16}"]
    for file, sizes in json.loads(text).items():
        cells = (_cell(size, before.get(file, {}).get(key, size)) for key, size in sizes.items())
        rows.append(f"{file:<16}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(rows)


def _cell(size: int, before: int) -> str:
    return f"{size}" if size == before else f"{size} ({size - before:+})"


def over_limit(sizes: Sizes) -> list[str]:
    """One line for each limit that is broken."""
    return [
        f"dist/{file}: {sizes[file][key]} bytes {key}, {limit} allowed. Look for the simpler design first."
        for file, limits in LIMITS.items()
        for key, limit in limits.items()
        if sizes[file][key] > limit
    ]
