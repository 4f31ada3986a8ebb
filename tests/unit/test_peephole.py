"""The peephole optimizer: each rewrite, by example."""

from __future__ import annotations

import pytest

from tools.peephole import optimize

REWRITES = {
    "None is also undefined": ("a === null;", "a == null;"),
    "not None": ("a !== null;", "a != null;"),
    "equal without conversion": ("a == 0;", "a === 0;"),
    "unequal without conversion": ("a != b;", "a !== b;"),
    "an empty list": ("if (len (a.b) == 0) {", "if (!len (a.b)) {"),
    "an empty element": ("return len (a [0]) == 0;", "return !len (a [0]);"),
    "a list that is not empty": ("var b = len (a) > 0;", "var b = !!len (a);"),
    "a length between conditions": ("f (b && len (a) == 0 ? 1 : 2);", "f (b && !len (a) ? 1 : 2);"),
    "a length in an object": ("{'b': len (a) == 0}", "{'b': !len (a)}"),
    "a sum with a length stays a sum": ("1 + len (a) == 0;", "1 + len (a) === 0;"),
    "the method of an object is no length": ("f (a.len (b) == 0);", "f (a.len (b) === 0);"),
    "a length beside a sum stays a number": ("f (len (a) > 0 + b);", "f (len (a) > 0 + b);"),
    "a fraction is not zero": ("f (len (a) == 0.5);", "f (len (a) === 0.5);"),
    "a kind is a text": ("kind (a) == 'list';", "kind (a) == 'list';"),
    "the kind of a call's result": ("kind (field (a, 'b')) != 'list';", "kind (field (a, 'b')) != 'list';"),
    "two kinds": ("kind (a) == kind (b);", "kind (a) === kind (b);"),
    "the method of an object is no kind": ("a.kind (b) == 'list';", "a.kind (b) === 'list';"),
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
