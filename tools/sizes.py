"""The sizes of the built files. Invariant: dist/size.json has the measured sizes, and each is exactly its limit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tools import node

DIST = node.ROOT / "dist"
SIZE_JSON = DIST / "size.json"
LIMITS = {"clickqueue.js": {"minified": 14386, "brotli": 6089}, "use-widget.js": {"minified": 1161, "brotli": 553}}
"""In bytes: what was measured, so that growth is a visible diff. The aim was 7 000 and 2 900 (the smallest public peer that
persists, background-sync of Workbox, weighs 8 484 and 2 718); docs/design.md says where the rest goes."""

Sizes = dict[str, dict[str, int]]


def load(path: Path) -> Sizes:
    """A size.json that may not be there yet."""
    sizes: Sizes = json.loads(path.read_text()) if path.is_file() else {}
    return sizes


def report(text: str, committed: Path = SIZE_JSON) -> str:
    """A table for people: the bytes now, and the difference to the committed ones."""
    before = load(committed)
    rows = [f"{'bytes':<16}{'minified':>16}{'gzip':>16}{'brotli':>16}"]
    for file, sizes in json.loads(text).items():
        cells = (_cell(size, before.get(file, {}).get(key, size)) for key, size in sizes.items())
        rows.append(f"{file:<16}" + "".join(f"{cell:>16}" for cell in cells))
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
    return "Look for the simpler design first." if growth > 0 else "Lower the limit in tools/sizes.py to what was reached."


def measure(files: dict[str, str]) -> str:
    """size.json as it should be for these texts."""
    job = json.dumps([{"file": name, "text": text} for name, text in sorted(files.items())])
    command = [str(node.NODE), str(node.ROOT / "tools" / "measure.mjs")]
    done = subprocess.run(command, input=job, capture_output=True, text=True, check=True)
    sizes = {entry.pop("file"): entry for entry in json.loads(done.stdout)}
    return json.dumps(sizes, indent=2) + "\n"


def main() -> int:
    """Compare dist/size.json and the limits with the measured sizes; 1 if they differ."""
    measured = measure({path.name: path.read_text() for path in DIST.glob("*.js")})
    print(report(measured))
    faults = violations(json.loads(measured))
    if measured != SIZE_JSON.read_text():
        faults.append("dist/size.json does not say what the files weigh. Run python3 dev.py build and commit dist/.")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
