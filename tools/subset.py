"""Whether Python means the same to CPython and to JavaScript: `python -m tools.subset src/clickqueue` checks the law of rules.py.

`--print` writes docs/subset.md.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.facts import Facts, focus, gather, walk
from tools.rules import RULES, Rule
from tools.source_tree import modules_of
from tools.transpile import without_types

INTRODUCTION = """\
# The subset

What `src/clickqueue/*.py` may not use, because CPython and JavaScript would not agree on it, or because Transcrypt makes
too much of it. The build checks each line of this page (`tools/rules.py`) and fails with file, line, what is banned and
what to write instead. `ports.py`, `runtime.py` and `__init__.py` stay in CPython and may use everything.

Types cost nothing and need no pragma. The build leaves these lines out of what Transcrypt sees:

```python
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.ports import Clock

    Answer = Callable[[Any], None]

window: Any  # browser.py only: how a global of JavaScript is made known to mypy
```

So does it with `__all__`, which in `main.py` and `use_widget.py` is the export list of the built module. Annotations of
parameters, results, attributes and constants may stand anywhere.

What no rule can see, and `tests/twin/` has to: a missing key (KeyError here, `undefined` there: read it with `field()`),
`str()` of a fraction that is whole, `len()` of a text with characters beyond U+FFFF (JavaScript counts them twice),
an index past the end, `None` against `undefined` by `==` (by `is None` they are one).

The build gives the same bytes under CPython 3.11.7, 3.12.1 and 3.13.0. Under 3.14.2 (Pyodide 314.0.7) Transcrypt alone
was tried: it writes the same modules, thanks to `tools/run_transcrypt.py`.
"""


@dataclass(frozen=True)
class Fault:
    """A place that breaks a rule."""

    path: Path
    line: int
    rule: Rule

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule.banned}; write instead: {self.rule.instead} ({self.rule.because})"


def check(python: str, path: Path, package: Facts) -> list[Fault]:
    """Every fault of one module, in the order of its lines."""
    is_browser = path.name == "browser.py"
    faults = set()
    for tree in (ast.parse(without_types(python)), _declarations(python)):
        facts = focus(package, tree, is_browser)
        for node in walk(tree):
            line = getattr(node, "lineno", 0) or _line_of(node, facts)
            faults |= {(line, RULES.index(rule)) for rule in RULES if rule.finds(node, facts)}
    return [Fault(path, line, RULES[index]) for line, index in sorted(faults)]


def _declarations(python: str) -> ast.Module:
    """What stands at the top without a value: without_types() takes it out."""
    body = [node for node in ast.parse(python).body if isinstance(node, ast.AnnAssign) and node.value is None]
    return ast.Module(body=list(body), type_ignores=[])


def _line_of(node: ast.AST, facts: Facts) -> int:
    while node in facts.parents and not hasattr(node, "lineno"):
        node = facts.parents[node]
    return getattr(node, "lineno", 1)


def check_folder(source: Path) -> list[Fault]:
    """Every fault of a package."""
    trees = [ast.parse(path.read_text()) for path in sorted(source.rglob("*.py"))]
    package = gather(trees)
    return [fault for path in modules_of(source) for fault in check(path.read_text(), path, package)]


def page() -> str:
    """docs/subset.md."""
    parts = [INTRODUCTION]
    for rule in RULES:
        parts.append(f"\n## No {rule.banned}\n\n{_sentence(rule.because)} Instead: {rule.instead}.\n")
        parts.append(f"\n```python\n# no\n{rule.no}\n# yes\n{rule.yes}\n```\n")
    return "".join(parts)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def main(arguments: list[str]) -> int:
    if arguments == ["--print"]:
        print(page(), end="")
        return 0
    if not arguments or arguments[0].startswith("-"):
        print("usage: python -m tools.subset FOLDER... | --print", file=sys.stderr)
        return 2
    faults = [fault for folder in arguments for fault in check_folder(Path(folder))]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
