"""Where each file of the source package is, and how Transcrypt names it: a module may move to another folder at any time.

Transcrypt writes one flat folder: `storage/journal.py` becomes `clickqueue.storage.journal.js`.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = "clickqueue"
CPYTHON_ONLY = ("__init__.py", "ports.py")


class BuildError(Exception):
    """A mistake in src/. The text says in which file and line it is, and how to correct it."""


def modules_of(source: Path) -> list[Path]:
    """The Python files of a package that become JavaScript; one that has a twin stays in CPython."""
    files = (path for path in source.rglob("*.py") if path.name not in CPYTHON_ONLY)
    return sorted(path for path in files if not path.with_suffix(".js").is_file())


def twins_of(source: Path) -> list[Path]:
    """The JavaScript files of a package: `platform/runtime.js` takes the place of `platform/runtime.py`."""
    return sorted(source.rglob("*.js"))


def find_file(source: Path, name: str) -> Path:
    """The one file of this name, in whichever folder of the package it is."""
    found = sorted(source.rglob(name))
    if len(found) != 1:
        places = ", ".join(map(str, found)) or "none"
        raise BuildError(f"{source}: one file called {name} is needed; found: {places}")
    return found[0]


def dotted_name(source: Path, path: Path) -> str:
    """`clickqueue.storage.journal` for `storage/journal.py`; the suffix does not matter."""
    return ".".join((PACKAGE, *path.relative_to(source).with_suffix("").parts))


def python_file(source: Path, dotted: str) -> Path:
    """The inverse of `dotted_name`, for a Python module."""
    return source.joinpath(*dotted.split(".")[1:]).with_suffix(".py")
