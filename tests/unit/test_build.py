"""The build, on a package of two screens: what it makes of Python runs in JavaScript, and its faults have an address."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools import build, mangling, node, sizes
from tools.run_transcrypt import OLD_NAMES, restore_old_names
from tools.source_tree import BuildError, find_file, modules_of
from tools.subset.symbols import collect, parse

PORTS = """
class Clock(Protocol):
    def now_ms(self) -> int: ...
"""
BROWSER = """
performance: Any
def uptime_ms() -> float:
    return performance.now()
"""
QUEUE = """
from __future__ import annotations
from typing import TYPE_CHECKING, Any
from clickqueue.platform.runtime import Map, field
if TYPE_CHECKING:
    from clickqueue.platform.ports import Clock
LIMITS: dict[str, Any] = {"max_size": 2, "text": "a === null"}
class Line:
    def __init__(self, clock: Clock, size: int) -> None:
        if size < 0:
            raise ValueError("size: got " + str(size) + "; give more")
        self.clock_port = clock
        self.batch_size = size
        self.listeners: list[Any] = []
class Range:
    def __init__(self, first: int) -> None:
        self.first_index = first
        self.last_index = self.first_index + 2
class Queue:
    def __init__(self, clock: Clock, size: int) -> None:
        line = Line(clock, size)
        self.enqueue = lambda event: enqueue(line, event)
        self.get_snapshot = lambda: snapshot_of(line)
        self.flush = lambda: flush(clock)
        self.subscribe = lambda value: subscribe(value)
        self.purge = lambda: Line(clock, -1)
def enqueue(line: Line, event: dict[str, Any]) -> str | None:
    if event["id"] is None:
        return None
    line.listeners.append(event["id"])
    seen = Map()
    seen.set("a", line.batch_size)
    return event["id"] + str(len(line.listeners)) + str(seen.get("a")) + str(Range(4).last_index)
def snapshot_of(line: Line) -> dict[str, Any]:
    later = lambda: line.clock_port.now_ms()
    return {"now_ms": later(), "has_map": field({"a": 1}, "a") == 1}
def flush(clock: Clock) -> str:
    total = 0
    for index in range(3):
        total -= index
    try:
        Line(clock, total)
    except Exception as error:
        return "caught " + error.message
    return "not caught"
def subscribe(value: Any) -> str:
    if value == "":
        return "empty"
    if value == 0:
        return "0"
    return "x" if value == "x" else "other"
"""
MAIN = """
from clickqueue.queue import LIMITS, Queue
__all__ = ["ClickQueue", "DEFAULTS", "create_widget_api"]
DEFAULTS = LIMITS
ClickQueue = Queue
def create_widget_api(options):
    return {"track_click": options}
"""
USE_WIDGET = """
from clickqueue.main import ClickQueue
__all__ = ["create_use_widget"]
def create_use_widget(clock):
    return ClickQueue(clock, 7).get_snapshot()
