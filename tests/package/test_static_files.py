"""The part of the wheel that web frameworks use: static files that may be renamed, and a package that needs none of the frameworks."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def imports(script: str) -> bool:
    """Whether a minified script imports another file."""
    return re.search(r"""\bimport\b|[}*]from["']""", script) is not None


def test_the_static_files_import_nothing(installed: Path) -> None:
    """A storage may rename each script of `clickqueue/static/clickqueue/`: none imports another file, as the hook's module does."""
    folder = installed / "clickqueue" / "static" / "clickqueue"
    scripts = {path.name: path.read_text() for path in folder.glob("*.js")}
    assert scripts.keys() == {"clickqueue.js", "clickqueue.iife.js"}
    assert [name for name, text in scripts.items() if imports(text)] == []
    assert imports((installed / "clickqueue" / "dist" / "use-widget.js").read_text())


def test_the_source_maps_are_there(installed: Path) -> None:
    """Each static script has the source map that it names: Django's manifest storage refuses a script whose map is missing."""
    folder = installed / "clickqueue" / "static" / "clickqueue"
    names = [re.findall(r"sourceMappingURL=(\S+)", path.read_text()) for path in folder.glob("*.js")]
    assert [name for (name,) in names if not (folder / name).is_file()] == []


def test_the_static_files_are_those_of_dist(installed: Path) -> None:
    """Each static file has the bytes of the file in dist/."""
    package = installed / "clickqueue"
    files = list((package / "static" / "clickqueue").iterdir())
    assert [file.name for file in files if file.read_bytes() != (package / "dist" / file.name).read_bytes()] == []
    assert files


def test_no_framework_is_needed(installed: Path) -> None:
    """With the standard library alone the package imports and gives the script element, and only its extras depend on anything."""
    code = "import clickqueue; from clickqueue_web import script_tag; print(script_tag('/clickqueue'))"
    command = [sys.executable, "-S", "-c", code]
    env = {"PYTHONPATH": str(installed)}
    element = subprocess.run(command, cwd=installed, env=env, check=True, capture_output=True, text=True).stdout
    assert element.startswith('<script src="/clickqueue/clickqueue.iife.js?v=')
    (metadata,) = installed.glob("clickqueue-*.dist-info/METADATA")
    required = re.findall(r"^Requires-Dist: (.*)$", metadata.read_text(), re.M)
    assert [requirement for requirement in required if "extra ==" not in requirement] == []
