"""`clickqueue check` on the command line: what it prints, what it asks, and its exit status."""

from __future__ import annotations

import json
import sys

import pytest

from clickqueue_check.checks import CHECKS
from clickqueue_check.command import main
from tests.endpoints.faults import poisoned
from tests.endpoints.scripted import Reply, Request, no_fault, serve

URL = "http://127.0.0.1:9/clicks"


class Terminal:
    """A terminal where somebody types one answer."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self.answer


@pytest.mark.parametrize(("fault", "status"), [(no_fault, 0), (poisoned(500), 1)], ids=["keeps", "breaks"])
def test_the_exit_status(capsys: pytest.CaptureFixture[str], fault: object, status: int) -> None:
    """0 where the contract is kept, 1 where it is broken; one line for each check, a summary, and the announcement."""
    with serve(fault) as (url, script):  # type: ignore[arg-type]
        assert main(["check", url, "--yes"]) == status
    out, err = capsys.readouterr()
    lines, _, summary = out.partition("\n\n")
    assert len(lines.splitlines()) == len(CHECKS)
    assert lines.count("BROKEN") == status
    assert f"{len(script.stored)} different ids were acknowledged" in summary.replace("\n", " ")
    assert ('"test": true' in err, "clickqueue-check-" in err, url in err) == (True, True, True)


def test_json_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` prints one object: the mark of each check, what it sent, what came, the line of the contract, what to do."""
    with serve(poisoned(500)) as (url, script):
        assert main(["check", url, "--yes", "--json", "--origin", "https://shop.example"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["url"], report["batch_url"], report["broken"]) == (url, f"{url}/batch", 1)
    assert report["acknowledged"] == len(script.stored)
    assert all(id.startswith(report["prefix"]) for id in script.stored)
    (broken,) = [check for check in report["checks"] if check["mark"] == "broken"]
    assert (broken["name"], broken["contract"]) == ("poison-in-batch", "3.5")
    assert "rejected" in broken["remedy"]
    assert "500" in broken["came"]


def test_options_reach_the_endpoint(capsys: pytest.CaptureFixture[str]) -> None:
    """`--header`, `--field`, `--batch-url none`, `--skip` and `--origin` do what they say."""
    seen: list[Request] = []

    def watch(request: Request, reply: Reply) -> Reply:
        seen.append(request)
        return reply

    call = ["--header", "X-Key: a:b", "--field", "campaign=winter", "--field", "weight=3", "--batch-url", "none"]
    with serve(watch) as (url, _):
        assert main(["check", url, "--yes", "--skip", "text-plain", "--origin", "https://shop.example", *call]) == 1
    out = capsys.readouterr().out
    assert "x-key not in Access-Control-Allow-Headers" in out
    assert out.count("skipped  a batch of 10") == 1
    posts = [request for request in seen if request.method == "POST"]
    assert {request.headers["x-key"] for request in posts} == {"a:b"}
    assert {request.headers["origin"] for request in posts} == {"https://shop.example"}
    assert {request.headers.get("content-type") for request in posts} == {"application/json"}
    assert all((event["campaign"], event["weight"]) == ("winter", 3) for post in posts for event in post.events or [])
    assert [request.path for request in seen if request.is_batch] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["check"], "URL"),
        (["check", "example.com/clicks"], "URL is 'example.com/clicks'; allowed: an address such as https://"),
        (["check", "ftp://example.com/"], "allowed: an address"),
        (["check", "http://example.com:99999/"], "allowed: an address"),
        (["check", URL, "--origin", "https://a.example/page"], "--origin is https://a.example/page; allowed: scheme and host"),
        (["check", URL, "--header", "key"], "--header is 'key'; allowed: NAME:VALUE"),
        (["check", URL, "--header", "a b: c"], "--header is 'a b: c'; allowed: NAME:VALUE"),
        (["check", URL, "--field", "=3"], "--field is '=3'; allowed: NAME=VALUE"),
        (["check", URL, "--timeout", "0"], "--timeout is 0; allowed: more than 0"),
        (["check", URL, "--pause", "-1"], "--pause is -1; allowed: 0 to 60"),
        (["check", URL, "--skip", "nothing"], "one-event"),
        (["check", URL], "nothing was sent; --yes"),
    ],
)
def test_a_wrong_call(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    """Exit status 2, and a sentence with what was given and what is allowed."""
    try:
        status = main(arguments)
    except SystemExit as exit:
        status = int(exit.code or 0)
    assert status == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 2), ("\n", 2), ("", 2)])
def test_it_asks_first(monkeypatch: pytest.MonkeyPatch, typed: str, status: int) -> None:
    """Without `--yes` nothing is sent before somebody agreed."""
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    with serve() as (url, script):
        assert main(["check", url]) == status
    assert bool(script.stored) == (status == 0)
