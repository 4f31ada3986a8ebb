"""The law of the subset: each rule catches its own example, and what it recommends is lawful."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools import subset
from tools.build import SOURCE
from tools.facts import gather
from tools.rules import RULES, Rule


def banned(python: str, file: str = "sample.py") -> list[str]:
    """What the law says of a module that is a package of its own."""
    return [fault.rule.banned for fault in subset.check(python, Path(file), gather([ast.parse(python)]))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.banned)
def test_what_a_rule_bans_is_found(rule: Rule) -> None:
    """Each rule has an example that must fail, and it fails by that rule."""
    assert rule.banned in banned(rule.no)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.banned)
def test_what_a_rule_recommends_is_lawful(rule: Rule) -> None:
    """What to write instead breaks no rule at all."""
    assert banned(rule.yes) == []


def test_the_package_keeps_the_law() -> None:
    """Everything that is transpiled lies in the subset."""
    assert list(map(str, subset.check_folder(SOURCE))) == []


def test_the_page_is_printed_from_the_rules() -> None:
    """docs/subset.md says what is checked; `python -m tools.subset --print > docs/subset.md` writes it."""
    assert (SOURCE.parent.parent / "docs" / "subset.md").read_text() == subset.page()


def test_a_fault_says_where_and_what_to_write_instead() -> None:
    """File and line, what is banned, what to write instead, why: nobody has to look it up."""
    [fault] = subset.check("a = 1\nb = c[1:]\n", Path("src/x.py"), gather([]))
    assert str(fault).startswith("src/x.py:2: slices; write instead: a loop, runtime.after or runtime.before (")


def test_types_are_free() -> None:
    """Imports, blocks and annotations that only mypy reads are not held to the law."""
    python = """
from __future__ import annotations
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
if TYPE_CHECKING:
    import ast
    Answer = Callable[[Any], None]
NAMES: dict[str, tuple[int, ...]] = {}
def f(a: dict[str, Any], b: Callable[[int, str], None]) -> list[tuple[int, str]]:
    c: set[int]
    return b
"""
    assert banned(python) == []


@pytest.mark.parametrize(
    "condition",
    ["a > 1", "a.is_open", "self._is_open", "not has_room()", "a is None or b == 2", "found(a)", "seen", "True"],
)
def test_a_sure_truth_passes(condition: str) -> None:
    """Comparisons, names that ask, and whatever is annotated bool are True or False in both machines."""
    assert banned(f"def found(a) -> bool: return a > 1\ndef f(self, a, seen: bool):\n    if {condition}: f()") == []


@pytest.mark.parametrize(
    "condition", ["a", "not a", "a.b", "a[0]", "f(a)", "a is None or b", "a + b", "'x'", "[a]", "c if d else e"]
)
def test_an_unsure_truth_fails(condition: str) -> None:
    """What may be an empty list, an empty object or a number has to be compared."""
    assert banned(f"if {condition}: f()")[0] == "truth of anything but a bool"


def test_only_browser_py_names_the_page() -> None:
    """The globals of JavaScript are declared in one file, and used only there."""
    python = "window: Any\ndef listen(hear): window.addEventListener('online', hear)"
    assert banned(python, "browser.py") == []
    assert banned(python) == ["JavaScript's globals outside browser.py"]


def test_methods_of_our_own_may_be_called_like_those_of_python() -> None:
    """`batches.split()` is fine where a port has that method."""
    facts = gather([ast.parse("class Line:\n    def split(self): ...")])
    assert subset.check("def f(line): line.split()", Path("sample.py"), facts) == []


def test_main_prints_each_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with 1 and one line for each fault; without a folder it says how it is used."""
    (tmp_path / "a.py").write_text("a = f'{b}'\nassert a\n")
    assert subset.main([str(tmp_path)]) == 1
    assert [line.split(";")[0].rpartition(":")[0][-3:] for line in capsys.readouterr().out.splitlines()] == ["y:1", "y:2"]
    assert subset.main([]) == 2
    assert subset.main([str(SOURCE)]) == 0
    assert "usage" in capsys.readouterr().err
