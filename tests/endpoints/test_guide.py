"""docs/endpoint.md shows what `clickqueue check` really prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clickqueue.http.widget_api import create_api
from clickqueue_check.checks import CHECKS
from clickqueue_check.command import main, parser
from tests.endpoints.faults import CASES
from tests.endpoints.recipes import FOLDER, ORIGIN, serve
from tests.endpoints.scripted import serve as serve_script
from tests.fakes import FakeHttp, FakeResponse
from tools import node

GUIDE = (node.ROOT / "docs" / "endpoint.md").read_text()
SHOWN = dict(re.findall(r"^```text (\w+)\n(.*?)^```$", GUIDE, re.M | re.S))


def masked(text: str) -> str:
    """Without the random part of the ids."""
    return re.sub(r"(clickqueue-check-)\w{8}-", r"\1…-", text)


def test_the_output_is_real(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The output in the guide is that for the Flask recipe, line by line, but for the random part of the ids."""
    with serve("Flask", tmp_path / "clicks.sqlite3") as url:
        assert main(["check", url, "--origin", ORIGIN, "--yes"]) == 0
    assert masked(SHOWN["flask"]) == masked(capsys.readouterr().out)


def test_the_fault_is_real(capsys: pytest.CaptureFixture[str]) -> None:
    """The accusation in the guide is one that `clickqueue check` makes."""
    (case,) = [case for case in CASES if case.title == "PostgreSQL and NUL"]
    with serve_script(case.fault) as (url, _):
        assert main(["check", url, "--yes"]) == 1
    (accusation,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("BROKEN")]
    assert SHOWN["fault"] == accusation + "\n"


def test_every_option_is_in_the_guide() -> None:
    """The guide's table has each option of the command."""
    usage = parser().parse_args(["check", "http://localhost/"])
    named = set(re.findall(r"`--([a-z-]+)", GUIDE))
    assert named == {name.replace("_", "-") for name in vars(usage)} - {"command", "url"}


def test_the_batch_route_of_a_slash_is_the_named_one() -> None:
    """`/batch` is added to an endpoint with a slash at its end, as the guide for Django says."""
    ((endpoint, route),) = re.findall(r"`endpoint: '([^']+)'` makes the batch route `([^`]+)`", GUIDE)
    http = FakeHttp(FakeResponse(204))
    create_api({"endpoint": endpoint}, http)["trackClickBatch"]([], {"batchId": "b", "timestamp": 1})
    assert [request["url"] for request in http.sent] == [route]


def test_every_recipe_is_in_the_guide() -> None:
    """The guide links each file of examples/endpoints."""
    linked = set(re.findall(r"examples/endpoints/([\w.]+)", GUIDE))
    assert linked == {path.name for path in FOLDER.iterdir() if path.suffix in (".py", ".mjs")}


def test_the_faults_of_an_endpoint_name_their_checks() -> None:
    """In "When something is wrong" each name in brackets is a check, and seven rows have one."""
    table = (node.ROOT / "docs" / "WIDGET.md").read_text().partition("## When something is wrong")[2].partition("\n## ")[0]
    rows = re.findall(r"\((`[a-z-]+`(?:, `[a-z-]+`)*)\) \|$", table, re.M)
    assert len(rows) == 7
    assert {name.strip("`") for row in rows for name in row.split(", ")} <= {check.name for check in CHECKS}
