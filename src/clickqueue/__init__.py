"""A click queue for embeddable widgets: Python that is tested here and shipped as one small ES module."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
# An installed wheel carries the built module inside; a checkout has it beside src/.
_FOLDERS = (_HERE / "dist", _HERE.parents[1] / "dist")


def asset_path(name: str = "clickqueue.js") -> Path:
    """The built module as a file, for a Django or Flask host to serve; `use-widget.js` is the other one."""
    for folder in _FOLDERS:
        if (folder / name).is_file():
            return folder / name
    there = sorted(file.name for folder in _FOLDERS for file in folder.glob("*.js"))
    raise FileNotFoundError(f"no asset {name}; there are: {', '.join(there) or 'none, run python3 dev.py build'}")
