"""The rules about operands that only their type can decide. Where mypy knows no type (`Any`), they say nothing."""

from __future__ import annotations

import ast

from tools.subset.rule import Rule
from tools.subset.symbols import Symbols

NUMBERS = frozenset({"int", "float"})
TEXT = frozenset({"text"})
CONTAINERS = frozenset({"list", "dict"})
BY_IDENTITY = frozenset({"object", "list", "dict", "none", "bool"})


def _are(node: ast.AST, symbols: Symbols, allowed: frozenset[str]) -> bool:
    """Whether every kind that an expression may be of is among these, or nothing is known of it."""
    return symbols.kinds_of(node) <= allowed | {"any"}


def _may_be(node: ast.AST, symbols: Symbols, kinds: frozenset[str]) -> bool:
    return bool(symbols.kinds_of(node) & kinds)


def _operands(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.AugAssign(target=target, value=value):
            return [target, value]
    return []


def adds_what_is_no_number_or_text(node: ast.AST, symbols: Symbols) -> bool:
    operands = _operands(node)
    is_addition = isinstance(getattr(node, "op", None), ast.Add)
    alike = any(all(_are(side, symbols, kind) for side in operands) for kind in (NUMBERS, TEXT))
    return is_addition and bool(operands) and not alike


def calculates_with_others(node: ast.AST, symbols: Symbols) -> bool:
    is_arithmetic = isinstance(getattr(node, "op", None), ast.Sub | ast.Mult | ast.Div | ast.USub)
    operands = [node.operand] if isinstance(node, ast.UnaryOp) else _operands(node)
    return is_arithmetic and not all(_are(side, symbols, NUMBERS) for side in operands)


def _comparisons(node: ast.AST) -> list[tuple[ast.expr, ast.cmpop, ast.expr]]:
    if not isinstance(node, ast.Compare):
        return []
    sides = [node.left, *node.comparators]
    return list(zip(sides, node.ops, sides[1:], strict=False))


def orders_others(node: ast.AST, symbols: Symbols) -> bool:
    return any(
        isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and not all(_are(side, symbols, NUMBERS) for side in (left, right))
        for left, op, right in _comparisons(node)
    )


def equates_others(node: ast.AST, symbols: Symbols) -> bool:
    return any(isinstance(op, ast.Eq | ast.NotEq) and _differ(left, right, symbols) for left, op, right in _comparisons(node))


def _differ(left: ast.expr, right: ast.expr, symbols: Symbols) -> bool:
    """Whether `==` of these means another thing in JavaScript: both lists or dicts, or one a bool and one a number."""
    if all(_may_be(side, symbols, CONTAINERS) for side in (left, right)):
        return True
    pairs = ((left, right), (right, left))
    return any(_may_be(one, symbols, frozenset({"bool"})) and _may_be(other, symbols, NUMBERS) for one, other in pairs)


def identifies_values(node: ast.AST, symbols: Symbols) -> bool:
    return any(
        isinstance(op, ast.Is | ast.IsNot)
        and not any(_are(side, symbols, BY_IDENTITY) and symbols.kinds_of(side) for side in (left, right))
        and all(_may_be(side, symbols, NUMBERS | TEXT) for side in (left, right))
        for left, op, right in _comparisons(node)
    )


def _argument(node: ast.AST, function: str) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name == function:
            return argument
    return None


def formats_others(node: ast.AST, symbols: Symbols) -> bool:
    argument = _argument(node, "str")
    return argument is not None and not _are(argument, symbols, frozenset({"int", "text"}))


def measures_others(node: ast.AST, symbols: Symbols) -> bool:
    argument = _argument(node, "len")
    return argument is not None and not _are(argument, symbols, frozenset({"list", "text", "object"}))


def counts_characters(node: ast.AST, symbols: Symbols) -> bool:
    """Whether the length of a text is used for anything but a comparison with 0."""
    argument = _argument(node, "len")
    if argument is None or not _may_be(argument, symbols, TEXT):
        return False
    match symbols.parents.get(node):
        case ast.Compare(left=left, comparators=[ast.Constant(value=0)]) if left is node:
            return False
    return True


def indexes_text(node: ast.AST, symbols: Symbols) -> bool:
    return isinstance(node, ast.Subscript) and _may_be(node.value, symbols, TEXT)


def finds_extreme_of_others(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="min" | "max"), args=args):
            return not all(_are(argument, symbols, NUMBERS) for argument in args)
    return False


def iterates_others(node: ast.AST, symbols: Symbols) -> bool:
    return isinstance(node, ast.For) and _may_be(node.iter, symbols, frozenset({"dict"}))


def calls_method_of_dict(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=value)):
            return _may_be(value, symbols, frozenset({"dict"}))
    return False


def has_numeric_key(node: ast.AST, symbols: Symbols) -> bool:
    is_dict = isinstance(node, ast.Subscript) and _may_be(node.value, symbols, frozenset({"dict"}))
    return is_dict and isinstance(node, ast.Subscript) and not _are(node.slice, symbols, TEXT)


