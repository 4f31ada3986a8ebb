"""The documentation is accurate: its examples run, its figures are measured, and its links resolve."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

import dev
from tools import node, role_diagram, source_bytes, source_tree, update_docs, worked_example

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "clickqueue"
DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
README = update_docs.README.read_text()
DESIGN = update_docs.DESIGN.read_text()
GUARANTEES = (ROOT / "docs" / "guarantees.md").read_text()
CONTRACT = (ROOT / "docs" / "CONTRACT.md").read_text()

EXAMPLE = next(iter(re.findall(r"^```js\n(.*?)^```$", README, re.M | re.S)))
LINK = re.compile(r"(?<!`)\[[^\]]*\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
TEST = re.compile(r"\[([\w/.]+)::(\w+)\]\(([^)]+)\)")
MODULES = re.findall(r"^\| `([\w/]+\.py)` \|", DESIGN, re.M)
"""The modules in the order of the table in docs/design.md."""
TYPES = {"state.py", "platform/ports.py"}
"""Any module may name the types of these."""

OF_THE_PAGE = set("import from const new document querySelector onclick console log queue".split())
HOST = """
const stored = {}
globalThis.localStorage = new Proxy({
  getItem: (key) => stored[key] ?? null,
  setItem: (key, text) => void (stored[key] = text),
  removeItem: (key) => void delete stored[key],
}, { ownKeys: () => Object.keys(stored) })
const page = new EventTarget()
for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) globalThis[name] = page[name].bind(page)
globalThis.StorageEvent = class extends Event {}
const button = {}
globalThis.document = Object.assign(new EventTarget(), { querySelector: () => button })
globalThis.fetch = async (url, { body }) => {
  console.log(url, JSON.parse(body).events.length)
  return new Response(null, { status: 204 })
}
"""
"""As much of a page as the README's example needs."""
VISIT = """
button.onclick()
await new Promise((arrived) => {
  queue.subscribe(() => queue.getSnapshot().acknowledged == 1 && arrived())
  queue.flush()
})
queue.destroy()
"""


def name(path: Path) -> str:
    return path.name


def slugs(doc: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", doc.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def imports_of(path: Path) -> tuple[set[str], set[str]]:
    """The modules of ours that a module imports at run time, and those that it imports for its annotations."""
    tree = ast.parse(path.read_text())
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    for_types = {id(node) for block in blocks for node in ast.walk(block)}
    nodes = [
        node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("clickqueue.")
    ]
    files = [(f"{str(node.module).removeprefix('clickqueue.').replace('.', '/')}.py", id(node) in for_types) for node in nodes]
    return {file for file, is_type in files if not is_type}, {file for file, is_type in files if is_type}


def files_of_source() -> list[str]:
    """Every module of src/clickqueue, as docs/design.md names it."""
    return sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if path.name != "__init__.py")


# -- README


def test_the_size_is_the_measured_one() -> None:
    """The README has the sizes of dist/size.json; `python -m tools.update_docs` writes them."""
    assert "size" in update_docs.names_in(README)
    assert update_docs.update(README, update_docs.measured()) == README


def test_only_marked_figures_are_written() -> None:
    """A figure goes between its marks; a place without a figure, and all other text, stays as it is."""
    text = "1 <!-- a:begin -->1<!-- a:end --> bytes, <!-- b:begin -->2\n<!-- b:end -->"
    assert update_docs.names_in(text) == ["a", "b"]
    assert update_docs.update(text, {"a": "60,000", "c": "3"}) == text.replace(">1<", ">60,000<")


@pytest.mark.parametrize("doc", DOCS, ids=name)
def test_every_marked_figure_is_measured(doc: Path) -> None:
    """No document has a mark that `tools/update_docs.py` does not fill."""
    assert set(update_docs.names_in(doc.read_text())) <= {*update_docs.measured(), *update_docs.widget_figures(0, 0)}


