"""Which lines of a package break which rule. A line is checked if it is executed: types and imports of types are free."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tools.source_tree import modules_of
from tools.subset.expression_types import infer
from tools.subset.rule import Rule
from tools.subset.rules import RULES
from tools.subset.symbols import Kinds, Place, Symbols, collect, for_module, parse, walk
from tools.transpile import is_for_mypy


@dataclass(frozen=True)
class Violation:
    """A line that breaks a rule."""

    path: Path
    line: int
    rule: Rule

    def __str__(self) -> str:
        rule = self.rule
        return f"{self.path}:{self.line}: {rule.ban}; write instead: {rule.write_instead} ({rule.because})"


def check(python: str, path: Path, package: Symbols, kinds: dict[Place, Kinds] | None = None) -> list[Violation]:
    """Every violation of one module, in the order of its lines; without kinds, the typed rules say nothing."""
    tree = ast.parse(python)
    symbols = replace(for_module(package, tree, path.name == "browser.py"), kinds=kinds or {})
    found = set()
    for node in _executed(tree):
        line = getattr(node, "lineno", 0) or _line_of(node, symbols)
        found |= {(line, RULES.index(rule)) for rule in RULES if rule.check(node, symbols)}
    return [Violation(path, line, RULES[index]) for line, index in sorted(found)]


def _executed(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes of a module but for what the build leaves out; a global that is declared for mypy is checked too."""
    yield tree
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign) or not is_for_mypy(statement):
            yield from (node for node in walk(statement) if node is statement or not is_for_mypy(node))


def _line_of(node: ast.AST, symbols: Symbols) -> int:
    return next((line for outer in symbols.ancestors(node) if (line := getattr(outer, "lineno", 0))), 1)


def check_folder(source: Path) -> list[Violation]:
    """Every violation of a package that its syntax shows."""
    package = collect(map(parse, sorted(source.rglob("*.py"))))
    return [found for path in modules_of(source) for found in check(path.read_text(), path, package)]


def check_types(source: Path) -> tuple[list[Violation], list[str]]:
    """Every violation of a package, those that only types show as well; and the errors that mypy reports."""
    package = collect(map(parse, sorted(source.rglob("*.py"))))
    kinds, errors = infer(source)
    return [found for path in modules_of(source) for found in check(path.read_text(), path, package, kinds[path])], errors
