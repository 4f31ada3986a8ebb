"""Checks a package against the rules of the subset: `python -m tools.subset src/clickqueue`; `--print` writes docs/subset.md."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.subset.checks import check_types
from tools.subset.rules import RULES

INTRODUCTION = """\
# The subset

The code of `src/clickqueue/` may not use these constructs: CPython and JavaScript would not agree on them, or Transcrypt
makes too much of them. The build checks each rule of this page (`tools/subset/`) and fails with the file, the line, the banned
construct and the code to write instead. `ports.py` and `__init__.py` stay in CPython and may use everything; so may a module that has a
JavaScript file of its name beside it: `runtime.py`, `texts.py` and `web.py` in `platform/`.

Types cost nothing and need no pragma. The build leaves these lines out of what Transcrypt sees:

```python
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.platform.ports import Window

    Answer = Callable[[Any], None]

fetch: Any  # browser.py only: how a global of JavaScript is made known to mypy
```

It leaves `__all__` out too, which in `main.py` and `react.py` is the export list of the built module. Annotations of parameters, results,
attributes and constants are allowed anywhere.

The last rules need types. `python3 dev.py test lint` applies them to what mypy infers; a build leaves them out. mypy itself
refuses the value of a function that returns nothing, a wrong number of arguments, and a name that may be unbound.

`tests/twin/constructs/` has an example of each construct that was ever found to differ. No rule can see these, and a test of
the queue has to:

- Errors of CPython that JavaScript does not have: a missing key, an index past the end, a division by zero, a recursion that
  is too deep. Read a key that may be missing with `field()`.
- Integers that become larger than 2**53, and what is computed on a value of type `Any`.
- A computed key that is `__proto__`, a whole number, or inherited (`constructor`): `runtime.Map` takes any key, in order.

The build gives the same bytes under CPython 3.11.7, 3.12.1 and 3.13.0. Under 3.14.2 (Pyodide 314.0.7) Transcrypt alone
was tried: it writes the same modules, thanks to `tools/run_transcrypt.py`.
"""


def render() -> str:
    """docs/subset.md."""
    parts = [INTRODUCTION]
    for rule in RULES:
        parts.append(f"\n## No {rule.ban}\n\n{_sentence(rule.because)} Instead: {rule.write_instead}.\n")
        parts.append(f"\n```python\n# no\n{rule.bad}\n# yes\n{rule.good}\n```\n")
    return "".join(parts)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def main(arguments: list[str]) -> int:
    if arguments == ["--print"]:
        print(render(), end="")
        return 0
    if not arguments or arguments[0].startswith("-"):
        print("usage: python -m tools.subset FOLDER... | --print", file=sys.stderr)
        return 2
    lines = []
    for folder in arguments:
        violations, errors = check_types(Path(folder))
        lines += [*map(str, violations), *errors]
    print("\n".join(lines), end="\n" if lines else "")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
