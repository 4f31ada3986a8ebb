"""The habits of the project are true: the pipeline runs what everybody runs, pins agree, and CONTRIBUTING.md quotes the code."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

import dev
from tools import browsers

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
QUOTE = re.compile(r"^ *```python (\S+)\n(.*?)^ *```$", re.M | re.S)
VERSION = json.loads((ROOT / "package.json").read_text())["version"]


def load(path: str) -> Any:
    """A YAML file of the repository."""
    return yaml.safe_load((ROOT / path).read_text())


def unindented(text: str) -> str:
    """The lines of a text without what they are indented by."""
    return "\n".join(line.strip() for line in text.splitlines())


@pytest.mark.parametrize(("path", "quote"), QUOTE.findall(CONTRIBUTING), ids=lambda text: text.splitlines()[0].strip())
def test_an_example_is_quoted_from_the_code(path: str, quote: str) -> None:
    """Each example of CONTRIBUTING.md is in the file that it names."""
    assert unindented(textwrap.dedent(quote)) in unindented((ROOT / path).read_text())


def test_the_examples_of_commits_keep_the_rule() -> None:
    """The subjects that are shown are `area: Verb what`, at most 60 characters long."""
    (block,) = re.findall(r"^```text\n(.*?)^```$", CONTRIBUTING, re.M | re.S)
    assert [line for line in block.splitlines() if len(line) > 60 or not re.match(r"\w+: [A-Z]\w+ \S", line)] == []


def test_every_part_that_is_named_exists() -> None:
    """A part of the tests that CONTRIBUTING.md names after `test` or `.ci/run` is in tox.ini."""
    named = re.findall(r"(?:dev\.py test|\.ci/run) ((?:[a-z]+ ?)+)", CONTRIBUTING)
    assert {part for parts in named for part in parts.split()} <= dev.parts_of_tests()
    assert len(named) > 8


def test_the_pipeline_has_a_job_for_each_engine() -> None:
    """The workflow calls `.ci/run` and nothing else, once for each engine, with parts that tox.ini has."""
    job = load(".github/workflows/test.yml")["jobs"]["test"]
    matrix = job["strategy"]["matrix"]["include"]
    assert [row["engine"] for row in matrix] == ["chromium", "webkit", "firefox"]
    assert {row["engine"] for row in matrix} == set(browsers.NAMES)
    assert {part for row in matrix for part in row["arguments"].split()} <= dev.parts_of_tests()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run ${{ matrix.arguments }}"]


def test_every_action_is_pinned() -> None:
    """An action of somebody else is named by its commit, which nobody can move."""
    steps = load(".github/workflows/test.yml")["jobs"]["test"]["steps"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert [use for use in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", use)] == []


def test_every_hook_is_pinned() -> None:
    """Each hook before a commit comes from GitHub in one exact version; ruff in the version of requirements.txt."""
    revisions = {repo["repo"]: repo["rev"] for repo in load(".pre-commit-config.yaml")["repos"]}
    (ruff,) = re.findall(r"^ruff==(.*)$", (ROOT / "requirements.txt").read_text(), re.M)
    assert revisions["https://github.com/astral-sh/ruff-pre-commit"] == f"v{ruff}"
    for repository, revision in revisions.items():
        assert repository.startswith("https://github.com/")
        assert re.fullmatch(r"v\d+\.\d+\.\d+", revision)


def test_there_is_one_version() -> None:
    """Lock file, README, guide and changelog have the version of package.json."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert (lock["version"], lock["packages"][""]["version"]) == (VERSION, VERSION)
    for doc in ("README.md", "docs/WIDGET.md"):
        named = set(re.findall(r"clickqueue-(\d[\w.]*)\.tgz", (ROOT / doc).read_text()))
        assert named == {VERSION}, doc
    assert re.findall(r"^## (.+)$", CHANGELOG, re.M)[:2] == ["Unreleased", VERSION]
