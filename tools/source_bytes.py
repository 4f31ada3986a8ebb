"""Where the bytes of dist/clickqueue.js come from, by its source map: `python -m tools.source_bytes` prints the table.

Invariant: each character of the script is counted once, under the last source that the map names before it.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path, PurePosixPath

from tools.sizes import DIST
from tools.source_tree import PACKAGE
from tools.transpile import decode_vlq

SCRIPT = DIST / "clickqueue.js"
GENERATED = "the export list"


def bytes_of_sources(script: str, source_map: str) -> Counter[str]:
    """The characters of a minified script, which is ASCII, by the source that they come from."""
    found = json.loads(source_map)
    sizes: Counter[str] = Counter()
    source = 0
    for line, mappings in zip(script.split("\n"), found["mappings"].split(";"), strict=False):
        column, name = 0, GENERATED
        for segment in filter(None, mappings.split(",")):
            start, *rest = decode_vlq(segment)
            sizes[name] += start
            column += start
            source += rest[0] if rest else 0
            name = found["sources"][source] if rest else name
        sizes[name] += 0 if line.startswith("//#") else len(line) - column
    return +sizes


def place_of(source: str) -> tuple[str, str]:
    """The folder of a source and its file; a file of the top is one by itself."""
    path = PurePosixPath(source.partition(f"{PACKAGE}/")[2] or source)
    return (f"{path.parent}/", path.name) if path.parent.name else ("top level", path.name)


def table(script: Path = SCRIPT) -> str:
    """One row for each folder, the largest first, and in it each file."""
    sizes = bytes_of_sources(script.read_text(), script.with_name(f"{script.name}.map").read_text())
    folders: dict[str, Counter[str]] = {}
    for source, size in sizes.items():
        folder, file = place_of(source)
        folders.setdefault(folder, Counter())[file] += size
    rows = [
        f"| {folder} | {files.total():,} | {', '.join(f'{file} {size:,}' for file, size in files.most_common())} |"
        for folder, files in sorted(folders.items(), key=lambda row: -row[1].total())
    ]
    return "\n".join(["| in src/clickqueue | bytes | of them |", "|---|---|---|", *rows])


if __name__ == "__main__":
    print(table())
