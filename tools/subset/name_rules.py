"""The rules about names: built-ins, methods, and words that JavaScript or Transcrypt keeps for itself."""

from __future__ import annotations

import ast
import builtins
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tools.subset.rule import Rule
from tools.subset.symbols import Symbols

BUILTINS = ("len", "max", "min", "range", "str", "Exception", "TypeError", "ValueError")
SHARED_METHODS = ("append", "get", "startswith")
"""Methods that both languages have; mangling.py gives two of them their JavaScript name, `get` is that of runtime.Map."""

NATIVE_METHODS = {name for type_ in (list, dict, str, int, set, tuple) for name in dir(type_)} - set(SHARED_METHODS)
RESERVED = set(
    "arguments catch const debugger delete do enum eval export extends function implements instanceof interface let null "
    "package private protected public static super switch this throw typeof var void".split()
)
INHERITED = set(
    "constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf "
    "__proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__".split()
)
"""The keys that every object of JavaScript has by itself (ECMA-262, properties of Object.prototype)."""


@cache
def renamed_attributes() -> frozenset[str]:
    """The attributes before which Transcrypt puts `py_`: its own table of aliases, read from its source."""
    package = find_spec("transcrypt")
    [folder] = (package and package.submodule_search_locations) or [""]
    compiler = Path(folder) / "modules" / "org" / "transcrypt" / "compiler.py"
    table = compiler.read_text().partition("# START predef_aliases")[2].partition("# END predef_aliases")[0]
    # It renames TypeError, which is no attribute; and `get`, which mangling.py gives back its name.
    return frozenset(re.findall(r"\('(\w+)', +'py_\w+'\)", table)) - {"TypeError", "get"}


def is_unsupported_builtin(node: ast.AST, symbols: Symbols) -> bool:
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return False
    return node.id in dir(builtins) and node.id not in BUILTINS and node.id not in symbols.imported


def is_range_elsewhere(node: ast.AST, symbols: Symbols) -> bool:
    parent = symbols.parents.get(node)
    match node:
        case ast.Call(func=ast.Name(id="range"), args=args):
            return len(args) > 2 or not (isinstance(parent, ast.For) and parent.iter is node)
    return False


def is_extreme_of_list(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="min" | "max"), args=args):
            return len(args) < 2
    return False


def calls_native(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in NATIVE_METHODS and name not in symbols.methods | symbols.attributes and not symbols.is_browser
    return False


def is_renamed(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Attribute(attr=name):
            return name in renamed_attributes() and (symbols.is_browser or name not in symbols.methods | symbols.attributes)
    return False


def is_reserved(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            is_taken = name in RESERVED or name.startswith(("js_", "py_"))
            return is_taken and not isinstance(symbols.parents.get(node), ast.ClassDef)
    return False


def asks_for_inherited(node: ast.AST, symbols: Symbols) -> bool:
    match node:
        case ast.Call(func=ast.Name(), args=[_, ast.Constant(value=str(key))]):
            return key in INHERITED
    return False


def declares_global(node: ast.AST, symbols: Symbols) -> bool:
    at_top = isinstance(symbols.parents.get(node), ast.Module)
    return isinstance(node, ast.AnnAssign) and node.value is None and at_top and not symbols.is_browser


RULES = [
    Rule(
        ban="built-ins but len, min, max, range, str",
        write_instead="a function of runtime.py or texts.py",
        because="runtime.js has no other",
        bad="a = sorted(b)",
        good="a = in_order(b)",
        check=is_unsupported_builtin,
    ),
    Rule(
        ban="range() outside `for`, or with a step",
        write_instead="for index in range(start, end)",
        because="there is no such object in JavaScript",
        bad="a = range(3)",
        good="for a in range(3): f()",
        check=is_range_elsewhere,
    ),
    Rule(
        ban="min() and max() of a list",
        write_instead="a loop",
        because="Math.min takes numbers only",
        bad="a = min(b)",
        good="a = min(b, c)",
        check=is_extreme_of_list,
    ),
    Rule(
        ban="methods of list, dict and str but append, get, startswith",
        write_instead="a loop, a function of runtime.py or texts.py",
        because="JavaScript has others under the same name, or none",
        bad="a = b.sort()",
        good="a = in_order(b)",
        check=calls_native,
    ),
    Rule(
        ban="attributes that Transcrypt renames (`name`, `type`, `keys`, …)",
        write_instead='field(x, "name"); your own attributes may be called so',
        because="`error.name` would become `error.py_name`",
        bad="a = error.name",
        good='a = field(error, "name")',
        check=is_renamed,
    ),
    Rule(
        ban="words that JavaScript reserves, and names that begin with js_ or py_",
        write_instead="another word",
        because="the built file would not parse; Transcrypt takes `js_` and `py_` for marks of its own",
        bad="let = 1",
        good="limit = 1",
        check=is_reserved,
    ),
    Rule(
        ban="keys that every JavaScript object has (`constructor`, `toString`, …)",
        write_instead="another key, or runtime.Map",
        because="JavaScript finds what an object inherits, CPython only what it was given",
        bad='has_value(a, "constructor")',
        good='has_value(a, "maker")',
        check=asks_for_inherited,
    ),
    Rule(
        ban="JavaScript's globals outside browser.py",
        write_instead="a port",
        because="CPython has none of them, and tests could not replace them",
        bad="window: Any",
        good="def f(page): page.listen(g)",
        check=declares_global,
    ),
]
