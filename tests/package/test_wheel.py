"""The Python package: a Django or Flask host installs it and serves the file that it finds there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import clickqueue
from clickqueue import asset_path
from tests.package.wheel import build, install
from tools import node


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of this tree."""
    return build("sdist", node.ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from nothing but the unpacked source distribution."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as packed:
        packed.extractall(folder, filter="data")
    (project,) = folder.iterdir()
    return build("wheel", project, folder)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and nothing else in it."""
    return install(wheel, tmp_path_factory.mktemp("installed"))


def ask(installed: Path, *arguments: str) -> str:
    """The output of a Python that finds the standard library and the installed wheel, nothing else."""
    command = [sys.executable, "-S", *arguments]
    env = {"PYTHONPATH": str(installed)}
    return subprocess.run(command, cwd=installed, env=env, check=True, capture_output=True, text=True).stdout


def test_an_installed_package_finds_the_module(installed: Path) -> None:
    """Installed from the wheel, `asset_path()` is a file with the bytes of dist/clickqueue.js."""
    found = Path(ask(installed, "-c", "import clickqueue; print(clickqueue.asset_path())").strip())
    assert found.is_relative_to(installed)
    assert found.read_bytes() == (node.ROOT / "dist" / "clickqueue.js").read_bytes()


def test_an_installed_package_knows_the_integrity(installed: Path) -> None:
    """Installed from the wheel, `integrity(name)` is what dist/size.json says."""
    found = ask(installed, "-c", "import clickqueue; print(clickqueue.integrity('clickqueue.iife.js'))").strip()
    assert found == json.loads((node.ROOT / "dist" / "size.json").read_text())["clickqueue.iife.js"]["integrity"]


def test_an_installed_package_knows_its_version(wheel: Path, tmp_path: Path) -> None:
    """`__version__` is the one of package.json, also in a wheel that is installed into a folder of another JavaScript project."""
    version = json.loads((node.ROOT / "package.json").read_text())["version"]
    (tmp_path / "package.json").write_text('{"name": "shop", "version": "9.9.9"}')
    assert ask(install(wheel, tmp_path / "vendor"), "-c", "import clickqueue; print(clickqueue.__version__)").strip() == version
    assert clickqueue.__version__ == version
    with pytest.raises(AttributeError, match="no attribute '__versions__'"):
        _ = clickqueue.__versions__


def test_the_metadata_is_complete(installed: Path) -> None:
    """The wheel has the README as its description, authors, keywords and classifiers."""
    script = "import importlib.metadata as m; print(m.metadata('clickqueue').as_string())"
    metadata = ask(installed, "-c", script)
    assert metadata.partition("\n\n")[2].startswith((node.ROOT / "README.md").read_text()[:200])
    assert {"Author", "Classifier", "Keywords", "License-Expression", "Summary"} <= set(
        re.findall(r"^([\w-]+): ", metadata, re.M)
    )


@pytest.mark.parametrize("package", ["clickqueue", "clickqueue_receiver", "clickqueue_web"])
def test_what_a_host_imports_is_typed(installed: Path, package: str) -> None:
    """Each package that the documents import has the mark of typed packages, so that `mypy --strict` reads it."""
    assert (installed / package / "py.typed").is_file()


@pytest.mark.parametrize("command", [["bin/clickqueue"], ["-m", "clickqueue"]], ids=" ".join)
def test_an_installed_package_checks_endpoints(installed: Path, command: list[str]) -> None:
    """`clickqueue check` is installed, also as `python -m clickqueue check`, and needs no other package."""
    assert "--batch-url URL" in ask(installed, *command, "check", "--help")


def test_the_wheel_contains_the_package_and_dist(wheel: Path) -> None:
    """In the wheel are the Python modules, all of dist/ and the licence; no tests, no tools."""
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    dist = {f"clickqueue/dist/{path.name}" for path in (node.ROOT / "dist").iterdir()}
    assert dist <= set(names)
    assert [
        name
        for name in names
        if not re.fullmatch(
            r"clickqueue(_receiver|_web)?/(\w+\.py|py\.typed|dist/[\w.-]+)|clickqueue_check/(checks/)?\w+\.py|clickqueue-\d.*|"
            r"clickqueue/(delivery|http|platform|storage|tabs)/\w+\.py|"
            r"clickqueue/(templatetags/\w+\.py|static/clickqueue/[\w.]+)",
            name,
        )
    ] == []
    assert wheel.name.split("-")[1] in (node.ROOT / "package.json").read_text()


def test_a_checkout_finds_the_module_too() -> None:
    """Without an installation `asset_path` leads to dist/."""
    assert asset_path("use-widget.js") == node.ROOT / "dist" / "use-widget.js"


def test_an_unknown_asset_is_named() -> None:
    """Asked for a file that there is not, it says which there are."""
    with pytest.raises(FileNotFoundError, match=r"no asset 'queue\.js'; there are: clickqueue\.cjs, clickqueue\.iife\.js, "):
        asset_path("queue.js")


@pytest.mark.parametrize(
    "name", ["../dist/clickqueue.js", "../src/clickqueue/__init__.py", "../" * 14 + "etc/passwd", "/etc/passwd", "", "."]
)
def test_no_name_leaves_the_folder(name: str) -> None:
    """A name is one of the files of dist/ or nothing: a host may pass on what a request asks for."""
    with pytest.raises(FileNotFoundError, match="there are: clickqueue\\.cjs, clickqueue\\.iife\\.js, "):
        asset_path(name)
