"""The peephole optimizer: each rewrite, by example."""

from __future__ import annotations

import pytest

from tools.peephole import optimize

REWRITES = {
    "None is also undefined": ("a === null;", "a == null;"),
    "not None": ("a !== null;", "a != null;"),
    "equal without conversion": ("a == 0;", "a === 0;"),
    "unequal without conversion": ("a != b;", "a !== b;"),
    "a native error": (
        "\tvar __except0__ = ValueError ('a');\n\t__except0__.__cause__ = null;\n\tthrow __except0__;",
        "\tthrow ValueError ('a');\n\n",
    ),
    "except catches everything": ("if (isinstance (__except0__, Exception)) {", "if (true) {"),
    "a number that joins a text": ("'a' + str (b) + 'c'", "'a' + (b) + 'c'"),
    "a sum that joins a text": ("'a' + str (f (b) + 1)", "'a' + (f (b) + 1)"),
    "two that join": ("'a' + str (b) + str (c)", "'a' + (b) + (c)"),
    "one inside another": ("'a' + str (f ('b' + str (c)))", "'a' + (f ('b' + (c)))"),
    "the index of a text stays one": ("'a' + str (b) [0]", "'a' + str (b) [0]"),
    "the method of a text stays one": ("a + str (b).startswith ('c')", "a + str (b).startswith ('c')"),
    "a text that is not added": ("f (str (a))", "f (str (a))"),
    "a dict": ("var a = dict ({'b': 1});", "var a = ({'b': 1});"),
    "a lambda": ("f ((function __lambda__ (a) {\n\treturn a;\n}));", "f ((a) => {\n\treturn a;\n});"),
    "a function": ("export var f = function (a) {", "export var f = (a) => {"),
    "quotes": ("f (' === null + str (a) dict ({');", "f (' === null + str (a) dict ({');"),
    "a comment": ("// a === null", "// a === null"),
    "an unprintable character": ("'\\U000e0001';", "'\\u{000e0001}';"),
    "a backslash before a U": ("'\\\\U000e0001';", "'\\\\U000e0001';"),
}
CLASS = """\
export var A =  __class__ ('A', [object], {
	__module__: __name__,
	get __init__ () {return __get__ (this, function (self, a) {
		self.b = a;
		self.c = %s;
	});}
});"""


@pytest.mark.parametrize(("before", "after"), REWRITES.values(), ids=REWRITES)
def test_a_rewrite(before: str, after: str) -> None:
    """The text after the rewrite, with as many lines as before."""
    assert optimize(before) == after
    assert before.count("\n") == after.count("\n")


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ("1", "\n\n\nreturn {b: a,\nc: 1,\n};\n"),
        ("self.b", "\n\nvar self = {};\n\t\tself.b = a;\n\t\tself.c = self.b;\nreturn self;\n"),
    ],
)
def test_a_class(value: str, body: str) -> None:
    """A class becomes a function that returns an object: a literal, unless one field needs another."""
    assert optimize(CLASS % value) == f"export var A = (a) => {{{body}}};"
    assert optimize(CLASS % value).count("\n") == CLASS.count("\n")
