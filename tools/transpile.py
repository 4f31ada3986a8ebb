"""Turns Python modules into JavaScript modules, with Transcrypt: each imports only what it uses.

Invariant: line numbers never change. A line that is cut out of the Python or of the JavaScript leaves an empty one, so that
Transcrypt's line maps are right for the files in src/.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.peephole import NOT_CODE, optimize
from tools.source_tree import PACKAGE, BuildError, dotted_name, find_file, modules_of, python_file, twins_of

TRANSCRYPT_RUNTIME = "./org.transcrypt.__runtime__.js"
TYPING_MODULES = ("__future__", "typing", "collections.abc")
LAUNCHER = Path(__file__).with_name("run_transcrypt.py")
FLAGS = ("-b", "-n", "-m", "-xt", "-jc", "-xr")
IMPORT = re.compile(r"^import \{(.*)\} from '\./org\.transcrypt\.__runtime__\.js';$", re.M)
HEAD = re.compile(r"^\t\w+ (?=\(.*\) \{)", re.M)
"""How a method of an optimized class begins: its name is no use of that name."""


def is_for_mypy(node: ast.AST) -> bool:
    """Whether only mypy and ruff read this statement: an import of types, a declaration, a list of exports."""
    match node:
        case ast.ImportFrom(module=module):
            return module in TYPING_MODULES
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.AnnAssign(value=value):
            return value is None
    return False


def without_types(python: str) -> str:
    """The same lines without those that only mypy and ruff read: imports of types, declarations, annotations of constants."""
    tree, lines = ast.parse(python), python.splitlines()
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and node.value:
            # Transcrypt does not export a constant that has an annotation.
            line, annotation = lines[node.lineno - 1], node.annotation
            lines[node.lineno - 1] = line[: node.target.end_col_offset] + line[annotation.end_col_offset :]
    for statement in (node for node in ast.walk(tree) if isinstance(node, ast.stmt)):
        if is_for_mypy(statement):
            first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
            lines[first:last] = [""] * (last - first)
    return "\n".join(lines) + "\n"


def exports_of(module: Path) -> list[str]:
    """The names in `__all__` of a module, which are those that the built module exports."""
    for node in ast.parse(module.read_text()).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return list(ast.literal_eval(value))
    raise BuildError(f"{module}: no __all__; list there what the built module exports")


def stage(source: Path, staging: Path, entries: list[str]) -> None:
    """Lay out the copy that Transcrypt works on, so that nothing is ever written into src/."""
    texts = {path: without_types(path.read_text()) for path in modules_of(source)}
    for twin in twins_of(source):
        # Transcrypt reads only the names, and stumbles over JavaScript newer than itself.
        texts[twin] = "".join(f"export var {name} = null;\n" for name in sorted(names_in(twin.read_text())))
    for path, text in texts.items():
        staged = staging / PACKAGE / path.relative_to(source)
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(text)
    (staging / "entry.py").write_text("".join(f"import {PACKAGE}.{entry}\n" for entry in entries))


def run_transcrypt(staging: Path, source: Path) -> Path:
    """Transpile the staged package; returns the folder of flat modules, `clickqueue.queue.js` and so on."""
    command = [sys.executable, str(LAUNCHER), *FLAGS, "entry.py"]
    done = subprocess.run(command, cwd=staging, capture_output=True, text=True)
    if done.returncode != 0:
        raise BuildError(f"Transcrypt refuses {reason_of(done.stdout, source) or done.stdout + done.stderr}")
    return staging / "__target__"


def reason_of(output: str, source: Path) -> str:
    """The error of Transcrypt in one line that begins with file and line; '' if its output has no place."""
    places = list(re.finditer(r"File '(.*?)', line (\d+),? ?(?:namely|at import of):\n", output))
    if not places:
        return ""
    file, line = places[-1].groups()
    rest = output[places[-1].end() :].partition("\n\n")[0]
    reasons = [text.strip() for text in rest.splitlines() if text.strip() not in ("", "Aborted")]
    return f"{source_of(file, source)}:{line}: {' '.join(reasons[:2])}"


def source_of(staged: str, source: Path) -> Path:
    """The file in src/ of which Transcrypt read a copy; for its own copies in the target folder, whose names are dotted, as well."""
    name = Path(staged).name.removesuffix(".py")
    if name.startswith(f"{PACKAGE}."):
        return python_file(source, name)
    parts = Path(staged).parts
    return source.joinpath(*parts[parts.index(PACKAGE) + 1 :]) if PACKAGE in parts else Path(staged)


def code_of(javascript: str) -> str:
    """The text with strings and comments blanked, each character at its place."""
    return NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), javascript)


def uses_of(name: str, code: str) -> Iterator[int]:
    """Line indexes on which a free name is used; attributes, keys of objects and methods are not uses."""
    for found in re.finditer(rf"(?<![\w$.]){re.escape(name)}(?![\w$])(?!\s*:(?!:))", code):
        if not code[: found.start()].rstrip(" ").endswith("."):
            yield code.count("\n", 0, found.start())


def names_in(javascript: str) -> set[str]:
    """The names that a twin exports."""
    named = re.findall(r"^export (?:const|let|var|class|function) (\w+)", javascript, re.M)
    listed = ",".join(re.findall(r"^export \{(.*?)\}", javascript, re.M | re.S)).split(",")
    return {*named, *(entry.split(" as ")[-1].strip() for entry in listed if entry.strip())}


def python_lines(path: Path) -> list[int]:
    """For each line of a transpiled module the line of the Python file that it came from."""
    lines, line = [], 0
    for group in json.loads(path.with_suffix(".map").read_text())["mappings"].split(";"):
        if group:
            line += decode_vlq(group.split(",")[0])[2]
        lines.append(line + 1)
    return lines


def decode_vlq(segment: str) -> list[int]:
    """The numbers of one segment of a source map."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    numbers, value, shift = [], 0, 0
    for digit in map(digits.index, segment):
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            numbers.append(-(value >> 1) if value & 1 else value >> 1)
            value, shift = 0, 0
    return numbers


def link_to_runtime(path: Path, javascript: str, allowed: set[str], source: Path) -> str:
    """The module with an import of only those runtime names that it uses; one that runtime.js lacks is an error."""
    found = IMPORT.search(javascript)
    if not found:
        return javascript
    code = HEAD.sub("", code_of(IMPORT.sub("", javascript)))
    used = {name: lines for name in found[1].split(", ") if (lines := list(uses_of(name, code)))}
    for name in used.keys() - allowed:
        file = python_file(source, path.stem)
        line = python_lines(path)[used[name][0]]
        raise BuildError(
            f"{file}:{line}: needs {name} of Transcrypt's runtime, which runtime.js does not have; "
            f"it has {', '.join(sorted(allowed))}. Write it with these, or add it to runtime.js and runtime.py."
        )
    names = ", ".join(sorted(used))
    return IMPORT.sub(f"import {{{names}}} from '{TRANSCRYPT_RUNTIME}';", javascript)


def transpile(source: Path, staging: Path, entries: list[str]) -> Path:
    """The folder of JavaScript modules, ready to be linked."""
    stage(source, staging, entries)
    target = run_transcrypt(staging, source)
    allowed = names_in(find_file(source, "runtime.js").read_text())
    for module in modules_of(source):
        path = target / f"{dotted_name(source, module)}.js"
        if path.is_file():
            path.write_text(link_to_runtime(path, optimize(path.read_text()), allowed, source))
    return target
