"""One rule of the subset: its text, its examples and its check; and the checks that ask only for the class of a node."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.subset.symbols import Symbols

Check = Callable[[Any, Symbols], bool]
LITERALS = ast.List | ast.Dict | ast.ListComp


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One ban. `check` returns whether a node breaks it; `bad` is an example that breaks it, `good` one that breaks no rule."""

    ban: str
    write_instead: str
    because: str
    bad: str
    good: str
    check: Check


def is_a(*types: type[ast.AST]) -> Check:
    """Checks the class of a node."""
    return lambda node, symbols: isinstance(node, types)


def has_operator(*types: type[ast.operator]) -> Check:
    """Checks for `a + b` and `a += b` with one of these operators."""
    return lambda node, symbols: isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, types)


def compares_with(*types: type[ast.cmpop]) -> Check:
    """Checks for a comparison with one of these operators."""
    return lambda node, symbols: isinstance(node, ast.Compare) and any(isinstance(op, types) for op in node.ops)
