"""Every event that a client can send is accepted, or rejected by itself: no answer makes the client retry without end."""

from __future__ import annotations

from typing import Any

from clickqueue_check.answer import Answer
from clickqueue_check.check import Finding, broken, check, faulty, ok
from clickqueue_check.checks.delivery import one_event
from clickqueue_check.endpoint import Endpoint
from clickqueue_check.events import DEEP, Event

SINGLY = "or reject it by itself (`rejected`, or 400 or 422); "

IDS = {
    "3,000 characters": "x" * 3000,
    "unicode": "-héé-日本-🎬-\u202e",
    "half a surrogate pair": "-\ud800",
    "NUL": "-\u0000-",
    "quotes": "-'\"; --\\",
    "a path": "-../../%2e%2e/",
}

EXTRAS: dict[str, Any] = {
    "nested": {"a": [{"b": {"c": [[[[1]]]]}}]},
    DEEP: DEEP,
    "null": None,
    "large number": 1.7976931348623157e308,
    "large whole number": 123456789012345678901234567890,
    "half a surrogate pair": "\udfff",
    "NUL": "\u0000",
    "a name with a dot": {"a.b": 1, "$c": 2, "__proto__": 3, "": 4},
}


@check(
    sent=f"odd ids ({', '.join(IDS)})",
    contract="1.5",
    remedy=f"Any text is an id. Store it, {SINGLY}with a 5xx it holds up all events behind it.",
    needs=(one_event,),
)
def odd_ids(endpoint: Endpoint) -> Finding:
    return alone_and_in_company(endpoint, {label: {"id": id} for label, id in IDS.items()})


@check(
    sent=f"unknown fields ({', '.join(EXTRAS)})",
    contract="1.5",
    remedy=f"Keep or ignore unknown fields, {SINGLY}hosts may add any.",
    needs=(one_event,),
)
def extra_fields(endpoint: Endpoint) -> Finding:
    return alone_and_in_company(endpoint, {label: {"extra": extra} for label, extra in EXTRAS.items()})


@check(
    sent="what the client itself sends: a retryCount, an empty userAgent, a timestamp with a fraction",
    contract="1.5",
    remedy="`retryCount` is a whole number, `timestamp` any number of ms by the visitor's clock, `userAgent` may be empty.",
    needs=(one_event,),
)
def client_fields(endpoint: Endpoint) -> Finding:
    fields: dict[str, Event] = {
        "retryCount": {"retryCount": 3},
        "empty userAgent": {"userAgent": ""},
        "fraction": {"timestamp": 1767225600000.25},
    }
    answers = {label: endpoint.post_event(endpoint.events.one(**added)) for label, added in fields.items()}
    return faulty(answers, lambda answer: answer.outcome() == "taken" and answer.unacknowledged_ids() == [])


def alone_and_in_company(endpoint: Endpoint, odd: dict[str, Event]) -> Finding:
    """Each event by itself, and in a batch beside a good one that must not suffer for it."""
    alone = {label: endpoint.post_event(endpoint.events.one(**fields)) for label, fields in odd.items()}
    finding = faulty(alone, is_about_the_event)
    if finding.mark != "ok" or "batch" not in endpoint.routes:
        return finding if finding.mark != "ok" else ok(counted(alone))
    for label, fields in odd.items():
        good = endpoint.events.one()
        answer = endpoint.post_events([endpoint.events.one(**fields), good])
        if not is_about_the_event(answer) or (answer.outcome() == "taken" and good["id"] in answer.unacknowledged_ids()):
            return broken(f"{label}, in a batch: {answer}")
    return ok(counted(alone))


def is_about_the_event(answer: Answer) -> bool:
    """Whether the client goes on with the other events after this answer."""
    return answer.outcome() != "failed"


def counted(answers: dict[str, Answer]) -> str:
    """How many were taken."""
    rejected = [label for label, answer in answers.items() if answer.outcome() == "rejected" or answer.unacknowledged_ids() != []]
    return f"{len(answers) - len(rejected)} taken" + (f", rejected: {', '.join(rejected)}" if rejected else "")
