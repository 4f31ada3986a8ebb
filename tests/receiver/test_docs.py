"""docs/receiver.md is accurate: its tables are those of the code."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from clickqueue_receiver.metrics import Metrics
from clickqueue_receiver.options import in_words
from clickqueue_receiver.schema import clicks
from clickqueue_receiver.scripted import Answer
from clickqueue_receiver.settings import Settings
from clickqueue_receiver.views import statements

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "receiver.md").read_text()
SOURCE = ROOT / "src" / "clickqueue_receiver"
HOUSE = re.findall(r"^\| `(\w+)\.py` \| (.*) \|$", DOC, re.M)


def section(title: str) -> str:
    """The text below a heading."""
    return DOC.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_setting_is_in_its_table() -> None:
    """With its default and its words, in the order of the code."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", section("Settings"), re.M)
    assert rows == [(item.name, in_words(item.default), item.metadata["help"]) for item in fields(Settings)]


def test_every_column_is_in_its_table() -> None:
    """In the order of the code."""
    assert re.findall(r"^\| `(\w+)` \|", section("The table"), re.M) == list(clicks.columns.keys())


def test_every_view_is_in_its_table() -> None:
    """Each view that is created, and no other."""
    created = {name for statement in statements("sqlite") for name in re.findall(r"CREATE VIEW (\w+)", statement)}
    assert set(re.findall(r"^\| `(\w+)` \|", section("Views, export, retention"), re.M)) == created


def test_every_metric_is_named() -> None:
    """By the name that Prometheus sees."""
    seen = set(re.findall(r"^# TYPE (\w+)", Metrics().text().decode(), re.M))
    assert set(re.findall(r"`(clickqueue_receiver_\w+)`", DOC)) == {name for name in seen if not name.endswith("_created")}


def test_every_field_of_a_script_is_in_its_table() -> None:
    """By the name that the JSON has."""
    assert tuple(re.findall(r"^\| `(\w+)` \|", section("Test mode"), re.M)) == Answer.__struct_encode_fields__


def test_the_house_is_complete() -> None:
    """Every module has its line, in the words of its own first paragraph."""
    paragraphs = {
        path.stem: (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0] for path in SOURCE.glob("*.py")
    }
    del paragraphs["__init__"]
    assert dict(HOUSE) == {name: paragraph.replace("\n", " ") for name, paragraph in paragraphs.items()}


@pytest.mark.parametrize("name", [name for name, _ in HOUSE])
def test_imports_point_one_way(name: str) -> None:
    """A module needs only what is above it in the table."""
    above = [each for each, _ in HOUSE][: [each for each, _ in HOUSE].index(name)]
    nodes = [node for node in ast.walk(ast.parse((SOURCE / f"{name}.py").read_text())) if isinstance(node, ast.ImportFrom)]
    ours = [node for node in nodes if node.module and node.module.startswith("clickqueue_receiver")]
    needed = {node.module.partition(".")[2] or alias.name for node in ours for alias in node.names if node.module}
    assert needed <= set(above)
