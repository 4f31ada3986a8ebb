"""`clickqueue/testing` and `clickqueue/inspect`: their own tests pass, and so do the examples, under Vitest, Jest and MSW."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import node

EXAMPLES = node.ROOT / "examples" / "testing"
VITEST = [path for folder in (EXAMPLES, Path(__file__).parent) for path in sorted(folder.glob("*.vitest.test.js"))]
JEST = sorted(EXAMPLES.glob("*.jest.test.cjs"))


def run(*command: str) -> str:
    """Run a test runner of node_modules; what it printed."""
    script, *arguments = command
    line = [str(node.NODE), str(node.MODULES / script), *arguments]
    done = subprocess.run(line, cwd=node.ROOT, env=node.environment() | {"CI": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_every_example_has_a_runner() -> None:
    """Each file of examples/testing/ is run by one of the tests here."""
    assert {*VITEST, *JEST} >= set(EXAMPLES.iterdir())


@pytest.mark.parametrize("path", VITEST, ids=lambda path: path.name)
def test_vitest_passes(path: Path) -> None:
    """Vitest finds the package by its name, and every test in the file passes."""
    printed = run("vitest/vitest.mjs", "run", str(path.relative_to(node.ROOT)), "--no-color")
    tests = path.read_text().count("\ntest(")
    assert f"Tests  {tests} passed ({tests})" in printed


@pytest.mark.parametrize("path", JEST, ids=lambda path: path.name)
def test_jest_passes(path: Path) -> None:
    """Jest requires the CommonJS of the package, and every test in the file passes."""
    printed = run("jest/bin/jest.js", "--rootDir", str(EXAMPLES), "--testMatch", f"**/{path.name}", "--ci")
    tests = path.read_text().count("\ntest(")
    assert f"Tests:       {tests} passed, {tests} total" in printed
