"""A click queue for embeddable widgets: Python that is tested here and shipped as one small ES module."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

_HERE = Path(__file__).parent
# An installed wheel carries the built module inside; a checkout has it beside src/.
_FOLDERS = (_HERE / "dist", _HERE.parents[1] / "dist")
_SCRIPTS = (".js", ".cjs")

__version__: str
"""The version of the package, and of the built module that is in it: `0.1.0`."""


def __getattr__(name: str) -> str:
    """`__version__`, which is looked up only on access: the metadata of an installed package is a file to read."""
    if name == "__version__":
        return _version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def asset_path(name: str = "clickqueue.js") -> Path:
    """The built module as a file, for a Django or Flask host to serve; `clickqueue.iife.js` is the one for a classic `<script>`.

    `name` is compared with the files that exist and never joined to a path: it may come from a request.
    Raises FileNotFoundError, which lists the scripts, for every other name.
    """
    files = _files()
    if name not in files:
        raise FileNotFoundError(_no_asset(name))
    return files[name]


def integrity(name: str = "clickqueue.js") -> str:
    """The attribute `integrity` of a `<script>` that loads this built script: `sha384-…`, the hash of the file as it was built.

    A browser refuses a file with any other hash, also one that was changed on purpose: Django's manifest storage rewrites the last line
    (the address of the source map), and its copy needs a hash of its own.
    Raises FileNotFoundError, which lists the scripts, for any other name.
    """
    if name not in _files() or not name.endswith(_SCRIPTS):
        raise FileNotFoundError(_no_asset(name))
    built: dict[str, dict[str, str]] = json.loads(asset_path("size.json").read_text())
    return built[name]["integrity"]


def _version() -> str:
    manifest = _HERE.parents[1] / "package.json"
    found: dict[str, str] = json.loads(manifest.read_text()) if manifest.is_file() else {}
    # Installed into a folder of a JavaScript project, the package finds the package.json of that project.
    return found["version"] if found.get("name") == "clickqueue" else metadata.version("clickqueue")


def _files() -> dict[str, Path]:
    return {file.name: file for folder in reversed(_FOLDERS) for file in folder.glob("*") if file.is_file()}


def _no_asset(name: str) -> str:
    there = sorted(file for file in _files() if file.endswith(_SCRIPTS))
    return f"no asset {name!r}; there are: {', '.join(there) or 'none, run python3 dev.py build'}"
