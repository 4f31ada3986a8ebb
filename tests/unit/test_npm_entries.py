"""The plain JavaScript of npm/: what `require` gets is what `import` gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import npm_entries


@pytest.mark.parametrize("path", npm_entries.derived(), ids=lambda path: path.name)
def test_the_commonjs_is_up_to_date(path: Path) -> None:
    """Each `.cjs` and `.d.cts` is what `python -m tools.npm_entries` writes."""
    assert path.read_text() == npm_entries.derived()[path]


def test_exports_become_assignments() -> None:
    """An exported function keeps its lines and becomes a property of `exports`."""
    module = "// a\nexport function take() {}\nconst own = 1\nexport const n = own\n"
    assert npm_entries.to_commonjs(module) == (
        "'use strict'\n// a\nfunction take() {}\nconst own = 1\nconst n = own\n\nexports.n = n\nexports.take = take\n"
    )


@pytest.mark.parametrize("line", ["import { a } from 'b'", "export default 1", "export { a }", "export * from 'b'"])
def test_other_modules_are_refused(line: str) -> None:
    """An import and an export without a name of its own fail, and the error names the line and the rule."""
    with pytest.raises(ValueError, match="a module of npm/ imports nothing"):
        npm_entries.to_commonjs(f"const a = 1\n{line}\n")


def test_types_for_require_import_types_for_require() -> None:
    """A `.d.cts` imports from the types of the CommonJS."""
    types = "import type { A } from '../dist/clickqueue.js'\n/** import 'other.js' */\n"
    assert npm_entries.to_commonjs_types(types) == types.replace("clickqueue.js", "clickqueue.cjs")
