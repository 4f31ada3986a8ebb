"""One bad event never keeps nine good ones from being stored."""

from __future__ import annotations

from collections.abc import Callable

from clickqueue_check.answer import Answer
from clickqueue_check.check import Finding, broken, check, ok
from clickqueue_check.checks.delivery import batch, one_event
from clickqueue_check.endpoint import Endpoint
from clickqueue_check.events import Event

REMEDY = (
    'Store the good events, and answer 200 with {"rejected": [{"id": "…", "reason": "…"}]} for the bad one; '
    "or answer 400, 413 or 422 for the whole batch: the client then sends smaller ones."
)


def without_offer(event: Event) -> Event:
    return {key: value for key, value in event.items() if key != "offerId"}


def with_a_number(event: Event) -> Event:
    return {**event, "sessionId": 7}


def with_nothing(event: Event) -> Event:
    return {**event, "questionId": None}


POISONS: dict[str, Callable[[Event], Event]] = {
    "no offerId": without_offer,
    "a number as sessionId": with_a_number,
    "null as questionId": with_nothing,
}


@check(
    sent="a batch of nine good events and one poison event (no offerId, a number as sessionId, null as questionId)",
    contract="3.5",
    remedy=REMEDY,
    needs=(one_event, batch),
    is_for_batches=True,
)
def poison_in_batch(endpoint: Endpoint) -> Finding:
    came = []
    for label, spoil in POISONS.items():
        good = endpoint.events.several(9)
        poison = spoil(endpoint.events.one())
        answer = endpoint.post_events([*good[:4], poison, *good[4:]])
        fault = fault_of(endpoint, answer, good, poison)
        if fault:
            return broken(f"{label}: {fault}")
        came.append(f"{label}: {answer.status}, {handling(answer)}")
    return ok("; ".join(came))


def handling(answer: Answer) -> str:
    """How the poison event is dealt with, where the good ones are stored."""
    if answer.outcome() == "rejected":
        return "smaller batches taken"
    return "it alone rejected" if answer.unacknowledged_ids() else "taken"


def fault_of(endpoint: Endpoint, answer: Answer, good: list[Event], poison: Event) -> str:
    """The reason why the good events are not stored; empty where nothing does."""
    if answer.outcome() == "failed":
        return f"{answer}; the whole batch is retried for ever"
    if answer.outcome() == "taken":
        lost = set(map(str, answer.rejected_ids())) & {event["id"] for event in good}
        return f"{answer}; {len(lost)} good events are listed as rejected" if lost else ""
    # The client bisects the batch until the poison event is alone.
    singles = [endpoint.post_events([event]) for event in good]
    refused = [single for single in singles if single.outcome() != "taken"]
    if refused:
        return f"{answer}, and then for a good event alone {refused[0]}"
    alone = endpoint.post_events([poison])
    return f"{answer}, and then for the poison event alone {alone}" if alone.outcome() == "failed" else ""


@check(
    sent="the answers' `rejected` and `retry`",
    contract="3.4",
    remedy='`rejected` is a list of {"id": text, "reason": text} and `retry` a list of ids; anything else acknowledges the event.',
    needs=(one_event,),
)
def answer_lists(endpoint: Endpoint) -> Finding:
    for answer in endpoint.answers:
        value = answer.value() if answer.outcome() == "taken" else None
        if isinstance(value, dict) and not (is_rejected(value.get("rejected", [])) and is_retry(value.get("retry", []))):
            return broken(answer)
    return ok(f"{len(endpoint.answers)} answers")


def is_rejected(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and "id" in item for item in value)


def is_retry(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
