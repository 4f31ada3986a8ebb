"""The subset is closed against a list: each construct that might differ is refused, means the same, or fails in CPython.

`constructs/*.txt` has them, each under a heading with its fate:

- `refused`: a rule of the subset or mypy refuses it;
- `same`: nothing refuses it, and both languages give the same value;
- `fails in CPython`: nothing refuses it, CPython raises an error and JavaScript goes on: the unit tests find it;
- `differs`: docs/subset.md admits that no rule sees it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tools import build, node
from tools.subset.checks import check_types

HEADING = re.compile(r"^## (.+): (refused|same|fails in CPython|differs)\n", re.M)
FOLDER = Path(__file__).with_name("constructs")
COPIED = "platform"
IN_PYTHON = """
import json, sys
from clickqueue import main
def answer(probe):
    try:
        return json.dumps(probe())
    except Exception:
        return "an error"
print(json.dumps({name: answer(getattr(main, name)) for name in main.__all__}))
"""
IN_JAVASCRIPT = """
import * as all from './clickqueue.js'
const undefinedIs = (key, value) => (value === undefined ? 'undefined' : Number.isNaN(value) ? 'NaN' : value)
const answer = (probe) => {
  try {
    return JSON.stringify(probe(), undefinedIs)
  } catch {
    return 'an error'
  }
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(all).map(([name, probe]) => [name, answer(probe)]))))
"""


def read_constructs() -> dict[str, tuple[str, str]]:
    """The fate and the code of each construct, by its name."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        _, *parts = HEADING.split(path.read_text())
        for name, fate, code in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            assert name not in found, f"{path.name}: {name} is there twice"
            found[name] = fate, code
    return found


CONSTRUCTS = read_constructs()
MODULES = {name: f"construct_{index}" for index, name in enumerate(CONSTRUCTS)}


def write_package(root: Path, names: list[str]) -> Path:
    """A package with one module for each construct, whose probe `main` exports under the name of the module."""
    source = root / "src" / "clickqueue"
    source.mkdir(parents=True)
    shutil.copytree(build.SOURCE / COPIED, source / COPIED)
    modules = [MODULES[name] for name in names]
    # camelCase, so that the build does not rename it.
    exports = {module: module.replace("_", "") for module in modules}
    for name in names:
        (source / f"{MODULES[name]}.py").write_text(f"from typing import Any\n{CONSTRUCTS[name][1]}")
    imports = [f"from clickqueue.{module} import probe as {export}" for module, export in exports.items()]
    (source / "main.py").write_text("\n".join([*imports, f"__all__ = {list(exports.values())}", ""]))
    return source


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The constructs that a rule or mypy refuses."""
    source = write_package(tmp_path_factory.mktemp("checked"), list(CONSTRUCTS))
    violations, errors = check_types(source)
    modules = {violation.path.stem for violation in violations} | {Path(error.partition(":")[0]).stem for error in errors}
    assert modules <= set(MODULES.values())
    return {name for name, module in MODULES.items() if module in modules}


@pytest.fixture(scope="module")
def answers(refused: set[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """The value of each construct that is not refused, as JSON: in CPython and in JavaScript."""
    accepted = [name for name in CONSTRUCTS if name not in refused]
    source = write_package(tmp_path_factory.mktemp("accepted"), accepted)
    python = run(sys.executable, "-c", IN_PYTHON, folder=source.parent)
    with tempfile.TemporaryDirectory() as folder:
        build.write(build.build(source), Path(folder))
        (Path(folder) / "probe.mjs").write_text(IN_JAVASCRIPT)
        javascript = run(str(node.NODE), "probe.mjs", folder=Path(folder))
    exports = {name: MODULES[name].replace("_", "") for name in accepted}
    return {name: (normal(python[export]), normal(javascript[export])) for name, export in exports.items()}


def run(*command: str, folder: Path) -> dict[str, str]:
    """The JSON that a program prints."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def normal(text: str) -> str:
    """JSON of one form; 2.0 is 2, since JavaScript has one kind of number."""
    if text == "an error":
        return text
    return json.dumps(json.loads(text, parse_float=lambda digits: int(value) if (value := float(digits)).is_integer() else value))


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_construct_meets_its_fate(name: str, refused: set[str], answers: dict[str, tuple[str, str]]) -> None:
    """A construct that nothing refuses gives one value in both languages, unless its heading says otherwise."""
    if name in refused:
        actual = "refused"
    elif answers[name][0] == answers[name][1]:
        actual = "same"
    else:
        actual = "fails in CPython" if answers[name][0] == "an error" else "differs"
    assert actual == CONSTRUCTS[name][0], answers.get(name)


def test_the_list_is_as_long_as_it_was() -> None:
    """A construct is added when a difference is found; none is taken away."""
    fates = Counter(fate for fate, _ in CONSTRUCTS.values())
    assert len(CONSTRUCTS) >= 167
    assert fates["differs"] <= 2
