"""The rules of the subset: each rule finds its own example, and its recommendation breaks no rule."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from tools.build import SOURCE
from tools.subset import __main__ as command
from tools.subset.checks import check, check_types
from tools.subset.rule import Rule
from tools.subset.rules import RULES, UNTYPED_RULES
from tools.subset.symbols import Symbols, collect


def banned(python: str, file: str = "sample.py") -> list[str]:
    """The bans that a module breaks which is a package of its own."""
    return [violation.rule.ban for violation in check(python, Path(file), collect([ast.parse(python)]))]


@pytest.mark.parametrize("rule", UNTYPED_RULES, ids=lambda rule: rule.ban)
def test_a_rule_finds_its_bad_example(rule: Rule) -> None:
    """The example breaks that rule, without the help of types."""
    assert rule.ban in banned(rule.bad)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.ban)
def test_a_good_example_breaks_no_rule(rule: Rule) -> None:
    """The code to write instead breaks no rule at all."""
    assert banned(rule.good) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.ban)
def test_a_recommended_name_exists(rule: Rule) -> None:
    """A function that a rule recommends is in the module that the rule names."""
    for module, name in re.findall(r"\b(runtime|texts|web)\.(?!py\b)(\w+)", rule.write_instead):
        assert hasattr(import_module(f"clickqueue.platform.{module}"), name)


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The bans that each example breaks once mypy has inferred its types: one package, so that mypy runs once."""
    source = tmp_path_factory.mktemp("typed") / "clickqueue"
    source.mkdir()
    for index, rule in enumerate(RULES):
        for kind, example in (("bad", rule.bad), ("good", rule.good)):
            (source / f"{kind}_{index}.py").write_text(example + "\n")
    found: dict[str, list[str]] = {path.stem: [] for path in source.iterdir()}
    for violation in check_types(source)[0]:
        found[violation.path.stem].append(violation.rule.ban)
    return found


@pytest.mark.parametrize("index", range(len(RULES)), ids=lambda index: RULES[index].ban)
def test_types_find_bad_examples_and_spare_good_ones(typed: dict[str, list[str]], index: int) -> None:
    """With the types of mypy every rule finds its example, and spares the recommended code."""
    assert RULES[index].ban in typed[f"bad_{index}"]
    assert typed[f"good_{index}"] == []


def test_the_package_keeps_the_rules() -> None:
    """Everything that is transpiled is in the subset, and mypy reports no error."""
    assert check_types(SOURCE) == ([], [])


def test_the_page_is_printed_from_the_rules() -> None:
    """docs/subset.md is what `python -m tools.subset --print > docs/subset.md` writes."""
    assert (SOURCE.parent.parent / "docs" / "subset.md").read_text() == command.render()


def test_a_violation_says_where_and_what_to_write_instead() -> None:
    """File and line, what is banned, what to write instead and why are in one line."""
    [violation] = check("a = 1\nb = c[1:]\n", Path("src/x.py"), Symbols())
    assert str(violation).startswith("src/x.py:2: slices; write instead: a loop, or runtime.first (")


def test_types_are_free() -> None:
    """Imports, blocks and annotations that only mypy reads are not checked."""
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
    """A value that may be an empty list, an empty object or a number has to be compared."""
    assert banned(f"if {condition}: f()")[0] == "truth of anything but a bool"


def test_only_browser_py_names_the_page() -> None:
    """The globals of JavaScript are declared in one file, and used only there."""
    python = "document: Any\ndef is_hidden() -> bool: return document.hidden"
    assert banned(python, "browser.py") == []
    assert banned(python) == ["JavaScript's globals outside browser.py"]


def test_methods_of_our_own_may_be_called_like_those_of_python() -> None:
    """`batches.split()` is fine where a port has that method."""
    symbols = collect([ast.parse("class Line:\n    def split(self): ...")])
    assert check("def f(line): line.split()", Path("sample.py"), symbols) == []


def test_main_prints_each_violation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with 1 and one line for each violation and each error of mypy; without a folder it says how it is used."""
    (tmp_path / "a.py").write_text("a = f'{1}'\nassert a\nb = 1 + ''\n")
    assert command.main([str(tmp_path)]) == 1
    assert [line.split(";")[0].rpartition(":")[0][-3:] for line in capsys.readouterr().out.splitlines()] == [
        "y:1",
        "y:2",
        "y:3",
        "ror",
    ]
    assert command.main([]) == 2
    assert command.main([str(SOURCE)]) == 0
    assert "usage" in capsys.readouterr().err
