"""Every check accuses the endpoint that breaks its line of the contract, and no other one."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from clickqueue_check.checks import CHECKS
from clickqueue_check.endpoint import Endpoint, Target
from clickqueue_check.report import line
from clickqueue_check.runner import Result, run
from tests.endpoints.faults import CASES, Case, without
from tests.endpoints.scripted import BATCH, SINGLE, Reply, Request, serve

PAGE = "https://shop.example"
CONTRACT = (Path(__file__).parents[2] / "docs" / "CONTRACT.md").read_text()
PATIENCE_S = 30  # no answer needs it, however busy the machine is
NO_CORS = without("Access-Control-Allow-Origin")


def target(url: str, origin: str | None = PAGE, timeout_s: float = PATIENCE_S) -> Target:
    """The scripted endpoint, asked from a page on another origin."""
    return Target(url, url.replace(SINGLE, BATCH), origin, timeout_s=timeout_s)


def marked(results: list[Result], mark: str) -> tuple[str, ...]:
    """The names of the checks with a mark."""
    return tuple(result.check.name for result in results if result.finding.mark == mark)


def asked(url: str, origin: str | None = PAGE, timeout_s: float = PATIENCE_S) -> list[Result]:
    """All results."""
    return list(run(Endpoint(target(url, origin, timeout_s))))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_fault_is_accused(case: Case) -> None:
    """The checks whose line of the contract is broken say so in one line, with what to do; the others do not."""
    with serve(case.fault) as (url, _):
        results = asked(url, timeout_s=case.timeout_s)
    assert (marked(results, "BROKEN"), marked(results, "note")) == (case.broken, case.noted)
    for result in results:
        if result.finding.mark == "BROKEN":
            end = f"{result.finding.came} | breaks CONTRACT {result.check.contract} | {result.remedy}"
            assert line(result) == f"BROKEN   {result.check.sent}: {end}"
            assert result.finding.came
            assert result.remedy.endswith(".")
            assert "\n" not in line(result)


def test_every_check_can_accuse() -> None:
    """There is a fault for each check, in the list or below."""
    seen = {name for case in CASES for name in (*case.broken, *case.noted)}
    assert [check.name for check in CHECKS if check.name not in seen] == []


def test_an_endpoint_that_keeps_the_contract_passes() -> None:
    """No fault: nothing is broken or noted, and what was acknowledged is what is stored, once."""
    with serve() as (url, script):
        endpoint = Endpoint(target(url))
        results = list(run(endpoint))
    assert (marked(results, "BROKEN"), marked(results, "note"), marked(results, "skipped")) == ((), (), ("retry-after",))
    assert sorted(script.stored) == sorted(endpoint.acknowledged)
    assert script.origins <= {PAGE, ""}


def test_no_server() -> None:
    """Where nobody listens the first check says so, and what needs it is skipped."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    results = asked(f"http://127.0.0.1:{port}{SINGLE}")
    assert "refused" in results[0].finding.came
    assert (marked(results, "BROKEN"), "batch" in marked(results, "skipped")) == (("one-event", "preflight"), True)


def test_the_named_lines_are_in_the_contract() -> None:
    """Each number that a check names is a line of docs/CONTRACT.md."""
    assert {check.contract for check in CHECKS} <= set(re.findall(r"^(\d\.\d+) ", CONTRACT, re.M))


def test_only_test_events_are_sent() -> None:
    """Every event that any check sends has `test: true` and an id with the prefix of the run."""
    sent: list[dict[str, object]] = []

    def watch(request: Request, reply: Reply) -> Reply:
        sent.extend(request.events or [])
        return reply

    with serve(watch) as (url, _):
        endpoint = Endpoint(target(url))
        list(run(endpoint))
    assert len(sent) > 100
    assert [event for event in sent if event.get("test") is not True] == []
    assert [event for event in sent if not str(event["id"]).startswith(endpoint.events.prefix)] == []


def test_without_an_origin_cors_is_noted() -> None:
    """Nobody said that pages of another origin use it: then missing CORS headers are notes, and each is told how to count."""
    with serve(NO_CORS) as (url, script):
        results = asked(url, origin=None)
    assert marked(results, "BROKEN") == ()
    assert {"preflight", "cors-on-success", "cors-on-error"} <= set(marked(results, "note"))
    assert url.removesuffix(SINGLE) in script.origins


def test_on_the_same_origin_cors_is_skipped() -> None:
    """The page's origin is the endpoint's own: then there is nothing to ask."""
    with serve(NO_CORS) as (url, _):
        results = asked(url, origin=url.removesuffix(SINGLE))
    assert {"preflight", "cors-on-success", "cors-on-error"} <= set(marked(results, "skipped"))


def test_an_endpoint_without_batches() -> None:
    """Without a batch route what is about batches is skipped, and the rest passes."""
    with serve() as (url, _):
        results = list(run(Endpoint(Target(url, None, PAGE, timeout_s=PATIENCE_S))))
    assert marked(results, "BROKEN") == ()
    assert {"batch", "same-batch-twice", "poison-in-batch"} <= set(marked(results, "skipped"))
