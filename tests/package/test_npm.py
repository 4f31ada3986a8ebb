"""The npm package: what `npm pack` makes of it resolves for everybody, by `import`, by `require` and with types."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tools import node

MANIFEST: dict[str, Any] = json.loads((node.ROOT / "package.json").read_text())
EXPORTS = {
    "clickqueue": "ClickQueue DEFAULTS EMPTY_STATS createWidgetApi postEach",
    "clickqueue/use-widget": "createUseWidget",
    "clickqueue/consent": "createConsentGate",
    "clickqueue/inspect": "describeChange inspect mountInspector",
    "clickqueue/testing": "failure fakeApi fakeClick fakeEnv partialEnv",
}
CHECKS = {
    "publint": ("publint/src/cli.js", "run", "--strict"),
    "are the types wrong": ("@arethetypeswrong/cli/dist/index.js", "--no-color", "--no-emoji"),
}
TRAPS = """
for (const name of ['window', 'document', 'localStorage', 'navigator', 'fetch', 'addEventListener'])
  Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error(`${name} was touched`) } })
const before = Object.getOwnPropertyNames(globalThis).length"""


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that would be published."""
    folder = tmp_path_factory.mktemp("npm")
    node.npm("pack", "--pack-destination", str(folder))
    (packed,) = folder.glob("*.tgz")
    return packed


@pytest.fixture(scope="module")
def project(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the package is installed."""
    folder = tmp_path_factory.mktemp("project")
    with tarfile.open(tarball) as packed:
        packed.extractall(folder / "node_modules", filter="data")
    (folder / "node_modules" / "package").rename(folder / "node_modules" / "clickqueue")
    return folder


def run(script: str, project: Path, kind: str = "commonjs") -> str:
    """The output of Node for a script that runs in the project."""
    command = [str(node.NODE), f"--input-type={kind}", "--eval", script]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.parametrize("name", CHECKS)
def test_a_checker_of_packages_finds_nothing(tarball: Path, name: str) -> None:
    """publint and "are the types wrong" pass: every way of resolving finds a file of the right kind, and its types."""
    script, *arguments = CHECKS[name]
    command = [str(node.NODE), str(node.MODULES / script), *arguments, str(tarball)]
    done = subprocess.run(command, cwd=tarball.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", EXPORTS)
def test_require_gives_what_import_gives(project: Path, name: str) -> None:
    """`require` touches nothing, adds no global, and has the names that `import` has (CONTRACT 1.1)."""
    names = f"const all = require('{name}'); const names = Object.keys(all).join(' ')"
    show = f"{TRAPS}; {names}; console.log(names, Object.getOwnPropertyNames(globalThis).length - before)"
    assert run(show, project) == f"{EXPORTS[name]} 0"
    assert run(f"console.log(Object.keys(await import('{name}')).join(' '))", project, "module") == EXPORTS[name]


USE = """
const { ClickQueue, postEach } = require('clickqueue')
const { createUseWidget } = require('clickqueue/use-widget')
const sent = []
const nothing = () => null
const document = { addEventListener: nothing, removeEventListener: nothing }
const localStorage = Object.create({ getItem: nothing, setItem: nothing, removeItem: nothing })
const env = { ...document, document, localStorage, Date, Math, JSON, setTimeout, clearTimeout }
const api = { trackClickBatch: (events) => void sent.push(...events.map((event) => event.sessionId)) }
const click = { sessionId: 'own', questionId: 'q', offerId: 'o', buttonVariantId: 'b' }
const queue = new ClickQueue({ maxBatchSize: 1 }, api, env)
queue.enqueue(click)
queue.destroy()
const react = { useState: (make) => [make()], useEffect: nothing, useSyncExternalStore: (mount, look) => (unmount = mount(nothing), look()) }
let unmount
const { trackClick, queue: mounted } = createUseWidget(react)({ api, sessionId: 'hook', config: { maxBatchSize: 1 }, env })
trackClick({ ...click, sessionId: undefined })
unmount()
console.log(sent.join(' '), mounted instanceof ClickQueue)
"""


def test_a_required_queue_delivers(project: Path) -> None:
    """Queue and hook from `require` deliver a click each, and the hook's queue is a `ClickQueue` of the same copy."""
    assert run(USE, project) == "own hook true"


def test_a_queue_needs_a_page(project: Path) -> None:
    """On a server `new ClickQueue` throws a TypeError, as the guide says."""
    make = "new ClickQueue({}, createWidgetApi({ endpoint: '/' }))"
    script = f"const {{ ClickQueue, createWidgetApi }} = require('clickqueue'); try {{ {make} }} catch (error) {{ console.log(String(error)) }}"
    assert re.fullmatch(r"TypeError: .* is not a function", run(script, project))


def test_cdns_serve_the_classic_script(project: Path) -> None:
    """`unpkg` and `jsdelivr` name the script that makes the global, and it is in the package with its integrity."""
    (file,) = {MANIFEST["unpkg"], MANIFEST["jsdelivr"]}
    assert file == "./dist/clickqueue.iife.js"
    package = project / "node_modules" / "clickqueue"
    assert (package / file).is_file()
    assert json.loads((package / "dist" / "size.json").read_text())["clickqueue.iife.js"]["integrity"].startswith("sha384-")


def test_the_manifest_is_complete() -> None:
    """package.json says what the package is, whose it is, and where tools without `exports` find it."""
    wanted = {"description", "keywords", "license", "author", "main", "module", "types", "typesVersions", "unpkg", "jsdelivr"}
    assert wanted <= MANIFEST.keys()
    assert len(MANIFEST["keywords"]) == len(set(MANIFEST["keywords"])) > 5
