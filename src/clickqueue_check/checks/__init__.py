"""Every check, in the order in which they run: those of `answers.py` look at what came of all others."""

from __future__ import annotations

from clickqueue_check.check import Check
from clickqueue_check.checks import answers, bodies, cross_origin, delivery, odd_events, poison

CHECKS: tuple[Check, ...] = (
    delivery.one_event,
    delivery.same_event_twice,
    delivery.batch,
    delivery.same_batch_twice,
    delivery.large_events,
    poison.poison_in_batch,
    odd_events.odd_ids,
    odd_events.extra_fields,
    odd_events.client_fields,
    bodies.text_plain,
    bodies.malformed_json,
    bodies.oversized_body,
    bodies.uncompressed_body,
    cross_origin.preflight,
    cross_origin.preflight_headers,
    cross_origin.preflight_cached,
    cross_origin.cors_on_success,
    cross_origin.cors_on_error,
    cross_origin.retry_after_exposed,
    poison.answer_lists,
    answers.redirect,
    answers.html_answer,
    answers.retry_after,
)
