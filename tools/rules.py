"""The law of the subset, rule by rule: what is banned because CPython and JavaScript would not agree on it, or because
Transcrypt makes too much of it. Each rule brings an example that must fail and what to write instead.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.facts import Facts

BUILTINS = ("len", "max", "min", "range", "str", "Exception", "TypeError", "ValueError")
SHARED_METHODS = ("append", "get", "startswith")
"""Methods that both machines have; names.py gives two of them their JavaScript name, `get` is that of runtime.Map."""

NATIVE_METHODS = {name for type_ in (list, dict, str, int, set, tuple) for name in dir(type_)} - set(SHARED_METHODS)
RESERVED = set(
    "arguments catch const debugger delete do enum eval export extends function implements instanceof interface let "
    "package private protected public static super switch this throw typeof var void".split()
)
# fmt: off
RENAMED = set(
    "arguments case clear copy deepcopy default del enumerate false fromkeys Infinity is isNaN items iter keys name NaN "
    "new next pop popitem replace reversed selector setdefault sort split switch true type undefined update values".split()
)
# fmt: on
"""Transcrypt puts `py_` before these (compiler.py, the alias table)."""


@dataclass(frozen=True)
class Rule:
    """One ban. `finds` says whether a node breaks it."""

    banned: str
    instead: str
    because: str
    no: str
    yes: str
    finds: Callable[[Any, Facts], bool]


def _is(*types: type[ast.AST]) -> Callable[[ast.AST, Facts], bool]:
    return lambda node, facts: isinstance(node, types)


def _operator(*types: type[ast.operator]) -> Callable[[ast.AST, Facts], bool]:
    return lambda node, facts: isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, types)


def _compares(*types: type[ast.cmpop]) -> Callable[[ast.AST, Facts], bool]:
    return lambda node, facts: isinstance(node, ast.Compare) and any(isinstance(op, types) for op in node.ops)


def _conditions(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return [test]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [operand]
        case ast.BoolOp(values=values):
            return values
    return []


def _is_sure(test: ast.expr, facts: Facts) -> bool:
    match test:
        case ast.Call(func=func):
            return _is_sure(func, facts)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return facts.is_boolean(name)
        case ast.Constant(value=value):
            return isinstance(value, bool)
    return isinstance(test, ast.Compare | ast.BoolOp) or isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def _guesses_truth(node: ast.AST, facts: Facts) -> bool:
    return not facts.is_browser and any(not _is_sure(test, facts) for test in _conditions(node))


LITERALS = ast.List | ast.Dict | ast.ListComp


def _compares_contents(node: ast.AST, facts: Facts) -> bool:
    return _compares(ast.Eq, ast.NotEq)(node, facts) and any(
        isinstance(side, LITERALS) for side in [node.left, *node.comparators]  # type: ignore[attr-defined]
    )


def _adds_lists(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.BinOp(op=ast.Add() | ast.Mult(), left=left, right=right):
            return isinstance(left, LITERALS) or isinstance(right, LITERALS)
        case ast.AugAssign(op=ast.Add() | ast.Mult(), value=value):
            return isinstance(value, LITERALS)
    return False


def _multiplies_text(node: ast.AST, facts: Facts) -> bool:
    sides = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else []
    return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)


def _counts_from_the_end(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Subscript(slice=ast.UnaryOp(op=ast.USub())):
            return True
    return False


def _has_odd_keys(node: ast.AST, facts: Facts) -> bool:
    keys = node.keys if isinstance(node, ast.Dict) else []
    return any(not (isinstance(key, ast.Constant) and isinstance(key.value, str)) for key in keys)


def _walks_table(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.For(iter=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in facts.tables
        case ast.For(iter=ast.Dict()):
            return True
    return False


def _deletes_by_index(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Delete(targets=[ast.Subscript(slice=ast.Constant(value=str()))]):
            return False
    return isinstance(node, ast.Delete)


def _has_defaults(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.arguments) and bool(node.defaults or node.kw_defaults)


def _has_odd_parameters(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.arguments) and bool(node.vararg or node.kwarg or node.kwonlyargs or node.posonlyargs)


def _names_arguments(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.Call) and bool(node.keywords)


def _catches_some(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Try(handlers=[ast.ExceptHandler(type=ast.Name(id="Exception"))], orelse=[], finalbody=[]):
            return False
    return isinstance(node, ast.Try)


def _raises_else(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id="TypeError" | "ValueError"), args=[_]), cause=None):
            return False
    return isinstance(node, ast.Raise)


def _else_of_loop(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.For | ast.While) and bool(node.orelse)


def _has_many_bases(node: ast.AST, facts: Facts) -> bool:
    return isinstance(node, ast.ClassDef) and len(node.bases) + len(node.keywords) > 1


def _is_decorated(node: ast.AST, facts: Facts) -> bool:
    return bool(getattr(node, "decorator_list", []))


def _is_other_builtin(node: ast.AST, facts: Facts) -> bool:
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return False
    return node.id in dir(builtins) and node.id not in BUILTINS and node.id not in facts.imported


def _is_range_elsewhere(node: ast.AST, facts: Facts) -> bool:
    parent = facts.parents.get(node)
    match node:
        case ast.Call(func=ast.Name(id="range"), args=args):
            return len(args) > 2 or not (isinstance(parent, ast.For) and parent.iter is node)
    return False


def _compares_inside(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="min" | "max"), args=args):
            return len(args) < 2
    return False


def _spells_fraction(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[ast.BinOp(op=ast.Div())]):
            return True
        case ast.Call(func=ast.Name(id="str"), args=[ast.Constant(value=value)]):
            return not isinstance(value, str | int) or isinstance(value, bool)
    return False


def _calls_native(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in NATIVE_METHODS and name not in facts.methods | facts.attributes and not facts.is_browser
    return False


def _is_renamed(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Attribute(attr=name):
            return name in RENAMED and (facts.is_browser or name not in facts.methods | facts.attributes)
    return False


def _is_reserved(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name in RESERVED and not isinstance(facts.parents.get(node), ast.ClassDef)
    return False


def _tears_method_off(node: ast.AST, facts: Facts) -> bool:
    parent = facts.parents.get(node)
    match parent:
        case ast.Call(func=func) if func is node:
            return False
        case ast.Call(func=ast.Name(id="kind")):
            return False
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Load()) if name in facts.own_methods(node):
            return True
        case ast.Attribute(attr=name, ctx=ast.Load()):
            return name in facts.methods - facts.attributes and not facts.is_browser
    return False


def _declares_global(node: ast.AST, facts: Facts) -> bool:
    at_top = isinstance(facts.parents.get(node), ast.Module)
    return isinstance(node, ast.AnnAssign) and node.value is None and at_top and not facts.is_browser


def _is_special(node: ast.AST, facts: Facts) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.startswith("__") and not (name == "__new__" and facts.is_browser)
        case ast.FunctionDef(name=name):
            return name.startswith("__") and name != "__init__"
    return False


def _is_odd_constant(node: ast.AST, facts: Facts) -> bool:
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

RULES = [
    # -- values
    Rule("truth of anything but a bool", "a comparison; a name with is_, has_, was_, can_ or should_; a call annotated `-> bool`",
         "empty lists and objects are true in JavaScript", "if items: f()", "if len(items) > 0: f()", _guesses_truth),
    Rule("`==` with a list or dict", "compare what is in it", "JavaScript compares identity", "a == []", "len(a) == 0", _compares_contents),
    Rule("`in` and `not in`", "a loop that compares, runtime.Map.has, or given()", "JavaScript's `in` asks for indexes and keys",
         "if a in items: f()", "if has_id(items, a): f()", _compares(ast.In, ast.NotIn)),
    Rule("`+` and `*` with a list", "append in a loop", "JavaScript makes a text of it", "items += [a]", "items.append(a)", _adds_lists),
    Rule("`*` with a text", "`+` in a loop", "JavaScript makes NaN of it", 'line = "-" * 3', 'line = "---"', _multiplies_text),
    Rule("`%`, `//` and `**`", "comparison and subtraction, or `*`", "the sign and the type of the result differ",
         "half = n // 2", "half = n * 0.5", _operator(ast.Mod, ast.FloorDiv, ast.Pow)),
    Rule("operators on bits", "arithmetic", "JavaScript cuts numbers to 32 bits", "a = b | c", "a = b + c", lambda node, facts:
         _operator(*BITS)(node, facts) or isinstance(node, ast.Invert)),
    Rule("bytes, `...`, complex and integers over 2**53", "text, None, a smaller number", "JavaScript has no such constant",
         'a = b"x"', 'a = "x"', _is_odd_constant),
    Rule("f-strings", "`+` and str()", "Transcrypt calls its format(), which runtime.js lacks", 'a = f"{b}!"', 'a = str(b) + "!"',
         _is(ast.JoinedStr)),
    Rule("str() of a quotient, a fraction, True or None", "the text itself, or whole numbers", "1.0 is \"1\" in JavaScript, True \"true\"",
         "a = str(b / 2)", "a = str(b)", _spells_fraction),
    Rule("tuples and unpacking", "a list, a small class, one assignment each", "Transcrypt needs temporaries and its tuple()",
         "a, b = b, a", "c = a; a = b; b = c", _is(ast.Tuple)),
    Rule("sets", "runtime.Map", "Transcrypt needs its set()", "a = {b, c}", "a = Map()", _is(ast.Set)),
    Rule("comprehensions", "a loop with append", "Transcrypt makes a function, a temporary and a loop of it",
         "a = [f(b) for b in c]", "for b in c: a.append(f(b))", _is(*COMPREHENSIONS)),
    Rule("slices", "a loop, runtime.after or runtime.before", "Transcrypt needs its __getslice__ on the host's Array", "a = b[1:]",
         'a = after(b, "x")', _is(ast.Slice)),
    Rule("indexes from the end", "len(x) - 1", "undefined in JavaScript", "a = b[-1]", "a = b[len(b) - 1]", _counts_from_the_end),
    Rule("dict keys that are not literal texts", "d[key] = value", "JavaScript makes a text of every key", "a = {b: 1}", 'a = {"b": 1}',
         _has_odd_keys),
    Rule("a loop over a dict", "runtime.names", "a JavaScript object cannot be iterated",
         "def f(a: dict[str, int]):\n    for b in a: g(b)", "def f(a: dict[str, int]):\n    for b in names(a): g(b)", _walks_table),
    Rule("`del` of anything but a literal key", "runtime.take_out, runtime.Map.delete", "JavaScript leaves a hole in the list",
         "del a[0]", 'del a["b"]', _deletes_by_index),
    Rule("`*` and `**` before a value", "a loop", "Transcrypt needs its runtime", "f(*a)", "f(a)", _is(ast.Starred)),

    # -- functions and classes
    Rule("default arguments", "a second function, or pass it", "Transcrypt tests and fills each at every call",
         "def f(a=1): pass", "def f(a): pass", _has_defaults),
    Rule("`*args`, `**kwargs`, `/` and `*` in parameters", "a list", "Transcrypt parses arguments at every call",
         "def f(*a): pass", "def f(a): pass", _has_odd_parameters),
    Rule("keyword arguments", "arguments by position", "Transcrypt wraps them in an object of its own", "f(a=1)", "f(1)", _names_arguments),
    Rule("decorators", "a call", "lost with -jc; properties are not worth their bytes", "@g\ndef f(): pass", "def f(): pass\na = g(f)",
         _is_decorated),
    Rule("more than one base class, and metaclasses", "hold the other object in an attribute", "a JavaScript object has one prototype",
         "class A(B, C): pass", "class A(B): pass", _has_many_bases),
    Rule("special methods and names but `__init__`", "a method with a name", "JavaScript does not call them",
         "class A:\n    def __len__(self): return 0", "class A:\n    def size(self): return 0", _is_special),
    Rule("a method without its call", "a lambda that calls it", "it loses its self: `this` is set by the call",
         "class A:\n    def f(self): g(self.f)", "class A:\n    def f(self): g(lambda: self.f())", _tears_method_off),
    Rule("async, await and yield", "callbacks, runtime.attempt", "Transcrypt loses `async` of a method", "async def f(): pass", "def f(done): pass",
         _is(*LATER)),
    Rule("global and nonlocal", "an attribute", "state belongs to an object, which a test can make anew",
         "def f():\n    global a\n    a = 1", "def f(b):\n    b.a = 1", _is(ast.Global, ast.Nonlocal)),

    # -- statements
    Rule("try but with one `except Exception`", "a second try, a line after it", "JavaScript throws anything, and catches everything",
         "try:\n    f()\nexcept KeyError:\n    g()", "try:\n    f()\nexcept Exception:\n    g()", _catches_some),
    Rule("raise of anything but TypeError(text) and ValueError(text)", "these; JavaScript sees TypeError and RangeError",
         "native errors are what a host expects", 'raise KeyError("a")', 'raise ValueError("a")', _raises_else),
    Rule("`else` of a loop", "a function that returns", "Transcrypt needs a flag", "for a in b: f()\nelse: g()", "for a in b: f()\ng()",
         _else_of_loop),
    Rule("with", "try, and a line after it", "Transcrypt needs its __withblock__", "with a: f()", "f()", _is(ast.With)),
    Rule("match and `:=`", "if and elif, an assignment before", "Transcrypt cannot", "if (a := f()) > 1: g(a)", "a = f()\nif a > 1: g(a)",
         _is(*MATCHES)),
    Rule("assert", "a test", "Transcrypt leaves it out", "assert len(a) > 0", "if len(a) > 0: f()", _is(ast.Assert)),
    Rule("import of a module", "from clickqueue.module import name", "Transcrypt builds a tree of namespaces", "import clickqueue.keys",
         "from clickqueue.keys import page_key", _is(ast.Import)),

    # -- names
    Rule("built-ins but len, min, max, range, str", "a function of runtime.py", "runtime.js has no other", "a = sorted(b)", "a = ordered(b)",
         _is_other_builtin),
    Rule("range() outside `for`, or with a step", "for index in range(start, end)", "there is no such object in JavaScript",
         "a = range(3)", "for a in range(3): f()", _is_range_elsewhere),
    Rule("min() and max() of a list", "a loop", "Math.min takes numbers only", "a = min(b)", "a = min(b, c)", _compares_inside),
    Rule("methods of list, dict and str but append, get, startswith", "a loop, a function of runtime.py",
         "JavaScript has others under the same name, or none", 'a = b.split(",")', 'a = before(b, ",")', _calls_native),
    Rule("attributes that Transcrypt renames (`name`, `type`, `keys`, …)", 'field(x, "name"); your own attributes may be called so',
         "`error.name` would become `error.py_name`", "a = error.name", 'a = field(error, "name")', _is_renamed),
    Rule("words that JavaScript reserves", "another word", "the built file would not parse", "let = 1", "limit = 1", _is_reserved),
    Rule("JavaScript's globals outside browser.py", "a port", "CPython has none of them, and tests could not replace them", "window: Any",
         "def f(page): page.listen(g)", _declares_global),
]
