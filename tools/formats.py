"""The classic formats of a built module: CommonJS for `require`, one global for `<script src>`.

Invariant: the code is that of the ES module, byte for byte; only its imports and exports are written in other words. The first
line is new, so that the source map needs one more `;` and nothing else.
"""

from __future__ import annotations

import json
import re

from tools.source_tree import BuildError

GLOBAL = "clickqueue"
"""The one name that the classic build adds to a page."""

IMPORT = re.compile(r'import\{([^}]*)\}from"\./([\w.-]+)\.js";')
EXPORT = re.compile(r"export\{([^}]*)\};\n//# sourceMappingURL=[\w.-]+\n\Z")


def names_of(clause: str) -> dict[str, str]:
    """The names between the braces of an import or export: the one before `as` and the one after it."""
    pairs = (name.split(" as ") for name in clause.split(","))
    return {pair[0]: pair[-1] for pair in pairs}


def split_exports(module: str) -> tuple[str, dict[str, str]]:
    """The code of a module without its last statement, and what that exports: public names by local names."""
    found = EXPORT.search(module)
    if not found:
        raise BuildError(f"a built module does not end with its exports and the address of its map: …{module[-200:]!r}")
    return module[: found.start()], names_of(found[1])


def move_imports(code: str) -> tuple[str, str]:
    """The imports of a module as calls of `require`, and the code with blanks in their places, which keeps its columns."""
    calls = ""
    for found in IMPORT.finditer(code):
        names = ",".join(f"{theirs}:{ours}" for theirs, ours in names_of(found[1]).items())
        calls += f'const{{{names}}}=require("./{found[2]}.cjs");'
    return calls, IMPORT.sub(lambda found: " " * len(found[0]), code)


def to_commonjs(module: str, file: str) -> str:
    """The file for `require`. Each export is an assignment, because Node finds the names for `import` by reading these."""
    code, exports = split_exports(module)
    calls, code = move_imports(code)
    tail = "".join(f"exports.{public}={local};" for local, public in exports.items())
    return f'"use strict";{calls}\n{code}{tail}\n{_address_of_map(file)}'


def to_classic_script(module: str, file: str) -> str:
    """The file for `<script src>`: one global with everything that the module exports, which must import nothing."""
    code, exports = split_exports(module)
    if IMPORT.search(code):
        raise BuildError(f"{file}: a classic script cannot import; link everything into it")
    pairs = ",".join(f"{public}:{local}" for local, public in exports.items())
    return f'var {GLOBAL}=(()=>{{"use strict";\n{code}return{{{pairs}}}}})();\n{_address_of_map(file)}'


def to_map(source_map: str, file: str) -> str:
    """The source map of a file that has one line more at its beginning."""
    found = json.loads(source_map)
    return (
        json.dumps(found | {"file": file, "mappings": f";{found['mappings']}"}, separators=(",", ":"), ensure_ascii=False) + "\n"
    )


def to_commonjs_types(types: str) -> str:
    """The same declarations for `require`: what they import comes from the CommonJS files."""
    return re.sub(r"(?<=from '\./)([\w-]+)\.js(?=')", r"\1.cjs", types)


def _address_of_map(file: str) -> str:
    return f"//# sourceMappingURL={file}.map\n"
