"""The rules about lists, dicts and other containers that the syntax alone can decide."""

from __future__ import annotations

import ast

from tools.subset.rule import Rule, is_a
from tools.subset.symbols import Symbols

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _is_last_index(index: ast.expr) -> bool:
    match index:
        case ast.BinOp(left=ast.Call(func=ast.Name(id="len")), op=ast.Sub(), right=ast.Constant(value=int())):
            return True
    return False


def has_negative_index(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Subscript(slice=ast.UnaryOp(op=ast.USub())):
            return True
        case ast.Subscript(slice=ast.BinOp(op=ast.Sub()) as index):
            return not _is_last_index(index)
    return False


def _keys_of(node: ast.AST) -> list[ast.expr | None]:
    match node:
        case ast.Dict(keys=keys):
            return keys
        case ast.Subscript(slice=key):
            return [key]
    return []


def has_unsupported_keys(node: ast.AST, symbols: Symbols) -> bool:
    keys = node.keys if isinstance(node, ast.Dict) else []
    return any(not (isinstance(key, ast.Constant) and isinstance(key.value, str)) for key in keys)


def has_reordered_keys(node: ast.AST, symbols: Symbols) -> bool:
    texts = [key.value for key in _keys_of(node) if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return any(text.isdecimal() or text == "__proto__" for text in texts)


def iterates_dict(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.For(iter=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in symbols.dicts
        case ast.For(iter=ast.Dict()):
            return True
    return False


def deletes_by_index(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Delete(targets=[ast.Subscript(slice=ast.Constant(value=str()))]):
            return False
    return isinstance(node, ast.Delete)


RULES = [
    Rule(
        ban="tuples and unpacking",
        write_instead="a list, a small class, one assignment each",
        because="Transcrypt needs temporaries and its tuple()",
        bad="a, b = b, a",
        good="c = a; a = b; b = c",
        check=is_a(ast.Tuple),
    ),
    Rule(
        ban="sets",
        write_instead="runtime.Map",
        because="Transcrypt needs its set()",
        bad="a = {b, c}",
        good="a = Map()",
        check=is_a(ast.Set),
    ),
    Rule(
        ban="comprehensions",
        write_instead="a loop with append",
        because="Transcrypt makes a function, a temporary and a loop of it",
        bad="a = [f(b) for b in c]",
        good="for b in c: a.append(f(b))",
        check=is_a(*COMPREHENSIONS),
    ),
    Rule(
        ban="slices",
        write_instead="a loop, or runtime.first",
        because="Transcrypt needs its __getslice__ on the host's Array",
        bad="a = b[1:]",
        good="a = first(b, 2)",
        check=is_a(ast.Slice),
    ),
    Rule(
        ban="indexes from the end, and differences as an index",
        write_instead="len(x) - 1, or an index that was compared with 0",
        because="a negative index is undefined in JavaScript",
        bad="a = b[c - 1]",
        good="a = b[len(b) - 1]",
        check=has_negative_index,
    ),
    Rule(
        ban="dict keys that are not literal texts",
        write_instead="d[key] = value",
        because="JavaScript makes a text of every key",
        bad="a = {b: 1}",
        good='a = {"b": 1}',
        check=has_unsupported_keys,
    ),
    Rule(
        ban="dict keys of digits, and `__proto__`",
        write_instead="another key, or runtime.Map",
        because="JavaScript puts keys that are whole numbers first, and `__proto__` is no key to it",
        bad='a = {"b": 1, "10": 2}',
        good='a = {"b": 1, "b10": 2}',
        check=has_reordered_keys,
    ),
    Rule(
        ban="a loop over a dict",
        write_instead="runtime.keys_of",
        because="a JavaScript object cannot be iterated",
        bad="def f(a: dict[str, int]):\n    for b in a: g(b)",
        good="def f(a: dict[str, int]):\n    for b in keys_of(a): g(b)",
        check=iterates_dict,
    ),
    Rule(
        ban="`del` of anything but a literal key",
        write_instead="runtime.remove_item, runtime.Map.delete",
        because="JavaScript leaves a hole in the list",
        bad="del a[0]",
        good='del a["b"]',
        check=deletes_by_index,
    ),
    Rule(
        ban="`*` and `**` before a value",
        write_instead="a loop",
        because="Transcrypt needs its runtime",
        bad="f(*a)",
        good="f(a)",
        check=is_a(ast.Starred),
    ),
]
