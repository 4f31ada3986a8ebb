"""The plain JavaScript of npm/ for `require`: `python -m tools.npm_entries` writes the CommonJS and its types beside each module.

Invariant: the code is that of the ES module, line for line; only its exports are written in other words, and it imports nothing.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tools import node

NPM = node.ROOT / "npm"
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.M)
IMPORT_OR_EXPORT = re.compile(r"^(?:import|export)\b.*", re.M)


def to_commonjs(module: str) -> str:
    """The module with its exports as assignments; raises ValueError where it has an import, or an export of another kind."""
    names = EXPORT.findall(module)
    code = EXPORT.sub("", module)
    left = IMPORT_OR_EXPORT.search(code)
    if left:
        raise ValueError(f"{left[0]!r}: a module of npm/ imports nothing, and exports functions, constants and classes by name")
    return f"'use strict'\n{code}\n" + "".join(f"exports.{name} = {name}\n" for name in sorted(names))


def to_commonjs_types(types: str) -> str:
    """The same declarations, over the types of the built CommonJS."""
    return re.sub(r"(?<=from ')(\.[\w./-]+)\.js(?=')", r"\1.cjs", types)


def derived(folder: Path = NPM) -> dict[Path, str]:
    """The text of each file that is written here."""
    modules = {path.with_suffix(".cjs"): to_commonjs(path.read_text()) for path in folder.glob("*.js")}
    return modules | {path.with_suffix(".cts"): to_commonjs_types(path.read_text()) for path in folder.glob("*.d.ts")}


def main() -> int:
    for path, text in derived().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
