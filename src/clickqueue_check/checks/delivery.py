"""Events arrive, and arriving twice is a success."""

from __future__ import annotations

from clickqueue_check.check import Finding, broken, check, each, note, ok, verdict
from clickqueue_check.endpoint import Endpoint
from clickqueue_check.hints import TAKE, hint

BATCH_SIZE = 10  # `maxBatchSize` by default
IDEMPOTENT = "Give `id` a unique key, insert only new ids, and answer 2xx for an id that is already stored."


@check(sent="one event", contract="3.5", remedy=TAKE)
def one_event(endpoint: Endpoint) -> Finding:
    answer = endpoint.post_event(endpoint.events.one())
    if answer.outcome() != "taken":
        return broken(answer).but(hint(answer))
    return verdict(answer.unacknowledged_ids() == [], answer)


@check(sent="the same event twice", contract="6.3", remedy=IDEMPOTENT, needs=(one_event,))
def same_event_twice(endpoint: Endpoint) -> Finding:
    event = endpoint.events.one()
    first = endpoint.post_event(event)
    again = endpoint.post_event({**event, "retryCount": 1})
    is_kept = again.outcome() == "taken" and again.unacknowledged_ids() == []
    return verdict(is_kept, f"{first}, then {again}")


@check(sent=f"a batch of {BATCH_SIZE}", contract="3.5", remedy=TAKE, needs=(one_event,), is_for_batches=True)
def batch(endpoint: Endpoint) -> Finding:
    answer = endpoint.post_events(endpoint.events.several(BATCH_SIZE))
    if answer.outcome() != "taken":
        # Said once here, so that no later check repeats it.
        endpoint.routes.remove("batch")
    if answer.status in (404, 405):
        return broken(answer).but(
            "Build a batch route, pass its address as --batch-url, or pass --batch-url none and wrap the api in postEach."
        )
    if answer.outcome() != "taken":
        return broken(answer).but(hint(answer))
    return verdict(answer.unacknowledged_ids() == [], answer)


@check(
    sent="the same batch twice, then its events in another batch",
    contract="6.3",
    remedy=IDEMPOTENT + " Do not deduplicate by `batchId`: after a reload the same events travel in other batches.",
    needs=(one_event, batch),
    is_for_batches=True,
)
def same_batch_twice(endpoint: Endpoint) -> Finding:
    body = endpoint.events.batch(endpoint.events.several(BATCH_SIZE))
    others = [{**event, "retryCount": 2} for event in body["events"][5:]] + endpoint.events.several(5)
    answers = {"first": endpoint.post_batch(body), "again": endpoint.post_batch(body), "other": endpoint.post_events(others)}
    is_kept = all(answer.outcome() == "taken" and answer.unacknowledged_ids() == [] for answer in answers.values())
    return verdict(is_kept, each(answers))


@check(
    sent="an event of 4,096 bytes, and a batch of ten of them",
    contract="3.1",
    remedy="Allow bodies of 60,000 bytes. A single event that gets 413 is dropped after `maxRetries` answers.",
    needs=(one_event,),
)
def large_events(endpoint: Endpoint) -> Finding:
    # `maxEventBytes` by default.
    answers = {"event": endpoint.post_event(endpoint.events.of_size(4096))}
    if "batch" in endpoint.routes:
        answers["batch"] = endpoint.post_events([endpoint.events.of_size(4096) for _ in range(10)])
    outcomes = [answer.outcome() for answer in answers.values()]
    if outcomes == ["taken", "rejected"]:
        return note(each(answers)).but("The client bisects such a batch; with a limit of 60,000 bytes it sends it whole.")
    return ok(each(answers)) if set(outcomes) == {"taken"} else broken(each(answers))
