"""From src/clickqueue/ to dist/: transpile, link, minify, measure. The same source gives the same bytes.

`python -m tools.build` writes dist/; `--check` builds elsewhere and compares; `--out DIR` writes there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools import formats, mangling, node, sizes
from tools.source_tree import PACKAGE, BuildError, dotted_name, find_file, modules_of, python_file, twins_of
from tools.subset.checks import check_folder
from tools.transpile import TRANSCRYPT_RUNTIME, exports_of, python_lines, transpile

ROOT = node.ROOT
SOURCE = ROOT / "src" / "clickqueue"
DIST = ROOT / "dist"
TARGET = "es2020"
MODULES = {"clickqueue": "main", "use-widget": "react", "consent": "consent"}
"""Each ES module of dist/ and the Python module whose `__all__` it exports."""
CLASSIC = "clickqueue.iife"
"""The file of dist/ for `<script src>`: all of these in one."""

ENTRY = "entry.js"
"""The export list, written by the build; the only source of a map that is not a file."""


def entries_of(source: Path) -> dict[str, str]:
    """The entries of MODULES that a source folder has."""
    return {name: entry for name, entry in MODULES.items() if (source / f"{entry}.py").is_file()}


def _entry(source: Path, entry: str) -> str:
    exports = (f"{name} as {mangling.camel(name)}" for name in exports_of(source / f"{entry}.py"))
    return f"export {{ {', '.join(exports)} }} from './{PACKAGE}.{entry}.js'\n"


def _module(source: Path, name: str, entry: str) -> dict[str, Any]:
    external = {f"./{PACKAGE}.{other}.js": f"./{file}.js" for file, other in MODULES.items() if file != name}
    return {"name": name, "entry": _entry(source, entry), "external": external}


def _modules(source: Path) -> list[dict[str, Any]]:
    entries = entries_of(source)
    whole = "".join(_entry(source, entry) for entry in entries.values())
    return [
        *(_module(source, name, entry) for name, entry in entries.items()),
        {"name": CLASSIC, "entry": whole, "external": {}},
    ]


def link(source: Path, modules: Path) -> dict[str, Any]:
    """Bundle the transpiled modules with esbuild; returns the files as text."""
    twins = {f"./{dotted_name(source, twin)}.js": str(twin) for twin in twins_of(source)}
    job = {
        "staging": str(modules),
        "entry": ENTRY,
        "out": str(source.parent.parent / "dist"),
        "target": TARGET,
        "modules": _modules(source),
        "replaced": twins | {TRANSCRYPT_RUNTIME: str(find_file(source, "runtime.js"))},
        "mangled": mangling.mangled(source, modules_of(source)),
        "mangleCache": mangling.mangle_cache(source),
    }
    command = [str(node.NODE), str(ROOT / "tools" / "link.mjs")]
    done = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise BuildError(f"tools/link.mjs failed:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer["errors"]:
        raise BuildError("\n".join(f"{address(error, source, modules)}: {error['text']}" for error in answer["errors"]))
    return answer


def address(error: dict[str, Any], source: Path, modules: Path) -> str:
    """The file and line in src/ that causes an esbuild error."""
    location = error["location"] or {"file": ENTRY, "line": 1}
    module = modules / Path(location["file"]).name
    if not module.with_suffix(".map").is_file():
        return f"{location['file']}:{location['line']}"
    return f"{python_file(source, module.stem)}:{python_lines(module)[location['line'] - 1]}"


def rewrite_sources(text: str, source: Path) -> str:
    """A source map that names the files of src/ as seen from dist/, with their true content."""
    found = json.loads(text)
    for index, name in enumerate(found["sources"]):
        file = Path(name)
        if file.name == ENTRY:
            found["sources"][index] = ENTRY
        else:
            path = python_file(source, file.stem) if file.suffix == ".py" else find_file(source, file.name)
            found["sources"][index] = f"../src/{PACKAGE}/{path.relative_to(source).as_posix()}"
            found["sourcesContent"][index] = path.read_text()
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False) + "\n"


def in_every_format(files: dict[str, str]) -> dict[str, str]:
    """The linked ES modules and their maps, with the CommonJS of each; of CLASSIC only the script that it becomes."""
    made: dict[str, str] = {}
    for name in (name.removesuffix(".js") for name in files if name.endswith(".js")):
        script, source_map = files[f"{name}.js"], files[f"{name}.js.map"]
        if name == CLASSIC:
            made |= {f"{name}.js": formats.to_classic_script(script, f"{name}.js")}
            made |= {f"{name}.js.map": formats.to_map(source_map, f"{name}.js")}
        else:
            made |= {f"{name}.js": script, f"{name}.js.map": source_map}
            made |= {f"{name}.cjs": formats.to_commonjs(script, f"{name}.cjs")}
            made |= {f"{name}.cjs.map": formats.to_map(source_map, f"{name}.cjs")}
    return made


def types_of(source: Path) -> dict[str, str]:
    """The types of each module, for `import` and for `require`."""
    types = {path.name: path.read_text() for path in sorted(source.rglob("*.d.ts"))}
    return types | {name.removesuffix("ts") + "cts": formats.to_commonjs_types(text) for name, text in types.items()}


def build(source: Path) -> dict[str, str]:
    """All of dist/, as texts by file name."""
    violations = check_folder(source)
    if violations:
        raise BuildError("\n".join(map(str, violations)))
    with tempfile.TemporaryDirectory() as folder:
        modules = transpile(source, Path(folder), list(entries_of(source).values()))
        answer = link(source, modules)
    files = {file["file"]: file["text"] for file in answer["files"]}
    files = {name: rewrite_sources(text, source) if name.endswith(".map") else text for name, text in files.items()}
    files = in_every_format(files) | types_of(source)
    return files | {"size.json": sizes.measure(files)}


def write(files: dict[str, str], out: Path) -> None:
    """Write these files to a folder, and remove all others from it."""
    out.mkdir(parents=True, exist_ok=True)
    for path in out.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (out / name).write_text(text)


def compare(files: dict[str, str], out: Path) -> list[str]:
    """The names of files that differ, are superfluous, or are missing in a folder."""
    there = {path.name: path.read_text() for path in out.iterdir()} if out.is_dir() else {}
    return sorted(name for name in files.keys() | there.keys() if files.get(name) != there.get(name))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="build", description="Build dist/ from src/clickqueue/.")
    parser.add_argument("--check", action="store_true", help="build elsewhere and compare with dist/")
    parser.add_argument("--out", type=Path, default=DIST, metavar="DIR", help="write there instead of dist/")
    options = parser.parse_args(arguments)
    node.install()
    try:
        files = build(SOURCE)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print(sizes.report(files["size.json"], DIST / "size.json"))
    if not options.check:
        write(files, options.out)
        return 0
    changed = compare(files, options.out)
    if changed:
        print(f"dist/ differs from a build of src/: {', '.join(changed)}. Run python3 dev.py build and commit dist/.")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
