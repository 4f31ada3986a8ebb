"""The one place that decides the name of a Python attribute in the built module.

A name that JavaScript sees or provides is kept, in camelCase; a method that both languages have under two names gets the
JavaScript one; esbuild shortens every other attribute of a class of ours to a letter. String keys are never touched.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tools.source_tree import find_file, twins_of
from tools.subset.symbols import collect, parse

NATIVE = {"append": "push", "py_get": "get", "startswith": "startsWith"}
"""Methods that both languages have; Transcrypt writes `py_get` for `get`."""

PUBLIC = (
    # ClickQueue
    "enqueue",
    "flush",
    "subscribe",
    "get_snapshot",
    "purge",
    "destroy",
    # createWidgetApi
    "track_click",
    "track_click_batch",
)
"""The names that a host uses. Those of `env` are read from ports.py."""

KEPT = ("constructor", "delete", "get", "has", "length", "set", "size", "then")
"""Methods of Map and of promises: JavaScript's own, so their names stay even where a class of ours has the same."""


def camel(name: str) -> str:
    """`track_click_batch` as JavaScript spells it: `trackClickBatch`; a constant is spelled alike."""
    if name.isupper():
        return name
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def public(source: Path) -> set[str]:
    """Every attribute that JavaScript code outside of us may name: the lists above, and the ports."""
    ports = collect([parse(find_file(source, "ports.py"))])
    return {*PUBLIC, *ports.methods, *ports.attributes}


def foreign(source: Path) -> set[str]:
    """Attributes of the page's own objects: those that browser.py and the twins in JavaScript use."""
    attributes = [node for node in ast.walk(parse(find_file(source, "browser.py"))) if isinstance(node, ast.Attribute)]
    theirs = {node.attr for node in attributes if ast.unparse(node.value) != "self"}
    return theirs | {name for twin in twins_of(source) for name in re.findall(r"\.(\w+)", twin.read_text())} | set(KEPT)


def own(modules: list[Path]) -> set[str]:
    """The attributes of the classes of ours."""
    symbols = collect(parse(path) for path in modules)
    return symbols.methods | symbols.attributes


def shared_with_page(source: Path, modules: list[Path]) -> set[str]:
    """The attributes of our own that cannot be shortened, since an object of the page has one of that name."""
    classes = [node for path in modules for node in ast.walk(parse(path)) if isinstance(node, ast.ClassDef)]
    stored = {
        node.attr for class_ in classes for node in ast.walk(class_) if isinstance(node, ast.Attribute) and _is_stored(node)
    }
    return (stored & (foreign(source) | public(source))) - set(PUBLIC)


def _is_stored(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def mangled(source: Path, modules: list[Path]) -> str:
    """A pattern of the attributes that esbuild may rename."""
    ours = own(modules) - foreign(source) - public(source)
    renamed = sorted(ours | {name for name in public(source) if "_" in name} | NATIVE.keys())
    return rf"^(py_)?({'|'.join(name for name in renamed if not name.startswith('__'))})$"


def mangle_cache(source: Path) -> dict[str, str]:
    """The new names that esbuild must not choose by itself."""
    return NATIVE | {name: camel(name) for name in sorted(public(source)) if "_" in name}
