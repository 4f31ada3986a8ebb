"""The hash of each built script, in dist/size.json and from Python."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

import clickqueue
from tools import build, sizes, update_docs

SCRIPTS = sorted(path.name for path in build.DIST.iterdir() if path.suffix in (".js", ".cjs"))


def test_the_build_has_a_script_for_every_way_to_load_it() -> None:
    """There are three ES modules, the CommonJS of each, and one classic script."""
    assert SCRIPTS == [
        "clickqueue.cjs",
        "clickqueue.iife.js",
        "clickqueue.js",
        "consent.cjs",
        "consent.js",
        "use-widget.cjs",
        "use-widget.js",
    ]


@pytest.mark.parametrize("name", SCRIPTS)
def test_integrity_is_the_hash_of_the_file(name: str) -> None:
    """`clickqueue.integrity(name)` is the SHA-384 of the bytes that `asset_path(name)` has."""
    digest = hashlib.sha384(clickqueue.asset_path(name).read_bytes()).digest()
    assert clickqueue.integrity(name) == f"sha384-{base64.b64encode(digest).decode()}"


def test_integrity_without_a_name_is_that_of_the_module() -> None:
    """`integrity()` and `asset_path()` are about the same file."""
    assert clickqueue.integrity() == clickqueue.integrity(clickqueue.asset_path().name)


@pytest.mark.parametrize("name", ["queue.js", "size.json", "clickqueue.d.ts", "clickqueue.js.map", "../dist/clickqueue.js", ""])
def test_only_scripts_have_an_integrity(name: str) -> None:
    """For every other name the error lists the scripts."""
    with pytest.raises(FileNotFoundError, match=r"no asset '.*'; there are: clickqueue\.cjs, clickqueue\.iife\.js, "):
        clickqueue.integrity(name)


def test_an_unbuilt_checkout_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no dist/, the error names the command that makes it."""
    monkeypatch.setattr(clickqueue, "_FOLDERS", (tmp_path,))
    with pytest.raises(FileNotFoundError, match=r"there are: none, run python3 dev\.py build"):
        clickqueue.integrity()


def test_a_changed_byte_changes_the_measured_hash() -> None:
    """size.json measures sizes and hash of scripts alone, from their texts."""
    first, second = (json.loads(sizes.measure({"a.js": text, "a.d.ts": "", "a.js.map": ""})) for text in ("1", "2"))
    assert [list(each) for each in (first, second)] == [["a.js"], ["a.js"]]
    assert first["a.js"]["minified"] == second["a.js"]["minified"] == 1
    assert first["a.js"]["integrity"] != second["a.js"]["integrity"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_ascii(name: str) -> None:
    """A browser reads a classic script in the encoding of its page: no character may depend on it."""
    assert (build.DIST / name).read_bytes().isascii()


@pytest.mark.parametrize(("doc", "places"), [("README", {"script-tag"}), ("GUIDE", {"script-tag", "integrity"})])
def test_documents_print_the_integrity(doc: str, places: set[str]) -> None:
    """README and guide have the hashes of dist/size.json; `python -m tools.update_docs` writes them."""
    text = getattr(update_docs, doc).read_text()
    assert places <= set(update_docs.names_in(text))
    assert update_docs.update(text, update_docs.measured()) == text
    assert clickqueue.integrity(update_docs.CLASSIC) in text
