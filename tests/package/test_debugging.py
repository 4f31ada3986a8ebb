"""docs/debugging.md: with its configuration of Vite the Python of the installed package is in the source maps."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tools import build, node

PAGE = (node.ROOT / "docs" / "debugging.md").read_text()
(CONFIG,) = re.findall(r"^```js vite\.config\.js\n(.*?)^```$", PAGE, re.M | re.S)
VITE = node.MODULES / "vite"
WITHOUT = "export default { build: { sourcemap: true } }\n"
USE = """
import { ClickQueue, createWidgetApi } from 'clickqueue'
window.queue = new ClickQueue({}, createWidgetApi({ endpoint: '/api' }))
"""
SERVE = """
const { pathToFileURL } = await import('node:url')
const { createServer } = await import(pathToFileURL(process.argv[1]))
const server = await createServer({ root: process.cwd(), logLevel: 'error', server: { middlewareMode: true, ws: false } })
const { code } = await server.transformRequest('/main.js')
const { map } = await server.transformRequest(code.match(/from "(.*?clickqueue.*?)"/)[1])
console.log(JSON.stringify(map.sources))
await server.close()
"""


@pytest.fixture(params=[CONFIG, WITHOUT], ids=["the configuration of the page", "no configuration"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project for Vite in which the package is installed."""
    package = tmp_path / "node_modules" / "clickqueue"
    shutil.copytree(build.DIST, package / "dist")
    shutil.copy(node.ROOT / "package.json", package)
    (tmp_path / "package.json").write_text('{"type": "module", "dependencies": {"clickqueue": "*"}}')
    (tmp_path / "index.html").write_text('<script type="module" src="/main.js"></script>')
    (tmp_path / "main.js").write_text(USE)
    (tmp_path / "vite.config.js").write_text(request.param)
    return tmp_path


def run(project: Path, *arguments: str) -> str:
    """The output of Node in the project."""
    return subprocess.run([str(node.NODE), *arguments], cwd=project, check=True, capture_output=True, text=True).stdout


def has_python(sources: list[str]) -> bool:
    """Whether the first module of the queue and its last are among the sources of a map."""
    return {"queue.py", "main.py"} <= {Path(source).name for source in sources}


def is_configured(project: Path) -> bool:
    """Whether it has the configuration of the page."""
    config: str = CONFIG
    return (project / "vite.config.js").read_text() == config


def test_a_build_of_vite_has_the_python(project: Path) -> None:
    """`vite build` leads to the Python with the configuration of the page, and only with it."""
    run(project, str(VITE / "bin" / "vite.js"), "build")
    (source_map,) = (project / "dist" / "assets").glob("*.map")
    assert has_python(json.loads(source_map.read_text())["sources"]) == is_configured(project)


def test_the_server_of_vite_has_the_python(project: Path) -> None:
    """Vite's development server leads to the Python with the configuration of the page, and only with it."""
    sources = run(project, "--input-type=module", "--eval", SERVE, str(VITE / "dist" / "node" / "index.js"))
    assert has_python(json.loads(sources.splitlines()[-1])) == is_configured(project)
