"""The rules about functions, calls and classes."""

from __future__ import annotations

import ast

from tools.subset.rule import Rule, is_a
from tools.subset.symbols import Symbols

ASYNCHRONOUS = (ast.AsyncFunctionDef, ast.Await, ast.Yield, ast.YieldFrom, ast.AsyncFor, ast.AsyncWith)


def has_defaults(node: ast.AST, symbols: Symbols) -> bool:
    return isinstance(node, ast.arguments) and bool(node.defaults or node.kw_defaults)


def has_unsupported_parameters(node: ast.AST, symbols: Symbols) -> bool:
    return isinstance(node, ast.arguments) and bool(node.vararg or node.kwarg or node.kwonlyargs or node.posonlyargs)


def passes_keywords(node: ast.AST, symbols: Symbols) -> bool:
    return isinstance(node, ast.Call) and bool(node.keywords)


def calls_lambda(node: ast.AST, symbols: Symbols) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Lambda)


def is_decorated(node: ast.AST, symbols: Symbols) -> bool:
    return bool(getattr(node, "decorator_list", []))


def _is_state(item: ast.stmt) -> bool:
    match item:
        case ast.FunctionDef(name="__init__") | ast.AnnAssign(value=None) | ast.Expr(value=ast.Constant()):
            return True
    return False


def is_more_than_state(node: ast.AST, symbols: Symbols) -> bool:
    return isinstance(node, ast.ClassDef) and (bool(node.bases or node.keywords) or not all(map(_is_state, node.body)))


def detaches_method(node: ast.AST, symbols: Symbols) -> bool:
    match symbols.parents.get(node):
        case ast.Call(func=func) if func is node:
            return False
    match node:
        case ast.Attribute(attr=name, ctx=ast.Load()):
            return name in symbols.methods - symbols.attributes and not symbols.is_browser
    return False


def uses_queue_as_value(node: ast.AST, symbols: Symbols) -> bool:
    """`queue` is free as `queue.field`, as the first argument of a function, and in `self._state = queue`, which the build leaves out."""
    if not (isinstance(node, ast.Name) and node.id == "queue" and isinstance(node.ctx, ast.Load)):
        return False
    match symbols.parents.get(node):
        case ast.Attribute() | ast.Assign(targets=[ast.Attribute(attr="_state")]):
            return False
        case ast.Call(func=ast.Name(), args=[first, *_]):
            return first is not node
    return True


def is_special(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.startswith("__") and not (name == "__new__" and symbols.is_browser)
    return False


RULES = [
    Rule(
        ban="default arguments",
        write_instead="a second function, or pass it",
        because="Transcrypt tests and fills each at every call",
        bad="def f(a=1): pass",
        good="def f(a): pass",
        check=has_defaults,
    ),
    Rule(
        ban="`*args`, `**kwargs`, `/` and `*` in parameters",
        write_instead="a list",
        because="Transcrypt parses arguments at every call",
        bad="def f(*a): pass",
        good="def f(a): pass",
        check=has_unsupported_parameters,
    ),
    Rule(
        ban="keyword arguments",
        write_instead="arguments by position",
        because="Transcrypt wraps them in an object of its own",
        bad="f(a=1)",
        good="f(1)",
        check=passes_keywords,
    ),
    Rule(
        ban="a lambda that is called where it is written",
        write_instead="a name for it",
        because="the built file would not parse",
        bad="(lambda a: a)(1)",
        good="f = lambda a: a\nf(1)",
        check=calls_lambda,
    ),
    Rule(
        ban="decorators",
        write_instead="a call",
        because="Transcrypt loses them with -jc; properties are not worth their bytes",
        bad="@g\ndef f(): pass",
        good="def f(): pass\na = g(f)",
        check=is_decorated,
    ),
    Rule(
        ban="classes that are more than their `__init__`",
        write_instead="a function that is given the object",
        because="each becomes a function that fills a plain object: a `this` would depend on who calls",
        bad="class A(B):\n    def f(self): pass",
        good="class A:\n    b: int\n    def __init__(self): self.c = 1\ndef f(a): pass",
        check=is_more_than_state,
    ),
    Rule(
        ban="methods of a port without their call",
        write_instead="a lambda that calls it",
        because="they lose their self: `this` is set by the call",
        bad="class Clock:\n    def now_ms(self): ...\ndef f(clock): g(clock.now_ms)",
        good="def f(clock): g(lambda: clock.now_ms())",
        check=detaches_method,
    ),
    Rule(
        ban="the queue itself as a value",
        write_instead="`queue.field`, or a function whose first parameter is `queue`",
        because="the build makes its fields variables, and then there is no queue",
        bad="def f(queue): a.b = queue",
        good="def f(queue): g(queue, queue.b)",
        check=uses_queue_as_value,
    ),
    Rule(
        ban="special names",
        write_instead="a name of your own",
        because="JavaScript has none of them",
        bad="a = b.__name__",
        good="a = b.name_text",
        check=is_special,
    ),
    Rule(
        ban="async, await and yield",
        write_instead="callbacks, runtime.attempt",
        because="Transcrypt loses `async` of a method",
        bad="async def f(): pass",
        good="def f(done): pass",
        check=is_a(*ASYNCHRONOUS),
    ),
    Rule(
        ban="global and nonlocal",
        write_instead="an attribute",
        because="state belongs to an object, which a test can make anew",
        bad="def f():\n    global a\n    a = 1",
        good="def f(b):\n    b.a = 1",
        check=is_a(ast.Global, ast.Nonlocal),
    ),
]
