"""The build of a small package: its JavaScript behaves as its Python does, and is the same on every machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.sample_package import dist_of, line_of, run_script
from tools import build

TWIN = """
export const len = (items) => items.length
export const str = String
export const ValueError = RangeError
const create_map = () => new Map()
export { create_map as Map }
export const field = () => 'from the twin'
export const never = () => 'never used'
"""


@pytest.fixture
def execute(source: Path) -> Callable[[str], str]:
    """Build the package; returns a function that runs a script beside the built files."""
    build.write(build.build(source), dist_of(source))
    return lambda script: run_script(dist_of(source), script)


IMPORT = "import { ClickQueue, DEFAULT_LIMITS } from './clickqueue.js';"
ENV = "{ localStorage: { getItem: () => '42' } }"
NEW = f"{IMPORT} const queue = ClickQueue({ENV}, 3);"


def test_python_runs_as_javascript(execute: Callable[[str], str]) -> None:
    """Objects, lists, tables and lambdas behave alike, and a method works without its object."""
    script = f"{NEW} const {{ enqueue }} = queue; console.log(enqueue({{ id: 'a' }}), JSON.stringify(queue.getSnapshot()))"
    assert execute(script) == 'a136 {"stored_text":"42","has_map":true}'


def test_exports_are_camel_case_and_complete(execute: Callable[[str], str]) -> None:
    """`__all__` is the list of exports; functions get camelCase names, constants and string keys keep theirs."""
    script = "import * as all from './clickqueue.js'; console.log(Object.keys(all).join(), all.DEFAULT_LIMITS.max_size)"
    assert execute(script) == "ClickQueue,DEFAULT_LIMITS,createWidgetApi 2"


def test_undefined_is_none(execute: Callable[[str], str]) -> None:
    """`x is None` is true of undefined too, and a text that looks like code is unchanged."""
    script = f"{NEW} console.log(queue.enqueue({{}}), queue.enqueue({{ id: null }}), DEFAULT_LIMITS.text)"
    assert execute(script) == "null null a === null"


def test_equality_converts_nothing(execute: Callable[[str], str]) -> None:
    """Zero is not equal to the empty text, nor a list of one text to that text."""
    script = f"{NEW} console.log([0, '', ['x'], 'x', '0'].map((value) => queue.subscribe(value)).join(' '))"
    assert execute(script) == "0 empty other x other"


def test_errors_are_native_and_caught(execute: Callable[[str], str]) -> None:
    """`raise ValueError` throws a RangeError, and `except Exception` catches every error."""
    script = f"{NEW} console.log(queue.flush()); try {{ queue.purge() }} catch (e) {{ console.log(e instanceof RangeError) }}"
    assert execute(script) == "caught size: got -3; give more\ntrue"


def test_the_host_stays_unmarked(execute: Callable[[str], str]) -> None:
    """The import adds no global and nothing to a prototype (CONTRACT 7.1)."""
    before = "const before = Object.getOwnPropertyNames(globalThis).length;"
    script = f"{before} await import('./clickqueue.js'); for (const k in []) console.log(k);"
    assert execute(f"{script} console.log(Object.getOwnPropertyNames(globalThis).length - before)") == "0"


def test_a_stack_names_lines_of_python(source: Path, execute: Callable[[str], str]) -> None:
    """The source map leads to the Python line that raised and to the one that called it."""
    told = execute(f"{NEW} try {{ queue.purge() }} catch (error) {{ console.log(error.stack) }}")
    queue = "src/clickqueue/delivery/queue.py"
    assert f"{queue}:{line_of('raise ValueError')}" in told
    assert f"{queue}:{line_of('Line(env, -1)')}" in told


def test_use_widget_shares_the_module(source: Path, execute: Callable[[str], str]) -> None:
    """use-widget.js imports clickqueue.js instead of a second queue, and their names agree."""
    script = f"import {{ createUseWidget }} from './use-widget.js'; console.log(createUseWidget({ENV}).stored_text)"
    assert execute(script) == "42"
    assert 'from"./clickqueue.js"' in (dist_of(source) / "use-widget.js").read_text()


def test_maps_name_the_files_of_src(source: Path) -> None:
    """A map has the paths of its sources relative to dist/, with their content, and no path of the machine."""
    found = json.loads(build.build(source)["clickqueue.js.map"])
    files = {f"../{path.relative_to(source.parent.parent)}": path for path in source.rglob("*.*")}
    assert set(found["sources"]) <= files.keys() | {build.ENTRY}
    texts = dict(zip(found["sources"], found["sourcesContent"], strict=True))
    assert len(texts) == 3
    assert all(text == files[name].read_text() for name, text in texts.items() if name != build.ENTRY)
    assert str(source.parent.parent) not in json.dumps(found)


def test_the_same_source_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    """The built files are the same in another folder, and src/ has no new file."""
    before = sorted(path.relative_to(source) for path in source.rglob("*"))
    elsewhere = tmp_path / "elsewhere" / "src" / "clickqueue"
    elsewhere.parent.mkdir(parents=True)
    first = build.build(source)
    source.rename(elsewhere)
    assert build.build(elsewhere) == first
    assert sorted(path.relative_to(elsewhere) for path in elsewhere.rglob("*")) == before


def test_a_twin_takes_the_place_of_a_module(source: Path, execute: Callable[[str], str]) -> None:
    """Of a module with a JavaScript file beside it only that file is built, and only the exports that are used."""
    (source / "platform" / "runtime.js").write_text(TWIN)
    build.write(build.build(source), dist_of(source))
    assert execute(f"{NEW} console.log(queue.getSnapshot().has_map)") == "false"
    assert "never used" not in (dist_of(source) / "clickqueue.js").read_text()


def test_check_names_what_differs(tmp_path: Path) -> None:
    """`compare` names a changed, a missing and a superfluous file; `write` corrects all three."""
    build.write({"same": "1", "changed": "1", "superfluous": "1"}, tmp_path)
    files = {"same": "1", "changed": "2", "missing": "1"}
    assert build.compare(files, tmp_path) == ["changed", "missing", "superfluous"]
    build.write(files, tmp_path)
    assert build.compare(files, tmp_path) == []
