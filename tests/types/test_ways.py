"""The types for each way to load the package: `import`, `require` and the global of the script tag."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import node

WAYS = Path(__file__).with_name("ways")
ENTRIES = ["clickqueue", "use-widget", "consent"]
PLAIN = ["testing", "inspect"]
RESOLVED = [f"{entry}.d.{ending}" for entry in (*ENTRIES, *PLAIN) for ending in ("ts", "cts")]


@pytest.fixture(scope="module")
def compiled() -> subprocess.CompletedProcess[str]:
    """The TypeScript compiler after it has read the files of ways/, with the list of all files that they need."""
    command = [
        str(node.NODE),
        str(node.MODULES / "typescript/bin/tsc"),
        "--project",
        str(WAYS),
        "--listFiles",
        "--pretty",
        "false",
    ]
    return subprocess.run(command, cwd=node.ROOT, capture_output=True, text=True, check=False)


def test_every_way_compiles(compiled: subprocess.CompletedProcess[str]) -> None:
    """Under `strict` and `nodenext` each way has types, and refuses the line that is marked as wrong."""
    assert compiled.returncode == 0, compiled.stdout
    assert sum(path.read_text().count("@ts-expect-error") for path in WAYS.iterdir()) == 3


@pytest.mark.parametrize("name", RESOLVED)
def test_each_way_has_types_of_its_own(compiled: subprocess.CompletedProcess[str], name: str) -> None:
    """`import` finds the `.d.ts` of an entry, `require` its `.d.cts`."""
    folder = "npm" if (node.ROOT / "npm" / name).is_file() else "dist"
    assert str(node.ROOT / folder / name) in compiled.stdout.splitlines()


@pytest.mark.parametrize("name", ENTRIES)
def test_both_types_declare_the_same(name: str) -> None:
    """The types for `require` differ from those for `import` only in the files that they import."""
    types, commonjs = ((node.ROOT / "dist" / f"{name}.d.{ending}").read_text() for ending in ("ts", "cts"))
    assert commonjs.replace("'./clickqueue.cjs'", "'./clickqueue.js'") == types
