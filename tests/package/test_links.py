"""The documents in the npm package lead to files in the package."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import PurePosixPath

import pytest

from tools import node

LINK = re.compile(r"(?<!`)\[[^\]]*\]\((?!https?:|#)([^)#\s]+)")
ONLY_IN_THE_REPOSITORY = ("src", "tests", "tools")
"""Folders for people who change the queue. The README says that the package has none of them."""


@pytest.fixture(scope="module")
def packed() -> set[str]:
    """The paths of the files that would be published."""
    command = [str(node.NODE), str(node.NPM), "pack", "--dry-run", "--json"]
    done = subprocess.run(command, cwd=node.ROOT, env=node.environment(), check=True, capture_output=True, text=True)
    (found,) = json.loads(done.stdout)
    return {file["path"] for file in found["files"]}


def resolve(document: str, link: str) -> str:
    """The path that a link of a document leads to, as seen from the root."""
    parts: list[str] = []
    for part in (PurePosixPath(document).parent / link).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_no_link_of_the_package_is_dead(packed: set[str]) -> None:
    """Each relative link of a packed document is a packed file or folder, unless it leads into src, tests or tools."""
    folders = {str(folder) for path in packed for folder in PurePosixPath(path).parents}
    links = {
        (document, resolve(document, link))
        for document in packed
        if document.endswith(".md")
        for link in LINK.findall((node.ROOT / document).read_text())
    }
    dead = {(document, target) for document, target in links if target not in packed | folders}
    assert sorted(link for link in dead if link[1].partition("/")[0] not in ONLY_IN_THE_REPOSITORY) == []
    assert len(links) > 40


def test_nothing_generated_beside_dist_is_packed(packed: set[str]) -> None:
    """Of the example widget the package has the sources, and no build of it."""
    assert "examples/widget/after/Widget.tsx" in packed
    assert [path for path in packed if "/build/" in path or "node_modules" in path] == []