@pytest.mark.parametrize("doc", DOCS, ids=name)
def test_a_marked_figure_is_inside_of_its_sentence(doc: Path) -> None:
    """No line begins with a mark and goes on: Markdown ends the paragraph there, and the words around the figure run together."""
    assert re.findall(r"^ *<!-- [\w-]+:(?:begin|end) -->.+$", doc.read_text(), re.M) == []


def test_the_example_is_short() -> None:
    """The README's first example has at most ten lines."""
    assert len([line for line in EXAMPLE.splitlines() if line]) <= 10


def test_the_example_names_what_there_is() -> None:
    """Each name that is not the page's or its own stands in the types, which are the manual."""
    words = set(re.findall(r"\w+", re.sub(r"'.*?'|//.*", "", EXAMPLE))) - OF_THE_PAGE
    manual = (ROOT / "dist" / "clickqueue.d.ts").read_text()
    assert {"ClickQueue", "enqueue", "getSnapshot", "sessionId"} <= words
    assert [
        word for word in words if not re.search(rf"^ *((declare|export|const|function|readonly) )*{word}\b", manual, re.M)
    ] == []


def test_the_example_runs(tmp_path: Path) -> None:
    """The example runs unchanged on the built module: one click, one request, and the states in its comment."""
    module = (ROOT / "dist" / "clickqueue.js").as_uri()
    script = tmp_path / "example.mjs"
    script.write_text(HOST + EXAMPLE.replace("'clickqueue'", repr(module)) + VISIT)
    done = subprocess.run([str(node.NODE), str(script)], capture_output=True, text=True, timeout=60)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert "/api/track/click/batch 1" in lines
    (comment,) = re.findall(r"console\.log\(.*?\) // (.*)", EXAMPLE)
    states = re.findall(r"[a-z-]+ \d \d", comment)
    assert states == ["waiting 1 0", "sending 1 0", "idle 0 1"]
    assert [line for line in lines if line in states] == states


@pytest.mark.parametrize("doc", DOCS, ids=name)
def test_every_command_is_one(doc: Path) -> None:
    """Each command of dev.py that a document names exists."""
    told = set(re.findall(r"python3 dev\.py (\w+)", doc.read_text()))
    assert told <= {"test", *dev.COMMANDS}


# -- links


@pytest.mark.parametrize("doc", DOCS, ids=name)
def test_every_link_leads_somewhere(doc: Path) -> None:
    """Each relative link leads to an existing file, and to a heading in it."""
    for path, anchor in LINK.findall(doc.read_text()):
        target = (doc.parent / path).resolve() if path else doc
        assert target.exists(), f"{doc.name} points to {path}, which is not there"
        assert not anchor or anchor in slugs(target), f"{doc.name} points to #{anchor}, which {target.name} lacks"


@pytest.mark.parametrize("doc", DOCS, ids=name)
def test_every_path_exists(doc: Path) -> None:
    """A file or folder of the project that a document names in its text is there."""
    named = re.findall(r"`((?:src/clickqueue|tests|tools|docs|examples|dist)/[\w./-]*)`", doc.read_text())
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_named_test_exists() -> None:
    """A guarantee names the tests that assert it; each exists under that name."""
    named = TEST.findall(GUARANTEES)
    for file, test, path in named:
        target = (ROOT / "docs" / path).resolve()
        assert target == ROOT / "tests" / file, f"{file}::{test} is said to stand in {path}"
        assert re.search(rf"^ *def {test}\(", target.read_text(), re.M), f"{file} has no {test}"
    assert len(named) > 40


def test_nothing_is_promised_without_a_test() -> None:
    """Each promise has at least one test, and its number in the contract."""
    promises = GUARANTEES.partition("## What is promised\n")[2].partition("\n## ")[0].strip().split("\n\n")
    assert [promise for promise in promises if not TEST.search(promise)] == []
    assert [promise for promise in promises if not re.search(r"\((\d\.\d+(, )?)+\)\.", promise)] == []


def test_the_simulated_histories_add_up() -> None:
    """One line says how many histories there were: as many as there are seeds."""
    (line,) = re.findall(r"^Simulated histories: ([\d ]+) \(seeds ([\d ]+) to ([\d ]+)\), 0 violations\.", GUARANTEES, re.M)
    number, first, last = (int(figure.replace(" ", "")) for figure in line)
    assert number == last - first + 1


