"""A click queue for embeddable widgets: Python that is tested here and shipped as one small ES module."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
# An installed wheel carries the built module inside; a checkout has it beside src/.
_FOLDERS = (_HERE / "dist", _HERE.parents[1] / "dist")


def asset_path(name: str = "clickqueue.js") -> Path:
    """The built module as a file, for a Django or Flask host to serve; `use-widget.js` is the other one.

    `name` is compared with the files that exist and never joined to a path: it may come from a request.
    Raises FileNotFoundError, which lists the scripts, for every other name.
    """
    files = {file.name: file for folder in reversed(_FOLDERS) for file in folder.glob("*") if file.is_file()}
    if name in files:
        return files[name]
    there = sorted(name for name in files if name.endswith(".js"))
    raise FileNotFoundError(f"no asset {name!r}; there are: {', '.join(there) or 'none, run python3 dev.py build'}")
