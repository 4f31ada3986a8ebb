"""The rules about loops, errors and other statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.subset.rule import Rule, is_a
from tools.subset.symbols import Symbols, walk


def has_unsupported_try(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Try(handlers=[ast.ExceptHandler(type=ast.Name(id="Exception"))], orelse=[], finalbody=[]):
            return False
    return isinstance(node, ast.Try)


def raises_unsupported(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id="TypeError" | "ValueError"), args=[_]), cause=None):
            return False
    return isinstance(node, ast.Raise)


def has_loop_else(node: ast.AST, symbols: Symbols) -> bool:
    return isinstance(node, ast.For | ast.While) and bool(node.orelse)


def _target(node: ast.AST) -> str:
    """The name that a `for` or an `except` gives to a value; '' for any other node."""
    match node:
        case ast.For(target=ast.Name(id=name)) | ast.ExceptHandler(name=str(name)):
            return name
    return ""


def leaves_its_block(node: ast.AST, symbols: Symbols) -> bool:
    """Whether a name of a loop or an `except` is used outside of it, or set anew inside."""
    if not isinstance(node, ast.Name):
        return False
    owner = next((outer for outer in symbols.ancestors(node) if _target(outer) == node.id), None)
    if owner is None:
        return any(_gives_name(function, node.id, symbols) for function in _functions_seen_by(node, symbols))
    is_target = isinstance(owner, ast.For) and owner.target is node
    return isinstance(node.ctx, ast.Store) and not is_target


def _functions_seen_by(node: ast.Name, symbols: Symbols) -> Iterator[ast.AST]:
    """The functions around a name, and the module, as far as none of them has a parameter of that name."""
    function = symbols.function_of(node)
    yield function
    while isinstance(function, ast.FunctionDef | ast.Lambda):
        if any(parameter.arg == node.id for parameter in function.args.args):
            return
        function = symbols.function_of(function)
        yield function


def _gives_name(function: ast.AST, name: str, symbols: Symbols) -> bool:
    """Whether a loop or an `except` of this very function gives this name."""
    return any(_target(inner) == name and symbols.function_of(inner) is function for inner in walk(function))


def is_nested_in_namesake(node: ast.AST, symbols: Symbols) -> bool:
    return bool(_target(node)) and any(_target(outer) == _target(node) for outer in symbols.ancestors(node))


def _range_of(node: ast.AST) -> list[ast.expr] | None:
    match node:
        case ast.For(iter=ast.Call(func=ast.Name(id="range"), args=args)):
            return args
    return None


def has_moving_end(node: ast.AST, symbols: Symbols) -> bool:
    """Whether the end of a range is anything but a constant, or a name that the loop does not set."""
    args = _range_of(node) if isinstance(node, ast.For) else None
    if not args or not isinstance(node, ast.For):
        return False
    names = {inner.id for body in node.body for inner in ast.walk(body) if isinstance(inner, ast.Name) and _is_set(inner)}
    match args[-1]:
        case ast.Constant():
            return False
        case ast.Name(id=name):
            return name in names
    return True


def _is_set(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def is_kept_range_variable(node: ast.AST, symbols: Symbols) -> bool:
    """Whether a function that is made in a range() loop uses its variable."""
    if not isinstance(node, ast.Name):
        return False
    is_inside_function = False
    for outer in symbols.ancestors(node):
        is_inside_function = is_inside_function or isinstance(outer, ast.Lambda | ast.FunctionDef)
        if _range_of(outer) is not None and _target(outer) == node.id:
            return is_inside_function
    return False


RULES = [
    Rule(
        ban="the name of a loop or an `except` outside of it, or set inside of it",
        write_instead="a name of its own for what outlives the loop",
        because="after range() it is one more in JavaScript, and setting it changes how often the loop runs",
        bad="for a in range(3): f(a)\ng(a)",
        good="b = 0\nfor a in range(3): b = a\ng(b)",
        check=leaves_its_block,
    ),
    Rule(
        ban="a loop inside a loop whose name it shares",
        write_instead="another name",
        because="JavaScript has one variable for both",
        bad="for a in range(2):\n    for a in range(3): f()",
        good="for a in range(2):\n    for b in range(3): f()",
        check=is_nested_in_namesake,
    ),
    Rule(
        ban="a range() whose end may change",
        write_instead="a name for the end, before the loop",
        because="JavaScript asks for the end at every turn",
        bad="for a in range(len(b)): b.append(a)",
        good="c = len(b)\nfor a in range(c): b.append(a)",
        check=has_moving_end,
    ),
    Rule(
        ban="a function that uses the variable of the range() around it",
        write_instead="a function that is given the number",
        because="after the loop the variable is one more in JavaScript",
        bad="for a in range(3): calls.append(lambda: a)",
        good="for a in range(3): calls.append(make(a))",
        check=is_kept_range_variable,
    ),
    Rule(
        ban="try but with one `except Exception`",
        write_instead="a second try, a line after it",
        because="JavaScript throws anything, and catches everything",
        bad="try:\n    f()\nexcept KeyError:\n    g()",
        good="try:\n    f()\nexcept Exception:\n    g()",
        check=has_unsupported_try,
    ),
    Rule(
        ban="raise of anything but TypeError(text) and ValueError(text)",
        write_instead="these; JavaScript sees TypeError and RangeError",
        because="native errors are what a host expects",
        bad='raise KeyError("a")',
        good='raise ValueError("a")',
        check=raises_unsupported,
    ),
    Rule(
        ban="`else` of a loop",
        write_instead="a function that returns",
        because="Transcrypt needs a flag",
        bad="for a in b: f()\nelse: g()",
        good="for a in b: f()\ng()",
        check=has_loop_else,
    ),
    Rule(
        ban="with",
        write_instead="try, and a line after it",
        because="Transcrypt needs its __withblock__",
        bad="with a: f()",
        good="f()",
        check=is_a(ast.With),
    ),
    Rule(
        ban="match and `:=`",
        write_instead="if and elif, an assignment before",
        because="Transcrypt cannot",
        bad="if (a := f()) > 1: g(a)",
        good="a = f()\nif a > 1: g(a)",
        check=is_a(ast.Match, ast.NamedExpr),
    ),
    Rule(
        ban="assert",
        write_instead="a test",
        because="Transcrypt leaves it out",
        bad="assert len(a) > 0",
        good="if len(a) > 0: f()",
        check=is_a(ast.Assert),
    ),
    Rule(
        ban="import of a module",
        write_instead="from clickqueue.module import name",
        because="Transcrypt builds a tree of namespaces",
        bad="import clickqueue.keys",
        good="from clickqueue.keys import page_key",
        check=is_a(ast.Import),
    ),
]