RULES = [
    Rule(
        ban="`+` of anything but two numbers or two texts",
        write_instead="runtime.concat for lists, str() for a number beside a text",
        because="JavaScript makes texts of lists, and numbers of True",
        bad="def f(a: list[int], b: list[int]) -> None:\n    c = a + b",
        good="def f(a: list[int], b: list[int]) -> None:\n    c = concat(a, b)",
        check=adds_what_is_no_number_or_text,
    ),
    Rule(
        ban="`-`, `*` and `/` of anything but numbers",
        write_instead="a loop",
        because="JavaScript makes a number of anything, NaN if need be",
        bad="def f(a: str) -> None:\n    b = a * 3",
        good="def f(a: str) -> None:\n    b = a + a + a",
        check=calculates_with_others,
    ),
    Rule(
        ban="`<`, `>`, `<=` and `>=` of anything but numbers",
        write_instead="numbers to compare",
        because="JavaScript makes texts of lists, and compares texts by 16-bit units",
        bad="def f(a: str, b: str) -> None:\n    c = a < b",
        good="def f(a: int, b: int) -> None:\n    c = a < b",
        check=orders_others,
    ),
    Rule(
        ban="`==` of two lists or dicts, or of a bool and a number",
        write_instead="compare what is in them; compare a bool with a bool",
        because="JavaScript compares identity, and True is not 1 to it",
        bad="def f(a: list[int], b: list[int]) -> None:\n    c = a == b",
        good="def f(a: list[int], b: list[int]) -> None:\n    c = len(a) == len(b)",
        check=equates_others,
    ),
    Rule(
        ban="`is` between numbers or texts",
        write_instead="`==`",
        because="JavaScript compares their value",
        bad="def f(a: str, b: str) -> None:\n    c = a is b",
        good="def f(a: str, b: str) -> None:\n    c = a == b",
        check=identifies_values,
    ),
    Rule(
        ban="str() of anything but a whole number or a text",
        write_instead="texts.describe, or the text itself",
        because='JavaScript writes "null", "true", "1,2", "RangeError: …"',
        bad="def f(a: bool) -> None:\n    b = str(a)",
        good="def f(a: int) -> None:\n    b = str(a)",
        check=formats_others,
    ),
    Rule(
        ban="len() of a dict or a number",
        write_instead="len(runtime.keys_of(x))",
        because="a JavaScript object has no length",
        bad="def f(a: dict[str, int]) -> None:\n    b = len(a)",
        good="def f(a: dict[str, int]) -> None:\n    b = len(keys_of(a))",
        check=measures_others,
    ),
    Rule(
        ban="the length of a text, but to compare it with 0",
        write_instead="texts.utf8_bytes, or `len(text) == 0`",
        because="JavaScript counts characters beyond U+FFFF twice",
        bad="def f(a: str) -> None:\n    b = len(a) + 1",
        good="def f(a: str) -> None:\n    b = len(a) > 0",
        check=counts_characters,
    ),
    Rule(
        ban="the index of a text",
        write_instead="startswith, or a function of texts.py",
        because="JavaScript counts characters beyond U+FFFF twice",
        bad="def f(a: str) -> None:\n    b = a[0]",
        good='def f(a: str) -> None:\n    b = a.startswith("x")',
        check=indexes_text,
    ),
    Rule(
        ban="min() and max() of anything but numbers",
        write_instead="a loop",
        because="Math.min makes numbers of texts and lists, NaN if need be",
        bad="def f(a: str, b: str) -> None:\n    c = max(a, b)",
        good="def f(a: int, b: int) -> None:\n    c = max(a, b)",
        check=finds_extreme_of_others,
    ),
    Rule(
        ban="a loop over a dict, whatever it is called",
        write_instead="runtime.keys_of",
        because="a JavaScript object cannot be iterated",
        bad='def f(a: dict[str, dict[str, int]]) -> None:\n    for b in a["c"]: g(b)',
        good='def f(a: dict[str, dict[str, int]]) -> None:\n    for b in keys_of(a["c"]): g(b)',
        check=iterates_others,
    ),
    Rule(
        ban="methods of a dict",
        write_instead="runtime.field, runtime.Map",
        because="a JavaScript object has no methods",
        bad='def f(a: dict[str, int]) -> None:\n    b = a.get("c")',
        good='def f(a: dict[str, int]) -> None:\n    b = field(a, "c")',
        check=calls_method_of_dict,
    ),
    Rule(
        ban="dict keys that are no texts",
        write_instead="texts, or a list",
        because="JavaScript makes a text of every key",
        bad="def f(a: dict[int, str], b: int) -> None:\n    a[b] = c",
        good="def f(a: dict[str, str], b: str) -> None:\n    a[b] = c",
        check=has_numeric_key,
    ),
]
