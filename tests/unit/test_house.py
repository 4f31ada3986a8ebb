"""How this house is kept, as far as a machine can tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
SCRIPTS = sorted(path for ending in ("js", "html") for path in (ROOT / "tests").rglob(f"*.{ending}"))
SLEEP = r"\btime\.sleep\(|^from time import .*\bsleep\b|\bnew Promise\(.*\bsetTimeout\(\w+, (?!0\))"
"""Also a promise that nothing but time fulfils; after no time at all it lets others have their turn."""


def name(path: Path) -> str:
    """A file as seen from the root."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Every test of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_every_test_says_what_it_promises(path: Path) -> None:
    """In one line: a test without a docstring is a riddle to whoever breaks it, and a long one hides its promise."""
    assert [node.name for node in functions(path) if len((ast.get_docstring(node) or "").splitlines()) != 1] == []


@pytest.mark.parametrize("path", [*TESTS, *SCRIPTS], ids=name)
def test_no_test_sleeps(path: Path) -> None:
    """A fixed wait is too short on a slow machine and too long on a fast one: wait for a condition."""
    assert not re.search(SLEEP, path.read_text(), re.M) or path == Path(__file__)


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("*.py")), ids=name)
def test_no_source_is_long(path: Path) -> None:
    """Over 200 lines there is a second idea in it."""
    assert len(path.read_text().splitlines()) <= 200


def test_the_lock_names_no_registry() -> None:
    """Whoever installs has a registry configured; its address has no place in a file (npm: omit-lockfile-registry-resolved)."""
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_every_pin_is_exact() -> None:
    """What was tested is what gets installed."""
    pins = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