def test_every_number_of_the_contract_is_in_it() -> None:
    """Each number in the code, such as `CONTRACT 4.2`, is in docs/CONTRACT.md."""
    there = set(re.findall(r"^(\d\.\d+) ", CONTRACT, re.M))
    texts = [path.read_text() for folder in ("src", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]
    named = {
        number for text in texts for told in re.findall(r"CONTRACT ([\d., ]+)", text) for number in re.findall(r"\d\.\d+", told)
    }
    assert named <= there


# -- the design


def test_the_table_of_modules_is_complete() -> None:
    """Every module has one line in docs/design.md, and every line its module."""
    assert sorted(MODULES) == files_of_source()


@pytest.mark.parametrize("file", files_of_source())
def test_imports_point_one_way(file: str) -> None:
    """A module imports only modules above it in docs/design.md; for annotations also the types of any queue."""
    above = set(MODULES[: MODULES.index(file)])
    at_run_time, for_types = imports_of(SOURCE / file)
    assert at_run_time <= above
    assert for_types <= above | TYPES


def test_folders_depend_one_way() -> None:
    """Of two folders of the source only one imports the other."""
    pairs = {
        (file.partition("/")[0], other.partition("/")[0])
        for file in files_of_source()
        for other in imports_of(SOURCE / file)[0]
        if "/" in file and "/" in other and Path(file).parent != Path(other).parent
    }
    assert len(pairs) > 0
    assert [pair for pair in pairs if pair[::-1] in pairs] == []


def test_what_is_generated_is_up_to_date() -> None:
    """The diagrams, the tables and the example in docs/design.md are as they come out now; `python -m tools.update_docs` writes them."""
    assert sorted(update_docs.names_in(DESIGN)) == ["example", "role-diagram", "roles", "source-bytes", "states"]
    assert update_docs.update(DESIGN, update_docs.measured()) == DESIGN


def test_roles_change_as_the_table_says() -> None:
    """The table in the docstring of tabs/roles.py has exactly the changes that running tabs go through."""
    assert role_diagram.to_table(role_diagram.explore()) == role_diagram.parse_table(role_diagram.DOCUMENTED)


def test_the_example_ends_with_empty_storage() -> None:
    """In the worked example every click is in some key until the server has acknowledged it; then there is no key."""
    lines = worked_example.run()
    steps = [step.splitlines()[1:] for step in re.split(r"\n(?=\d\. )", "\n".join(lines))]
    stored = [{click for line in step for click in re.findall(r"click \d", line)} for step in steps]
    assert [len(clicks) for clicks in stored] == [1, 1, 2, 2, 3, 3, 3, 0]


def test_every_byte_has_a_source() -> None:
    """The bytes by source add up to the script, but for its last line, which names the source map."""
    script = source_bytes.SCRIPT.read_text()
    sizes = source_bytes.bytes_of_sources(script, source_bytes.SCRIPT.with_name("clickqueue.js.map").read_text())
    assert sizes.total() == len(script.partition("\n//#")[0])
    sources = {path.name for path in (*source_tree.modules_of(SOURCE), *source_tree.twins_of(SOURCE))}
    assert {Path(source).name for source in sizes} == sources - {"react.py", "consent.py"}


def test_the_limits_are_those_of_the_code() -> None:
    """The table of limits has each constant of the source that is a number, with its value; those of state.py are no limits."""
    told = set(re.findall(r"^\| `(\w+\.[A-Z_]+)` \| (\d+) \|", DESIGN, re.M))
    # Read, not imported: the simulator makes some of them small.
    found = {
        (f"{path.stem}.{name}", value)
        for path in SOURCE.rglob("*.py")
        if path.name not in ("state.py", *source_tree.CPYTHON_ONLY)
        for name, value in re.findall(r"^([A-Z_]+) = (\d+)$", path.read_text(), re.M)
    }
    assert told == found
