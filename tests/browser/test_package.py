"""The package as a stranger gets it: packed, installed into an empty project, checked, bundled, run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import ROOT, Endpoint
from tests.browser.snippets import in_guide
from tests.browser.waiting import wait_for
from tools import node

PROJECT = ROOT / "build" / "package"
MAIN = """
import { ClickQueue, createWidgetApi, DEFAULTS } from 'clickqueue'

const queue = new ClickQueue({ ...DEFAULTS, maxBatchSize: 2 }, createWidgetApi({ endpoint: '/api/track/click' }))
for (const buttonVariantId of ['a', 'b']) queue.enqueue({ sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId })
queue.subscribe(() => {
  if (queue.getSnapshot().acknowledged === 2) document.title = 'done'
})
"""
ESBUILD = ("esbuild/bin/esbuild", "main.ts", "--bundle", "--minify", "--format=esm", "--outfile=out/esbuild/main.js")
VITE = ("vite/bin/vite.js", "build", "--base", "./", "--outDir", "out/vite", "--logLevel", "warn")


def run(*command: str) -> str:
    """A tool of ours in the stranger's folder; what it printed."""
    tool = node.MODULES / command[0]
    runner = [str(tool)] if command[0].startswith("esbuild") and os.name != "nt" else [str(node.NODE), str(tool)]
    return subprocess.run([*runner, *command[1:]], cwd=PROJECT, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def tarball() -> Path:
    """What `npm pack` makes of this project."""
    shutil.rmtree(PROJECT, ignore_errors=True)
    PROJECT.mkdir(parents=True)
    node.npm("pack", "--pack-destination", str(PROJECT))
    (packed,) = PROJECT.glob("*.tgz")
    return packed


def command_of_the_guide() -> list[str]:
    """What the guide tells a reader to type, after `npm`."""
    (snippet,) = in_guide("sh")
    command = snippet.text.split()
    assert command[0] == "npm"
    return command[1:]


@pytest.fixture(scope="module")
def project(tarball: Path) -> Path:
    """An empty project with the tarball installed as the guide says, from this disk alone."""
    (PROJECT / "package.json").write_text(json.dumps({"name": "stranger", "private": True, "type": "module"}))
    node.npm(*command_of_the_guide(), "--offline", cwd=PROJECT)
    (PROJECT / "main.ts").write_text(MAIN)
    (PROJECT / "index.html").write_text('<!doctype html><title>shop</title><script type="module" src="main.ts"></script>')
    return PROJECT


def test_the_tarball_holds_the_module_and_its_papers(tarball: Path) -> None:
    """`npm pack` takes all of dist/ and all papers that the README leads to: no sources, no tests, nothing of ours."""
    with tarfile.open(tarball) as packed:
        names = {name.removeprefix("package/") for name in packed.getnames()}
    built = {f"dist/{path.name}" for path in (ROOT / "dist").iterdir()}
    assert built <= names
    assert {
        name
        for name in names - built
        if not re.fullmatch(r"package\.json|docs/[\w.-]+|npm/[\w.-]+|examples/[\w./-]+|[A-Z]+(\.md)?", name)
    } == set()


def test_it_brings_nothing_along(project: Path) -> None:
    """No dependencies: the project's node_modules holds the package alone, and npm runs no script of it."""
    assert [path.name for path in (project / "node_modules").iterdir() if not path.name.startswith(".")] == ["clickqueue"]
    manifest = json.loads((project / "node_modules/clickqueue/package.json").read_text())
    assert {"dependencies", "peerDependencies", "scripts"}.isdisjoint(manifest)
    assert manifest["sideEffects"] is False


@pytest.mark.parametrize("resolution", ["bundler", "nodenext"])
def test_a_strict_project_compiles(project: Path, resolution: str) -> None:
    """TypeScript finds the types by either way of resolving, under `--strict`."""
    module = "nodenext" if resolution == "nodenext" else "esnext"
    options = ["--noEmit", "--strict", "--target", "es2022", "--module", module, "--moduleResolution", resolution]
    assert run("typescript/bin/tsc", *options, "main.ts") == ""


@pytest.mark.parametrize("bundler", [VITE, ESBUILD], ids=["vite", "esbuild"])
def test_a_bundle_of_it_runs(project: Path, browser: WebDriver, endpoint: Endpoint, bundler: tuple[str, ...]) -> None:
    """Bundled by Vite or esbuild it sends a batch from a real page."""
    run(*bundler)
    out = project / "out" / ("vite" if bundler is VITE else "esbuild")
    if bundler is ESBUILD:
        (out / "index.html").write_text('<!doctype html><title>shop</title><script type="module" src="main.js"></script>')
    browser.get(endpoint.url_for(f"/{out.relative_to(ROOT).as_posix()}/index.html"))
    wait_for(lambda: browser.title == "done", "the batch to be acknowledged")
    assert endpoint.sizes == [2]
    browser.get("about:blank")


def test_what_is_not_used_is_not_bundled(project: Path) -> None:
    """`sideEffects: false`: an import of which nothing is used costs a bundle nothing."""
    (project / "unused.ts").write_text(
        "import { DEFAULTS } from 'clickqueue'\nexport const nothing: typeof DEFAULTS | null = null\n"
    )
    bundled = run("esbuild/bin/esbuild", "unused.ts", "--bundle", "--minify", "--format=esm")
    assert len(bundled) < 60
