"""Measures the bytes that the queue adds to a real widget: builds examples/widget/ before and after, and compares the two bundles.

Invariant: an adopter pays at most 15 kB, the whole budget of the feature, or this fails. `tools/update_docs.py` writes the
figures into the guide and the README.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

from tools import node

WIDGET = node.ROOT / "examples" / "widget"
MODES = ("before", "after")
MAX_DIFFERENCE_BYTES = 15_000


def run(*command: str) -> None:
    """Run a tool of node_modules; its output is printed only if it fails."""
    name, *arguments = command
    script = node.MODULES / name
    done = subprocess.run([str(node.NODE), str(script), *arguments], check=False, cwd=node.ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def build(mode: str) -> Path:
    """Bundle one of the two widgets with Vite, as its host would; returns the script."""
    run("vite/bin/vite.js", "build", "--config", str(WIDGET / "vite.widget.config.ts"), "--mode", mode)
    return WIDGET / "build" / mode / "widget.js"


def check_types() -> None:
    """The example is TypeScript without an error, under `strict`."""
    run("typescript/bin/tsc", "--project", str(WIDGET / "tsconfig.json"))


def difference(scripts: dict[str, Path]) -> int:
    """How many minified bytes the queue adds."""
    return scripts["after"].stat().st_size - scripts["before"].stat().st_size


def report(scripts: dict[str, Path]) -> str:
    """Both sizes, as a table."""
    rows = [(mode, script.stat().st_size, len(gzip.compress(script.read_bytes(), 9))) for mode, script in scripts.items()]
    rows.append(("difference", rows[1][1] - rows[0][1], rows[1][2] - rows[0][2]))
    head = f"{'bytes of widget.js':<20}{'minified':>12}{'gzip':>12}"
    return "\n".join([head, *(f"{name:<20}{minified:>12}{gzipped:>12}" for name, minified, gzipped in rows)])


def measure() -> tuple[int, int]:
    """Build both widgets; the bytes of the one without the queue, and those that the queue adds."""
    scripts = {mode: build(mode) for mode in MODES}
    return scripts["before"].stat().st_size, difference(scripts)


def main() -> int:
    node.install()
    check_types()
    scripts = {mode: build(mode) for mode in MODES}
    print(report(scripts))
    added = difference(scripts)
    if added > MAX_DIFFERENCE_BYTES:
        print(f"The queue adds {added} bytes to the widget; at most {MAX_DIFFERENCE_BYTES} are allowed.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
