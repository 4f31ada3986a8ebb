"""Bodies of every kind get the answer that makes the client do the right thing."""

from __future__ import annotations

import gzip

from clickqueue_check.answer import Answer
from clickqueue_check.check import Finding, broken, check, faulty, note, ok, skipped, verdict
from clickqueue_check.checks.delivery import one_event
from clickqueue_check.endpoint import JSON, TEXT, Endpoint
from clickqueue_check.events import dump

OVERSIZED_BYTES = 2 * 1024 * 1024  # over nginx' default limit of 1 MiB, and far over the 60,000 bytes that a client sends
BAD_BODIES = {"cut off": b'{"events":[{"id":"', "no UTF-8": b"\xff\xfe", "null": b"null", "a list": b"[1]", "empty": b""}


@check(
    sent="JSON as text/plain, one event and a batch",
    contract="3.5",
    remedy="Parse the body as JSON for every content type: text/plain saves the preflight on another origin.",
    needs=(one_event,),
)
def text_plain(endpoint: Endpoint) -> Finding:
    answers = {str(route): endpoint.post_new(route, TEXT) for route in endpoint.routes}
    return faulty(answers, lambda answer: answer.outcome() == "taken" and answer.unacknowledged_ids() == [])


@check(
    sent=f"malformed bodies ({', '.join(BAD_BODIES)})",
    contract="3.5",
    remedy="Answer 400. A 2xx acknowledges events that were never read; the client keeps retrying after a 5xx.",
    needs=(one_event,),
)
def malformed_json(endpoint: Endpoint) -> Finding:
    answers = {
        f"{label} ({route})": endpoint.post(route, body, {"Content-Type": JSON})
        for route in endpoint.routes
        for label, body in BAD_BODIES.items()
    }
    finding = faulty(answers, lambda answer: answer.status is not None and 400 <= answer.status <= 499)
    statuses = sorted({str(answer.status) for answer in answers.values()})
    return finding if finding.mark == "BROKEN" else ok(", ".join(statuses))


@check(
    sent="a body of 2 MiB",
    contract="3.5",
    remedy="Limit bodies (60,000 bytes must pass) and answer 413; the client treats a reset or a hang as a network error.",
    needs=(one_event,),
)
def oversized_body(endpoint: Endpoint) -> Finding:
    answer = endpoint.post_event(endpoint.events.of_size(OVERSIZED_BYTES))
    if answer.outcome() == "taken":
        return note(answer).but("The endpoint accepts 2 MiB; a limit near 100,000 bytes keeps strangers from filling its memory.")
    return verdict(answer.status is not None and answer.status < 500, answer)


@check(
    sent="a body without gzip, as browsers send it",
    contract="3.5",
    remedy="Accept bodies that are not compressed: `fetch` does not compress.",
)
def uncompressed_body(endpoint: Endpoint) -> Finding:
    plain = endpoint.post_event(endpoint.events.one())
    if plain.outcome() == "taken":
        return ok(plain)
    packed = packed_event(endpoint)
    if packed.outcome() == "taken":
        return broken(f"{plain}, and with gzip {packed}")
    return skipped(f"{plain}, and with gzip {packed}")


def packed_event(endpoint: Endpoint) -> Answer:
    """The answer to an event that is compressed."""
    body = gzip.compress(dump(endpoint.events.one()))
    return endpoint.post("event", body, {"Content-Type": JSON, "Content-Encoding": "gzip"})
