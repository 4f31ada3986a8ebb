"""What Transcrypt writes, and what does the same in fewer bytes: plain objects, arrow functions, native comparisons.

Line by line: whatever goes leaves an empty line behind, or the source map would lie.
"""

from __future__ import annotations

import re

NOT_CODE = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|//[^\n]*|/\*.*?\*/", re.S)

SHORTER = (
    # `x is None` has to catch what JavaScript leaves undefined.
    (r" ([!=]=)= null\b", r" \1 null"),
    # Nor may any other comparison convert: 0 is not the empty text, and [id] is not id.
    (r" ([!=]=) (?!null\b)", r" \1= "),
    # A native error needs no cause, and no variable to be thrown.
    (r"var (__except\d+__) = (.*);\n\s*\1\.__cause__ = .*;\n\s*throw \1;", r"throw \2;\n\n"),
    # `except Exception` means whatever was thrown; JavaScript throws anything.
    (r"isinstance \(__except\d+__, Exception\)", "true"),
    # What is joined to a text becomes one by itself.
    (r"\+ str \(", "+ ("),
    # A dict is a plain object here.
    (r"\bdict \(\{", "({"),
    # Nothing here has a `this`.
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


def polish(javascript: str) -> str:
    """The same module in fewer bytes; what stands in quotes stays as it is."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"'{len(kept) - 1}'"

    code = NOT_CODE.sub(keep, javascript)
    for pattern, replacement in SHORTER:
        changes = 1
        while changes:
            code, changes = re.subn(pattern, replacement, code, flags=re.M)
    code = CLASS.sub(_factory, code)
    return re.sub(r"'(\d+)'", lambda found: kept[int(found[1])], code)


def _factory(found: re.Match[str]) -> str:
    """A function that makes the object: one literal, where what fills it comes last and none of it needs the others."""
    head, arguments, body = found.groups()
    before, first, fields = body.partition("\t\tself.")
    fields = FIELD.sub(r"\1: \2,\n", first + fields)
    if re.search(r"\bself\b", before + fields):
        return f"{head}({arguments}) => {{\n\nvar self = {{}};\n{body}return self;\n}};"
    return f"{head}({arguments}) => {{\n\n\n{before}return {{{fields}}};\n}};"
