"""The classic formats of a built module: the same code between other ends."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import build, formats, node
from tools.source_tree import BuildError

END = "//# sourceMappingURL=shop.js.map\n"
SHOP = "var n=3,t=()=>n;export{t as take,n};\n" + END
GUEST = 'var o;import{take as r}from"./shop.js";o=()=>r()+1;export{o as order};\n' + END


def run(script: str, folder: Path) -> str:
    """The output of Node for a CommonJS script that runs in a folder."""
    command = [str(node.NODE), "--input-type=commonjs", "--eval", script]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_require_gets_the_exports(tmp_path: Path) -> None:
    """Exports become properties of `exports`, and an import of the file beside it becomes a `require` of its CommonJS."""
    (tmp_path / "shop.cjs").write_text(formats.to_commonjs(SHOP, "shop.cjs"))
    (tmp_path / "guest.cjs").write_text(formats.to_commonjs(GUEST, "guest.cjs"))
    assert run("console.log(require('./shop.cjs').take(), require('./guest.cjs').order())", tmp_path) == "3 4"


def test_node_imports_commonjs_by_name(tmp_path: Path) -> None:
    """An ES module imports the exports of the CommonJS file by their names."""
    (tmp_path / "shop.cjs").write_text(formats.to_commonjs(SHOP, "shop.cjs"))
    assert run("import('./shop.cjs').then(({ take, n }) => console.log(take(), n))", tmp_path) == "3 3"


def test_a_script_makes_one_global(tmp_path: Path) -> None:
    """A classic script adds one name to the global object; its own variables stay inside."""
    (tmp_path / "shop.js").write_text(formats.to_classic_script(SHOP, "shop.js"))
    script = """
    const before = Object.getOwnPropertyNames(globalThis)
    require('vm').runInThisContext(require('fs').readFileSync('shop.js', 'utf8'))
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name))
    console.log(added.join(), Object.keys(clickqueue).join(), clickqueue.take())
    """
    assert run(script, tmp_path) == f"{formats.GLOBAL} take,n 3"


@pytest.mark.parametrize("convert", [formats.to_commonjs, formats.to_classic_script])
def test_the_code_stays_where_it_was(convert: Callable[[str, str], str]) -> None:
    """The second line begins with the code of the module, byte for byte, and the source map has one `;` more."""
    first, second = convert(SHOP, "shop.x").splitlines()[:2]
    assert second.startswith("var n=3,t=()=>n;")
    assert '"use strict";' in first
    assert json.loads(formats.to_map('{"version":3,"file":"shop.js","mappings":"AAAA"}', "shop.x")) == {
        "version": 3,
        "file": "shop.x",
        "mappings": ";AAAA",
    }


def test_an_import_leaves_blanks() -> None:
    """Where an import was, there are as many blanks: what follows keeps its column."""
    calls, code = formats.move_imports(GUEST)
    assert calls == 'const{take:r}=require("./shop.cjs");'
    assert len(code) == len(GUEST)
    assert code.index("o=()=>") == GUEST.index("o=()=>")


def test_a_script_cannot_import() -> None:
    """A module that imports another one cannot be a classic script: the build names it and says what to do."""
    with pytest.raises(BuildError, match=r"guest\.js: a classic script cannot import; link everything into it"):
        formats.to_classic_script(GUEST, "guest.js")


@pytest.mark.parametrize("module", ["var n=3;\n" + END, "export{n};var n=3;\n" + END, "export default 3;\n" + END])
def test_other_ends_are_refused(module: str) -> None:
    """A module that does not end with its exports fails the build instead of becoming a file without them."""
    with pytest.raises(BuildError, match="does not end with its exports"):
        formats.to_commonjs(module, "shop.cjs")


def test_types_for_require_import_types_for_require() -> None:
    """A `.d.cts` imports from the CommonJS file, and no other word of it changes."""
    types = "import type { A } from './shop.js'\n/** import { a } from 'shop' and './other.js' */\n"
    assert formats.to_commonjs_types(types) == types.replace("'./shop.js'", "'./shop.cjs'")


RAISING = {"clickqueue": "all.ClickQueue({ nonsense: 1 })", "use-widget": "all.createUseWidget({})({})"}
REQUIRE = "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\n"
CLASSIC = {"clickqueue.cjs": "clickqueue", "use-widget.cjs": "use-widget", "clickqueue.iife.js": "use-widget"}


def places(load: str, module: str, folder: Path) -> list[str]:
    """The lines of Python in the stack of an error that is raised in a loaded build."""
    script = f"const all = {load}; try {{ {RAISING[module]} }} catch (error) {{ console.log(error.stack) }}"
    (folder / "script.mjs").write_text(REQUIRE + script)
    command = [str(node.NODE), "--enable-source-maps", "script.mjs"]
    stack = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return re.findall(r"src/clickqueue/[\w/]+\.py:\d+", stack)


@pytest.mark.parametrize(("file", "module"), CLASSIC.items())
def test_a_stack_names_the_same_lines_of_python(file: str, module: str, tmp_path: Path) -> None:
    """The source map of a classic build leads from an error to the same lines of src/ as that of the ES module."""
    dist = shutil.copytree(build.DIST, tmp_path / "dist")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    script = dist / "script.cjs"
    script.write_text(
        (dist / file).read_text() + f"module.exports = typeof {formats.GLOBAL} == 'object' ? {formats.GLOBAL} : exports\n"
    )
    expected = places(f"await import('./dist/{module}.js')", module, tmp_path)
    assert expected
    assert places("require('./dist/script.cjs')", module, tmp_path) == expected
