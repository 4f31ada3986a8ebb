"""The build, on a package of two screens: what it makes of Python runs in JavaScript, and an error of it names file and line."""

from __future__ import annotations

import ast
import json
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
class Storage(Protocol):
    def get_item(self, key: str) -> str | None: ...
class Window(Protocol):
    local_storage: Storage
"""
BROWSER = """
document: Any
def is_hidden() -> bool:
    return document.hidden
"""
QUEUE = """
from __future__ import annotations
from typing import TYPE_CHECKING, Any
from clickqueue.platform.runtime import Map, field
if TYPE_CHECKING:
    from clickqueue.platform.ports import Window
LIMITS: dict[str, Any] = {"max_size": 2, "text": "a === null"}
class Line:
    def __init__(self, env: Window, size: int) -> None:
        if size < 0:
            raise ValueError("size: got " + str(size) + "; give more")
        self.page_window = env
        self.batch_size = size
        self.listeners: list[Any] = []
class Range:
    def __init__(self, first: int) -> None:
        self.first_index = first
        self.last_index = self.first_index + 2
class Queue:
    def __init__(self, env: Window, size: int) -> None:
        line = Line(env, size)
        self.enqueue = lambda event: enqueue(line, event)
        self.get_snapshot = lambda: snapshot_of(line)
        self.flush = lambda: flush(env)
        self.subscribe = lambda value: subscribe(value)
        self.purge = lambda: Line(env, -1)
def enqueue(line: Line, event: dict[str, Any]) -> str | None:
    if event["id"] is None:
        return None
    line.listeners.append(event["id"])
    seen = Map()
    seen.set("a", line.batch_size)
    return event["id"] + str(len(line.listeners)) + str(seen.get("a")) + str(Range(4).last_index)
def snapshot_of(line: Line) -> dict[str, Any]:
    later = lambda: line.page_window.local_storage.get_item("a")
    return {"stored_text": later(), "has_map": field({"a": 1}, "a") == 1}
def flush(env: Window) -> str:
    total = 0
    for index in range(3):
        total -= index
    try:
        Line(env, total)
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
from clickqueue.delivery.queue import LIMITS, Queue
__all__ = ["ClickQueue", "DEFAULT_LIMITS", "create_widget_api"]
DEFAULT_LIMITS = LIMITS
ClickQueue = Queue
def create_widget_api(options):
    return {"track_click": options}
"""
REACT = """
from clickqueue.main import ClickQueue
__all__ = ["create_use_widget"]
def create_use_widget(env):
    return ClickQueue(env, 7).get_snapshot()
"""
FILES = {
    "platform/ports.py": PORTS,
    "platform/browser.py": BROWSER,
    "delivery/queue.py": QUEUE,
    "main.py": MAIN,
    "react.py": REACT,
    "clickqueue.d.ts": "export {}\n",
}
TWINS = ("platform/runtime.py", "platform/runtime.js")

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
def source(tmp_path: Path) -> Path:
    """A package as small as possible, in folders, with the runtime of the real one."""
    package = tmp_path / "src" / "clickqueue"
    for name, text in (FILES | {twin: (build.SOURCE / twin).read_text() for twin in TWINS}).items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for folder in ("delivery", "platform"):
        (package / folder / "__init__.py").touch()
    return package


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


IMPORT = "import { ClickQueue, DEFAULT_LIMITS } from './clickqueue.js';"
ENV = "{ localStorage: { getItem: () => '42' } }"
NEW = f"{IMPORT} const queue = ClickQueue({ENV}, 3);"


def line_of(text: str, python: str = QUEUE) -> int:
    """The number of the line in a module that has this text."""
    return 1 + next(index for index, line in enumerate(python.splitlines()) if text in line)


def test_python_runs_as_javascript(execute: Callable[[str], str]) -> None:
    """Objects, lists, tables and lambdas do the same there, and a method may be handed on by itself."""
    script = f"{NEW} const {{ enqueue }} = queue; console.log(enqueue({{ id: 'a' }}), JSON.stringify(queue.getSnapshot()))"
    assert execute(script) == 'a136 {"stored_text":"42","has_map":true}'


def test_exports_are_camel_case_and_complete(execute: Callable[[str], str]) -> None:
    """`__all__` is the export list; a function gets its JavaScript name, constants and string keys stay as they are."""
    script = "import * as all from './clickqueue.js'; console.log(Object.keys(all).join(), all.DEFAULT_LIMITS.max_size)"
    assert execute(script) == "ClickQueue,DEFAULT_LIMITS,createWidgetApi 2"


def test_undefined_is_none(execute: Callable[[str], str]) -> None:
    """`x is None` is also true of a value that a host left out; a text that looks like code stays as it is."""
    script = f"{NEW} console.log(queue.enqueue({{}}), queue.enqueue({{ id: null }}), DEFAULT_LIMITS.text)"
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
    queue = "src/clickqueue/delivery/queue.py"
    assert f"{queue}:{line_of('raise ValueError')}" in told
    assert f"{queue}:{line_of('Line(env, -1)')}" in told


def test_use_widget_shares_the_module(source: Path, execute: Callable[[str], str]) -> None:
    """use-widget.js imports clickqueue.js instead of carrying a second queue, and they agree on names."""
    script = f"import {{ createUseWidget }} from './use-widget.js'; console.log(createUseWidget({ENV}).stored_text)"
    assert execute(script) == "42"
    assert 'from"./clickqueue.js"' in (source.parent.parent / "dist" / "use-widget.js").read_text()


def test_maps_name_the_files_of_src(source: Path) -> None:
    """A map names its sources as seen from dist/, with their content; no path of the machine that built them is in it."""
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
    assert not any(name in text for name in ("batch_size", "listeners", "page_window", "last_index"))
    assert all(name in text for name in (".localStorage.getItem(", "enqueue:", "getSnapshot:", ".push(", "stored_text:"))


@pytest.mark.parametrize("name", OLD_NAMES)
def test_transcrypt_finds_the_names_of_older_pythons(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under Python 3.14 a constant has neither `s` nor `n`; the launcher of Transcrypt gives it both."""
    for old in OLD_NAMES:
        monkeypatch.delattr(ast.Constant, old)
    restore_old_names()
    assert getattr(ast.Constant("text"), name) == "text"


