"""The papers say what is so: what they show runs, what they count is counted, and where they point something stands."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

import dev
from tools import node, update_docs

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "clickqueue"
PAPERS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
README = update_docs.README.read_text()
DESIGN = update_docs.DESIGN.read_text()
GUARANTEES = (ROOT / "docs" / "guarantees.md").read_text()
CONTRACT = (ROOT / "docs" / "CONTRACT.md").read_text()

EXAMPLE = next(iter(re.findall(r"^```js\n(.*?)^```$", README, re.M | re.S)))
LINK = re.compile(r"(?<!`)\[[^\]]*\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
TEST = re.compile(r"\[([\w/.]+)::(\w+)\]\(([^)]+)\)")
HOUSE = re.findall(r"^\| `(\w+)\.py` \|", DESIGN, re.M)

OF_THE_PAGE = set("import from const new document querySelector onclick console log queue".split())
HOST = """
const stored = {}
globalThis.localStorage = new Proxy({
  getItem: (key) => stored[key] ?? null,
  setItem: (key, text) => void (stored[key] = text),
  removeItem: (key) => void delete stored[key],
}, { ownKeys: () => Object.keys(stored) })
globalThis.window = new EventTarget()
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


def slugs(paper: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", paper.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def imports_of(module: Path) -> set[str]:
    """The modules of ours that a module needs, types too."""
    nodes = [found for found in ast.walk(ast.parse(module.read_text())) if isinstance(found, ast.ImportFrom)]
    return {found.module.removeprefix("clickqueue.") for found in nodes if found.module and "clickqueue." in found.module}


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


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_every_marked_figure_is_measured(paper: Path) -> None:
    """No document has a mark that `tools/update_docs.py` does not fill."""
    measured = {"integrity", "script-tag", "size", "states", "widget-added", "widget-before"}
    assert set(update_docs.names_in(paper.read_text())) <= measured


def test_the_example_is_short() -> None:
    """Ten lines are enough to begin."""
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
    """As it stands, on the built module: one click, one request, and the states that its comment tells."""
    module = (ROOT / "dist" / "clickqueue.js").as_uri()
    script = tmp_path / "example.mjs"
    script.write_text(HOST + EXAMPLE.replace("'clickqueue'", repr(module)) + VISIT)
    done = subprocess.run([str(node.NODE), str(script)], capture_output=True, text=True, timeout=60)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert "/api/track/click/batch 1" in lines
    assert ("waiting 1 0" in lines, "idle 0 1" in lines) == (True, True)


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_every_command_is_one(paper: Path) -> None:
    """What a paper tells people to type is a command of dev.py."""
    told = set(re.findall(r"python3 dev\.py (\w+)", paper.read_text()))
    assert told <= {"test", *dev.COMMANDS}


# -- links


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_every_link_leads_somewhere(paper: Path) -> None:
    """A file that is there, and in it the heading."""
    for path, anchor in LINK.findall(paper.read_text()):
        target = (paper.parent / path).resolve() if path else paper
        assert target.exists(), f"{paper.name} points to {path}, which is not there"
        assert not anchor or anchor in slugs(target), f"{paper.name} points to #{anchor}, which {target.name} lacks"


def test_every_named_test_exists() -> None:
    """A guarantee names the tests that hold it; each is there under that name."""
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
    """Whoever meets `CONTRACT 4.2` in the code finds it in docs/CONTRACT.md."""
    there = set(re.findall(r"^(\d\.\d+) ", CONTRACT, re.M))
    texts = [path.read_text() for folder in ("src", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]
    named = {
        number for text in texts for told in re.findall(r"CONTRACT ([\d., ]+)", text) for number in re.findall(r"\d\.\d+", told)
    }
    assert named <= there


# -- the design


def test_the_house_is_complete() -> None:
    """Every module has its line in docs/design.md, and every line its module."""
    assert sorted(HOUSE) == sorted(path.stem for path in SOURCE.glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("module", sorted(SOURCE.glob("*.py")), ids=name)
def test_imports_point_one_way(module: Path) -> None:
    """A module needs only what stands above it in docs/design.md: nothing points back."""
    above = HOUSE[: HOUSE.index(module.stem)] if module.stem in HOUSE else []
    assert imports_of(module) <= set(above)


def test_the_picture_is_what_queues_do() -> None:
    """The states in docs/design.md are the ones that queues went through; `python -m tools.update_docs` writes them."""
    assert update_docs.names_in(DESIGN) == ["states"]
    assert update_docs.update(DESIGN, update_docs.measured()) == DESIGN


def test_the_limits_are_those_of_the_code() -> None:
    """Each number in the table of limits is the constant that it names."""
    limits = re.findall(r"^\| `(\w+)\.(\w+)` \| (\d+) \|", DESIGN, re.M)
    told = [(limit, value) for _, limit, value in limits]
    # Read, not imported: the simulator plays with some of them.
    sources = [(SOURCE / f"{module}.py").read_text() for module, _, _ in limits]
    assert [each for each, source in zip(told, sources, strict=True) if "{} = {}\n".format(*each) not in source] == []
    assert len(limits) == len(re.findall(r"^\| `\w+\.[A-Z_]+` ", DESIGN, re.M)) > 0
