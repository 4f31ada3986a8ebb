"""The law of the subset, rule by rule: what is banned because CPython and JavaScript would not agree on it, or because
Transcrypt makes too much of it. Each rule brings an example that must fail and what to write instead.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools import finders
from tools.facts import Facts


@dataclass(frozen=True)
class Rule:
    """One ban. `finds` says whether a node breaks it."""

    banned: str
    instead: str
    because: str
    no: str
    yes: str
    finds: Callable[[Any, Facts], bool]


RULES = [
    # -- values
    Rule(
        "truth of anything but a bool",
        "a comparison; a name with is_, has_, was_, can_ or should_; a call annotated `-> bool`",
        "empty lists and objects are true in JavaScript",
        "if items: f()",
        "if len(items) > 0: f()",
        finders.guesses_truth,
    ),
    Rule(
        "`==` with a list or dict",
        "compare what is in it",
        "JavaScript compares identity",
        "a == []",
        "len(a) == 0",
        finders.compares_contents,
    ),
    Rule(
        "`in` and `not in`",
        "a loop that compares, runtime.Map.has, or given()",
        "JavaScript's `in` asks for indexes and keys",
        "if a in items: f()",
        "if has_id(items, a): f()",
        finders.compares(ast.In, ast.NotIn),
    ),
    Rule(
        "`+` and `*` with a list",
        "append in a loop",
        "JavaScript makes a text of it",
        "items += [a]",
        "items.append(a)",
        finders.adds_lists,
    ),
    Rule(
        "`*` with a text",
        "`+` in a loop",
        "JavaScript makes NaN of it",
        'line = "-" * 3',
        'line = "---"',
        finders.multiplies_text,
    ),
    Rule(
        "`%`, `//` and `**`",
        "comparison and subtraction, or `*`",
        "the sign and the type of the result differ",
        "half = n // 2",
        "half = n * 0.5",
        finders.operator(ast.Mod, ast.FloorDiv, ast.Pow),
    ),
    Rule(
        "operators on bits",
        "arithmetic",
        "JavaScript cuts numbers to 32 bits",
        "a = b | c",
        "a = b + c",
        lambda node, facts: finders.operator(*finders.BITS)(node, facts) or isinstance(node, ast.Invert),
    ),
    Rule(
        "bytes, `...`, complex and integers over 2**53",
        "text, None, a smaller number",
        "JavaScript has no such constant",
        'a = b"x"',
        'a = "x"',
        finders.is_odd_constant,
    ),
    Rule(
        "f-strings",
        "`+` and str()",
        "Transcrypt calls its format(), which runtime.js lacks",
        'a = f"{b}!"',
        'a = str(b) + "!"',
        finders.is_a(ast.JoinedStr),
    ),
    Rule(
        "str() of a quotient, a fraction, True or None",
        "the text itself, or whole numbers",
        '1.0 is "1" in JavaScript, True "true"',
        "a = str(b / 2)",
        "a = str(b)",
        finders.spells_fraction,
    ),
    Rule(
        "tuples and unpacking",
        "a list, a small class, one assignment each",
        "Transcrypt needs temporaries and its tuple()",
        "a, b = b, a",
        "c = a; a = b; b = c",
        finders.is_a(ast.Tuple),
    ),
    Rule("sets", "runtime.Map", "Transcrypt needs its set()", "a = {b, c}", "a = Map()", finders.is_a(ast.Set)),
    Rule(
        "comprehensions",
        "a loop with append",
        "Transcrypt makes a function, a temporary and a loop of it",
        "a = [f(b) for b in c]",
        "for b in c: a.append(f(b))",
        finders.is_a(*finders.COMPREHENSIONS),
    ),
    Rule(
        "slices",
        "a loop, runtime.after or runtime.before",
        "Transcrypt needs its __getslice__ on the host's Array",
        "a = b[1:]",
        'a = after(b, "x")',
        finders.is_a(ast.Slice),
    ),
    Rule(
        "indexes from the end",
        "len(x) - 1",
        "undefined in JavaScript",
        "a = b[-1]",
        "a = b[len(b) - 1]",
        finders.counts_from_the_end,
    ),
    Rule(
        "dict keys that are not literal texts",
        "d[key] = value",
        "JavaScript makes a text of every key",
        "a = {b: 1}",
        'a = {"b": 1}',
        finders.has_odd_keys,
    ),
    Rule(
        "a loop over a dict",
        "runtime.names",
        "a JavaScript object cannot be iterated",
        "def f(a: dict[str, int]):\n    for b in a: g(b)",
        "def f(a: dict[str, int]):\n    for b in names(a): g(b)",
        finders.walks_table,
    ),
    Rule(
        "`del` of anything but a literal key",
        "runtime.take_out, runtime.Map.delete",
        "JavaScript leaves a hole in the list",
        "del a[0]",
        'del a["b"]',
        finders.deletes_by_index,
    ),
    Rule("`*` and `**` before a value", "a loop", "Transcrypt needs its runtime", "f(*a)", "f(a)", finders.is_a(ast.Starred)),
    # -- functions and classes
    Rule(
        "default arguments",
        "a second function, or pass it",
        "Transcrypt tests and fills each at every call",
        "def f(a=1): pass",
        "def f(a): pass",
        finders.has_defaults,
    ),
    Rule(
        "`*args`, `**kwargs`, `/` and `*` in parameters",
        "a list",
        "Transcrypt parses arguments at every call",
        "def f(*a): pass",
        "def f(a): pass",
        finders.has_odd_parameters,
    ),
    Rule(
        "keyword arguments",
        "arguments by position",
        "Transcrypt wraps them in an object of its own",
        "f(a=1)",
        "f(1)",
        finders.names_arguments,
    ),
    Rule(
        "decorators",
        "a call",
        "lost with -jc; properties are not worth their bytes",
        "@g\ndef f(): pass",
        "def f(): pass\na = g(f)",
        finders.is_decorated,
    ),
    Rule(
        "classes that are more than their `__init__`",
        "a function that is given the object",
        "each becomes a function that fills a plain object: a `this` would depend on who calls",
        "class A(B):\n    def f(self): pass",
        "class A:\n    b: int\n    def __init__(self): self.c = 1\ndef f(a): pass",
        finders.is_more_than_state,
    ),
    Rule(
        "methods of a port without their call",
        "a lambda that calls it",
        "they lose their self: `this` is set by the call",
        "class Clock:\n    def now_ms(self): ...\ndef f(clock): g(clock.now_ms)",
        "def f(clock): g(lambda: clock.now_ms())",
        finders.tears_method_off,
    ),
    Rule(
        "special names",
        "a name of your own",
        "JavaScript has none of them",
        "a = b.__name__",
        "a = b.name_text",
        finders.is_special,
    ),
    Rule(
        "async, await and yield",
        "callbacks, runtime.attempt",
        "Transcrypt loses `async` of a method",
        "async def f(): pass",
        "def f(done): pass",
        finders.is_a(*finders.LATER),
    ),
    Rule(
        "global and nonlocal",
        "an attribute",
        "state belongs to an object, which a test can make anew",
        "def f():\n    global a\n    a = 1",
        "def f(b):\n    b.a = 1",
        finders.is_a(ast.Global, ast.Nonlocal),
    ),
    # -- statements
    Rule(
        "try but with one `except Exception`",
        "a second try, a line after it",
        "JavaScript throws anything, and catches everything",
        "try:\n    f()\nexcept KeyError:\n    g()",
        "try:\n    f()\nexcept Exception:\n    g()",
        finders.catches_some,
    ),
    Rule(
        "raise of anything but TypeError(text) and ValueError(text)",
        "these; JavaScript sees TypeError and RangeError",
        "native errors are what a host expects",
        'raise KeyError("a")',
        'raise ValueError("a")',
        finders.raises_else,
    ),
    Rule(
        "`else` of a loop",
        "a function that returns",
        "Transcrypt needs a flag",
        "for a in b: f()\nelse: g()",
        "for a in b: f()\ng()",
        finders.else_of_loop,
    ),
    Rule("with", "try, and a line after it", "Transcrypt needs its __withblock__", "with a: f()", "f()", finders.is_a(ast.With)),
    Rule(
        "match and `:=`",
        "if and elif, an assignment before",
        "Transcrypt cannot",
        "if (a := f()) > 1: g(a)",
        "a = f()\nif a > 1: g(a)",
        finders.is_a(*finders.MATCHES),
    ),
    Rule("assert", "a test", "Transcrypt leaves it out", "assert len(a) > 0", "if len(a) > 0: f()", finders.is_a(ast.Assert)),
    Rule(
        "import of a module",
        "from clickqueue.module import name",
        "Transcrypt builds a tree of namespaces",
        "import clickqueue.keys",
        "from clickqueue.keys import page_key",
        finders.is_a(ast.Import),
    ),
    # -- names
    Rule(
        "built-ins but len, min, max, range, str",
        "a function of runtime.py",
        "runtime.js has no other",
        "a = sorted(b)",
        "a = ordered(b)",
        finders.is_other_builtin,
    ),
    Rule(
        "range() outside `for`, or with a step",
        "for index in range(start, end)",
        "there is no such object in JavaScript",
        "a = range(3)",
        "for a in range(3): f()",
        finders.is_range_elsewhere,
    ),
    Rule(
        "min() and max() of a list",
        "a loop",
        "Math.min takes numbers only",
        "a = min(b)",
        "a = min(b, c)",
        finders.compares_inside,
    ),
    Rule(
        "methods of list, dict and str but append, get, startswith",
        "a loop, a function of runtime.py",
        "JavaScript has others under the same name, or none",
        'a = b.split(",")',
        'a = before(b, ",")',
        finders.calls_native,
    ),
    Rule(
        "attributes that Transcrypt renames (`name`, `type`, `keys`, …)",
        'field(x, "name"); your own attributes may be called so',
        "`error.name` would become `error.py_name`",
        "a = error.name",
        'a = field(error, "name")',
        finders.is_renamed,
    ),
    Rule(
        "words that JavaScript reserves",
        "another word",
        "the built file would not parse",
        "let = 1",
        "limit = 1",
        finders.is_reserved,
    ),
    Rule(
        "JavaScript's globals outside browser.py",
        "a port",
        "CPython has none of them, and tests could not replace them",
        "window: Any",
        "def f(page): page.listen(g)",
        finders.declares_global,
    ),
]
