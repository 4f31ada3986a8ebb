"""What Transcrypt writes, and what does the same in fewer bytes: native classes, arrow functions, plain literals.

Line by line: whatever goes leaves an empty line behind, or the source map would lie.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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
    # A dict is a plain object here.
    (r"\bdict \(\{", "({"),
    # Only methods have a `this`, so that all other functions may be arrows and see it.
    (
        r"^(\t*)([^\n]*)\(function __lambda__ (\([^)]*\)) \{\n((?:[^\n]*\n)*?)\1\}\)",
        r"\1\2\3 => {\n\4\1}",
    ),
    (r"^((?:export |\t+)?var \w+ = )function (\([^)]*\)) \{", r"\1\2 => {"),
)

CLASS = re.compile(
    r"^((?:export )?var \w+ = ) __class__ \('\d+', \[(\w+)\], \{\n\t__module__: __name__,?\n(.*?)^\}\);$", re.M | re.S
)
METHOD = re.compile(
    r"^\t(?:(?P<name>\w+): function \(|(?P<create>get __init__) \(\) \{return __get__ \(this, function \(self(?:, )?)"
    r"(?P<arguments>.*?)\) \{\n(?P<body>.*?)^\t\}(?:\);\})?,?$",
    re.M | re.S,
)
MANY = 4
"""From so many uses on, `self` is shorter in a variable than as `this`."""


def polish(javascript: str, classes: Iterable[str]) -> str:
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
    code = CLASS.sub(_native_class, code)
    code = re.sub(rf"(?<![\w$.])({'|'.join(classes)}) \(", r"new \1 (", code)
    return re.sub(r"'(\d+)'", lambda found: kept[int(found[1])], code)


def _native_class(found: re.Match[str]) -> str:
    head, base, body = found.groups()
    parent = "" if base == "object" else f"extends {base} "
    methods = METHOD.sub(lambda method: _native_method(method, bool(parent)), body)
    return f"{head}class {parent}{{\n\n{methods}}};"


def _native_method(found: re.Match[str], has_parent: bool) -> str:
    name = "constructor" if found["create"] else found["name"]
    first = "super ();" if found["create"] and has_parent else ""
    body = re.sub(r"^\t\tvar self = this;$", "", found["body"], count=1, flags=re.M)
    if len(re.findall(r"\bself\b", body)) < MANY:
        body = re.sub(r"\bself\b", "this", body)
    else:
        first += "var self = this;"
    return f"\t{name} ({found['arguments']}) {{{first}\n{body}\t}}"
