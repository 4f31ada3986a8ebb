"""What the papers say of the code: `python -m tools.papers` says it again after a change, and a test holds it.

The README's size comes from dist/size.json, the picture in docs/design.md from `tools/states.py`.
"""

from __future__ import annotations

import re

from tools import node, sizes, states
from tools.widget import grouped

README = node.ROOT / "README.md"
DESIGN = node.ROOT / "docs" / "design.md"
SIZE = re.compile(r"\b[\d ]+ bytes minified, [\d ]+ gzip, [\d ]+ brotli\b")
PICTURE = re.compile(r"(?<=^```mermaid\n)stateDiagram-v2\n.*?(?=^```$)", re.M | re.S)


def size() -> str:
    """What a visitor's browser has to load."""
    found = sizes.load(sizes.SIZE_JSON)["clickqueue.js"]
    return f"{grouped(found['minified'])} bytes minified, {grouped(found['gzip'])} gzip, {grouped(found['brotli'])} brotli"


def readme(text: str) -> str:
    """The README with the sizes of now."""
    return SIZE.sub(size(), text)


def design(text: str) -> str:
    """docs/design.md with the states of now."""
    return PICTURE.sub(lambda found: states.picture(states.explore()), text)


if __name__ == "__main__":
    README.write_text(readme(README.read_text()))
    DESIGN.write_text(design(DESIGN.read_text()))
