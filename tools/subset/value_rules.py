"""The rules about constants and operators that the syntax alone can decide."""

from __future__ import annotations

import ast

from tools.subset.rule import LITERALS, Rule, compares_with, has_operator, is_a
from tools.subset.symbols import Symbols

BITWISE = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
MAX_SAFE_INTEGER = 2**53


def conditions(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return [test]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [operand]
        case ast.BoolOp(values=values):
            return values
    return []


def is_boolean(test: ast.expr, symbols: Symbols) -> bool:
    match test:
        case ast.Call(func=ast.Attribute(attr="startswith")):
            return True
        case ast.Call(func=func):
            return is_boolean(func, symbols)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return symbols.is_boolean(name)
        case ast.Constant(value=value):
            return isinstance(value, bool)
        case ast.UnaryOp(op=op):
            return isinstance(op, ast.Not)
    return isinstance(test, ast.Compare | ast.BoolOp)


def tests_truthiness(node: ast.AST, symbols: Symbols) -> bool:
    return not symbols.is_browser and any(not is_boolean(test, symbols) for test in conditions(node))


def compares_contents(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Compare(left=left, comparators=others) if compares_with(ast.Eq, ast.NotEq)(node, symbols):
            return any(isinstance(side, LITERALS) for side in [left, *others])
    return False


def calls_between(node: ast.AST, symbols: Symbols) -> bool:
    between = node.comparators[:-1] if isinstance(node, ast.Compare) else []
    return any(isinstance(inner, ast.Call) for side in between for inner in ast.walk(side))


def adds_lists(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.BinOp(op=ast.Add() | ast.Mult(), left=left, right=right):
            return isinstance(left, LITERALS) or isinstance(right, LITERALS)
        case ast.AugAssign(op=ast.Add() | ast.Mult(), value=value):
            return isinstance(value, LITERALS)
    return False


def multiplies_text(node: ast.AST, symbols: Symbols) -> bool:
    sides = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else []
    return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)


def has_unsupported_constant(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Constant(value=bool() | str() | None):
            return False
        case ast.Constant(value=int() | float() as value):
            return value > MAX_SAFE_INTEGER
    return isinstance(node, ast.Constant)


def formats_fraction(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[ast.BinOp(op=ast.Div())]):
            return True
        case ast.Call(func=ast.Name(id="str"), args=[ast.Constant(value=value)]):
            return not isinstance(value, str | int) or isinstance(value, bool)
    return False


RULES = [
    Rule(
        ban="truth of anything but a bool",
        write_instead="a comparison; a name with is_, has_, was_, can_ or should_; a call annotated `-> bool`",
        because="empty lists and objects are true in JavaScript",
        bad="if items: f()",
        good="if len(items) > 0: f()",
        check=tests_truthiness,
    ),
    Rule(
        ban="`==` with a list or dict",
        write_instead="compare what is in it",
        because="JavaScript compares identity",
        bad="a == []",
        good="len(a) == 0",
        check=compares_contents,
    ),
    Rule(
        ban="`in` and `not in`",
        write_instead="a loop that compares, runtime.Map.has, or runtime.has_value",
        because="JavaScript's `in` asks for indexes and keys",
        bad="if a in items: f()",
        good="if has_id(items, a): f()",
        check=compares_with(ast.In, ast.NotIn),
    ),
    Rule(
        ban="a call between two comparisons",
        write_instead="call it before, and compare the result",
        because="Transcrypt writes `a < f() and f() < b`, which calls it twice",
        bad="0 < f() < 5",
        good="a = f()\n0 < a < 5",
        check=calls_between,
    ),
    Rule(
        ban="`+` and `*` with a list",
        write_instead="append in a loop",
        because="JavaScript makes a text of it",
        bad="items += [a]",
        good="items.append(a)",
        check=adds_lists,
    ),
    Rule(
        ban="`*` with a text",
        write_instead="`+` in a loop",
        because="JavaScript makes NaN of it",
        bad='line = "-" * 3',
        good='line = "---"',
        check=multiplies_text,
    ),
    Rule(
        ban="`%`, `//` and `**`",
        write_instead="comparison and subtraction, or `*`",
        because="the sign and the type of the result differ",
        bad="half = n // 2",
        good="half = n * 0.5",
        check=has_operator(ast.Mod, ast.FloorDiv, ast.Pow),
    ),
    Rule(
        ban="operators on bits",
        write_instead="arithmetic",
        because="JavaScript cuts numbers to 32 bits",
        bad="a = b | c",
        good="a = b + c",
        check=lambda node, symbols: has_operator(*BITWISE)(node, symbols) or isinstance(node, ast.Invert),
    ),
    Rule(
        ban="bytes, `...`, complex and integers over 2**53",
        write_instead="text, None, a smaller number",
        because="JavaScript has no such constant",
        bad='a = b"x"',
        good='a = "x"',
        check=has_unsupported_constant,
    ),
    Rule(
        ban="f-strings",
        write_instead="`+` and str()",
        because="Transcrypt calls its format(), which runtime.js lacks",
        bad='a = f"{b}!"',
        good='a = str(b) + "!"',
        check=is_a(ast.JoinedStr),
    ),
    Rule(
        ban="str() of a quotient, a fraction, True or None",
        write_instead="the text itself, or whole numbers",
        because='1.0 is "1" in JavaScript, True "true"',
        bad="a = str(b / 2)",
        good="a = str(b)",
        check=formats_fraction,
    ),
]
