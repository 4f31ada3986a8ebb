"""One fault for each way to break the contract, with the checks that must accuse it: those, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.endpoints.scripted import Fault, Reply, Request

POISONOUS = ("sessionId", "questionId", "offerId")


@dataclass(frozen=True)
class Case:
    """`broken` and `noted`: the names of the checks with that mark."""

    title: str
    fault: Fault
    broken: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    timeout_s: float = 30


def is_poison(event: dict[str, Any]) -> bool:
    return not all(isinstance(event.get(name), str) for name in POISONOUS)


def poisons(request: Request) -> list[str]:
    return [event["id"] for event in request.events or [] if is_poison(event)]


def whenever(condition: Any, status: int, body: str = "", **headers: str) -> Fault:
    """Another answer to the requests that meet a condition."""

    def fault(request: Request, reply: Reply) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Reply(status, body, named) if condition(request) else reply

    return fault


def without(header: str, condition: Any = lambda request, reply: True) -> Fault:
    """The right answer, but for a header."""

    def fault(request: Request, reply: Reply) -> Reply:
        return Reply(reply.status, reply.body, reply.headers | {header: ""}) if condition(request, reply) else reply

    return fault


def known(is_batch: bool) -> Fault:
    """409 for an event that is already there."""
    seen: set[str] = set()

    def fault(request: Request, reply: Reply) -> Reply:
        ids = {event["id"] for event in request.events or []}
        is_known = request.is_batch == is_batch and bool(ids & seen)
        seen.update(ids)
        return Reply(409, "duplicate key") if is_known else reply

    return fault


def reject_all(request: Request, reply: Reply) -> Reply:
    """Every event of a batch with a poison event is listed."""
    listed = ", ".join(f'{{"id": "{event["id"]}"}}' for event in request.events or [])
    return Reply(200, f'{{"rejected": [{listed}]}}') if poisons(request) else reply


def refuse_small_batches(request: Request, reply: Reply) -> Reply:
    """400 for a batch with a poison event, and for every batch of one."""
    is_small = request.is_batch and len(request.events or []) == 1
    return Reply(400) if poisons(request) or is_small else reply


def fail_alone(request: Request, reply: Reply) -> Reply:
    """400 for a batch with a poison event, and 500 for the poison event alone."""
    return Reply(500 if len(request.events or []) == 1 else 400) if poisons(request) else reply


def poisoned(status: int) -> Fault:
    return whenever(poisons, status)


def cut_large(request: Request, reply: Reply) -> Reply:
    return Reply(manner="reset") if len(request.body) > 1_000_000 else reply


def hang_large(request: Request, reply: Reply) -> Reply:
    return Reply(manner="hung") if len(request.body) > 1_000_000 else reply


def is_post(request: Request) -> bool:
    return request.method == "POST"


def is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS"


def is_malformed(request: Request) -> bool:
    return is_post(request) and request.events is None and len(request.body) < 1_000


def has_nul(request: Request) -> bool:
    return any("\0" in event["id"] for event in request.events or [])


def has_extra_nul(request: Request) -> bool:
    return any(event.get("extra") == "\0" for event in request.events or [])


CASES = [
    Case("down", whenever(is_post, 500), ("one-event",)),
    Case("wants a key", whenever(is_post, 401), ("one-event",)),
    Case("rejects what is good", whenever(is_post, 422, "no test events here"), ("one-event",)),
    Case("hangs up", lambda request, reply: Reply(manner="reset") if is_post(request) else reply, ("one-event",)),
    Case("knows ids, and complains", known(is_batch=False), ("same-event-twice",)),
    Case("no batch route", whenever(lambda request: is_post(request) and request.is_batch, 404), ("batch",)),
    Case("knows ids in batches, and complains", known(is_batch=True), ("same-batch-twice",)),
    Case("small events", whenever(lambda request: 4000 < len(request.body) < 5000, 413), ("large-events",)),
    Case("small batches", whenever(lambda request: 20_000 < len(request.body) < 50_000, 413), (), ("large-events",)),
    Case("500 for poison", poisoned(500), ("poison-in-batch",)),
    Case("409 for poison", poisoned(409), ("poison-in-batch",)),
    Case("rejects the good with the poison", reject_all, ("poison-in-batch",)),
    Case("refuses good events alone", refuse_small_batches, ("poison-in-batch",)),
    Case("500 for poison alone", fail_alone, ("poison-in-batch",)),
    Case("400 for poison", poisoned(400)),
    Case("PostgreSQL and NUL", whenever(has_nul, 500), ("odd-ids",)),
    Case("NUL in batches", whenever(lambda request: request.is_batch and has_nul(request), 500), ("odd-ids",)),
    Case("NUL in a field", whenever(has_extra_nul, 500), ("extra-fields",)),
    Case(
        "wants a userAgent",
        whenever(lambda request: any(event.get("userAgent") == "" for event in request.events or []), 422),
        ("client-fields",),
    ),
    Case("JSON only", whenever(lambda request: request.headers.get("content-type") == "text/plain", 415), ("text-plain",)),
    Case("500 for malformed", whenever(is_malformed, 500), ("malformed-json",)),
    Case("200 for malformed", whenever(is_malformed, 200), ("malformed-json",)),
    Case("reset for large bodies", cut_large, ("oversized-body",)),
    Case("hang for large bodies", hang_large, ("oversized-body",), timeout_s=2),  # all others answer at once
    Case("500 for large bodies", whenever(lambda request: len(request.body) > 1_000_000, 500), ("oversized-body",)),
    Case("no limit", whenever(lambda request: len(request.body) > 1_000_000, 200), (), ("oversized-body",)),
    Case(
        "gzip only",
        lambda request, reply: reply if is_preflight(request) else Reply(200 if "content-encoding" in request.headers else 415),
        ("one-event", "uncompressed-body"),
    ),
    Case("no preflight", whenever(is_preflight, 405), ("preflight",)),
    Case("preflight for nobody", without("Access-Control-Allow-Origin", lambda r, _: is_preflight(r)), ("preflight",)),
    Case("preflight that redirects", whenever(is_preflight, 302, Location="/login"), ("preflight",)),
    Case("no content-type allowed", without("Access-Control-Allow-Headers"), ("preflight-headers",)),
    Case("preflight each time", without("Access-Control-Max-Age"), (), ("preflight-cached",)),
    Case(
        "no CORS on success",
        without("Access-Control-Allow-Origin", lambda request, reply: is_post(request) and reply.status == 200),
        ("cors-on-success",),
    ),
    Case(
        "no CORS on errors",
        without("Access-Control-Allow-Origin", lambda request, reply: reply.status >= 400),
        ("cors-on-error",),
    ),
    Case("nothing exposed", without("Access-Control-Expose-Headers"), (), ("retry-after-exposed",)),
    Case(
        "a hidden Retry-After",
        whenever(is_malformed, 400, Retry_After="7", Access_Control_Expose_Headers="date"),
        ("retry-after-exposed",),
    ),
    Case(
        "texts as rejected",
        lambda request, reply: Reply(200, '{"rejected": ["x"]}') if reply.body == "{}" else reply,
        ("answer-lists",),
    ),
    Case("redirects", whenever(is_post, 308, Location="/clicks/"), ("one-event", "redirect")),
    Case(
        "redirects batches",
        whenever(lambda request: is_post(request) and request.is_batch, 301, Location="/clicks/batch/"),
        ("batch", "redirect"),
    ),
    Case(
        "a captive portal",
        whenever(is_post, 200, "<!doctype html><title>Welcome</title>", Content_Type="text/html"),
        ("one-event", "html-answer"),
    ),
    Case("Retry-After in words", whenever(is_malformed, 429, Retry_After="soon"), ("retry-after",)),
]
