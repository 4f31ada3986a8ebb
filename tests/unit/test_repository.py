"""The rules of this repository that a machine can check."""

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
"""Also a promise that only a timer fulfils; with a delay of 0 it lets other tasks run, and is allowed."""


def name(path: Path) -> str:
    """A file as seen from the root."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Every test of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_every_test_states_the_expected_result(path: Path) -> None:
    """Every test has a docstring of one line, so that a failure names the broken promise."""
    assert [node.name for node in functions(path) if len((ast.get_docstring(node) or "").splitlines()) != 1] == []


@pytest.mark.parametrize("path", [*TESTS, *SCRIPTS], ids=name)
def test_no_test_sleeps(path: Path) -> None:
    """No test waits for a fixed time, which is too short on a slow machine and too long on a fast one."""
    assert not re.search(SLEEP, path.read_text(), re.M) or path == Path(__file__)


def hand_written(*folders: str) -> list[Path]:
    """The Python and JavaScript of these folders, without what a tool or an earlier release wrote."""
    files = [path for folder in folders for ending in ("py", "js", "mjs") for path in (ROOT / folder).rglob(f"*.{ending}")]
    return sorted(path for path in files if not path.name.startswith("clickqueue-0") and "node_modules" not in path.parts)


@pytest.mark.parametrize("path", hand_written("src"), ids=name)
def test_no_source_is_long(path: Path) -> None:
    """A file in src/ has at most 200 lines: a longer one contains a second idea."""
    assert len(path.read_text().splitlines()) <= 200


@pytest.mark.parametrize("path", hand_written("tests", "tools", "examples", "npm"), ids=name)
def test_no_other_file_is_long(path: Path) -> None:
    """A file outside src/ has at most 300 lines, for the same reason."""
    assert len(path.read_text().splitlines()) <= 300


def test_the_lock_names_no_registry() -> None:
    """package-lock.json has no address of a registry: npm uses the configured one (npm: omit-lockfile-registry-resolved)."""
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_every_pin_is_exact() -> None:
    """Every line of requirements.txt pins one version: the tested one is installed."""
    pins = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
