"""Names in the built module: those of the web are spelled as the web does, and the attributes of our classes are shortened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import build, mangling
from tools.source_tree import find_file, modules_of
from tools.subset.symbols import collect, parse


def test_our_own_names_shrink(source: Path) -> None:
    """Attributes of our classes are shortened, and names that JavaScript spells are not."""
    text = build.build(source)["clickqueue.js"]
    assert not any(name in text for name in ("batch_size", "listeners", "page_window", "last_index"))
    assert all(name in text for name in (".localStorage.getItem(", "enqueue:", "getSnapshot:", ".push(", "stored_text:"))


def test_every_port_keeps_its_name() -> None:
    """Every name in ports.py is public, and has the spelling of the web."""
    assert {"local_storage", "set_timeout", "JSON", "request", "track_click_batch"} <= mangling.public(build.SOURCE)
    assert mangling.mangle_cache(build.SOURCE)["local_storage"] == "localStorage"


@pytest.mark.parametrize(
    ("python", "javascript"),
    [("track_click_batch", "trackClickBatch"), ("EMPTY_STATS", "EMPTY_STATS"), ("JSON", "JSON"), ("Date", "Date")],
)
def test_camel_case(python: str, javascript: str) -> None:
    """The words of a function or attribute are joined; a constant and a single word are unchanged."""
    assert mangling.camel(python) == javascript


def test_no_foreign_name_is_mangled() -> None:
    """The names of the page's own objects are never shortened."""
    pattern = mangling.mangled(build.SOURCE, modules_of(build.SOURCE))
    ports = collect([parse(find_file(build.SOURCE, "ports.py"))])
    single = {name for name in ports.methods | ports.attributes if "_" not in name} - {"exchange"}
    assert not single & set(pattern.replace("(", "|").replace(")", "|").split("|"))


def test_own_attributes_are_shortened() -> None:
    """No attribute of our classes has a name that the page uses, except those of the consent gate."""
    modules = [path for path in modules_of(build.SOURCE) if path.name != "consent.py"]
    assert mangling.shared_with_page(build.SOURCE, modules) == set()