def test_a_missing_runtime_name_has_an_address(source: Path) -> None:
    """A name that our runtime lacks is an error with the Python line that needs it and the list of what there is."""
    runtime = source / "platform" / "runtime.js"
    runtime.write_text(runtime.read_text().replace("export const len", "const len"))
    with pytest.raises(BuildError) as caught:
        build.build(source)
    line = line_of("str(len(line.listeners))")
    assert str(caught.value).startswith(
        f"{source / 'delivery' / 'queue.py'}:{line}: needs len of Transcrypt's runtime, which runtime.js does not have"
    )
    assert "it has Map, " in str(caught.value)


def test_a_banned_construct_fails_the_build(source: Path) -> None:
    """A line that breaks a rule of the subset is an error with its file and line, and with the code to write instead."""
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
    queue = source / "delivery" / "queue.py"
    queue.write_text(queue.read_text() + f"from clickqueue.{'main' if name == 'nothing' else 'nowhere'} import {name}\n")
    with pytest.raises(BuildError, match=rf"{queue}:{len(QUEUE.splitlines()) + 1}: "):
        build.build(source)


def test_a_twin_takes_the_place_of_a_module(source: Path, execute: Callable[[str], str]) -> None:
    """Of a module that has a JavaScript file beside it only that one is built, and only what is used of it."""
    (source / "platform" / "runtime.js").write_text(TWIN)
    build.write(build.build(source), source.parent.parent / "dist")
    assert execute(f"{NEW} console.log(queue.getSnapshot().has_map)") == "false"
    assert "never used" not in (source.parent.parent / "dist" / "clickqueue.js").read_text()


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
    """compare() names a changed, a missing and a superfluous file; write() corrects all three."""
    build.write({"same": "1", "changed": "1", "superfluous": "1"}, tmp_path)
    files = {"same": "1", "changed": "2", "missing": "1"}
    assert build.compare(files, tmp_path) == ["changed", "missing", "superfluous"]
    build.write(files, tmp_path)
    assert build.compare(files, tmp_path) == []


def test_every_port_keeps_its_name() -> None:
    """Every name in ports.py is public, and the built module spells it as the web does."""
    assert {"local_storage", "set_timeout", "JSON", "request", "track_click_batch"} <= mangling.public(build.SOURCE)
    assert mangling.mangle_cache(build.SOURCE)["local_storage"] == "localStorage"


@pytest.mark.parametrize(
    ("python", "javascript"),
    [("track_click_batch", "trackClickBatch"), ("EMPTY_STATS", "EMPTY_STATS"), ("JSON", "JSON"), ("Date", "Date")],
)
def test_camel_case(python: str, javascript: str) -> None:
    """The words of a function or attribute are joined; a constant and a single word stay as they are."""
    assert mangling.camel(python) == javascript


def test_no_foreign_name_is_mangled() -> None:
    """The names of the page's own objects are never shortened."""
    pattern = mangling.mangled(build.SOURCE, modules_of(build.SOURCE))
    ports = collect([parse(find_file(build.SOURCE, "ports.py"))])
    single = {name for name in ports.methods | ports.attributes if "_" not in name} - {"exchange"}
    assert not single & set(pattern.replace("(", "|").replace(")", "|").split("|"))


def test_own_attributes_are_shortened() -> None:
    """An attribute of a class of ours with a name that the page uses would keep its length: only the gate has some."""
    modules = [path for path in modules_of(build.SOURCE) if path.name != "consent.py"]
    assert mangling.shared_with_page(build.SOURCE, modules) == set()


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
