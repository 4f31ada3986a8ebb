"""The sizes and hashes of the built scripts. Invariant: dist/size.json has the measured ones, and each size is exactly its limit."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools import node

DIST = node.ROOT / "dist"
SIZE_JSON = DIST / "size.json"
LIMITS = {
    "clickqueue.js": {"minified": 13563, "brotli": 5919},
    "use-widget.js": {"minified": 1126, "brotli": 574},
    "consent.js": {"minified": 699, "brotli": 405},
    "clickqueue.iife.js": {"minified": 15084, "brotli": 6457},
}
"""In bytes, of the files that visitors download: what was measured, so that growth is a visible diff. The aim for the module was 7 000
and 2 900 (the smallest public peer that persists, background-sync of Workbox, weighs 8 484 and 2 718); docs/design.md says where the
rest goes."""

SCRIPTS = (".js", ".cjs")
UNITS = ("minified", "gzip", "brotli")

Sizes = dict[str, dict[str, Any]]
"""For each script its bytes in these units, and its `integrity`."""


def load(path: Path) -> Sizes:
    """A size.json that may not be there yet."""
    sizes: Sizes = json.loads(path.read_text()) if path.is_file() else {}
    return sizes


def report(text: str, committed: Path = SIZE_JSON) -> str:
    """A table for people: the bytes now, and the difference to the committed ones."""
    before = load(committed)
    rows = [f"{'bytes':<20}" + "".join(f"{unit:>16}" for unit in UNITS)]
    for file, sizes in json.loads(text).items():
        cells = (_cell(sizes[unit], before.get(file, {}).get(unit, sizes[unit])) for unit in UNITS)
        rows.append(f"{file:<20}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(rows)


def _cell(size: int, before: int) -> str:
    return f"{size}" if size == before else f"{size} ({size - before:+})"


def violations(sizes: Sizes) -> list[str]:
    """One line for each file that is larger than its limit, or smaller: then the limit is to be lowered."""
    return [
        f"dist/{file}: {sizes[file][key]} bytes {key}, {limit} allowed. {_advice(sizes[file][key] - limit)}"
        for file, limits in LIMITS.items()
        for key, limit in limits.items()
        if file in sizes and sizes[file][key] != limit
    ]


def _advice(growth: int) -> str:
    return "Look for the simpler design first." if growth > 0 else "Lower the limit in tools/sizes.py to the measured size."


def integrity_of(text: str) -> str:
    """The hash that a page writes into `integrity`, so that a browser runs this file and no other (Subresource Integrity)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()


def measure(files: dict[str, str]) -> str:
    """size.json as it should be for these texts, of which only the scripts count."""
    scripts = {name: text for name, text in sorted(files.items()) if name.endswith(SCRIPTS)}
    job = json.dumps([{"file": name, "text": text} for name, text in scripts.items()])
    command = [str(node.NODE), str(node.ROOT / "tools" / "measure.mjs")]
    done = subprocess.run(command, input=job, capture_output=True, text=True, check=True)
    sizes = {entry.pop("file"): entry for entry in json.loads(done.stdout)}
    return json.dumps({name: sizes[name] | {"integrity": integrity_of(text)} for name, text in scripts.items()}, indent=2) + "\n"


def main() -> int:
    """Compare dist/size.json and the limits with the measured sizes; 1 if they differ."""
    measured = measure({path.name: path.read_text() for path in DIST.iterdir()})
    print(report(measured))
    faults = violations(json.loads(measured))
    if measured != SIZE_JSON.read_text():
        faults.append("dist/size.json differs from the measured sizes. Run python3 dev.py build and commit dist/.")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
