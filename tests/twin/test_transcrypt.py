"""docs/python-to-js.md is true: sizes and differences are those of the pinned Transcrypt, without this project's build around it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tools import build, node
from tools.source_tree import find_file
from tools.subset.checks import check_types
from tools.transpile import LAUNCHER

PAGE = (node.ROOT / "docs" / "python-to-js.md").read_text()
(EXAMPLE,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
COPIED = ("runtime.py", "runtime.js", "ports.py", "browser.py")
ROW = re.compile(r"^\| `(.+?)` \| `(.+?)` \| `(.+?)` \| (refused|accepted) \|", re.M)

VALUES = """
import * as all from './__target__/probes.js'
const undefinedIs = (key, value) => (value === undefined || Number.isNaN(value) || value === Infinity ? `<${value}>` : value)
const answer = (probe) => {
  try {
    return JSON.stringify(probe(), undefinedIs)
  } catch (error) {
    return error.constructor.name
  }
}
const probes = Object.entries(all).filter(([name]) => name.startsWith('probe_'))
console.log(JSON.stringify(Object.fromEntries(probes.map(([name, probe]) => [name, answer(probe)]))))
"""
BUNDLE = """
import { build } from 'esbuild'
const stdin = { contents: "export { total_of } from './__target__/example.js'", resolveDir: process.argv[1] }
const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: 'esm', write: false })
console.log(outputFiles[0].contents.length)
"""
KEYS = """
const { pathToFileURL } = await import('node:url')
await import(pathToFileURL(process.argv[1]))
let [list, text] = [0, 0]
for (const key in []) list++
for (const key in new String('')) text++
console.log(list, text)
"""


class Difference(NamedTuple):
    """A line of the table."""

    expression: str
    in_cpython: str
    in_transcrypt: str
    here: str


DIFFERENCES = [Difference(*row) for row in ROW.findall(PAGE)]


def transcrypt(module: str, python: str, folder: Path) -> None:
    """Translate a module with Transcrypt alone, without switches that change a meaning."""
    (folder / f"{module}.py").write_text(python)
    command = [sys.executable, str(LAUNCHER), "-b", "-n", "-m", f"{module}.py"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    # Node takes a .js file for an ES module only where a manifest says so.
    (folder / "package.json").write_text('{"type": "module"}')


def run(script: str, *arguments: Path, folder: Path = node.ROOT) -> str:
    """The output of a JavaScript module."""
    command = [str(node.NODE), "--input-type=module", "--eval", script, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The value of each expression in JavaScript, or the error."""
    folder = tmp_path_factory.mktemp("transcrypt")
    probes = [f"def probe_{index}():\n    return {row.expression}\n" for index, row in enumerate(DIFFERENCES)]
    transcrypt("probes", "\n".join(probes), folder)
    found: dict[str, str] = json.loads(run(VALUES, folder=folder))
    return found


def in_cpython(expression: str) -> str:
    """The value of an expression as JSON, or the name of its error."""
    try:
        return json.dumps(eval(expression))
    except Exception as error:
        return type(error).__name__


@pytest.mark.parametrize("index", range(len(DIFFERENCES)), ids=lambda index: DIFFERENCES[index].expression)
def test_a_difference_is_as_described(index: int, answers: dict[str, str]) -> None:
    """The expression has the two values of its line, or raises the two errors."""
    row = DIFFERENCES[index]
    assert in_cpython(row.expression) == row.in_cpython
    assert re.sub(r'"<(\w+)>"', r"\1", answers[f"probe_{index}"]).replace('","', '", "') == row.in_transcrypt


def copy_platform(root: Path) -> Path:
    """A package with what the build needs of the browser, and nothing of the queue."""
    source = root / "src" / "clickqueue"
    source.mkdir(parents=True)
    for file in COPIED:
        (source / file).write_text(find_file(build.SOURCE, file).read_text())
    return source


def test_the_subset_refuses_what_the_table_says(tmp_path: Path) -> None:
    """The rules and mypy refuse exactly the lines that are marked."""
    source = copy_platform(tmp_path)
    for index, row in enumerate(DIFFERENCES):
        (source / f"probe_{index}.py").write_text(f"from typing import Any\ndef probe() -> Any:\n    return {row.expression}\n")
    violations, errors = check_types(source)
    refused = {violation.path.stem for violation in violations} | {Path(error.partition(":")[0]).stem for error in errors}
    expected = {f"probe_{index}" for index, row in enumerate(DIFFERENCES) if row.here == "refused"}
    assert {name for name in refused if name.startswith("probe_")} == expected
    assert len(DIFFERENCES) > 15


def test_the_size_of_transcrypt_alone_is_measured(tmp_path: Path) -> None:
    """The example has that many bytes with Transcrypt's own runtime, which leaves that many keys on the prototypes."""
    transcrypt("example", EXAMPLE, tmp_path)
    assert f"| {int(run(BUNDLE, tmp_path)):,} bytes |" in PAGE
    on_lists, on_texts = run(KEYS, tmp_path / "__target__" / "example.js").split()
    assert f"| keys that `for (const key in [])` visits afterwards | {on_lists} | 0 |" in PAGE
    assert f"| keys that `for (const key in new String(''))` visits afterwards | {on_texts} | 0 |" in PAGE


def test_the_build_here_is_smaller_and_adds_no_key(tmp_path: Path) -> None:
    """The same example has less than 300 bytes, works, throws a native error, and leaves the prototypes alone."""
    source = copy_platform(tmp_path)
    (source / "main.py").write_text(f'{EXAMPLE}\n\n__all__ = ["total_of"]\n')
    script = build.build(source)["clickqueue.js"]
    module = tmp_path / "example.mjs"
    module.write_text(script)
    assert len(script) < 300
    assert run(KEYS, module) == "0 0"
    use = """
const { totalOf } = await import(process.argv[1])
let thrown
try { totalOf([-1], 5) } catch (error) { thrown = error.constructor === RangeError }
console.log(JSON.stringify([totalOf([1, 2, 9], 5), thrown]))
"""
    found: Any = json.loads(run(use, module))
    assert found == [5, True]
