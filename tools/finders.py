"""How the rules of the subset recognise what they ban: each function says whether a node is it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable

from tools.facts import Facts

BUILTINS = ("len", "max", "min", "range", "str", "Exception", "TypeError", "ValueError")
SHARED_METHODS = ("append", "get", "startswith")
"""Methods that both machines have; names.py gives two of them their JavaScript name, `get` is that of runtime.Map."""

NATIVE_METHODS = {name for type_ in (list, dict, str, int, set, tuple) for name in dir(type_)} - set(SHARED_METHODS)
RESERVED = set(
    "arguments catch const debugger delete do enum eval export extends function implements instanceof interface let "
    "package private protected public static super switch this throw typeof var void".split()
)
RENAMED = set(
    "arguments case clear copy deepcopy default del enumerate false fromkeys Infinity is isNaN items iter keys name NaN "
    "new next pop popitem replace reversed selector setdefault sort split switch true type undefined update values".split()
)
"""Transcrypt puts `py_` before these (compiler.py, the alias table)."""


def is_a(*types: type[ast.AST]) -> Callable[[ast.AST, Facts], bool]:
    return lambda node, facts: isinstance(node, types)


def operator(*types: type[ast.operator]) -> Callable[[ast.AST, Facts], bool]:
    return lambda node, facts: isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, types)


def compares(*types: type[ast.cmpop]) -> Callable[[ast.AST, Facts], bool]:
    return lambda node, facts: isinstance(node, ast.Compare) and any(isinstance(op, types) for op in node.ops)


def conditions(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return [test]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [operand]
        case ast.BoolOp(values=values):
            return values
    return []


def is_sure(test: ast.expr, facts: Facts) -> bool:
    match test:
        case ast.Call(func=func):
            return is_sure(func, facts)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return facts.is_boolean(name)
        case ast.Constant(value=value):
            return isinstance(value, bool)
        case ast.UnaryOp(op=op):
            return isinstance(op, ast.Not)
    return isinstance(test, ast.Compare | ast.BoolOp)


def guesses_truth(node: ast.AST, facts: Facts) -> bool:
    return not facts.is_browser and any(not is_sure(test, facts) for test in conditions(node))


LITERALS = ast.List | ast.Dict | ast.ListComp


def compares_contents(node: ast.AST, facts: Facts) -> bool:
    return compares(ast.Eq, ast.NotEq)(node, facts) and any(
        isinstance(side, LITERALS)
        for side in [node.left, *node.comparators]  # type: ignore[attr-defined]
    )


def adds_lists(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.BinOp(op=ast.Add() | ast.Mult(), left=left, right=right):
            return isinstance(left, LITERALS) or isinstance(right, LITERALS)
        case ast.AugAssign(op=ast.Add() | ast.Mult(), value=value):
            return isinstance(value, LITERALS)
    return False


def multiplies_text(node: ast.AST, facts: Facts) -> bool:
    sides = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else []
    return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)


def counts_from_the_end(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Subscript(slice=ast.UnaryOp(op=ast.USub())):
            return True
    return False


def has_odd_keys(node: ast.AST, facts: Facts) -> bool:
    keys = node.keys if isinstance(node, ast.Dict) else []
    return any(not (isinstance(key, ast.Constant) and isinstance(key.value, str)) for key in keys)


def walks_table(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.For(iter=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in facts.tables
        case ast.For(iter=ast.Dict()):
            return True
    return False


def deletes_by_index(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Delete(targets=[ast.Subscript(slice=ast.Constant(value=str()))]):
            return False
    return isinstance(node, ast.Delete)


def has_defaults(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.arguments) and bool(node.defaults or node.kw_defaults)


def has_odd_parameters(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.arguments) and bool(node.vararg or node.kwarg or node.kwonlyargs or node.posonlyargs)


def names_arguments(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.Call) and bool(node.keywords)


def catches_some(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Try(handlers=[ast.ExceptHandler(type=ast.Name(id="Exception"))], orelse=[], finalbody=[]):
            return False
    return isinstance(node, ast.Try)


def raises_else(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id="TypeError" | "ValueError"), args=[_]), cause=None):
            return False
    return isinstance(node, ast.Raise)


def else_of_loop(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.For | ast.While) and bool(node.orelse)


def is_more_than_state(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.ClassDef) and (bool(node.bases or node.keywords) or not all(map(_is_state, node.body)))


def _is_state(item: ast.stmt) -> bool:
    match item:
        case ast.FunctionDef(name="__init__") | ast.AnnAssign(value=None) | ast.Expr(value=ast.Constant()):
            return True
    return False


def is_decorated(node: ast.AST, facts: Facts) -> bool:
    return bool(getattr(node, "decorator_list", []))


def is_other_builtin(node: ast.AST, facts: Facts) -> bool:
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return False
    return node.id in dir(builtins) and node.id not in BUILTINS and node.id not in facts.imported


def is_range_elsewhere(node: ast.AST, facts: Facts) -> bool:
    parent = facts.parents.get(node)
    match node:
        case ast.Call(func=ast.Name(id="range"), args=args):
            return len(args) > 2 or not (isinstance(parent, ast.For) and parent.iter is node)
    return False


def compares_inside(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="min" | "max"), args=args):
            return len(args) < 2
    return False


def spells_fraction(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[ast.BinOp(op=ast.Div())]):
            return True
        case ast.Call(func=ast.Name(id="str"), args=[ast.Constant(value=value)]):
            return not isinstance(value, str | int) or isinstance(value, bool)
    return False


def calls_native(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in NATIVE_METHODS and name not in facts.methods | facts.attributes and not facts.is_browser
    return False


def is_renamed(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Attribute(attr=name):
            return name in RENAMED and (facts.is_browser or name not in facts.methods | facts.attributes)
    return False


def is_reserved(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name in RESERVED and not isinstance(facts.parents.get(node), ast.ClassDef)
    return False


def tears_method_off(node: ast.AST, facts: Facts) -> bool:
    match facts.parents.get(node):
        case ast.Call(func=func) if func is node:
            return False
    match node:
        case ast.Attribute(attr=name, ctx=ast.Load()):
            return name in facts.methods - facts.attributes and not facts.is_browser
    return False


def declares_global(node: ast.AST, facts: Facts) -> bool:
    at_top = isinstance(facts.parents.get(node), ast.Module)
    return isinstance(node, ast.AnnAssign) and node.value is None and at_top and not facts.is_browser


def is_special(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.startswith("__") and not (name == "__new__" and facts.is_browser)
    return False


def is_odd_constant(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Constant(value=bool() | str() | None):
            return False
        case ast.Constant(value=int() | float() as value):
            return value > 2**53
    return isinstance(node, ast.Constant)


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
MATCHES = (ast.Match, ast.NamedExpr)
LATER = (ast.AsyncFunctionDef, ast.Await, ast.Yield, ast.YieldFrom, ast.AsyncFor, ast.AsyncWith)
BITS = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
