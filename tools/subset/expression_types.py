"""The type of each expression of a package, as mypy infers it, reduced to the few kinds that the rules tell apart.

A position without a type is one that mypy found unreachable, or is no expression; rules say nothing about it.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from mypy import build, errorcodes, types
from mypy.modulefinder import BuildSource
from mypy.options import Options

from tools.source_tree import PACKAGE, dotted_name
from tools.subset.symbols import Kinds, Place

MAX_LINES = 10_000
"""mypy answers with the expressions of all modules in one heap, by line only, those of its own stubs (4 400 lines at most) too.
So it reads copies, each of which begins with this many empty lines more than the one before."""
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


def as_ascii(python: str) -> str:
    """The text with an x for each byte of a character beyond ASCII: behind one, the columns of mypy 2.4 are not those of ast."""
    return re.sub(r"[^\x00-\x7f]", lambda found: "x" * len(found[0].encode()), python)


def _options(folder: str) -> Options:
    options = Options()
    options.export_types = True
    options.preserve_asts = True
    options.incremental = False
    options.check_untyped_defs = True
    options.extra_checks = True
    options.strict_equality = True
    options.enabled_error_codes = {errorcodes.POSSIBLY_UNDEFINED}
    options.explicit_package_bases = True
    options.mypy_path = [folder]
    return options


def infer(source: Path) -> tuple[dict[Path, dict[Place, Kinds]], list[str]]:
    """The kinds of every expression of a package by file and place, and the errors that mypy reports."""
    files = sorted(source.rglob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder, PACKAGE, path.relative_to(source)) for path in files]
        for number, (path, copy) in enumerate(zip(files, copies, strict=True), 1):
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text("\n" * MAX_LINES * number + as_ascii(path.read_text()))
        modules = [dotted_name(Path(folder, PACKAGE), copy).removesuffix(".__init__") for copy in copies]
        sources = [BuildSource(str(copy), module) for copy, module in zip(copies, modules, strict=True)]
        found = build.build(sources, _options(folder))
    places: dict[Path, dict[Place, Kinds]] = {path: {} for path in files}
    for node, type_ in found.types.items():
        number, line = divmod(node.line, MAX_LINES)
        if number > 0:
            end = node.end_line and node.end_line % MAX_LINES
            places[files[number - 1]][line, node.column, end, node.end_column] = kinds_of(type_)
    return places, [_error_at(files, error) for error in found.errors]


def _error_at(files: list[Path], error: str) -> str:
    """The error with the file and line of the original, instead of those of the copy."""
    found = re.match(r".*?\.py:(\d+)(?=:)", error)
    assert found, f"an error of mypy without a line: {error}"
    number, line = divmod(int(found[1]), MAX_LINES)
    return f"{files[number - 1]}:{line}{error[found.end() :]}"
