"""The peephole optimizer: what Transcrypt writes becomes plain objects, arrow functions and native comparisons.

Invariant: the number of lines stays the same. A line that goes leaves an empty one behind, or the source map would be wrong.
"""

from __future__ import annotations

import re

NOT_CODE = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|//[^\n]*|/\*.*?\*/", re.S)
LONG_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\U([0-9a-f]{8})")

CONDITION_START = r"(?:(?<=[(!])|(?<= = )|(?<=[?:] )|(?<= && )|(?<= \|\| )|(?<=, )|(?<=\breturn ))"
CONDITION_END = r"(?=[),;}]| [?:] | && | \|\| )"
"""The neighbours of a whole comparison: `1 + len (a) === 0` compares the sum."""

REWRITES = (
    # `x is None` also has to be true of undefined.
    (r" ([!=]=)= null\b", r" \1 null"),
    # No other comparison may convert: 0 is not the empty text, and [id] is not id.
    (r" ([!=]=) (?!null\b)", r" \1= "),
    # A length is a number, and a kind is a text: these need no comparison of types.
    (rf"{CONDITION_START}len \(([\w.]+(?: \[\w+\])?)\) === 0{CONDITION_END}", r"!len (\1)"),
    (rf"{CONDITION_START}len \(([\w.]+(?: \[\w+\])?)\) > 0{CONDITION_END}", r"!!len (\1)"),
    (r"((?<![\w.])kind \((?:[^()]|\([^()]*\))*\) [!=]=)= (?=')", r"\1 "),
    # A native error needs no cause, and no variable to be thrown.
    (r"var (__except\d+__) = (.*);\n\s*\1\.__cause__ = .*;\n\s*throw \1;", r"throw \2;\n\n"),
    # `except Exception` catches everything; JavaScript throws anything.
    (r"isinstance \(__except\d+__, Exception\)", "true"),
    # A dict is a plain object here.
    (r"\bdict \(\{", "({"),
    # No function here has a `this`.
    (
        r"^(\t*)([^\n]*)\(function __lambda__ (\([^)]*\)) \{\n((?:[^\n]*\n)*?)\1\}\)",
        r"\1\2\3 => {\n\4\1}",
    ),
    (r"^((?:export |\t+)?var \w+ = )function (\([^)]*\)) \{", r"\1\2 => {"),
)

CLASS = re.compile(
    r"^((?:export )?var \w+ = ) __class__ \('\d+', \[object\], \{\n\t__module__: __name__,?\n"
    r"\tget __init__ \(\) \{return __get__ \(this, function \(self(?:, )?(.*?)\) \{\n(.*?)^\t\}\);\}\n\}\);$",
    re.M | re.S,
)
FIELD = re.compile(r"^\t\tself\.(\w+) = (.*?);\n(?=\t\tself\.|\Z)", re.M | re.S)


def optimize(javascript: str) -> str:
    """The same module in fewer bytes; nothing in quotes changes its meaning."""
    quoted: list[str] = []

    def keep(found: re.Match[str]) -> str:
        quoted.append(found[0])
        return f"'{len(quoted) - 1}'"

    code = NOT_CODE.sub(keep, javascript)
    for pattern, replacement in REWRITES:
        changes = 1
        while changes:
            code, changes = re.subn(pattern, replacement, code, flags=re.M)
    code = CLASS.sub(_object_literal, drop_conversions(code))
    return re.sub(r"'(\d+)'", lambda found: _javascript_text(quoted[int(found[1])]), code)


def _javascript_text(python_text: str) -> str:
    """Python writes an unprintable character beyond U+FFFF as `\\U000e0001`, JavaScript as `\\u{000e0001}`."""
    return LONG_ESCAPE.sub(r"\1\\u{\2}", python_text)


def drop_conversions(code: str) -> str:
    """`a + str (b)` without the call: a value that is added to a text becomes one. `str (b) [0]` is the index of a text: it stays."""
    pieces = code.split("+ str (")
    for index, piece in enumerate(pieces[1:], 1):
        rest = "+ str (".join(pieces[index:])
        end = _closing(rest)
        is_whole_operand = not rest[end + 1 :].lstrip(" ").startswith(("[", ".", "("))
        pieces[index] = ("+ (" if is_whole_operand else "+ str (") + piece
    return "".join(pieces)


def _closing(code: str) -> int:
    """The index of the bracket that closes the one before the text."""
    depth = 1
    for index, character in enumerate(code):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return index
    raise ValueError(f"no bracket closes this: {code[:80]!r}")


def _object_literal(found: re.Match[str]) -> str:
    """A function that makes the object: one literal, if what fills it comes last and none of it needs the others."""
    head, arguments, body = found.groups()
    before, first, fields = body.partition("\t\tself.")
    fields = FIELD.sub(r"\1: \2,\n", first + fields)
    if re.search(r"\bself\b", before + fields):
        return f"{head}({arguments}) => {{\n\nvar self = {{}};\n{body}return self;\n}};"
    return f"{head}({arguments}) => {{\n\n\n{before}return {{{fields}}};\n}};"