"""


FOLDERS = {
    "flat": {},
    "nested": {"queue": "delivery", "ports": "platform", "browser": "platform", "runtime": "platform"},
}
"""The folder of each module that is not at the top of the package."""


@pytest.fixture(params=FOLDERS)
def source(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A package as small as possible, with the runtime of the real one: once flat, once in folders."""
    folders = FOLDERS[request.param]
    package = tmp_path / "src" / "clickqueue"
    files = {"ports.py": PORTS, "browser.py": BROWSER, "queue.py": QUEUE, "main.py": MAIN, "use_widget.py": USE_WIDGET}
    files |= {name: find_file(build.SOURCE, name).read_text() for name in ("runtime.py", "runtime.js")}
    files |= {"clickqueue.d.ts": "export {}\n"}
    for name, text in files.items():
        path = package / folders.get(name.partition(".")[0], "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nest(text, folders))
    for folder in set(folders.values()):
        (package / folder / "__init__.py").touch()
    return package


def nest(text: str, folders: dict[str, str]) -> str:
    """The text of a module, importing modules from the folders that contain them."""
    for name, folder in folders.items():
        text = text.replace(f"from clickqueue.{name} ", f"from clickqueue.{folder}.{name} ")
    return text


@pytest.fixture
def execute(source: Path) -> Callable[[str], str]:
    """Build, then run a script beside the built files under Node; returns what it printed."""
    dist = source.parent.parent / "dist"
    build.write(build.build(source), dist)

    def run(script: str) -> str:
        (dist / "script.mjs").write_text(script)
        command = [str(node.NODE), "--enable-source-maps", "script.mjs"]
        return subprocess.run(command, cwd=dist, capture_output=True, text=True, check=True).stdout.strip()

    return run


IMPORT = "import { ClickQueue, DEFAULTS, createWidgetApi } from './clickqueue.js';"
NEW = f"{IMPORT} const queue = ClickQueue({{ nowMs: () => 42 }}, 3);"


def line_of(text: str, python: str = QUEUE) -> int:
    """The number of the line in a module that has this text."""
    return 1 + next(index for index, line in enumerate(python.splitlines()) if text in line)


def test_python_runs_as_javascript(execute: Callable[[str], str]) -> None:
    """Objects, lists, tables and lambdas do the same there, and a method may be handed on by itself."""
    script = f"{NEW} const {{ enqueue }} = queue; console.log(enqueue({{ id: 'a' }}), JSON.stringify(queue.getSnapshot()))"
    assert execute(script) == 'a136 {"now_ms":42,"has_map":true}'


def test_exports_are_camel_case_and_complete(execute: Callable[[str], str]) -> None:
    """`__all__` is the export list; a snake_case function gets its JavaScript name, string keys stay as they are."""
    script = "import * as all from './clickqueue.js'; console.log(Object.keys(all).join(), all.DEFAULTS.max_size)"
    assert execute(script) == "ClickQueue,DEFAULTS,createWidgetApi 2"


def test_undefined_is_none(execute: Callable[[str], str]) -> None:
    """`x is None` also holds for what a host left out; a text that looks like code stays as it is."""
    script = f"{NEW} console.log(queue.enqueue({{}}), queue.enqueue({{ id: null }}), DEFAULTS.text)"
    assert execute(script) == "null null a === null"


def test_equality_converts_nothing(execute: Callable[[str], str]) -> None:
    """Zero is not the empty text, and a list of one text is not that text."""
    script = f"{NEW} console.log([0, '', ['x'], 'x', '0'].map((value) => queue.subscribe(value)).join(' '))"
    assert execute(script) == "0 empty other x other"


def test_errors_are_native_and_caught(execute: Callable[[str], str]) -> None:
    """`raise ValueError` throws a RangeError; `except Exception` catches whatever was thrown."""
    script = f"{NEW} console.log(queue.flush()); try {{ queue.purge() }} catch (e) {{ console.log(e instanceof RangeError) }}"
    assert execute(script) == "caught size: got -3; give more\ntrue"


def test_the_host_stays_unmarked(execute: Callable[[str], str]) -> None:
    """Importing adds no global and nothing to a prototype (CONTRACT 7.1)."""
    before = "const before = Object.getOwnPropertyNames(globalThis).length;"
    script = f"{before} await import('./clickqueue.js'); for (const k in []) console.log(k);"
    assert execute(f"{script} console.log(Object.getOwnPropertyNames(globalThis).length - before)") == "0"


def test_a_stack_names_lines_of_python(source: Path, execute: Callable[[str], str]) -> None:
    """The source map leads from the minified file to the line that raised and to the one that called."""
    told = execute(f"{NEW} try {{ queue.purge() }} catch (error) {{ console.log(error.stack) }}")
    queue = find_file(source, "queue.py").relative_to(source.parent.parent)
    assert f"{queue}:{line_of('raise ValueError')}" in told
    assert f"{queue}:{line_of('Line(clock, -1)')}" in told


def test_use_widget_shares_the_module(source: Path, execute: Callable[[str], str]) -> None:
    """use-widget.js imports clickqueue.js instead of carrying a second queue, and they agree on names."""
    script = "import { createUseWidget } from './use-widget.js'; console.log(createUseWidget({ nowMs: () => 5 }).now_ms)"
    assert execute(script) == "5"
    assert 'from"./clickqueue.js"' in (source.parent.parent / "dist" / "use-widget.js").read_text()


def test_maps_are_at_home_anywhere(source: Path) -> None:
    """Sources are named as seen from dist/, with their content; no path of the machine that built them."""
    found = json.loads(build.build(source)["clickqueue.js.map"])
    files = {f"../{path.relative_to(source.parent.parent)}": path for path in source.rglob("*.*")}
    assert set(found["sources"]) <= files.keys() | {build.ENTRY}
    texts = dict(zip(found["sources"], found["sourcesContent"], strict=True))
    assert len(texts) == 3
    assert all(text == files[name].read_text() for name, text in texts.items() if name != build.ENTRY)
    assert str(source.parent.parent) not in json.dumps(found)


def test_the_same_source_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    """Neither the time nor the place of a build is in it, and it leaves nothing behind in src/."""
    before = sorted(path.relative_to(source) for path in source.rglob("*"))
    elsewhere = tmp_path / "elsewhere" / "src" / "clickqueue"
    elsewhere.parent.mkdir(parents=True)
    first = build.build(source)
    source.rename(elsewhere)
    assert build.build(elsewhere) == first
    assert sorted(path.relative_to(elsewhere) for path in elsewhere.rglob("*")) == before


def test_our_own_names_shrink(source: Path) -> None:
    """Attributes that only we spell cost a letter; what JavaScript spells keeps its words."""
    text = build.build(source)["clickqueue.js"]
    assert not any(name in text for name in ("batch_size", "listeners", "clock_port", "last_index"))
    assert all(name in text for name in (".nowMs(", "enqueue:", "getSnapshot:", ".push(", "now_ms:"))


@pytest.mark.parametrize("name", OLD_NAMES)
def test_transcrypt_finds_the_names_of_older_pythons(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under Python 3.14 a constant has neither `s` nor `n`; the launcher of Transcrypt gives it both."""
    for old in OLD_NAMES:
        monkeypatch.delattr(ast.Constant, old)
    restore_old_names()
    assert getattr(ast.Constant("text"), name) == "text"


def test_a_missing_runtime_name_has_an_address(source: Path) -> None:
    """What our runtime lacks fails with the Python line that needs it and the list of what there is."""
    runtime = find_file(source, "runtime.js")
    runtime.write_text(runtime.read_text().replace("export const len", "const len"))
    with pytest.raises(BuildError) as caught:
        build.build(source)
    line = line_of("str(len(line.listeners))")
    assert str(caught.value).startswith(
        f"{find_file(source, 'queue.py')}:{line}: needs len of Transcrypt's runtime, which runtime.js does not have"
    )
    assert "it has Map, " in str(caught.value)


def test_what_is_banned_fails_the_build(source: Path) -> None:
    """The law of the subset stands before everything else."""
    main = source / "main.py"
    main.write_text(main.read_text() + "a = [1][0:1]\n")
    with pytest.raises(BuildError, match=rf"main\.py:{len(MAIN.splitlines()) + 1}: slices; write instead: a loop"):
        build.build(source)


WRONG_IMPORTS = [
    ("import LIMIT, LIMITS, Queue", 2),
    ("import LIMITS, Queue\nfrom clickqueue.nowhere import here", 3),
    ("import LIMITS, Queue\nfrom clickqueue.deep.nowhere import here", 3),
]


@pytest.mark.parametrize(("wrong", "line"), WRONG_IMPORTS)
def test_a_wrong_import_has_an_address(source: Path, wrong: str, line: int) -> None:
    """An error of Transcrypt or esbuild begins with file and line of the Python."""
    main = source / "main.py"
    main.write_text(main.read_text().replace("import LIMITS, Queue", wrong))
    with pytest.raises(BuildError, match=rf"{main}:{line}: "):
        build.build(source)


@pytest.mark.parametrize("name", ["LIMITS", "nothing"])
def test_an_error_in_a_folder_has_an_address(source: Path, name: str) -> None:
    """A module in a folder is named with its folder: by esbuild (no such name) and by Transcrypt (no such module)."""
    queue = find_file(source, "queue.py")
    queue.write_text(queue.read_text() + f"from clickqueue.{'main' if name == 'nothing' else 'nowhere'} import {name}\n")
    with pytest.raises(BuildError, match=rf"{queue}:{len(QUEUE.splitlines()) + 1}: "):
        build.build(source)


def test_folders_change_no_byte_of_the_script(source: Path) -> None:
    """Only the map says in which folder a module is."""
    flat = source.parent.parent / "flat" / "src" / "clickqueue"
    flat.mkdir(parents=True)
    for path in (path for path in source.rglob("*.*") if path.name != "__init__.py"):
        text = re.sub(r"from clickqueue\.(delivery|platform)\.", "from clickqueue.", path.read_text())
        (flat / path.name).write_text(text)
    nested_files, flat_files = build.build(source), build.build(flat)
    # esbuild counts the letters of module names too when it deals out short names, so that in the classic script two may change places.
    names = [name for name in flat_files if not name.endswith((".map", ".json")) and build.CLASSIC not in name]
    assert [nested_files[name] == flat_files[name] for name in names] == [True] * 6


def test_a_file_is_found_in_any_folder(tmp_path: Path) -> None:
    """One file of that name is needed: two, and none, are errors that name the places."""
    with pytest.raises(BuildError, match=r"one file called ports\.py is needed; found: none"):
        find_file(tmp_path, "ports.py")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ports.py").touch()
    with pytest.raises(BuildError, match=r"found: .*/a/ports\.py, .*/b/ports\.py"):
        find_file(tmp_path, "ports.py")


def test_a_module_without_all_is_refused(source: Path) -> None:
    """Nothing is exported by accident."""
    main = source / "main.py"
    main.write_text(main.read_text().replace("__all__", "exported"))
    with pytest.raises(BuildError, match=r"main\.py: no __all__; list there what the built module exports"):
        build.build(source)


def test_check_names_what_differs(tmp_path: Path) -> None:
    """A changed, a missing and a superfluous file are told by name; write() mends all three."""
    build.write({"same": "1", "changed": "1", "superfluous": "1"}, tmp_path)
    files = {"same": "1", "changed": "2", "missing": "1"}
    assert build.compare(files, tmp_path) == ["changed", "missing", "superfluous"]
    build.write(files, tmp_path)
    assert build.compare(files, tmp_path) == []


def test_every_port_keeps_its_name() -> None:
    """Whatever ports.py lets a host hand in is spelled in camelCase by the built module."""
    public = mangling.public(build.SOURCE)
    assert {"now_ms", "list_keys", "request", "storage", "track_click_batch"} <= public
    assert mangling.mangle_cache(build.SOURCE)["call_later"] == "callLater"


def test_no_foreign_name_is_mangled() -> None:
    """What the page's own objects are called is never ours to shorten."""
    pattern = mangling.mangled(build.SOURCE, modules_of(build.SOURCE))
    ports = collect([parse(find_file(build.SOURCE, "ports.py"))])
    single = {name for name in ports.methods | ports.attributes if "_" not in name} - {"exchange"}
    assert not single & set(pattern.replace("(", "|").replace(")", "|").split("|"))


def test_own_attributes_are_shortened() -> None:
    """An attribute of a class of ours with a name that the page uses would keep its length: only the listed ones do."""
    assert mangling.shared_with_page(build.SOURCE, modules_of(build.SOURCE)) == set(mangling.UNMANGLED)


SIZES: dict[str, Any] = {"clickqueue.js": {"minified": 6000, "gzip": 2700, "brotli": 2400}}


def test_the_report_shows_the_difference(tmp_path: Path) -> None:
    """Growth is visible against what was committed."""
    committed = tmp_path / "size.json"
    committed.write_text(json.dumps({"clickqueue.js": {"minified": 5990, "gzip": 2700, "brotli": 2401}}))
    row = sizes.report(json.dumps(SIZES), committed).splitlines()[1]
    assert row.split() == ["clickqueue.js", "6000", "(+10)", "2700", "2400", "(-1)"]


@pytest.mark.parametrize(("growth", "advice"), [(1, "Look for the simpler design"), (-1, "Lower the limit")])
def test_a_limit_is_what_was_measured(growth: int, advice: str) -> None:
    """A file that has grown, or become smaller than its limit says, is named with its size, the limit and what to do."""
    limits = sizes.LIMITS["clickqueue.js"]
    assert sizes.violations({"clickqueue.js": limits}) == []
    size = limits["minified"] + growth
    [fault] = sizes.violations({"clickqueue.js": limits | {"minified": size}})
    assert fault.startswith(f"dist/clickqueue.js: {size} bytes minified, {limits['minified']} allowed. {advice}")
