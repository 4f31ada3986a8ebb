"""The type of each expression of a package, as mypy infers it, reduced to the few kinds that the rules tell apart.

A position without a type is one that mypy found unreachable, or is no expression; rules say nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from mypy import build, types
from mypy.modulefinder import BuildSource
from mypy.options import Options

from tools.source_tree import dotted_name
from tools.subset.symbols import Kinds, Place

MAX_LINES = 10_000
"""mypy answers with the expressions of all modules in one heap, those of its own stubs (4 400 lines at most) too, and with
line numbers only. So each file is given to it behind that many empty lines more than the one before."""
ERROR_LINE = re.compile(r":(\d+):")
BUILTIN_KINDS = {
    "builtins.bool": "bool",
    "builtins.int": "int",
    "builtins.float": "float",
    "builtins.str": "text",
    "builtins.list": "list",
    "builtins.dict": "dict",
}


def kinds_of(type_: types.Type) -> Kinds:
    """`int`, `float`, `bool`, `text`, `list`, `dict`, `none`, `object` or `any`; several for a union."""
    match types.get_proper_type(type_):
        case types.UnionType(items=items):
            return frozenset(kind for item in items for kind in kinds_of(item))
        case types.NoneType():
            return frozenset({"none"})
        case types.AnyType() | types.TypeVarType() | types.UninhabitedType():
            return frozenset({"any"})
        case types.LiteralType(fallback=fallback):
            return kinds_of(fallback)
        case types.Instance(type=info):
            return frozenset({BUILTIN_KINDS.get(info.fullname, "object")})
    return frozenset({"object"})


def _options(source: Path) -> Options:
    options = Options()
    options.export_types = True
    options.preserve_asts = True
    options.incremental = False
    options.check_untyped_defs = True
    options.extra_checks = True
    options.strict_equality = True
    options.explicit_package_bases = True
    options.mypy_path = [str(source.parent)]
    return options


def infer(source: Path, files: Sequence[Path]) -> tuple[dict[Path, dict[Place, Kinds]], list[str]]:
    """The kinds of every expression of these files by place, and the errors that mypy reports."""
    sources = [
        BuildSource(str(path), dotted_name(source, path), "\n" * MAX_LINES * number + path.read_text())
        for number, path in enumerate(files, 1)
    ]
    found = build.build(sources, _options(source))
    places: dict[Path, dict[Place, Kinds]] = {path: {} for path in files}
    for node, type_ in found.types.items():
        number, line = divmod(node.line, MAX_LINES)
        if number > 0:
            end = node.end_line and node.end_line % MAX_LINES
            places[files[number - 1]][line, node.column, end, node.end_column] = kinds_of(type_)
    return places, [ERROR_LINE.sub(lambda found: f":{int(found[1]) % MAX_LINES}:", error) for error in found.errors]
